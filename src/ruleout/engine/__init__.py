# SPDX-License-Identifier: Apache-2.0
"""Model values -> a decision that explains itself (D-1 to D-14). Pure and total: trouble becomes UNKNOWN."""
