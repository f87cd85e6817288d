# SPDX-License-Identifier: Apache-2.0
"""Limits are never exceeded, however workers interleave, die, come back, and clocks step (G-1)."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.limit_workers import ACME, SECOND, Worker, store

from ruleout.adapters.limits import page as limits_page
from ruleout.errors import RuleoutError
from ruleout.model.permit import LimitKind
from ruleout.serving.limits import Budget, Budgets, Line, lines_of

_DAY = 86_400
_KINDS = (LimitKind.REQUESTS_PER_MINUTE,)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(0, 2), st.integers(0, 40)),
        st.tuples(st.just("end"), st.integers(0, 2), st.integers(0, 40)),
        st.tuples(st.just("die"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("pass"), st.integers(1, 40), st.integers(-2 * _DAY, _DAY)),
        st.tuples(st.just("tighten"), st.integers(0, 60), st.just(0)),
    ),
    max_size=120,
)
LIMITS = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 300), st.integers(0, 20))


@settings(max_examples=150, deadline=None)
@given(LIMITS, STEPS)
def test_no_interleaving_of_workers_restarts_and_clock_steps_exceeds_a_limit(limits, steps):
    """Any sixty seconds, every day and every instant hold their limit, by a count that knows nothing of slices."""
    minute, day, tokens, streams = limits
    budgets = {ACME: Budget(minute, day, 100, tokens, streams)}
    with tempfile.TemporaryDirectory() as folder:
        path = store(Path(folder))
        workers = [Worker(path, budgets) for _ in range(3)]
        now, utc, newest = 0, 100 * _DAY, 100
        taken: list[int] = []
        days: Counter[int] = Counter()
        spent: Counter[int] = Counter()
        alive: list[list[int]] = [[], [], []]
        for kind, number, size in steps:
            if kind == "pass":
                now, utc = now + number * SECOND, utc + size
            elif kind == "tighten":
                for worker in workers:
                    worker.budgets.tighten([(kind_, "", number) for kind_ in _KINDS])
                minute = min(minute, number)
            elif kind == "die":
                workers[number].page.close()
                alive[number] = []
                workers[number] = Worker(path, budgets, now_ns=now)
            elif kind == "end" and alive[number]:
                day_taken = alive[number].pop()
                workers[number].budgets.settle("acme", "lumen-2", day_taken * _DAY, has_place=True)
            elif kind == "take" and workers[number].take(now, utc, tokens=size, stream=True) is None:
                newest = max(newest, utc // _DAY)
                alive[number].append(utc // _DAY)
                taken.append(now)
                days[newest] += 1
                spent[newest] += size
            assert len([t for t in taken if now - t < 60 * SECOND]) <= limits[0]
            assert max(days.values(), default=0) <= day
            assert max(spent.values(), default=0) <= tokens
            assert sum(map(len, alive)) <= streams
        for worker in workers:
            worker.page.close()


PAIRS = st.sampled_from([("a", "b"), ("b", "c"), ("a", "c")])
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(0, 1), st.sampled_from("abc")),
        st.tuples(st.just("take"), st.integers(0, 1), st.sampled_from("abc")),
        st.tuples(st.just("end"), st.integers(0, 1), st.sampled_from("abc")),
        st.tuples(st.just("begin"), st.integers(0, 1), PAIRS),
        st.tuples(st.just("load"), st.integers(0, 1), PAIRS),
        st.tuples(st.just("pass"), st.sampled_from([1, 30, 80, _DAY]), st.sampled_from([0, 80, _DAY, 2 * _DAY])),
    ),
    max_size=120,
)


class Changing:
    """Workers that serve now these tenants, now those, in a store that has room for two of them, and what was let through."""

    def __init__(self, path: Path, budget: Budget) -> None:
        self.path, self.budget = path, budget
        self.workers: list[Worker | None] = [None] * 2
        self.now = self.utc = 0
        self.minutes: dict[str, list[int]] = {}
        self.days: Counter[tuple[str, int]] = Counter()
        self.under_way: list[list[tuple[Budgets, str]]] = [[], []]

    def budgets(self, tenants: tuple[str, ...]) -> dict[Line, Budget]:
        return {Line(tenant, "lumen-2"): self.budget for tenant in tenants}

    def begin(self, number: int, tenants: tuple[str, ...]) -> None:
        worker = self.workers[number]
        if worker is not None:
            worker.page.close()
        self.workers[number], self.under_way[number] = None, []
        page = limits_page.Page(self.path, boot_id="0" * 36, now_ns=self.now)
        try:
            rows = page.rows_for(lines_of(self.budgets(tenants)), now_ns=self.now, utc_s=self.utc)
        except RuleoutError:  # no room as long as others are there
            page.close()
        else:
            made = Worker.__new__(Worker)
            made.page, made.budgets = page, Budgets(self.budgets(tenants), page, rows)
            self.workers[number] = made

    def load(self, number: int, tenants: tuple[str, ...]) -> None:
        worker = self.workers[number]
        if worker is None:
            return
        try:
            rows = worker.page.rows_for(lines_of(self.budgets(tenants)), now_ns=self.now, utc_s=self.utc)
        except RuleoutError:
            return
        before, worker.budgets = worker.budgets, Budgets(self.budgets(tenants), worker.page, rows)
        before.retire()

    def take(self, number: int, tenant: str) -> None:
        """As often as it is let."""
        worker = self.workers[number]
        while worker is not None and worker.budgets.take(tenant, "lumen-2", self.now, self.utc, stream=True) is None:
            self.under_way[number].append((worker.budgets, tenant))
            self.minutes.setdefault(tenant, []).append(self.now)
            self.days[tenant, self.utc // _DAY] += 1

    def end(self, number: int, tenant: str) -> None:
        for one in self.under_way[number]:
            if one[1] == tenant:
                one[0].settle(tenant, "lumen-2", self.utc, has_place=True)
                self.under_way[number].remove(one)
                return

    def time_passes(self, seconds: int, more: int) -> None:
        self.now += seconds * SECOND
        self.utc += more


@settings(max_examples=300, deadline=None)
@given(st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 3)), CHANGES)
def test_no_coming_and_going_of_tenants_exceeds_a_limit(limits, changes):
    """Counters that have ended make room for those of others, while workers begin, load, drain and end in any order."""
    minute, day, streams = limits
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits_page, "MOST_ROWS", 8)
        world = Changing(store(Path(folder)), Budget(minute, day, concurrent_streams=streams))
        steps = {
            "take": world.take,
            "end": world.end,
            "begin": world.begin,
            "load": world.load,
            "pass": world.time_passes,
        }
        for kind, first, second in changes:
            steps[kind](first, second)
            held = Counter(tenant for some in world.under_way for _, tenant in some)
            assert all(
                len([t for t in some if world.now - t < 60 * SECOND]) <= minute for some in world.minutes.values()
            )
            assert max(world.days.values(), default=0) <= day
            assert max(held.values(), default=0) <= streams
        for worker in world.workers:
            if worker is not None:
                worker.page.close()
