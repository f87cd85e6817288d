# SPDX-License-Identifier: Apache-2.0
"""Which evaluations are required of a case, and what each one's status is (D-2, E-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests import builders
from tests.unit.evidence import inspect_logs as logs

from ruleout.analysis.required import Required, Status, demands_of, required_evaluations, without_indicator
from ruleout.model.evidence import Check, Comparison, EvidenceItem, Indicator, Measurement, Weight
from ruleout.model.formula import Kind
from ruleout.model.outcome import Activity
from ruleout.model.run import Demand
from ruleout.model.verdict import Verdict

#: The log's run started on this day, 111 days before the builders' instant.
RAN = date(2026, 1, 10)
ITEM = replace(
    builders.published("suite", "1"), figure=None, digest="", log="logs/x.eval", log_task="task", log_model="lab/model"
)


def suite(name: str = "i", **more: Any) -> Indicator:
    return replace(builders.indicator(name, rule_out="0.2"), **{"evaluation": "suite", **more})


def measured(wrong: int = 20) -> Measurement:
    return logs.read_one(logs.log([logs.sample(f"t{i}", "I") for i in range(wrong)]), name="x.eval")


def rows_of(
    *indicators: Indicator,
    items: tuple[EvidenceItem, ...] = (),
    measurements: dict[str, Measurement] | None = None,
    unreadable: dict[str, str] | None = None,
    rule: Any = None,
    at: Any = builders.AT,
) -> tuple[Required, ...]:
    asks = rule or builders.rule(condition=builders.reached(), require=builders.met())
    framework = builders.framework(asks, indicators=indicators)
    case = builders.case(evidence=items)
    return required_evaluations(framework, case, measurements or {}, unreadable or {}, at=at)


def row_of(*indicators: Indicator, **more: Any) -> Required:
    (row,) = rows_of(*indicators, **more)
    return row


def with_log(indicator: Indicator, item: EvidenceItem = ITEM, m: Measurement | None = None, **more: Any) -> Required:
    return row_of(indicator, items=(item,), measurements={item.id: m or measured()}, **more)


def check(**more: Any) -> Check:
    told: dict[str, Any] = {
        "kind": "sandbagging",
        "passed": Verdict.YES,
        "report": "memo",
        "by": ("rso",),
        "dated": date(2026, 4, 1),
    }
    return Check(**{**told, **more})


# --- what is required -------------------------------------------------------------------------------------------------


def test_an_indicator_of_a_threshold_that_the_activity_asks_about_is_required():
    """So is one of a safeguard; the case need not name either."""
    rows = rows_of(suite("a"), suite("b", threshold="s"))

    assert [(row.indicator.id, row.status) for row in rows] == [("a", Status.MISSING), ("b", Status.MISSING)]


def test_an_indicator_of_a_threshold_that_nobody_asks_about_is_not_required():
    """Another activity's rule does not make it so."""
    training = builders.rule(activities=(Activity.TRAIN,), condition=builders.reached())

    assert rows_of(suite(), rule=training) == ()


def test_an_indicator_that_the_case_states_is_required():
    """Whatever the activity asks: the case relies on it."""
    own = builders.indicator("suite", threshold="elsewhere")
    row = row_of(items=(builders.published("suite", "0.1", own),))

    assert (row.indicator.threshold, row.status) == ("elsewhere", Status.PUBLISHED_ONLY)


def test_rows_stand_in_the_order_of_the_thresholds():
    """However the framework lists its indicators; what no threshold asks about comes last."""
    asks = builders.rule(
        condition=builders.all_(builders.reached("t"), builders.reached("u")),
        require=builders.ref(Kind.SAFEGUARD, "s"),
    )
    framework = builders.framework(
        asks,
        thresholds=(builders.threshold("u"), builders.threshold("t")),
        indicators=(suite("of-t", threshold="t"), suite("of-u", threshold="u")),
    )
    own = builders.published("mine", "0.1", builders.indicator("mine", threshold="x"))
    case = builders.case(evidence=(own,))
    rows = required_evaluations(framework, case, {}, {}, at=builders.AT)

    assert [row.indicator.id for row in rows] == ["of-u", "of-t", "mine"]


# --- its status -------------------------------------------------------------------------------------------------------


def test_a_log_that_counts_is_usable_with_what_it_says():
    """No success in twenty tasks lies under 0.2: the bound is 0.139109 (S-1)."""
    row = with_log(suite())

    assert (row.status, row.finding.comparison) == (Status.USABLE, Comparison.CLEAR)
    assert row.because == "0 of 20 tasks; 95 % upper bound 0.139109 < bar 0.2"
    assert not row.is_outstanding


def test_usable_does_not_mean_clear():
    """A log that settles nothing is there all the same; what it says is the decision's business."""
    row = with_log(suite(), m=measured(3))

    assert (row.status, row.finding.comparison, row.is_outstanding) == (
        Status.USABLE,
        Comparison.INCONCLUSIVE,
        False,
    )


def test_evidence_without_its_log_is_missing_and_a_broken_log_unreadable():
    """The two ask for different things, so they are told apart."""
    gone = row_of(suite(), items=(ITEM,))
    broken = row_of(suite(), items=(ITEM,), unreadable={"suite": "x.eval: bad-crc: damaged"})

    assert (gone.status, gone.because) == (Status.MISSING, "there is no log logs/x.eval")
    assert (broken.status, broken.because) == (Status.UNREADABLE, "x.eval: bad-crc: damaged")
    assert gone.is_outstanding
    assert broken.is_outstanding


@pytest.mark.parametrize(("days", "status"), [(111, Status.USABLE), (110, Status.STALE)])
def test_a_log_is_stale_from_the_day_after_its_last(days, status):
    """The last day still counts, the next does not; both are told with the date."""
    row = with_log(suite(fresh_days=days))

    assert (row.status, row.last_day) == (status, RAN + timedelta(days=days))
    assert row.is_outstanding is (status is Status.STALE)


