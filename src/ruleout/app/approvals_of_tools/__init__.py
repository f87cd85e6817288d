# SPDX-License-Identifier: Apache-2.0
"""People's answers to calls of tools that wait: the steps (G-4)."""
