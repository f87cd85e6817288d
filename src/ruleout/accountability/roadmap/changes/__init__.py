# SPDX-License-Identifier: Apache-2.0
"""Two states of a roadmap and what was said of the change -> what differs, and whether that is more or less (A-2)."""
