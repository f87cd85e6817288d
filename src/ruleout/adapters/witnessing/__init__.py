# SPDX-License-Identifier: Apache-2.0
"""The edges of witnessing: what a witness keeps, its server, and the client that asks it (L-8)."""
