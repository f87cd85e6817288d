# SPDX-License-Identifier: Apache-2.0
"""Permits (G-1): what an operator asks to serve, as a file states it. What may be granted is `engine.permitting`'s to say."""
