# SPDX-License-Identifier: Apache-2.0
"""Permits of a record: issue, revoke, show as one file, and how each stands at an instant (G-1)."""
