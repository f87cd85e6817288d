# SPDX-License-Identifier: Apache-2.0
"""Concerns: who receives them without whoever they concern, what is owed, and counts without a word (A-13)."""

from __future__ import annotations

import pytest
from tests.incident_builders import at
from tests.integration.command_line import ROOT

from ruleout.accountability.concerns.fold import ConcernAct, ConcernState, fold
from ruleout.accountability.concerns.owed import OwedState, owed_about
from ruleout.accountability.concerns.parse import kept_bytes, parse_concern, parse_update, update_bytes
from ruleout.accountability.concerns.recipients import recipients_of, told_of
from ruleout.accountability.concerns.roll_up import bounds_of, quarter_of, roll_up
from ruleout.app.accountability.concern_rules import calendars_of, concern_rules
from ruleout.errors import NotFound
from ruleout.model.concern import Concern, ConcernStatus, ConcernUpdate
from ruleout.model.verdict import Verdict

RULES = concern_rules("anthropic-rsp@3.4", None)
HOLDERS = {"rso": ("bea",), "independent-executive": ("dan",), "board": ("bea", "cal"), "director": ("cal",)}
SUBSTANTIATED, UNSUBSTANTIATED = ConcernStatus.SUBSTANTIATED, ConcernStatus.UNSUBSTANTIATED


def concern(*roles: str, persons: tuple[str, ...] = (), reporter: str = "") -> Concern:
    return Concern(title="A run was skipped", says="It was not run.", roles=roles, persons=persons, reporter=reporter)


def state(
    number: int, received: str, *updates: tuple[str, ConcernUpdate], about: Concern | None = None
) -> ConcernState:
    closing = (SUBSTANTIATED, UNSUBSTANTIATED, ConcernStatus.UNDETERMINED)
    acts = [ConcernAct(id="c/1", act="receive", ts=at(received), by=(), concern=about or concern())]
    acts += [
        ConcernAct(id=f"c/{n}", act="close" if u.status in closing else "update", ts=at(ts), by=(), update=u)
        for n, (ts, u) in enumerate(updates, start=2)
    ]
    found = fold(number, acts)
    assert found is not None
    return found


def test_several_people_receive_a_concern():
    """The officer and an executive who does not report to them, by the framework's own clause."""
    found = recipients_of(concern(), RULES, HOLDERS)

    assert [(one.role, one.persons) for one in found.receive] == [
        ("rso", ("bea",)),
        ("independent-executive", ("dan",)),
    ]
    assert found.receive[0].because == ("anthropic-rsp@3.4 4(4)",)


def test_whoever_it_concerns_does_not_receive_it_in_any_role():
    """The officer is out, the Board is in, and the officer's own seat on the Board does not bring them back."""
    found = recipients_of(concern("rso"), RULES, HOLDERS)

    assert [(one.role, one.persons) for one in found.receive] == [
        ("independent-executive", ("dan",)),
        ("board", ("cal",)),
    ]
    assert (found.recused_roles, found.recused_persons) == (("rso",), ("bea",))


def test_a_person_named_takes_the_roles_they_alone_hold_out():
    """Naming the person is enough: the role is then concerned too, and its stand-in comes in."""
    assert [one.role for one in recipients_of(concern(persons=("bea",)), RULES, HOLDERS).receive] == [
        "independent-executive",
        "board",
    ]


def test_a_role_with_others_stays_without_the_one_concerned():
    """Half a Board can still receive."""
    clause = RULES[0].roll_up
    found = told_of(clause, "x", [concern(persons=("bea",))], HOLDERS)

    assert [(one.role, one.persons) for one in found.receive] == [("board", ("cal",))]


def test_nobody_is_left_out_of_counts_that_concern_nobody():
    """Without a concern about them all are told."""
    found = told_of(RULES[0].roll_up, "x", [], HOLDERS)

    assert [one.persons for one in found.receive] == [("bea", "cal")]


@pytest.mark.parametrize(
    ("seen", "how"), [("2027-02-28T07:59:59", OwedState.DUE), ("2027-03-01T08:00", OwedState.MISSED)]
)
def test_the_reporter_is_told_every_month(seen, how):
    """From 31 January a month ends with 28 February, there where the law is."""
    owed = owed_about(state(1, "2027-01-31T20:00"), RULES, calendars_of(RULES), at=at(seen))

    assert [(one.to, one.state) for one in owed] == [(("reporter",), how)]


def test_word_to_the_reporter_starts_the_month_anew_and_a_closed_concern_owes_none():
    """What was told counts from when it was told."""
    told = state(1, "2027-01-10T20:00", ("2027-02-08T20:00", ConcernUpdate(told="It is looked into.")))
    done = state(1, "2027-01-10T20:00", ("2027-02-08T20:00", ConcernUpdate(status=UNSUBSTANTIATED)))

    assert owed_about(told, RULES, calendars_of(RULES), at=at("2027-03-01"))[0].state is OwedState.DUE
    assert owed_about(done, RULES, calendars_of(RULES), at=at("2027-05-01")) == ()


