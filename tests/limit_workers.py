# SPDX-License-Identifier: Apache-2.0
"""Workers that share one store of limits, in one process, that can die and come back."""

from __future__ import annotations

from pathlib import Path

from ruleout.adapters.limits import Page, create_page
from ruleout.serving.limits import Budget, Budgets, Line, lines_of

BOOT = "0f2f4c2e-6a0e-4a55-9f47-5d2a4cf0a001"
OTHER_BOOT = "1f2f4c2e-6a0e-4a55-9f47-5d2a4cf0a002"
ACME = Line("acme", "lumen-2")
SECOND = 10**9


class Worker:
    """One worker with its page and its budgets."""

    def __init__(
        self, path: Path, budgets: dict[Line, Budget], *, boot: str = BOOT, now_ns: int = 0, utc_s: int = 0
    ) -> None:
        self.page = Page(path, boot_id=boot, now_ns=now_ns)
        rows = self.page.rows_for(lines_of(budgets), now_ns=now_ns, utc_s=utc_s)
        self.budgets = Budgets(budgets, self.page, rows)

    def take(self, now_ns=0, utc_s=0, **given):
        return self.budgets.take("acme", "lumen-2", now_ns, utc_s, **given)

    def kinds(self, times, **given):
        """How many of so many are let through."""
        return sum(self.take(**given) is None for _ in range(times))


def store(folder: Path) -> Path:
    path = folder / "limits"
    create_page(path, boot_id=BOOT)
    return path
