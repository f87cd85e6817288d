# SPDX-License-Identifier: Apache-2.0
"""Laws of the bounds and of what is counted (S-1, S-2, E-2)."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st
from tests import builders
from tests.unit.evidence import inspect_logs as logs

from ruleout.engine.indicator import measure_indicator
from ruleout.errors import UnreadableLog
from ruleout.model.evidence import Attempt, Comparison, Direction, Measurement, SampleState, Unit, Unscored
from ruleout.stats import TaskSums, clopper_pearson, sum_shares, task_bounds

LEVELS = st.sampled_from([Decimal("0.5"), Decimal("0.05"), Decimal("0.001")])
COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
VALUES = st.sampled_from(["I"] * 9 + ["C", "P", "N", True, False, 0, 1, 0.5, float("nan"), None, "other", [1]])
STATES = st.sampled_from([SampleState.SCORED] * 20 + list(SampleState))
BASE = logs.read_one(logs.log([logs.sample(1, "C")]), name="x")
ITEM = replace(
    builders.published("e", "1"), figure=None, digest="", evaluated=None, log_task="task", log_model="lab/model"
)


def attempts() -> st.SearchStrategy[tuple[Attempt, ...]]:
    row = st.tuples(st.integers(0, 40), STATES, VALUES)
    return st.lists(row, min_size=1, max_size=60).map(
        lambda rows: tuple(
            Attempt(sample=str(task), epoch=epoch, state=state, scores=(("match", value),))
            for epoch, (task, state, value) in enumerate(rows, start=1)
        )
    )


def measured(rows: tuple[Attempt, ...]) -> Measurement:
    return replace(BASE, attempts=rows, evaluated=builders.AT)


@given(COUNTS, LEVELS)
def test_bounds_enclose_the_share_and_mirror(counts: tuple[int, int], alpha: Decimal):
    """Lower <= share <= upper, and failures have the mirrored bounds."""
    k, n = counts
    bounds, mirrored = clopper_pearson(k, n, alpha=alpha), clopper_pearson(n - k, n, alpha=alpha)

    assert 0 <= bounds.lower <= Fraction(k, n) <= bounds.upper <= 1
    assert abs(bounds.upper + mirrored.lower - 1) < Decimal("1e-5")


@given(COUNTS, LEVELS)
def test_one_more_success_never_lowers_a_bound(counts: tuple[int, int], alpha: Decimal):
    """Bounds rise with the count."""
    k, n = counts
    if k < n:
        one, more = clopper_pearson(k, n, alpha=alpha), clopper_pearson(k + 1, n, alpha=alpha)
        assert one.lower <= more.lower
        assert one.upper <= more.upper


@given(COUNTS)
def test_a_stricter_level_never_narrows(counts: tuple[int, int]):
    """The bounds at a smaller level lie outside."""
    k, n = counts
    mild, strict = clopper_pearson(k, n, alpha=Decimal("0.05")), clopper_pearson(k, n, alpha=Decimal("0.01"))

    assert strict.lower <= mild.lower
    assert mild.upper <= strict.upper


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(6, 7)), min_size=1, max_size=40))
def test_the_order_of_tasks_does_not_matter(shares: list[tuple[int, int]]):
    """Sums and bounds are the same for any order."""
    one, other = sum_shares(shares), sum_shares(reversed(shares))
    sums = TaskSums(tasks=len(shares), low=one, high=other)

    assert one == other
    assert task_bounds(sums, alpha=Decimal("0.05")).lower <= one / len(shares)


@given(attempts(), st.sampled_from(list(Unit)), st.sampled_from(list(Direction)))
def test_whatever_the_unscored_were_a_clear_indicator_stays_clear(
    rows: tuple[Attempt, ...], unit: Unit, direction: Direction
):
    """Worst case means worst case: scoring the unscored attempts either way never takes back a verdict."""
    rule_out = "0.9" if direction is Direction.HIGH else "0.01"
    indicator = builders.indicator(
        rule_out=rule_out, reached=None, unit=unit, direction=direction, alpha=Decimal("0.4")
    )
    # `assume` also guards the test: Hypothesis fails it when too few cases are clear.
    assume(measure_indicator(indicator, ITEM, measured(rows), at=builders.AT).comparison is Comparison.CLEAR)

    for letter in "CI":
        filled = tuple(_filled(row, letter) for row in rows)
        assert measure_indicator(indicator, ITEM, measured(filled), at=builders.AT).comparison is Comparison.CLEAR


def _filled(row: Attempt, letter: str) -> Attempt:
    value = row.scores[0][1]
    usable = row.state is SampleState.SCORED and (
        isinstance(value, bool)
        or value in ("C", "I", "P", "N")
        or (isinstance(value, int | float) and not math.isnan(value))
    )
    return row if usable else row._replace(state=SampleState.SCORED, scores=(("match", letter),))


@given(attempts(), st.sampled_from([Unscored.WORST_CASE, Unscored.AS_FAILURE]))
def test_dropping_scores_never_makes_an_indicator_clear(rows: tuple[Attempt, ...], policy: Unscored):
    """An attempt that loses its score to nothing never turns anything else into clear."""
    indicator = builders.indicator(rule_out="0.8", reached=None, unscored=policy, alpha=Decimal("0.4"))
    first = rows[0]._replace(state=SampleState.MISSING, scores=())
    dropped = measured((first, *rows[1:]))
    assume(measure_indicator(indicator, ITEM, dropped, at=builders.AT).comparison is Comparison.CLEAR)

    assert measure_indicator(indicator, ITEM, measured(rows), at=builders.AT).comparison is Comparison.CLEAR


@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader(data: bytes):
    """Arbitrary bytes behind either magic are refused or read, never a crash."""
    for head in (b"PK\x03\x04", b'{"eval":', b""):
        with contextlib.suppress(UnreadableLog):
            assert logs.read_one(head + data, name="x").problems is not None
