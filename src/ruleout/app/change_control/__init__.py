# SPDX-License-Identifier: Apache-2.0
"""Change control of frameworks: announce a new version, collect acts on it, publish it, say how each version stands (D-15)."""
