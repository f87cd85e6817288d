# SPDX-License-Identifier: Apache-2.0
"""Use cases of external review: acts, the sealed package, filing what comes back, publication (A-9)."""
