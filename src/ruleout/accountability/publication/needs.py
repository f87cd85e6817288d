# SPDX-License-Identifier: Apache-2.0
"""What an announced version waits for: the acts that the procedure of changes asks for, its notice, its last day (A-3).

The procedure is that of the version in force: no text approves itself. One person counts once in each quorum; an act
over another digest, or of after the instant asked about, counts for nothing. Nobody changes a framework alone, whatever
its text says: who proposed a change does not approve it, and two persons stand behind each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ruleout.engine.quorum import Acts, find_quorum
from ruleout.engine.statements import roles_in
from ruleout.model.case import Act
from ruleout.model.decision import ActShown
from ruleout.model.formula import Formula, Kind, Quorum
from ruleout.model.framework import ChangeProcedure, Publicity
from ruleout.model.publication import ChangeAct, Needs, Signed
from ruleout.model.verdict import Verdict

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What was announced.

    Attributes:
        digest: the publication digest, over every part.
        at: aware instant of the announcement.
        by: persons by the keyring whose keys signed its entry; they propose it where the procedure names nobody.
        effective: the day on which the version takes effect.
    """

    digest: str
    at: datetime
    by: frozenset[str]
    effective: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Governing:
    """What governs a change: the procedure, None where no text states one, and the roles that may give the second yes.

    `roles` are those of the version in force; where it names none, every role of the keyring may.
    """

    procedure: ChangeProcedure | None
    roles: frozenset[str] = frozenset()


def needs_of(governing: Governing, acts: Iterable[Signed], announced: Announced, *, at: datetime) -> Needs:
    """Return what an announcement waits for at an instant. Pure.

    Args:
        governing: the procedure of the version in force, and its roles.
        acts: every act about the framework; those over another digest are passed over.
        announced: what was announced, when, by whom.
        at: aware instant asked about.

    Source: D-11, D-15, A-3.
    """
    procedure = governing.procedure
    valid = [act for act in acts if act.digest == announced.digest and act.at <= at]
    mine = _last_of_each(valid)
    first = None if procedure is None else first_day(procedure, announced.at)
    return Needs(
        missing=tuple(_missing(governing, mine, announced, consulted=_consulted(procedure, valid))),
        refused=tuple(sorted({act.role for act in mine if act.act is ChangeAct.REFUSE})),
        until=first if first is not None and at.date() < first else None,
        last_day=last_day(procedure, announced.effective),
    )


def first_day(procedure: ChangeProcedure, announced: datetime) -> date | None:
    """Return the first day (UTC) on which the notice is over; None where there is none. Pure."""
    return None if procedure.notice is None else procedure.notice.after(announced.date())


def last_day(procedure: ChangeProcedure | None, effective: date) -> date:
    """Return the last day (UTC) on which a version may be published that takes effect on a day. Pure."""
    before = procedure is not None and procedure.published is Publicity.BEFORE
    return effective - _ONE_DAY if before else effective


def _last_of_each(acts: Iterable[Signed]) -> tuple[Signed, ...]:
    """The last of what a person in a role said of it; proposing and approving are two things, a refusal takes back both."""
    last: dict[tuple[str, str, ChangeAct], Signed] = {}
    for act in sorted(acts, key=lambda act: act.at):
        if act.act is ChangeAct.REFUSE:
            for taken in (ChangeAct.PROPOSE, ChangeAct.APPROVE):
                last.pop((act.role, act.person, taken), None)
        elif act.act in (ChangeAct.PROPOSE, ChangeAct.APPROVE):
            last.pop((act.role, act.person, ChangeAct.REFUSE), None)
        last[(act.role, act.person, act.act)] = act
    return tuple(last.values())


def _consulted(procedure: ChangeProcedure | None, acts: list[Signed]) -> datetime | None:
    """The instant at which everybody to be consulted had been; None while somebody was not, or nobody is to be."""
    if procedure is None or not procedure.consult:
        return None
    firsts = [[a.at for a in acts if a.act is ChangeAct.CONSULT and a.role == role] for role in procedure.consult]
    return max(min(instants) for instants in firsts) if all(firsts) else None


def _missing(
    governing: Governing, acts: tuple[Signed, ...], announced: Announced, *, consulted: datetime | None
) -> Iterator[str]:
    procedure = governing.procedure
    if procedure is None:
        yield from _second_person(governing, acts, _proposers(procedure, acts, announced))
        return
    if procedure.propose is not None:
        yield from (f"proposal by {role}" for role in _absent(procedure.propose, acts, ChangeAct.PROPOSE))
    yield from _approvals(governing, procedure, acts, announced, consulted)
    for word, roles, act in (
        ("consultation of", procedure.consult, ChangeAct.CONSULT),
        ("notice to", procedure.notify, ChangeAct.NOTIFY),
    ):
        done = {one.role for one in acts if one.act is act}
        yield from (f"{word} {role}" for role in roles if role not in done)


def _approvals(
    governing: Governing,
    procedure: ChangeProcedure,
    acts: tuple[Signed, ...],
    announced: Announced,
    consulted: datetime | None,
) -> Iterator[str]:
    """What lacks of the approvals: given after the consultation, and by others than who proposed."""
    proposers = _proposers(procedure, acts, announced)
    both = frozenset() if procedure.propose is None else frozenset(roles_in(procedure.propose))
    waits = bool(procedure.consult)
    in_time = tuple(
        act
        for act in acts
        if act.act is not ChangeAct.APPROVE or not waits or (consulted is not None and act.at >= consulted)
    )
    # A text that gives a role both acts lets its holder do both; a second person is asked for all the same.
    counting = tuple(
        act for act in in_time if act.act is not ChangeAct.APPROVE or act.person not in proposers or act.role in both
    )
    absent = () if procedure.approve is None else _absent(procedure.approve, counting, ChangeAct.APPROVE)
    for role in absent:
        given = [act for act in acts if act.act is ChangeAct.APPROVE and act.role == role]
        why = " (of before the consultation: again)" if any(act not in in_time for act in given) else ""
        why = why or (" (not by who proposed it)" if any(act not in counting for act in given) else "")
        yield f"approval by {role}{why}"
    if not absent:
        yield from _second_person(governing, counting, proposers)


def _proposers(procedure: ChangeProcedure | None, acts: tuple[Signed, ...], announced: Announced) -> frozenset[str]:
    """Whose change it is: who proposed it, and who announced it where no text names who proposes."""
    said = frozenset(act.person for act in acts if act.act is ChangeAct.PROPOSE)
    return said if procedure is not None and procedure.propose is not None else said | announced.by


def _second_person(governing: Governing, acts: tuple[Signed, ...], proposers: frozenset[str]) -> Iterator[str]:
    others = (
        act
        for act in acts
        if act.act is ChangeAct.APPROVE
        and act.person not in proposers
        and (not governing.roles or act.role in governing.roles)
    )
    if next(others, None) is None:
        yield "approval by a second person"


def _absent(who: Formula, acts: tuple[Signed, ...], wanted: ChangeAct) -> tuple[str, ...]:
    """The roles whose act a quorum still lacks; empty once it stands."""
    words = {wanted: Act.APPROVE, ChangeAct.REFUSE: Act.REFUSE}
    shown = tuple(
        ActShown(role=a.role, person=a.person, act=words[a.act].value, at=a.at, basis="signed", counts=True, because="")
        for a in acts
        if a.act in words
    )
    result = find_quorum(Quorum(Kind.APPROVED, who), Acts(shown))
    return () if result.verdict is Verdict.YES else result.missing
