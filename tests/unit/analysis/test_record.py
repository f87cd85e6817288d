# SPDX-License-Identifier: Apache-2.0
"""A published case judged: what figures say together, what departs, what is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ruleout.analysis.record import Bearing, Says, bearing_of, figures_say, judge_case
from ruleout.analysis.record_totals import totals_of
from ruleout.model.published import PrintedFigure, PublishedCase, StatedBar
from ruleout.model.verdict import Verdict

R, O, I, U = Bearing.REACHING, Bearing.RULING_OUT, Bearing.INDICATIVE, Bearing.UNRECOGNISED  # noqa: E741 - a table
YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN


def case(*bars: tuple[str, float, float], tier: str = "no", precaution: bool = False) -> PublishedCase:
    """A case with one figure per (kind, value, bar), each crossed from the bar upwards."""
    figures = tuple(
        PrintedFigure(
            name=f"test {index}",
            metric="accuracy",
            value=Decimal(str(value)),
            unit="",
            n=None,
            interval="",
            bars=(StatedBar(kind=kind, crossed_when=">=", value=Decimal(str(line)), compound=False, text=""),),
        )
        for index, (kind, value, line) in enumerate(bars)
    )
    return PublishedCase(
        id="lab-model",
        developer="Lab",
        model="Model",
        released=date(2026, 1, 5),
        framework="Policy",
        version="1",
        in_force="",
        domain="bio",
        threshold_under_test="Tier 1",
        figures=figures,
        category="",
        tier=tier,
        normalized="",
        precaution=precaution,
        statement="",
        release_decision="released",
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], Says.CANNOT_RULE_OUT),
        ([(R, YES)], Says.REACHED),
        ([(R, YES), (O, YES)], Says.REACHED),
        ([(R, YES), (R, NO)], Says.CANNOT_RULE_OUT),
        ([(R, YES), (R, UNKNOWN)], Says.CANNOT_RULE_OUT),
        ([(R, YES), (O, NO)], Says.CANNOT_RULE_OUT),
        ([(R, NO)], Says.NOT_REACHED),
        ([(O, NO), (R, NO)], Says.NOT_REACHED),
        ([(O, YES), (R, NO)], Says.CANNOT_RULE_OUT),
        ([(O, NO), (O, UNKNOWN)], Says.CANNOT_RULE_OUT),
        ([(O, NO), (I, YES)], Says.NOT_REACHED),
        ([(I, NO)], Says.CANNOT_RULE_OUT),
        ([(U, NO)], Says.CANNOT_RULE_OUT),
        ([(U, YES), (O, NO)], Says.CANNOT_RULE_OUT),
        ([(U, YES)], Says.CANNOT_RULE_OUT),
    ],
)
def test_figures_say_what_all_bars_say_together(answers, expected):
    """Reached and not reached need every bar that decides; anything else cannot rule out."""
    assert expected is figures_say(answers)
    assert expected is figures_say(answers[::-1] + answers)


@pytest.mark.parametrize(
    ("kind", "bearing"),
    [
        ("rule_in", R),
        ("rule_out", O),
        ("notable_capability", O),
        ("high_canary", O),
        ("median_expert", I),
        ("p80_phd", I),
        ("human", I),
        ("framework_limit", R),
        ("something_new", U),
    ],
)
def test_each_kind_of_bar_bears_as_documented(kind, bearing):
    """A kind nobody named is unrecognised: it never rules out."""
    assert bearing is bearing_of(kind)


@pytest.mark.parametrize(
    ("kind", "value", "tier", "side"),
    [
        ("rule_out", 0.6, "no", "below"),
        ("rule_in", 0.6, "no", "below"),
        ("median_expert", 0.6, "no", "below"),
        ("something_new", 0.6, "no", "below"),
        ("rule_out", 0.4, "no", None),
        ("rule_out", 0.6, "treated_as", None),
        ("rule_out", 0.4, "treated_as", "above"),
        ("rule_in", 0.4, "treated_as", None),
        ("rule_in", 0.4, "yes", "above"),
        ("human", 0.4, "yes", "above"),
        ("something_new", 0.4, "yes", None),
        ("alert", 0.6, "alert_only", None),
        ("rule_out", 0.6, "alert_only", "below"),
        ("framework_limit", 0.6, "accepted", "below"),
        ("expert", 0.6, "accepted", None),
        ("rule_out", 0.6, "mixed", None),
        ("rule_out", 0.6, "na", None),
        ("rule_out", 0.6, "a new word", None),
    ],
)
def test_a_departure_has_a_figure_and_a_side(kind, value, tier, side):
    """A determination below a crossed bar or above an uncrossed one departs, where the two can be held together."""
    judged = judge_case(case((kind, value, 0.5), tier=tier))

    assert ([] if side is None else [side]) == [d.direction.value for d in judged.departures]


def test_human_baselines_alone_make_no_zone():
    """A crossed human baseline is a departure that is shown, not a bar of the tier."""
    indicative = judge_case(case(("median_expert", 0.6, 0.5)))
    own = judge_case(case(("rule_out", 0.6, 0.5)))

    assert (False, True) == (indicative.in_zone, own.in_zone)


def test_an_unknown_tier_is_told_as_unknown():
    """A word we do not know is never read as *not reached*."""
    assert judge_case(case(tier="No!")).determined.value == "unknown"


def test_totals_count_every_case_once_per_grouping():
    """All groups of one grouping add up to the whole."""
    one = judge_case(case(("rule_out", 0.6, 0.5), precaution=True))
    two = replace(judge_case(case(("rule_in", 0.4, 0.5), tier="yes")), id="b", domain="cyber")

    totals = totals_of([one, two], ["Policy 1", "Policy 2"])

    assert (2, 2, 1, 1) == (totals.all.cases, totals.all.figures, totals.all.precautions, totals.all.in_zone)
    assert {"yes": 1, "no": 1, "unknown": 0} == totals.all.crossed
    assert (1, 1) == (totals.all.departures_below, totals.all.departures_above)
    assert ["Policy 1", "Policy 2"] == [group.name for group in totals.by_framework]
    for groups in (totals.by_developer, totals.by_framework, totals.by_domain):
        assert totals.all.cases == sum(group.tally.cases for group in groups)
