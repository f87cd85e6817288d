# SPDX-License-Identifier: Apache-2.0
"""Witnessing: running a witness, and having a workspace's checkpoints witnessed (L-6, L-8, ADR 0021)."""
