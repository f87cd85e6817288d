# SPDX-License-Identifier: Apache-2.0
"""Pages of estimates: every figure with its interval, what it was made of, and what it does not say."""
