# SPDX-License-Identifier: Apache-2.0
"""Small tables of results, as CSV: results by task for a paired comparison, scores by arm for uplift (S-4)."""

from __future__ import annotations

from decimal import Decimal

from ruleout.evidence.tables.small_table import number, refusal, rows_of_csv

TASK_COLUMNS = ("task", "successes", "attempts")
ARM_COLUMNS = ("arm", "score")
TREATED, CONTROL = "treated", "control"
_MOST_ATTEMPTS = 1_000_000


def results_of_csv(data: bytes, *, name: str) -> dict[str, tuple[int, int]]:
    """Return (successes, attempts) by task, of a CSV with the columns `task`, `successes` and `attempts`.

    Pure. A task may have no attempt; it may not stand there twice.

    Raises:
        RuleoutError: the file is not such a table; says where.

    Source: S-4.
    """
    results: dict[str, tuple[int, int]] = {}
    for where, cells in rows_of_csv(data, columns=TASK_COLUMNS, name=name):
        task = cells["task"]
        if not task or task in results:
            raise refusal(name, where, "a task that stands there once", repr(task[:40]))
        attempts = _count(cells["attempts"], "attempts", name, where)
        successes = _count(cells["successes"], "successes", name, where)
        if successes > attempts:
            raise refusal(name, where, f"at most {attempts} successes", str(successes))
        results[task] = (successes, attempts)
    return results


def arms_of_csv(data: bytes, *, name: str) -> tuple[tuple[Decimal, ...], tuple[Decimal, ...]]:
    """Return the scores of the treated and of the control arm, of a CSV with the columns `arm` and `score`.

    Pure.

    Raises:
        RuleoutError: the file is not such a table, or names another arm; says where.

    Source: S-4.
    """
    arms: dict[str, list[Decimal]] = {TREATED: [], CONTROL: []}
    for where, cells in rows_of_csv(data, columns=ARM_COLUMNS, name=name):
        if cells["arm"] not in arms:
            raise refusal(name, where, f"arm {TREATED} or {CONTROL}", repr(cells["arm"][:40]))
        arms[cells["arm"]].append(number(cells["score"], "a score", name, where))
    return tuple(arms[TREATED]), tuple(arms[CONTROL])


def _count(text: str, what: str, name: str, where: str) -> int:
    value = number(text, f"a whole number of {what}", name, where)
    if value != value.to_integral_value() or not 0 <= value <= _MOST_ATTEMPTS:
        raise refusal(name, where, f"a whole number of {what} up to {_MOST_ATTEMPTS}", repr(text[:40]))
    return int(value)
