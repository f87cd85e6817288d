# SPDX-License-Identifier: Apache-2.0
"""Concerns: confidential reports of possible non-compliance, who receives them, and counts without texts (A-13)."""
