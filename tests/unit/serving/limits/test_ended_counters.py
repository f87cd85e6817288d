# SPDX-License-Identifier: Apache-2.0
"""Counters of tenants and models that are gone make room for others, once nothing can count on them any more (G-1)."""

from __future__ import annotations

import pytest
from tests.limit_workers import SECOND, Worker, store

from ruleout.adapters.limits import page as limits
from ruleout.errors import RuleoutError
from ruleout.serving.limits import Budget, Line, lines_of

_DAY = 86_400
FULL = "expected at most 8 counters"
TIGHT = Budget(requests_per_minute=3, requests_per_day=3, concurrent_streams=3)


def of(*tenants: str) -> dict[Line, Budget]:
    return {Line(tenant, "lumen-2"): TIGHT for tenant in tenants}


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A store that has room for two lines."""
    monkeypatch.setattr(limits, "MOST_ROWS", 8)
    return store(tmp_path)


def begun(path, *tenants, days):
    """A worker that begins so many days after the first, by both clocks."""
    return Worker(path, of(*tenants), now_ns=days * _DAY * SECOND, utc_s=days * _DAY)


def test_tenants_come_and_go_for_a_year_of_reloads(path):
    """At each the new worker begins beside the old one; the tenant that stays has one day's count through all."""
    before = begun(path, "acme", days=0)
    for number in range(1, 366):
        worker = begun(path, "acme", f"guest-{number % 180}" if number % 2 else "acme", days=number)
        before.page.close()
        took = worker.kinds(9, now_ns=number * _DAY * SECOND, utc_s=number * _DAY)
        assert took == 3
        before = worker


def test_a_day_is_over_before_its_count_makes_room(path):
    """Nor is it the day after it, for a clock may have been set ahead."""
    begun(path, "acme", "gone", days=0).page.close()
    worker = begun(path, "gone", days=9)
    assert worker.budgets.take("gone", "lumen-2", 9 * _DAY * SECOND, 9 * _DAY) is None
    worker.page.close()

    for days in (9, 10):
        with pytest.raises(RuleoutError, match=FULL):
            begun(path, "acme", "zenith", days=days)
    assert begun(path, "acme", "zenith", days=11).take(11 * _DAY * SECOND, 11 * _DAY) is None


def test_a_minute_is_over_before_its_count_makes_room(path):
    """By the clock that nobody sets: the day may be long over by the other."""
    now = 10**6 * SECOND
    worker = Worker(path, of("acme", "gone"), now_ns=now)
    assert worker.budgets.take("gone", "lumen-2", now, 0) is None
    worker.page.close()

    with pytest.raises(RuleoutError, match=FULL):
        Worker(path, of("acme", "zenith"), now_ns=now + 60 * SECOND, utc_s=9 * _DAY)
    assert Worker(path, of("acme", "zenith"), now_ns=now + 90 * SECOND, utc_s=9 * _DAY).page


def test_what_a_living_worker_was_given_is_given_to_nobody_else(path):
    """However long nothing was asked of it: it drains, or goes on serving where the reload fails."""
    old = begun(path, "acme", "gone", days=0)
    with pytest.raises(RuleoutError, match=FULL):
        begun(path, "acme", "zenith", days=300)
    at = {"now_ns": 300 * _DAY * SECOND, "utc_s": 300 * _DAY}
    assert [old.budgets.take("gone", "lumen-2", at["now_ns"], at["utc_s"], stream=True) for _ in range(3)] == [None] * 3
    with pytest.raises(RuleoutError, match=FULL):
        old.page.rows_for(["more"], **at)

    old.page.close()
    again = begun(path, "gone", days=300)
    assert again.budgets.take("gone", "lumen-2", **at) is not None


def test_who_is_refused_for_want_of_room_for_all_takes_none_for_some(path):
    """A worker that lives on, and is told of fewer lines, or of others, has the room that there was."""
    begun(path, "acme", "gone", days=0).page.close()
    worker, at = begun(path, "acme", days=9), {"now_ns": 9 * _DAY * SECOND, "utc_s": 9 * _DAY}
    with pytest.raises(RuleoutError, match=FULL):
        worker.page.rows_for(lines_of(of("acme", "one", "two")), **at)

    assert len(worker.page.rows_for(lines_of(of("acme", "zenith")), **at)) == 8


def test_a_line_whose_counter_made_room_and_that_is_back_begins_at_nothing_and_counts(path):
    """Beside the one that has its place now."""
    begun(path, "acme", "gone", days=0).page.close()
    begun(path, "acme", "zenith", days=9).page.close()
    one, two = begun(path, "zenith", "gone", days=30), begun(path, "zenith", "gone", days=30)

    def took(worker, tenant):
        return sum(
            worker.budgets.take(tenant, "lumen-2", 30 * _DAY * SECOND, 30 * _DAY, stream=True) is None for _ in range(9)
        )

    assert (took(one, "gone"), took(two, "gone"), took(two, "zenith"), took(one, "zenith")) == (3, 0, 3, 0)
