# SPDX-License-Identifier: Apache-2.0
"""Limits are never exceeded, however workers interleave, die, come back, and clocks step (G-1)."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.limit_workers import ACME, SECOND, Worker, store

from ruleout.model.permit import LimitKind
from ruleout.serving.limits import Budget

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
