# SPDX-License-Identifier: Apache-2.0
"""Pages and values of permits (G-1)."""
