# SPDX-License-Identifier: Apache-2.0
"""Power is a saw: it falls with every task until one more success is allowed. What that does to a search (S-1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ruleout.estimates.rules import Rule


def largest_allowed(rule: Rule) -> Callable[[int], int | None]:
    """Return what tells the largest count that rules out, or None, from a number of tasks; it remembers. Pure."""
    known: dict[int, int] = {0: -1}

    def largest(tasks: int) -> int | None:
        if tasks not in known:
            before = known.get(tasks - 1)
            known[tasks] = _halved(rule, tasks) if before is None else _onward(rule, tasks, before)
        return known[tasks] if known[tasks] >= 0 else None

    return largest


def _onward(rule: Rule, tasks: int, before: int) -> int:
    """The largest count for one task more than `before` belongs to: a step or two at most."""
    count = before
    while count + 1 < tasks and rule(count + 1, tasks):
        count += 1
    return count


def _halved(rule: Rule, tasks: int) -> int:
    low, high = -1, tasks
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if rule(middle, tasks) else (low, middle)
    return low


def first_and_steady(
    limit: int, wanted: float, allowed: Callable[[int], int | None], power: Callable[[int], float]
) -> tuple[int | None, int | None]:
    """Return the first number of tasks that reaches the power, and the first from which it is kept up to `limit`.

    Pure.

    While the allowed count stays the same, every further task only adds chances to succeed, so power falls: the first
    number of such a stretch tells whether any of it reaches the power, the last whether all of it does.
    """
    first, steady = None, None
    for start, end in _stretches(limit, allowed):
        if first is None and power(start) >= wanted:
            first = start
        if first is not None and power(end) < wanted:
            steady = None
        elif first is not None and steady is None:
            steady = start
    return first, steady


def _stretches(limit: int, allowed: Callable[[int], int | None]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) number of tasks of each stretch with one allowed count, up to `limit`."""
    start = 1
    for tasks in range(2, limit + 2):
        if tasks > limit or allowed(tasks) != allowed(start):
            yield start, tasks - 1
            start = tasks
