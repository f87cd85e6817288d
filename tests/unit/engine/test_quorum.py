# SPDX-License-Identifier: Apache-2.0
"""Approvals: bound to the inputs, by people who may, each person once (D-11)."""

from datetime import timedelta

import pytest
from tests.builders import AT, SHA, all_, any_, approval, case, role

from ruleout.engine.quorum import find_quorum, weigh_acts
from ruleout.model.case import Act, Record
from ruleout.model.formula import AtLeast, Kind, Quorum
from ruleout.model.verdict import Verdict

BOTH = Quorum(Kind.APPROVED, all_(role("ceo"), role("rso")))


def judged(quorum, *acts, **about):
    weighed = weigh_acts(case(**about), acts, input_digest=SHA, at=AT)
    return find_quorum(quorum, weighed)


def test_all_of_needs_every_role_by_different_people():
    """Two roles, two people."""
    found = judged(BOTH, approval("ceo", "ada"), approval("rso", "bea"))

    assert (Verdict.YES, ()) == (found.verdict, found.missing)


def test_one_person_counts_once():
    """The same person in both roles does not make a quorum of two."""
    found = judged(BOTH, approval("ceo", "ada"), approval("rso", "ada"))

    assert Verdict.UNKNOWN is found.verdict
    assert found.missing == ("ceo (another person)", "rso (another person)")


def test_people_are_seated_where_they_fit():
    """Ada may act as either, Bea only as CEO: the quorum stands with Ada as RSO."""
    found = judged(BOTH, approval("ceo", "ada"), approval("rso", "ada"), approval("ceo", "bea"))

    assert Verdict.YES is found.verdict


@pytest.mark.parametrize(
    "act",
    [
        approval("rso", "bea", digest="cd" * 32),
        approval("rso", "bea", at=AT + timedelta(seconds=1)),
        approval("rso", "bea", signed=False),
        approval("rso", "preparer"),
        approval("rso", "recused"),
        approval("rso", "bea", act=Act.NOTIFIED),
    ],
)
def test_an_act_that_does_not_count_leaves_the_quorum_open(act):
    """Other inputs, after the decision, unsigned, by the preparer, by someone recused, or no approval at all."""
    found = judged(BOTH, approval("ceo", "ada"), act, prepared_by=("preparer",), recused=("recused",))

    assert (Verdict.UNKNOWN, ("rso",)) == (found.verdict, found.missing)


def test_attested_acts_count_in_a_public_record_only():
    """A published statement counts where the case is told from the public record, and says that it is not signed."""
    weighed = weigh_acts(
        case(record=Record.PUBLIC, approvals=(approval("ceo", "", signed=False), approval("rso", "", signed=False))),
        (),
        input_digest=SHA,
        at=AT,
    )

    assert Verdict.YES is find_quorum(BOTH, weighed).verdict
    assert {s.because for s in weighed.shown} == {"published, not signed"}


def test_a_refusal_blocks_and_a_later_approval_by_the_same_person_replaces_it():
    """The last word of a person in a role counts."""
    refused = approval("rso", "bea", act=Act.REFUSE, at=AT - timedelta(hours=2))
    approved = approval("rso", "bea", at=AT - timedelta(hours=1))

    assert Verdict.NO is judged(BOTH, approval(), refused).verdict
    assert Verdict.YES is judged(BOTH, approval(), refused, approved).verdict


def test_a_refusal_by_one_holder_of_a_role_is_not_overridden_by_another():
    """Two people hold a role and disagree: refused."""
    found = judged(BOTH, approval(), approval("rso", "bea"), approval("rso", "cal", act=Act.REFUSE))

    assert (Verdict.NO, ("rso",)) == (found.verdict, found.refused)


@pytest.mark.parametrize(
    ("roles", "verdict"), [(("a", "b"), Verdict.YES), (("a",), Verdict.UNKNOWN), ((), Verdict.UNKNOWN)]
)
def test_at_least_counts_roles(roles, verdict):
    """Two of three suffice, one does not."""
    quorum = Quorum(Kind.APPROVED, AtLeast(2, (role("a"), role("b"), role("c"))))

    assert verdict is judged(quorum, *(approval(r, f"person {r}") for r in roles)).verdict


@pytest.mark.parametrize("later", [{"digest": "cd" * 32}, {"signed": False}])
def test_a_refusal_is_taken_back_only_by_an_act_that_counts(later):
    """Bea refused these inputs and approved others: another holder of the role does not get round her refusal."""
    refused = approval("rso", "bea", act=Act.REFUSE, at=AT - timedelta(hours=2))
    approved = approval("rso", "bea", at=AT - timedelta(hours=1), **later)
    found = judged(BOTH, approval(), approval("rso", "cid"), refused, approved)

    assert (Verdict.NO, ("rso",)) == (found.verdict, found.refused)


def test_any_of_needs_one():
    """Either role alone is enough."""
    assert Verdict.YES is judged(Quorum(Kind.APPROVED, any_(role("a"), role("b"))), approval("b", "bea")).verdict


def test_notices_need_the_bodies_not_different_people():
    """One secretary may notify both Board and LTBT; an approval is not a notice."""
    told = Quorum(Kind.NOTIFIED_BEFORE, all_(role("board"), role("ltbt")))
    notices = [approval(r, "secretary", act=Act.NOTIFIED) for r in ("board", "ltbt")]

    assert Verdict.YES is judged(told, *notices).verdict
    assert Verdict.UNKNOWN is judged(told, notices[0], approval("ltbt", "bea")).verdict


def test_a_huge_quorum_ends():
    """A quorum with millions of ways is answered within bounds, and never YES without its people."""
    wide = all_(*(any_(*(role(f"r{i}-{j}") for j in range(8))) for i in range(8)))

    assert Verdict.UNKNOWN is judged(Quorum(Kind.APPROVED, wide), approval("r0-0", "ada")).verdict
