# SPDX-License-Identifier: Apache-2.0
"""A framework's duties as a regime: events by name, versions that follow each other (A-3, D-12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date

import pytest
from tests import duty_builders as b

from ruleout.accountability.duties import decision_event, in_force_event, regime_of
from ruleout.accountability.duties.framework_regime import event_name
from ruleout.clocks import deadline
from ruleout.framework import parse_framework
from ruleout.model.clause import Period
from ruleout.model.clock import Calendar, TimeUnit
from ruleout.model.duty import LegalDuty, Term


def spans(duty: str, *versions: str) -> list[LegalDuty]:
    return [found for found in b.framework_regime(*versions).duties if found.id == duty]


def test_events_get_names():
    """From the words in which the framework tells them."""
    assert event_name("the coverage date of a Risk Report") == "the-coverage-date-of-a-risk-report"
    assert event_name("for example, a pre-training run") == "for-example-a-pre-training-run"
    assert event_name("") == ""


def test_a_range_keeps_both_ends():
    """Risk Reports every three to six months."""
    (duty,) = spans("publish-risk-reports", "3.4")

    assert (duty.term, duty.shortest, duty.limit) == (
        Term.EVERY, b.limit(3, TimeUnit.MONTHS), b.limit(6, TimeUnit.MONTHS),
    )  # fmt: skip
    assert duty.after == (in_force_event("anthropic-rsp"),)


def test_a_duty_of_a_decision_starts_with_it():
    """Under its own framework's name, so that another framework's duty of the same id stays apart."""
    (duty,) = spans("off-cycle-internal", "3.4")

    assert duty.after == (decision_event("anthropic-rsp", "off-cycle-internal"),)
    assert duty.limit == b.limit(30, TimeUnit.DAYS)


def test_a_duty_that_stays_through_versions_is_one():
    """A new version with the same cadence does not set the clock back."""
    (duty,) = spans("publish-risk-reports", "3.0", "3.1", "3.2", "3.3", "3.4")

    assert (duty.from_day, duty.to_day) == (date(2026, 2, 24), None)


def test_the_order_of_versions_does_not_matter():
    """They are ordered by their days."""
    assert spans("publish-risk-reports", "3.4", "3.0") == spans("publish-risk-reports", "3.0", "3.4")


@pytest.mark.parametrize("duty", ["coverage-date"])
def test_a_duty_begins_with_the_version_that_adds_it(duty):
    """The coverage date is new in the latest version."""
    (found,) = spans(duty, "3.0", "3.4")

    assert found.from_day == date(2026, 7, 8)


def test_a_duty_that_went_ends_the_day_before():
    """The yearly approval of safeguards is no duty of the next version."""
    (found,) = spans("re-approve-safeguards", "2.2", "3.0")

    assert found.to_day == date(2026, 2, 23)


def test_a_duty_that_nothing_starts_is_in_no_calendar():
    """A standing one has no clock."""
    assert spans("maintain-rso", "3.4") == []


def test_a_duty_that_a_peer_clause_costs_starts_with_the_decision():
    """No activity triggers it by itself; a decision that used the clause does (D-9)."""
    (duty,) = spans("acknowledge-absolute-risk", "3.4")

    assert duty.after == (decision_event("anthropic-rsp", "acknowledge-absolute-risk"),)
    assert duty.term is Term.OPEN


UTC_CALENDAR = Calendar(name="UTC", zone=UTC)
FRAMEWORKS = sorted((b.ROOT / "frameworks").glob("*/*.yaml"))


@pytest.mark.parametrize("path", FRAMEWORKS, ids=lambda p: f"{p.parent.name}@{p.stem}")
def test_every_shipped_framework_is_read_as_a_regime(path):
    """Each duty with a time gets a clock in its own unit, and each event a name."""
    framework = parse_framework(path.read_bytes(), file=path.name)
    regime = regime_of([framework])
    clocked = {duty.clause.id for duty in framework.duties if duty.every or (duty.within and (duty.event or duty.on))}

    assert clocked <= {duty.id for duty in regime.duties if duty.limit is not None}
    names = {name for name, _ in regime.events}
    assert all(event and set(duty.after) <= names for duty in regime.duties for event in duty.after)


@pytest.mark.parametrize(
    "at", ["2026-01-31T23:59:00Z", "2028-02-29T00:00:00Z", "2026-12-31T12:00:00Z", "2026-08-31T06:00:00+09:00"]
)
def test_the_calendar_and_a_decision_name_the_same_day(at):
    """What a decision says is due is what the calendar says, for every time that a shipped framework sets."""
    for path in FRAMEWORKS:
        framework = parse_framework(path.read_bytes(), file=path.name)
        read = {duty.id: duty for duty in regime_of([framework]).duties}
        for duty in framework.duties:
            if duty.within is not None and duty.every is None and duty.clause.id in read:
                event = b.instant(at).astimezone(UTC)
                by_decision = duty.within.after(event.date())
                assert deadline(event, read[duty.clause.id].limit, UTC_CALENDAR).last_day == by_decision


def test_a_cadence_that_changed_is_another_duty():
    """Each version's time counts while that version does; a longer one does not undo what was missed."""
    old, new = (
        parse_framework((b.ROOT / "frameworks" / "anthropic-rsp" / f"{v}.yaml").read_bytes(), file=v)
        for v in ("3.3", "3.4")
    )
    longer = tuple(
        replace(duty, every=(Period(months=3), Period(months=9))) if duty.clause.id == "publish-risk-reports" else duty
        for duty in new.duties
    )
    found = [d for d in regime_of([old, replace(new, duties=longer)]).duties if d.id == "publish-risk-reports"]

    assert [(d.limit.count, d.from_day, d.to_day) for d in found] == [
        (6, date(2026, 5, 26), date(2026, 7, 7)),
        (9, date(2026, 7, 8), None),
    ]
