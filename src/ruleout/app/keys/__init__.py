# SPDX-License-Identifier: Apache-2.0
"""Acts about keys: replace one, say that one is compromised, list what counts (L-7)."""
