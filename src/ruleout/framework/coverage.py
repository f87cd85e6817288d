# SPDX-License-Identifier: Apache-2.0
"""How far a framework covers outside criteria, in four columns that are never merged (A-11).

*Claimed*: the version has clauses, with the force of a commitment, that the claims file names for the item. *Confirmed*: a reviewer
said so. *In operation*: something was seen. *The grader's own score*: as printed. A claim made only of recommendations,
goals, clauses left to judgement or left out is shown as such and not counted (A-1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ruleout.framework.criteria_document import Claim, Criteria, Item, Provenance, Score, Seen
from ruleout.framework.summary import clauses_by_kind
from ruleout.model.case import Case
from ruleout.model.framework import Framework

#: Kinds of clause that bind nobody to anything, whatever their force.
_WEAK_KINDS = frozenset({"recommendation", "left-out", "question", "peer-question"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedClause:
    """A clause that claims an item: its kind, force and section, and whether it binds."""

    id: str
    kind: str
    force: str
    section: str
    binds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCoverage:
    """One item in four columns.

    Attributes:
        is_leaf: no item stands below it; only such items are counted.
        clauses: what claims it in this version.
        leaves_open: what of the item the clauses do not reach, by the claims file.
        confirmed: what reviewers said of it.
        operated: what was seen in operation, by record or by a case's own statements.
        scores: what the grader itself printed for this version, or for the family where it names no version.
    """

    item: Item
    is_leaf: bool
    clauses: tuple[ClaimedClause, ...]
    leaves_open: str
    confirmed: tuple[Seen, ...]
    operated: tuple[str, ...]
    scores: tuple[Score, ...]

    @property
    def is_claimed(self) -> bool:
        """Whether a clause that binds claims it."""
        return any(clause.binds for clause in self.clauses)

    @property
    def is_confirmed(self) -> bool:
        """Whether a reviewer agreed in full and none disagreed."""
        answers = {seen.agrees for seen in self.confirmed}
        return answers == {"yes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A framework against one set of criteria. `mapped` says whether a claims file covers this pair at all."""

    framework: str
    criteria: Criteria
    items: tuple[ItemCoverage, ...]
    scores: tuple[Score, ...]
    mapped: bool

    def count(self) -> dict[str, int]:
        """Return counts over the leaves, each of its own: no two are ever added. Pure."""
        leaves = [one for one in self.items if one.is_leaf]
        return {
            "items": len(leaves),
            "claimed": sum(one.is_claimed for one in leaves),
            "claimed_weakly": sum(bool(one.clauses) and not one.is_claimed for one in leaves),
            "claimed_in_part": sum(one.is_claimed and bool(one.leaves_open) for one in leaves),
            "confirmed": sum(one.is_confirmed for one in leaves),
            "in_operation": sum(bool(one.operated) for one in leaves),
            "scored_by_grader": sum(bool(one.scores) for one in leaves),
            "wording_unverified": sum(one.item.provenance is Provenance.RECALLED for one in leaves),
        }


def coverage(
    framework: Framework,
    criteria: Criteria,
    claims: Iterable[Claim],
    *,
    confirmed: Sequence[Seen] = (),
    operated: Sequence[Seen] = (),
    cases: Sequence[Case] = (),
) -> Coverage:
    """Return how a framework covers a set of criteria. Pure.

    Args:
        claims: of the framework's family; those against other criteria are passed over.
        confirmed: reviewers' findings; those on other versions or criteria are passed over.
        operated: what was seen in operation, likewise.
        cases: cases of the developer; a statement in one about a claiming clause is seen in operation.

    Source: A-11, A-1.
    """
    about = [claim for claim in claims if claim.against == criteria.id]
    leaves = {item.id for item in criteria.leaves()}
    clauses = _clauses(framework)
    stated = _stated(cases)
    items = []
    for item in criteria.items:
        made = [c for c in about if c.item == item.id and any(name in clauses for name in c.clauses)]
        names = dict.fromkeys(name for claim in made for name in claim.clauses if name in clauses)
        claiming = tuple(clauses[name] for name in names)
        items.append(
            ItemCoverage(
                item=item,
                is_leaf=item.id in leaves,
                clauses=claiming,
                leaves_open=" ".join(claim.leaves_open for claim in made if claim.leaves_open),
                confirmed=_of(confirmed, framework, criteria, item),
                operated=(*_seen(_of(operated, framework, criteria, item)), *_in_cases(claiming, stated)),
                scores=tuple(s for s in _scores(framework, criteria) if s.item == item.id),
            )
        )
    overall = tuple(score for score in _scores(framework, criteria) if not score.item)
    return Coverage(
        framework=str(framework.id), criteria=criteria, items=tuple(items), scores=overall, mapped=bool(about)
    )


def unknown_claims(claims: Iterable[Claim], criteria: Sequence[Criteria], versions: Sequence[Framework]) -> list[str]:
    """Return what a family's claims name and nothing defines: an item of the criteria, or a clause of any version. Pure."""
    items = {(one.id, item.id) for one in criteria for item in one.items}
    known = {clause.id for framework in versions for _, clause in clauses_by_kind(framework)}
    faults = []
    for claim in claims:
        if (claim.against, claim.item) not in items:
            faults.append(f"{claim.against}: no item {claim.item}")
        faults += [
            f"{claim.against} {claim.item}: no version has {name}" for name in claim.clauses if name not in known
        ]
    return faults


def _clauses(framework: Framework) -> dict[str, ClaimedClause]:
    return {
        clause.id: ClaimedClause(
            id=clause.id,
            kind=kind,
            force=clause.force.value,
            section=clause.section,
            binds=clause.force.gates and kind not in _WEAK_KINDS,
        )
        for kind, clause in clauses_by_kind(framework)
    }


def _of(seen: Sequence[Seen], framework: Framework, criteria: Criteria, item: Item) -> tuple[Seen, ...]:
    wanted = (framework.id.name, framework.id.version, criteria.id, item.id)
    return tuple(one for one in seen if (one.framework, one.version, one.against, one.item) == wanted)


def _seen(seen: Sequence[Seen]) -> tuple[str, ...]:
    return tuple(f"{one.says} ({one.by}, {one.dated}; {one.source.title})" for one in seen)


def _scores(framework: Framework, criteria: Criteria) -> tuple[Score, ...]:
    mine = (framework.id.version, "")
    return tuple(s for s in criteria.scores if s.framework == framework.id.name and s.version in mine)


def _stated(cases: Sequence[Case]) -> dict[str, list[str]]:
    """For each clause id, the cases that state something about it."""
    stated: dict[str, list[str]] = {}
    for case in cases:
        names = {d.threshold for d in case.determinations} | {s.subject for s in (*case.safeguards, *case.arguments)}
        names |= {answer.question for answer in case.answers} | {claim.safeguard for claim in case.interim}
        for name in sorted(names):
            stated.setdefault(name, []).append(case.id)
    return stated


def _in_cases(clauses: Sequence[ClaimedClause], stated: dict[str, list[str]]) -> tuple[str, ...]:
    return tuple(f"{clause.id} stated in {', '.join(stated[clause.id])}" for clause in clauses if clause.id in stated)
