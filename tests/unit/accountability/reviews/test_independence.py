# SPDX-License-Identifier: Apache-2.0
"""Independence is computed from the declaration, and nothing unknown is independent (A-9)."""

from __future__ import annotations

import pytest
from tests.review_builders import TIES, declaration, review_file, rules

from ruleout.accountability.reviews.fold import Approved, lacking
from ruleout.accountability.reviews.independence import declaration_digest, independence_of
from ruleout.accountability.reviews.parse import parse_review
from ruleout.model.review import Reviewer
from ruleout.model.verdict import Verdict


def reviewer(**ties: str) -> Reviewer:
    return parse_review(review_file(declaration("institute", **ties)), file="r", rules=rules()).reviewers[0]


def test_no_tie_at_all_is_independent():
    """Every question answered with no."""
    test = independence_of(reviewer(), rules())

    assert (Verdict.YES, ()) == (test.verdict, test.against)


@pytest.mark.parametrize("tie", TIES)
@pytest.mark.parametrize(("answer", "verdict"), [("yes", "no"), ("unknown", "unknown"), ("left out", "unknown")])
def test_one_tie_or_one_unknown_is_enough(tie, answer, verdict):
    """Each question alone can take independence away; leaving it out is not answering no."""
    test = independence_of(reviewer(**{tie.replace("-", "_"): answer}), rules())

    assert verdict == test.verdict.value
    assert [tie] == [one.question.id for one in test.against]


def test_a_tie_outweighs_what_is_unknown():
    """With one tie known, what is not known cannot make the reviewer independent."""
    assert independence_of(reviewer(family="yes", romantic="unknown"), rules()).verdict is Verdict.NO


def approved(one: Reviewer, *acts: bool, role: str = "ltbt") -> list[Approved]:
    return [Approved(role=role, approves=act, declaration=declaration_digest(one)) for act in acts]


def test_approval_is_of_the_declaration_as_it_is():
    """An approval of another declaration, of another role, or taken back, is none."""
    one, other = reviewer(), reviewer(family="unknown")

    assert lacking(one, rules(), approved(one, True)) == ()
    assert lacking(one, rules(), approved(other, True)) == ("ltbt",)
    assert lacking(one, rules(), approved(one, True, role="board")) == ("ltbt",)
    assert lacking(one, rules(), approved(one, True, False)) == ("ltbt",)
    assert lacking(one, rules(), approved(one, False, True)) == ()
