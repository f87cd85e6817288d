# SPDX-License-Identifier: Apache-2.0
"""Change logs: what a developer announces of a new version of its framework, as data (D-15)."""
