# SPDX-License-Identifier: Apache-2.0
"""The store of limits that all workers of a host share: one file, mapped into each of them."""

from ruleout.adapters.limits.held import MOST_WORKERS
from ruleout.adapters.limits.layout import MOST_ROWS
from ruleout.adapters.limits.page import Page, create_page

__all__ = ["MOST_ROWS", "MOST_WORKERS", "Page", "create_page"]