@pytest.mark.parametrize(
    ("material", "notified", "how"),
    [
        (Verdict.YES, (), OwedState.AT_ONCE),
        (Verdict.UNKNOWN, (), OwedState.MAY_BE),
        (Verdict.NO, (), None),
        (Verdict.YES, ("board",), None),
    ],
)
def test_a_substantiated_material_concern_is_told_at_once(material, notified, how):
    """Where nobody has judged, it may be owed; where the Board was told, it is not owed any more."""
    stated = ConcernUpdate(status=SUBSTANTIATED, material=material, notified=notified)
    owed = owed_about(state(1, "2027-01-10", ("2027-01-20", stated)), RULES, calendars_of(RULES), at=at("2027-01-21"))

    assert [one.state for one in owed] == ([] if how is None else [how])


def test_a_quarter_counts_every_concern_and_says_no_word():
    """Carried over, received, closed in each way, judged or not; unsubstantiated ones are counted like the others."""
    named = concern(reporter="Zelda")
    concerns = [
        state(1, "2026-12-30", ("2027-02-01", ConcernUpdate(status=UNSUBSTANTIATED))),
        state(2, "2027-01-05", ("2027-03-30", ConcernUpdate(status=SUBSTANTIATED, material=Verdict.YES)), about=named),
        state(3, "2027-01-06", ("2027-03-30", ConcernUpdate(status=SUBSTANTIATED))),
        state(4, "2027-03-31T23:59"),
        state(5, "2027-04-01"),
        state(6, "2026-11-01", ("2026-12-01", ConcernUpdate(status=UNSUBSTANTIATED))),
    ]
    found = roll_up(concerns, bounds_of("2027-Q1"), at=at("2027-06-01"))

    assert (found.before, found.received, found.anonymous, found.named) == (1, 3, 2, 1)
    assert dict(found.closed) == {SUBSTANTIATED: 2, UNSUBSTANTIATED: 1, ConcernStatus.UNDETERMINED: 0}
    assert (found.material, found.material_unknown, found.still_open, found.is_whole) == (1, 1, 1, True)


def test_a_quarter_that_is_not_over_counts_what_is_known_so_far():
    """What comes later is not in it."""
    found = roll_up([state(1, "2027-01-05"), state(2, "2027-02-05")], bounds_of("2027-Q1"), at=at("2027-01-31"))

    assert (found.received, found.still_open, found.is_whole) == (1, 1, False)


@pytest.mark.parametrize(("instant", "quarter"), [("2027-01-01", "2027-Q1"), ("2026-12-31T23:59", "2026-Q4")])
def test_quarters_are_those_of_utc(instant, quarter):
    """The same for everybody, and each begins where the one before ends."""
    start, end = bounds_of(quarter)

    assert quarter_of(at(instant)) == quarter
    assert start <= at(instant) < end
    assert bounds_of("2027-Q5") is None


def test_nothing_but_the_fields_is_kept_of_what_was_handed_in():
    """A comment may name who wrote an anonymous report."""
    data = b"# by Zelda, from her laptop\nconcern: A run was skipped\nsays: It was not run.\n"
    kept = kept_bytes(data, file="zelda-report.yaml")

    assert kept == b'{"concern":"A run was skipped","concerns-persons":[],"concerns-roles":[],"says":"It was not run."}'
    assert parse_concern(kept, file="x") == parse_concern(data, file="x")


def test_who_wants_to_be_named_is_named():
    """Only then."""
    data = b"concern: A\nsays: B\nreporter: {name: Zelda, reach: z@lab.example}\n"

    assert parse_concern(kept_bytes(data, file="x"), file="x").reporter == "Zelda, z@lab.example"


def test_an_update_reads_back_as_it_was_stated():
    """What is not stated stays as it was."""
    stated = ConcernUpdate(status=SUBSTANTIATED, material=Verdict.NO, told="T", notified=("board",), correction="C")

    assert parse_update(update_bytes(7, stated), file="x") == stated
    assert parse_update(update_bytes(7, ConcernUpdate()), file="x") == ConcernUpdate()


def test_rules_of_a_framework_without_any_are_asked_for_in_vain():
    """The message names those that have some."""
    with pytest.raises(NotFound, match=r"anthropic-rsp@3\.4"):
        concern_rules("anthropic-rsp@2.2", None)


def test_the_clauses_cited_stand_in_the_framework():
    """Rules for concerns and the framework's own encoding cite the same clauses."""
    text = (ROOT / "frameworks" / "anthropic-rsp" / "3.4.yaml").read_text("utf-8")
    own = (ROOT / "frameworks" / "anthropic-rsp" / "concerns" / "3.4.yaml").read_text("utf-8")
    cited = [line.split()[1] for line in own.splitlines() if line.strip().startswith("clause:")]

    assert len(cited) == 4
    assert all(f"\n  {clause}:\n" in text for clause in cited)
