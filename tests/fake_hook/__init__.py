# SPDX-License-Identifier: Apache-2.0
"""A hook for tests and demonstrations: a small server that decides by fixed words, or misbehaves as it is told."""
