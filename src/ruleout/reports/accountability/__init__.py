# SPDX-License-Identifier: Apache-2.0
"""Pages and texts about promises on the clock: values -> words. Nothing is decided or written here (A-2 to A-6)."""
