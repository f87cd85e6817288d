# SPDX-License-Identifier: Apache-2.0
"""External review: files, independence, clocks, what a reviewer answers, and what may not be published (A-9)."""
