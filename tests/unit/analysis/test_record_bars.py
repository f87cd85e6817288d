# SPDX-License-Identifier: Apache-2.0
"""One figure against one bar, as printed and with its uncertainty."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.analysis.record_bars import crossed, supported
from ruleout.model.published import PrintedFigure, StatedBar
from ruleout.model.verdict import Verdict

RELATIONS = {">": (0, 1), ">=": (1, 1), "<": (0, -1), "<=": (1, -1)}


def figure(value, *, n=None, interval="", unit="", metric="accuracy") -> PrintedFigure:
    return PrintedFigure(
        name="e",
        metric=metric,
        value=_printed(value),
        unit=unit,
        n=Decimal(n) if isinstance(n, int) else n,
        interval=interval,
        bars=(),
    )


def bar(relation, value, *, compound=False) -> StatedBar:
    return StatedBar(kind="rule_out", crossed_when=relation, value=_printed(value), compound=compound, text="")


def _printed(value):
    return Decimal(str(value)) if isinstance(value, int | float) else value


def both(one: PrintedFigure, other: StatedBar) -> tuple[str, str]:
    return crossed(one, other).verdict.value, supported(one, other).verdict.value


@pytest.mark.parametrize(
    ("one", "relation", "line", "expected"),
    [
        # 15 of 46: bounds 0.2129 to 0.4569. 8 of 29: 0.1453 to 0.4429.
        (figure(0.3261, n=46), ">=", 0.2, ("yes", "yes")),
        (figure(0.2759, n=29), ">=", 0.2, ("yes", "unknown")),
        # No success in 29 has the upper bound 0.0981, in 28 it is 0.1015 (S-1).
        (figure(0.0, n=29, metric="rate"), ">=", 0.1, ("no", "no")),
        (figure(0, n=10, metric="pathogens"), ">=", 1, ("no", "unknown")),  # 0 may be a count or a share
        (figure(55, n=100, metric="accuracy"), ">=", 40, ("yes", "unknown")),  # a percentage without its unit
        (figure(0.0, n=29, unit="share"), ">=", 0.1, ("no", "no")),
        (figure(0.0, n=28, unit="share"), ">=", 0.1, ("no", "unknown")),
        (figure(0, n=29, unit="%"), ">=", 10, ("no", "no")),
        (figure(9.65, n="42 problems, 20 attempts", metric="mean problems passed"), ">", 21, ("no", "no")),
        (figure(17, n=33, metric="questions"), ">", 26.4, ("no", "no")),
        (figure(21, n=45, metric="problems solved"), ">", 22.5, ("no", "unknown")),
        (figure(0.5, interval="±0.21"), ">=", 0.8, ("no", "no")),
        (figure(0.5, interval="±0.21"), ">=", 0.5, ("yes", "unknown")),
        (figure(0.5, interval="±0.1"), "<=", 0.6, ("yes", "yes")),
        (figure(0.5, interval="±0.1"), "<", 0.6, ("yes", "unknown")),
        (figure(0.5, interval="±0.1"), "<", 0.4, ("no", "no")),
        (figure(0.5, interval="±0.1"), "<=", 0.4, ("no", "unknown")),
        (figure(2.53, n="groups of 8-10", unit="x"), ">", 2.8, ("no", "unknown")),
        (figure(0.9, n=350, metric="max of 5"), ">", 0.5, ("yes", "unknown")),
        (figure(4, n=10, metric="mean score"), ">", 9, ("no", "unknown")),
        (figure(0.9, n=350, interval="±0.1 (SE)"), ">", 0.5, ("yes", "unknown")),
        (figure(0.5, n=20), ">=", 5, ("no", "unknown")),  # a bar no share can reach is a slip of units
    ],
)
def test_figures_and_bars_worked_by_hand(one, relation, line, expected):
    """Known bounds on known sides of known bars."""
    assert expected == both(one, bar(relation, line))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (figure(None, n=5), bar(">", 0.5)),
        (figure("0.55", n=5), bar(">", 0.5)),
        (figure(0.55, n=5), bar(">", "0.5")),
        (figure(0.55, n=5), bar(">", None)),
        (figure(0.55, n=5), bar("n/a", 0.5)),
        (figure(0.55, n=5), bar("==", 0.5)),
        (figure(0.55, n=5), bar("", 0.5)),
        (figure(0.55, n=5), bar(">", 0.5, compound=True)),
        (figure(Decimal("1E+60")), bar(">", 0.5)),
        (figure(Decimal("0E+60")), bar(">", 0.5)),
    ],
)
def test_what_cannot_be_compared_is_unknown_twice(one, other):
    """Nothing printed, texts, odd relations, compound rules and absurd sizes have no answer, and say why."""
    assert ("unknown", "unknown") == both(one, other)
    assert crossed(one, other).because


@pytest.mark.parametrize(
    ("value", "line", "expected"),
    [(55, 50, "yes"), (45, 50, "no"), (55, 0.5, "yes"), (30, 0.5, "unknown"), (55, 1, "yes")],
)
def test_a_percentage_against_what_looks_like_a_share_is_read_both_ways(value, line, expected):
    """30 % against 0.5 is under the bar if it is a share and over it if it is half a percent: unknown."""
    assert expected == crossed(figure(value, unit="percent"), bar(">=", line)).verdict.value


def test_a_fraction_of_a_unit_is_rounded_against_the_claim():
    """Twelve and a half of 25 count as twelve where a bar is to be passed and as thirteen where one is to be missed."""
    half = figure(Decimal("0.500"), n=25)

    assert supported(half, bar(">=", 0.32)).verdict is Verdict.UNKNOWN  # bounds of 12: from 0.305; of 13: from 0.341
    assert supported(half, bar(">=", 0.30)).verdict is Verdict.YES
    assert supported(half, bar(">=", 0.68)).verdict is Verdict.UNKNOWN  # bounds of 12: to 0.659; of 13: to 0.695
    assert supported(half, bar(">=", 0.70)).verdict is Verdict.NO


def test_repeats_do_not_narrow_the_bound():
    """Twenty attempts at each of 42 problems support no more than 42 problems do."""
    once = supported(figure(18, n="42 problems", metric="problems"), bar(">", 21))
    often = supported(figure(18, n="42 problems, 200 attempts", metric="problems"), bar(">", 21))

    assert once == often


@given(
    k=st.integers(0, 60),
    n=st.integers(1, 60),
    line=st.integers(0, 100),
    relation=st.sampled_from(sorted(RELATIONS)),
    digits=st.integers(1, 5),
)
def test_support_never_contradicts_the_printed_value(k, n, line, relation, digits):
    """A definite answer with uncertainty is the answer as printed, whatever the rounding of the figure."""
    value = round(Decimal(min(k, n)) / n, digits)
    one, other = figure(value, n=n, unit="share"), bar(relation, Decimal(line) / 100)

    held = supported(one, other).verdict
    assert held is Verdict.UNKNOWN or held is crossed(one, other).verdict


@given(st.decimals(0, 1, places=3), st.decimals(0, 1, places=3), st.sampled_from(sorted(RELATIONS)))
def test_crossing_is_the_stated_relation(value, line, relation):
    """`crossed` is the relation itself, computed here another way."""
    at_bar, side = RELATIONS[relation]
    expected = (value - line) * side > 0 or (at_bar == 1 and value == line)

    assert crossed(figure(value), bar(relation, line)).verdict is (Verdict.YES if expected else Verdict.NO)
