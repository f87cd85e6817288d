# SPDX-License-Identifier: Apache-2.0
"""The landscape of peers: what others have deployed and with which safeguards, as dated, graded, sourced facts (D-9).

A fact keeps the grade its collector gave it and says what weakens it: second-hand knowledge and open dispute lower the
grade at which it counts, whatever was written. Nothing is dropped: what does not count is shown with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from ruleout.model.case import PeerFact
from ruleout.model.clause import Period
from ruleout.model.evidence import Source
from ruleout.model.expiry import has_ended
from ruleout.model.framework import Grade, Quantifier
from ruleout.model.verdict import Verdict

#: A fact that names no last valid day goes stale after this.
AGES_AFTER = Period(months=12)


class Topic(Enum):
    """What a fact is about: what a peer can do, how it protects it, what it released, what it promises."""

    CAPABILITY = "capability"
    SAFEGUARD = "safeguard"
    DEPLOYMENT = "deployment"
    PROMISE = "promise"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class LandscapeFact:
    """A fact about a peer as its file tells it.

    Attributes:
        about: what it shares with facts that say the opposite.
        grade: as the collector graded it; `counts_as` is the grade at which it counts.
        contested: who disputes it and how; "" if nobody is known to.
        answers: ids of frameworks' peer questions that it may answer.
    """

    id: str
    developer: str
    model: str
    topic: Topic
    about: str
    says: str
    holds: Verdict
    covers: Quantifier
    grade: Grade
    as_of: date
    valid_until: date | None
    second_hand: bool
    contested: str
    answers: tuple[str, ...]
    source: Source
    note: str

    @property
    def last_day(self) -> date:
        """The last day on which the fact counts."""
        return self.valid_until or AGES_AFTER.after(self.as_of)

    @property
    def counts_as(self) -> Grade:
        """The grade at which it counts: at most *reported* if second-hand, *unverified* if contested."""
        most = Grade.UNVERIFIED if self.contested else Grade.REPORTED if self.second_hand else self.grade
        return min(self.grade, most, key=lambda grade: grade.rank)

    def is_stale(self, on: date) -> bool:
        """Whether the fact no longer counts on a day."""
        return has_ended(self.last_day, on)

    def is_later(self, on: date) -> bool:
        """Whether the fact became known only after a day."""
        return on < self.as_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """The facts of one file, in its order."""

    id: str
    title: str
    collected: date
    facts: tuple[LandscapeFact, ...]


def conflicts_in(facts: Iterable[LandscapeFact], *, on: date) -> tuple[tuple[LandscapeFact, ...], ...]:
    """Return groups of facts in date that share their subject and say different things. Pure.

    Which side is right is not decided: both are shown, and neither is dropped.
    """
    groups: dict[tuple[str, str], list[LandscapeFact]] = {}
    for fact in facts:
        if not fact.is_stale(on) and not fact.is_later(on):
            groups.setdefault((fact.developer, fact.about), []).append(fact)
    return tuple(tuple(group) for group in groups.values() if len({fact.holds for fact in group}) > 1)


def is_of_one_only(fact: LandscapeFact, facts: Iterable[LandscapeFact]) -> bool:
    """Whether a fact only denies something of one developer, which answers no question about *another* developer. Pure.

    Where a fact on the same subject says otherwise, the denial counts as its contradiction.
    """
    denies_one = fact.holds is Verdict.NO and fact.covers is Quantifier.ANOTHER
    subject = (fact.developer, fact.about)
    return denies_one and all(other.holds is Verdict.NO for other in facts if (other.developer, other.about) == subject)


def as_peer_facts(facts: Sequence[LandscapeFact]) -> tuple[PeerFact, ...]:
    """Return the facts as a case would state them, one per question they may answer, at the grade they count as.

    Pure. That one developer has not done something does not answer whether another has: such facts are left out.
    """
    return tuple(
        PeerFact(
            answers=question,
            peers=(fact.developer,),
            says=fact.says,
            holds=fact.holds,
            covers=fact.covers,
            grade=fact.counts_as,
            as_of=fact.as_of,
            valid_until=fact.last_day,
            source=fact.source,
        )
        for fact in facts
        if not is_of_one_only(fact, facts)
        for question in fact.answers
    )
