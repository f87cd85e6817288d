# SPDX-License-Identifier: Apache-2.0
"""What an announcement waits for, and how versions stand (D-15, A-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.builders import role

from ruleout.accountability.publication.digest import publication_digest
from ruleout.accountability.publication.needs import Announced, Governing, last_day, needs_of
from ruleout.accountability.publication.standing import History, standing_of
from ruleout.model.clause import Clause, Period
from ruleout.model.formula import AllOf
from ruleout.model.framework import ChangeProcedure, Publicity
from ruleout.model.outcome import Force
from ruleout.model.publication import ChangeAct, Needs, Parts, Pinned, Signed, Standing

PARTS = Parts(framework="a" * 64, change_log="b" * 64, mapping="", document="c" * 64, previous="d" * 64)
PROCEDURE = ChangeProcedure(
    clause=Clause(id="change", says="So.", section="1", anchor=None, force=Force.BINDING),
    propose=AllOf((role("ceo"), role("rso"))),
    approve=role("board"),
    consult=("trust",),
    notify=("staff",),
    published=Publicity.BEFORE,
    notice=Period(months=1),
)
ANNOUNCED = datetime(2027, 1, 31, 9, tzinfo=UTC)
EFFECTIVE = date(2027, 4, 1)


def act(name, person, what, *, digest="x", day=2):
    at = datetime(2027, 2, day, tzinfo=UTC)
    return Signed(entry=f"{name}-{what.value}", role=name, person=person, act=what, digest=digest, at=at)


ALL = (
    act("ceo", "ada", ChangeAct.PROPOSE),
    act("rso", "bea", ChangeAct.PROPOSE),
    act("trust", "fay", ChangeAct.CONSULT),
    act("staff", "gus", ChangeAct.NOTIFY),
    act("board", "cal", ChangeAct.APPROVE),
)


ROLES = frozenset({"ceo", "rso", "trust", "staff", "board"})


def needs(acts=ALL, at=datetime(2027, 3, 1, tzinfo=UTC), procedure=PROCEDURE, by="eve"):
    announced = Announced(digest="x", at=ANNOUNCED, by=frozenset({by}), effective=EFFECTIVE)
    return needs_of(Governing(procedure=procedure, roles=ROLES), acts, announced, at=at)


def test_everything_there_and_the_notice_over_is_nothing_left():
    """A month from the last of January ends with February."""
    assert needs() == Needs(last_day=date(2027, 3, 31))
    assert needs(at=datetime(2027, 2, 27, 23, 59, tzinfo=UTC)).until == date(2027, 2, 28)


@pytest.mark.parametrize("index", range(len(ALL)))
def test_each_act_is_missed(index):
    """Leave one out, and it is named."""
    left = needs(acts=(*ALL[:index], *ALL[index + 1 :]))

    named = [one for one in left.missing if "consultation: again" not in one]
    assert len(named) == 1
    assert ALL[index].role in named[0]


@pytest.mark.parametrize("index", range(len(ALL)))
def test_an_act_over_another_text_or_of_later_is_missed(index):
    """It counts for its own text, from its own instant."""
    other = (*ALL[:index], replace(ALL[index], digest="y"), *ALL[index + 1 :])
    later = (*ALL[:index], replace(ALL[index], at=datetime(2027, 3, 2, tzinfo=UTC)), *ALL[index + 1 :])

    assert needs(acts=other).missing == needs(acts=later).missing != ()


def test_one_person_fills_one_role():
    """Whoever is both officers proposes once."""
    acts = (replace(ALL[0], person="ada"), replace(ALL[1], person="ada"), *ALL[2:])

    assert needs(acts=acts).missing == ("proposal by ceo (another person)", "proposal by rso (another person)")


def test_a_refusal_stands_until_it_is_taken_back():
    """It undoes the approval of the same person."""
    refusal = act("board", "cal", ChangeAct.REFUSE, day=3)
    again = act("board", "cal", ChangeAct.APPROVE, day=4)

    assert needs(acts=(*ALL, refusal)) == Needs(
        missing=("approval by board",), refused=("board",), last_day=date(2027, 3, 31)
    )
    assert needs(acts=(*ALL, refusal, again)) == Needs(last_day=date(2027, 3, 31))


def test_who_proposed_does_not_approve():
    """By any key and in any role: the keyring says whose key it is."""
    same = (*ALL[:4], replace(ALL[4], person="ada"))

    assert needs(acts=same).missing == ("approval by board (not by who proposed it)",)
    assert needs(acts=(*same, replace(ALL[4], entry="again", person="cal"))).missing == ()


def test_one_role_may_do_both_but_not_one_person_alone():
    """Where the text gives a role both acts, somebody else agrees as well, in a role of the framework."""
    alone = replace(PROCEDURE, propose=role("ceo"), approve=role("ceo"), consult=(), notify=())
    acts = (act("ceo", "ada", ChangeAct.PROPOSE), act("ceo", "ada", ChangeAct.APPROVE))
    with_other = (*acts, act("rso", "bea", ChangeAct.APPROVE))
    with_clerk = (*acts, act("recorder", "eve", ChangeAct.APPROVE))
    with_herself = (*acts, act("rso", "ada", ChangeAct.APPROVE))

    for given in (acts, with_clerk, with_herself):
        assert needs(acts=given, procedure=alone).missing == ("approval by a second person",)
    assert needs(acts=with_other, procedure=alone).missing == ()


def test_who_announces_proposes_where_nobody_is_named():
    """Then the announcer is not the one who approves."""
    approved = replace(PROCEDURE, propose=None, consult=(), notify=())

    assert needs(acts=ALL[4:], procedure=approved, by="cal").missing == ("approval by board (not by who proposed it)",)
    assert needs(acts=ALL[4:], procedure=approved).missing == ()


def test_an_approval_of_before_the_consultation_is_given_again():
    """Who approves knows what the consulted said."""
    late = replace(ALL[2], at=datetime(2027, 2, 5, tzinfo=UTC))
    again = act("board", "cal", ChangeAct.APPROVE, day=5)

    assert needs(acts=(*ALL[:2], late, *ALL[3:])).missing == ("approval by board (of before the consultation: again)",)
    assert needs(acts=(*ALL[:2], late, *ALL[3:], again)).missing == ()


def test_without_a_procedure_a_second_person_is_asked_for():
    """Not who announced it; and the effective day is the last. A refusal is in the way as ever."""
    wanted = Needs(missing=("approval by a second person",), last_day=EFFECTIVE)
    refusal = act("rso", "bea", ChangeAct.REFUSE)

    assert needs(acts=(), procedure=None) == wanted
    assert needs(acts=ALL[4:], procedure=None, by="cal") == wanted
    assert needs(acts=ALL[4:], procedure=None) == Needs(last_day=EFFECTIVE)
    assert needs(acts=(*ALL[4:], refusal), procedure=None).refused == ("rso",)
    assert last_day(replace(PROCEDURE, published=Publicity.BY), EFFECTIVE) == EFFECTIVE


def test_every_part_is_in_the_digest():
    """Change one and it is another; so with the label."""
    seen = {publication_digest("acme", "1.1", PARTS), publication_digest("acme", "1.2", PARTS)}
    seen |= {
        publication_digest("acme", "1.1", replace(PARTS, **{name: "e" * 64}))
        for name in ("framework", "change_log", "mapping", "document", "previous")
    }

    assert len(seen) == 7


def pin(version, what, day, effective, *, framework="a"):
    return Pinned(
        entry=f"{version}-{what}-{day}",
        act=what,
        at=datetime(2027, 1, day, tzinfo=UTC),
        version=version,
        effective=effective,
        parts=replace(PARTS, framework=framework * 64),
        has_document=False,
        size=1,
    )


OLD = pin("1.0", "", 1, date(2026, 1, 1))
FIRST = pin("1.1", "announce", 2, date(2027, 1, 20), framework="b")
SECOND = pin("1.1", "announce", 3, date(2027, 1, 20), framework="c")
OUT = pin("1.1", "publish", 10, date(2027, 1, 20), framework="c")
DRAFT = pin("1.2", "", 11, date(2027, 1, 21), framework="d")
HISTORY = History(name="acme", pins=(OLD, FIRST, SECOND, OUT, DRAFT))


NOTHING = Needs()


def stands(one, day, needs_=NOTHING):
    return standing_of(one, HISTORY, needs_, at=datetime(2027, 1, day, tzinfo=UTC))


def test_how_versions_stand():
    """Kept before change control began: counts. Kept since without being published: does not."""
    assert stands(OLD, 19) is Standing.IN_FORCE
    assert stands(OLD, 20) is Standing.SUPERSEDED
    assert stands(FIRST, 2) is Standing.READY
    assert stands(FIRST, 3) is Standing.REPLACED
    assert stands(SECOND, 4, Needs(missing=("approval by board",))) is Standing.WAITING
    assert stands(SECOND, 4, Needs(until=date(2027, 1, 9))) is Standing.HELD
    assert stands(SECOND, 9, Needs(last_day=date(2027, 1, 8))) is Standing.LAPSED
    assert stands(OUT, 10) is Standing.PUBLISHED
    assert stands(OUT, 20) is Standing.IN_FORCE
    assert stands(DRAFT, 25) is Standing.RECORDED
    assert HISTORY.latest() == OUT


def test_the_version_in_force_governs_and_not_one_to_come():
    """A text that is published and not yet in force spares its own successor nothing."""
    assert HISTORY.governing("1.2", datetime(2027, 1, 19, tzinfo=UTC)) == OLD
    assert HISTORY.governing("1.2", datetime(2027, 1, 20, tzinfo=UTC)) == OUT
    assert HISTORY.governing("1.1", datetime(2027, 1, 20, tzinfo=UTC)) == OLD
    assert History(name="acme", pins=(OUT,)).governing("1.1", datetime(2027, 1, 20, tzinfo=UTC)) is None


def test_what_is_in_force_is_what_was_public_by_then():
    """A publication counts from its own instant too; what was kept before says nothing of when it was public."""
    assert HISTORY.in_force(datetime(2026, 6, 1, tzinfo=UTC)) == OLD
    assert HISTORY.in_force(datetime(2025, 6, 1, tzinfo=UTC)) is None
    late = History(name="acme", pins=(pin("1.0", "publish", 15, date(2026, 1, 1)),))
    assert late.in_force(datetime(2027, 1, 14, tzinfo=UTC)) is None
