# SPDX-License-Identifier: Apache-2.0
"""Deviations: what is open, what is overdue, and when it was really discovered (A-6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.incident_builders import at

from ruleout.accountability.deviations.fold import DeviationAct, DeviationState, fold
from ruleout.accountability.deviations.parse import parse_deviation
from ruleout.model.deviation import Deviation, Step

TEXT = b"""\
deviation: late-review
says: A review was not commissioned.
departs-from: {framework: anthropic-rsp@3.4, clause: procedural-review}
discovered: 2027-01-10
since: unknown
scope: One review.
remediation: [{says: Commission it., owner: compliance, due: 2027-02-15}]
"""


def read() -> Deviation:
    return parse_deviation(TEXT, file="x.yaml")


def state(*stated: tuple[str, Deviation]) -> DeviationState:
    acts = [
        DeviationAct(id=f"deviation/x/{n}", act=kind, ts=at("2027-01-11"), by=(), reason="", deviation=one)
        for n, (kind, one) in enumerate(stated, start=1)
    ]
    found = fold(acts)
    assert found is not None
    return found


def test_what_nobody_knows_is_read_as_not_known():
    """Since when is unknown; the rest is as written."""
    assert read().since is None
    assert read().steps == (Step(says="Commission it.", owner="compliance", due=date(2027, 2, 15)),)


@pytest.mark.parametrize(("seen", "overdue"), [("2027-02-15T23:59", 0), ("2027-02-16T00:00", 1)])
def test_a_step_is_overdue_after_its_last_day(seen, overdue):
    """The last day counts wholly."""
    assert len(state(("open", read())).overdue(at(seen))) == overdue


def test_nothing_is_overdue_once_done_or_closed():
    """What was done late is in the record; it is not owed any more."""
    done = replace(read(), steps=(replace(read().steps[0], done=date(2027, 3, 1)),))

    assert state(("open", read()), ("amend", done)).overdue(at("2027-04-01")) == ()
    assert state(("open", read()), ("close", read())).overdue(at("2027-04-01")) == ()


def test_the_earliest_discovery_ever_stated_counts():
    """A later statement does not make a deviation younger."""
    later = replace(read(), discovered=at("2027-01-20"))

    assert state(("open", read()), ("amend", later)).discovered == at("2027-01-10")


def test_an_amendment_after_the_end_opens_it_again():
    """It turned out not to be over."""
    assert state(("open", read()), ("close", read())).is_closed
    assert not state(("open", read()), ("close", read()), ("amend", read())).is_closed
