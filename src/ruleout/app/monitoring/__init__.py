# SPDX-License-Identifier: Apache-2.0
"""What follows from a rate that passed its bar: a drafted deviation and tighter limits (G-11, A-6)."""
