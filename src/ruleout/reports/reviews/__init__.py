# SPDX-License-Identifier: Apache-2.0
"""Pages of external review: the sealed package, status on a terminal, the published review."""
