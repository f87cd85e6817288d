# SPDX-License-Identifier: Apache-2.0
"""Evaluation logs outside: how they are found, opened, downloaded, read by many at once, and kept (E-1)."""
