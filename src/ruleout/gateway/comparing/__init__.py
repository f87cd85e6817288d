# SPDX-License-Identifier: Apache-2.0
"""Decisions beside the one that counts: Cedar's own about a sample, and those of bundles in shadow. None lets anything through."""