def test_a_stale_log_that_would_not_count_anyway_is_not_accepted():
    """Waiting did not spoil it: every reason is given, its age among them."""
    row = with_log(suite(fresh_days=10, task_version="9"))

    assert row.status is Status.NOT_ACCEPTED
    assert "expected task version '9'" in row.because
    assert "too old: evaluated on 2026-01-10" in row.because


def test_evidence_past_its_own_last_day_is_stale():
    """The case may set a nearer end than the framework."""
    item = replace(ITEM, valid_until=date(2026, 4, 30))
    row = with_log(suite(fresh_days=365), item)

    assert (row.status, row.last_day) == (Status.STALE, date(2026, 4, 30))
    assert with_log(suite(), replace(ITEM, valid_until=date(2026, 5, 1))).status is Status.USABLE


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (replace(ITEM, log_model="lab/other"), "expected a log of model 'lab/other'"),
        (replace(ITEM, log_task="other"), "expected a log of task 'other'"),
        (replace(ITEM, digest="ff" * 32), "expected the log with digest ffffffffffff"),
        (replace(ITEM, log_model=""), "the case does not say that the model is called"),
    ],
)
def test_a_log_of_something_else_is_not_accepted(item, reason):
    """Model, task and bytes are those that the case names (E-4)."""
    row = with_log(suite(), item)

    assert row.status is Status.NOT_ACCEPTED
    assert reason in row.because


def test_bars_of_the_case_beside_those_of_the_framework_are_not_accepted():
    """The engine refuses to choose; neither age nor a check is what is wrong."""
    item = replace(ITEM, indicators=(builders.indicator("suite"),))
    row = with_log(suite(fresh_days=365), item)

    assert (row.status, row.because) == (
        Status.NOT_ACCEPTED,
        "the case states bars of its own beside the framework's",
    )


def test_evidence_that_is_old_and_unchecked_is_stale():
    """A check of an old run would not make it count."""
    row = with_log(suite(fresh_days=10, needs=("sandbagging",)))

    assert (row.status, row.lacking) == (Status.STALE, ("sandbagging",))


def test_a_threshold_without_indicator_is_named():
    """An empty list does not say that everything is there: people's word settles it."""
    framework = builders.framework(builders.rule(condition=builders.reached(), require=builders.met()))
    case = builders.case()

    assert without_indicator(framework, case, rows_of()) == ("t",)
    assert without_indicator(framework, case, rows_of(suite())) == ()


def test_a_run_with_another_elicitation_is_not_accepted():
    """A weaker run says less than is required (D-2)."""
    row = with_log(suite(elicitation="full scaffold"))

    assert row.status is Status.NOT_ACCEPTED
    assert "expected elicitation 'full scaffold', got none stated" in row.because


def test_a_printed_figure_is_published_only_and_goes_stale_too():
    """It counts as evidence (E-6), but it is somebody's word; of its age only the printed date tells."""
    figure = builders.published("suite", "0.1", evaluated=date(2026, 4, 1))

    assert row_of(suite(fresh_days=30), items=(figure,)).status is Status.PUBLISHED_ONLY
    stale = row_of(suite(fresh_days=29), items=(figure,))
    assert (stale.status, stale.last_day) == (Status.STALE, date(2026, 4, 30))


def test_a_log_of_the_last_day_of_the_calendar_has_a_last_day():
    """A date in a log is anybody's word, and no arithmetic on it fails."""
    late = replace(measured(), evaluated=builders.AT.replace(year=9999, month=12, day=31))

    assert with_log(suite(fresh_days=90), m=late).last_day == date(9999, 12, 31)


# --- checks that it needs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("checks", "lacking"),
    [
        ((), ("sandbagging",)),
        ((check(),), ()),
        ((check(kind="elicitation-gap"),), ("sandbagging",)),
        ((check(passed=Verdict.NO),), ("sandbagging",)),
        ((check(passed=Verdict.UNKNOWN),), ("sandbagging",)),
        ((check(dated=date(2026, 5, 2)),), ("sandbagging",)),
        ((check(valid_until=date(2026, 4, 30)),), ("sandbagging",)),
        ((check(valid_until=date(2026, 5, 1)),), ()),
        ((check(passed=Verdict.NO), check()), ("sandbagging",)),
    ],
)
def test_a_check_counts_when_it_passed_and_holds_on_the_day(checks, lacking):
    """Without it the evidence is outstanding, and no new run would help."""
    row = with_log(suite(needs=("sandbagging",)), replace(ITEM, checks=checks))

    assert row.lacking == lacking
    assert row.status is (Status.UNCHECKED if lacking else Status.USABLE)
    assert row.is_outstanding is bool(lacking)
    assert not row.status.asks_for_a_run


def test_only_load_bearing_evaluations_are_outstanding():
    """A supporting one may be missing; the list still shows it."""
    row = row_of(suite(weight=Weight.SUPPORTING))

    assert (row.status, row.is_outstanding) == (Status.MISSING, False)


# --- what is demanded of a run ----------------------------------------------------------------------------------------


def test_the_demands_of_one_evaluation_are_taken_together():
    """The largest number of repeats, and every elicitation once."""
    rows = rows_of(
        suite("a", elicitation="full", repeats=3),
        suite("b", repeats=5, elicitation="full"),
        suite("c", elicitation="bare"),
        suite("d", evaluation="quiz"),
    )

    assert demands_of(rows) == (
        Demand(evaluation="suite", elicitations=("full", "bare"), repeats=5),
        Demand(evaluation="quiz", elicitations=(), repeats=None),
    )
