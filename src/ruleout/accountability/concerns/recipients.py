# SPDX-License-Identifier: Apache-2.0
"""Who receives a concern, by role, without whoever it concerns (A-13).

Whoever holds a concerned role is concerned as a person: in no other role do they receive it, decide it, or hear of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ruleout.model.concern import Concern, ConcernClause, ConcernRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A role that receives a concern: by which rules, and who holds it; nobody known where `persons` is empty."""

    role: str
    persons: tuple[str, ...]
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Who receives, and who was left out because it concerns them: roles, and persons as the keyring names them."""

    receive: tuple[Recipient, ...]
    recused_roles: tuple[str, ...]
    recused_persons: tuple[str, ...]


def persons_concerned(concern: Concern, holders: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return the persons whom a concern is about: those it names, and the holders of roles it names. Pure."""
    held = (person for role in concern.roles for person in holders.get(role, ()))
    return frozenset(concern.persons) | frozenset(held)


def recipients_of(concern: Concern, rules: Iterable[ConcernRules], holders: Mapping[str, Iterable[str]]) -> Recipients:
    """Return who receives a concern under all rules. Pure. Source: A-13.

    Args:
        concern: as received.
        rules: of the frameworks and laws that count.
        holders: persons by role, as the keyring names them.
    """
    concerned = persons_concerned(concern, holders)
    named: dict[str, list[str]] = {}
    for one in rules:
        clauses = [] if one.recipients is None else [one.recipients]
        clauses += [clause for role, clause in one.recusal if _is_concerned(role, concern, concerned, holders)]
        for clause in clauses:
            for role in clause.to:
                named.setdefault(role, []).append(f"{one.name} {clause.section}")
    return _without(named, concern, concerned, holders)


def told_of(
    clause: ConcernClause, name: str, concerns: Iterable[Concern], holders: Mapping[str, Iterable[str]]
) -> Recipients:
    """Return who is told under a clause of several concerns at once, without whoever one of them is about. Pure."""
    kept = tuple(concerns)
    roles = tuple(dict.fromkeys(role for one in kept for role in one.roles))
    persons = tuple(dict.fromkeys(person for one in kept for person in one.persons))
    joined = Concern(title="", says="", roles=roles, persons=persons, reporter="")
    named = {role: [f"{name} {clause.section}"] for role in clause.to}
    return _without(named, joined, persons_concerned(joined, holders), holders)


def _is_concerned(role: str, concern: Concern, concerned: frozenset[str], holders: Mapping[str, Iterable[str]]) -> bool:
    """A role is out where it is named, and where all who hold it are concerned."""
    held = frozenset(holders.get(role, ()))
    return role in concern.roles or (bool(held) and held <= concerned)


def _without(
    named: Mapping[str, list[str]], concern: Concern, concerned: frozenset[str], holders: Mapping[str, Iterable[str]]
) -> Recipients:
    out = tuple(role for role in named if _is_concerned(role, concern, concerned, holders))
    receive = tuple(
        Recipient(
            role=role,
            persons=tuple(sorted(frozenset(holders.get(role, ())) - concerned)),
            because=tuple(dict.fromkeys(because)),
        )
        for role, because in named.items()
        if role not in out
    )
    return Recipients(receive=receive, recused_roles=out, recused_persons=tuple(sorted(concerned)))
