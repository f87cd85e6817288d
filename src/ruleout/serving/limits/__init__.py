# SPDX-License-Identifier: Apache-2.0
"""Limits while serving: what a permit allows per minute, day, request and at once, never more in total (G-1, G-4).

Pure. A worker counts in slices that it draws from one store that all workers of a host share (`Store`).
"""

from ruleout.serving.limits.budget import UNLIMITED, Budget, budget_of
from ruleout.serving.limits.budgets import Budgets, Line, lines_of
from ruleout.serving.limits.rows import Row, drawn, given_back
from ruleout.serving.limits.store import Drawn, Store, StoreClosed

__all__ = [
    "UNLIMITED",
    "Budget",
    "Budgets",
    "Drawn",
    "Line",
    "Row",
    "Store",
    "StoreClosed",
    "budget_of",
    "drawn",
    "given_back",
    "lines_of",
]
