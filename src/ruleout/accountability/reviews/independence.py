# SPDX-License-Identifier: Apache-2.0
"""Whether a reviewer is independent: computed from the declaration, whatever anybody says (A-9).

Every question asks for a tie. Independent is who has none; one tie is enough not to be; a question that is not
answered is unknown, and unknown is not independent.
"""

from __future__ import annotations

from dataclasses import dataclass

from ruleout.model.canonical import digest_of
from ruleout.model.review import Question, Reviewer, ReviewRules
from ruleout.model.verdict import Verdict, all_of, negate


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One question with the declaration's answer: `tie` is UNKNOWN where the declaration says nothing."""

    question: Question
    tie: Verdict
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Independence:
    """The test of one reviewer: its verdict and the answer to each question."""

    verdict: Verdict
    tested: tuple[Tested, ...]

    @property
    def against(self) -> tuple[Tested, ...]:
        """What stands in the way: ties, and what is not known."""
        return tuple(one for one in self.tested if one.tie is not Verdict.NO)


def independence_of(reviewer: Reviewer, rules: ReviewRules) -> Independence:
    """Return the test of a reviewer under a framework's rules. Pure. Source: A-9."""
    said = {one.question: one for one in reviewer.declared}
    tested = tuple(
        Tested(question=q, tie=said[q.id].tie, says=said[q.id].says)
        if q.id in said
        else Tested(question=q, tie=Verdict.UNKNOWN, says="")
        for q in rules.independence
    )
    return Independence(verdict=all_of(negate(one.tie) for one in tested), tested=tested)


def declaration_digest(reviewer: Reviewer) -> str:
    """Return what an approval of a reviewer signs: the digest of name, expertise and declaration. Pure.

    A declaration that changes has another digest, so that an approval does not outlive what was approved.
    """
    declared = [{"question": d.question, "tie": d.tie.value, "says": d.says} for d in reviewer.declared]
    return digest_of(
        {"reviewer": reviewer.id, "name": reviewer.name, "expertise": reviewer.expertise, "declared": declared}
    )
