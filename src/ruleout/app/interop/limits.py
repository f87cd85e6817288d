# SPDX-License-Identifier: Apache-2.0
"""What one export is made of, and how much it may tell."""

from __future__ import annotations

from ruleout.errors import RuleoutError
from ruleout.reports.interop.losses import LeftOut
from ruleout.reports.interop.written import Written

#: Decisions, statements or receipts that one export may hold.
MOST = 2000

Documents = tuple[list[Written], list[LeftOut]]
"""The files of an export, and what was left out of it."""


def require_bounded(count: int) -> None:
    """Refuse to tell of too many things at once. Pure. Raises RuleoutError."""
    if count > MOST:
        hint = "Choose some: --entry N, once for each."
        raise RuleoutError(f"expected at most {MOST} things to tell in one export, got {count}", hint=hint)
