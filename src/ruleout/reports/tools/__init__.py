# SPDX-License-Identifier: Apache-2.0
"""Pages about rules of tools and calls that wait."""
