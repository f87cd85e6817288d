# SPDX-License-Identifier: Apache-2.0
"""Pages about kills: what is in force, and who has acknowledged it (G-6)."""
