# SPDX-License-Identifier: Apache-2.0
"""Approvals and notifications: who acted, what counts, whether a quorum stands (D-11).

An approval counts when it is signed over this decision's input digest (or attested, in a public record), was given no
later than the instant of the decision, and not by a preparer or a recused person. One person counts once per quorum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, islice, product

from ruleout.engine.statements import roles_in
from ruleout.model.case import Act, Approval, Case, Record
from ruleout.model.decision import ActShown, QuorumResult
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Kind, Not, Quorum, Ref, evaluate
from ruleout.model.verdict import Verdict

#: Role sets looked at per quorum; a quorum with more ways than this counts as not reached beyond them.
_MOST_WAYS = 2000


@dataclass(frozen=True, slots=True)
class Acts:
    """Every act on a decision, with whether it counts; the last act of a person in a role replaces earlier ones."""

    shown: tuple[ActShown, ...]

    def people(self, role: str, act: Act) -> frozenset[str]:
        """The persons whose counting act in a role is `act`."""
        return frozenset(s.person for s in self.shown if s.counts and s.role == role and s.act == act.value)


def weigh_acts(case: Case, signed: Iterable[Approval], *, input_digest: str, at: datetime) -> Acts:
    """Return every act, attested and signed, with whether it counts and why. Pure and total. Source: D-11."""
    acts = sorted([*case.approvals, *signed], key=lambda a: (a.at, a.role, a.person, a.act.value))
    reasons = [_why_not(act, case, input_digest=input_digest, at=at) for act in acts]
    last = {_of(act): index for index, act in enumerate(acts) if act.at <= at}
    last_counting = {_of(act): index for index, act in enumerate(acts) if not reasons[index]}
    shown = []
    for index, (act, reason) in enumerate(zip(acts, reasons, strict=True)):
        # What takes back a refusal must count itself: an approval of other inputs does not.
        later = (last_counting if act.act is Act.REFUSE else last).get(_of(act), index)
        replaced = "replaced by a later act of the same person" if later != index else ""
        shown.append(_shown(act, reason or replaced))
    return Acts(tuple(shown))


def _of(act: Approval) -> tuple[str, str, bool]:
    """Whose later act replaces which: approvals and refusals each other, notices each other."""
    return act.role, act.person, act.act is Act.NOTIFIED


def _why_not(act: Approval, case: Case, *, input_digest: str, at: datetime) -> str:
    if act.at > at:
        return "given after the instant of the decision"
    if not act.signed and case.record is not Record.PUBLIC:
        return "not signed"
    if act.signed and act.input_digest != input_digest:
        return "signed over other inputs: something has changed since"
    if act.act is Act.APPROVE and act.person and act.person in case.prepared_by:
        return "the preparer may not approve"
    if act.act is not Act.NOTIFIED and act.person and act.person in case.recused:
        return "recused"
    return ""


def _shown(act: Approval, reason: str) -> ActShown:
    basis = "signed" if act.signed else "attested by " + (act.source.title if act.source else "nobody")
    because = reason or ("signature over these inputs" if act.signed else "published, not signed")
    person = act.person if act.signed or act.person else f"the {act.role}"
    return ActShown(
        role=act.role, person=person, act=act.act.value, at=act.at, basis=basis, counts=not reason, because=because
    )


def find_quorum(quorum: Quorum, acts: Acts) -> QuorumResult:
    """Return whether a quorum stands, which roles are missing, and which refused. Pure and total. Source: D-11."""
    wanted = Act.APPROVE if quorum.kind is Kind.APPROVED else Act.NOTIFIED
    roles = roles_in(quorum.who)
    people = {role: acts.people(role, wanted) for role in roles}
    refused = tuple(r for r in roles if wanted is Act.APPROVE and acts.people(r, Act.REFUSE))
    able = {role: ({f"body {role}"} if wanted is Act.NOTIFIED and who else set(who)) for role, who in people.items()}
    for role in refused:
        able[role] = set()
    if any(_seatable(way, able) for way in ways(quorum.who)):
        return QuorumResult(atom=quorum.atom, verdict=Verdict.YES, missing=(), refused=refused)

    def possible(atom: Atom) -> Verdict:
        return Verdict.NO if atom.name in refused else Verdict.UNKNOWN

    missing = tuple(r for r in roles if not able[r])
    if not missing:
        missing = tuple(f"{r} (another person)" for r in roles)
    return QuorumResult(atom=quorum.atom, verdict=evaluate(quorum.who, possible), missing=missing, refused=refused)


def _seatable(roles: frozenset[str], able: dict[str, set[str]]) -> bool:
    """Whether every role can be given a person of its own (bipartite matching by augmenting paths)."""
    seat: dict[str, str] = {}

    def place(role: str, tried: set[str]) -> bool:
        for person in sorted(able[role] - tried):
            tried.add(person)
            if person not in seat or place(seat[person], tried):
                seat[person] = role
                return True
        return False

    return all(place(role, set()) for role in sorted(roles))


def ways(formula: Formula) -> Iterator[frozenset[str]]:
    """Yield role sets that satisfy a quorum, at most `_MOST_WAYS`. A quorum holds no `not`. Pure."""
    for count, way in enumerate(_ways(formula)):
        if count >= _MOST_WAYS:
            return
        yield way


def _ways(formula: Formula) -> Iterator[frozenset[str]]:
    match formula:
        case Ref(atom):
            yield frozenset({atom.name})
        case AllOf(parts):
            yield from _together(parts)
        case AnyOf(parts):
            for part in parts:
                yield from _ways(part)
        case AtLeast(needed, parts):
            for chosen in combinations(parts, needed):
                yield from _together(chosen)
        case Not() | Quorum():
            return


def _together(parts: tuple[Formula, ...]) -> Iterator[frozenset[str]]:
    for sets in product(*(list(islice(_ways(p), _MOST_WAYS)) for p in parts)):
        yield frozenset().union(*sets)
