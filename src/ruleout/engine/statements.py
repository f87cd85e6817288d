# SPDX-License-Identifier: Apache-2.0
"""What makes any statement count at an instant: its roles, its date, its expiry, the checks beside it (D-2 to D-6)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from ruleout.model.clause import Period
from ruleout.model.evidence import Check, EvidenceItem
from ruleout.model.expiry import has_ended
from ruleout.model.formula import Atom, Formula, atoms_of, evaluate, text_of
from ruleout.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Found:
    """A verdict and why it is what it is."""

    verdict: Verdict
    because: str


def roles_in(formula: Formula | None) -> tuple[str, ...]:
    """The roles a quorum names, sorted; none for no quorum. Pure."""
    return () if formula is None else tuple(sorted({atom.name for atom, _ in atoms_of(formula)}))


def has_roles(quorum: Formula | None, roles: Collection[str]) -> bool:
    """Whether the given roles satisfy a quorum; no quorum asks for nothing. Pure. Source: D-3, D-11."""

    def stated(atom: Atom) -> Verdict:
        return Verdict.YES if atom.name in roles else Verdict.NO

    return quorum is None or evaluate(quorum, stated) is Verdict.YES


def role_faults(quorum: Formula | None, by: Collection[str]) -> list[str]:
    """Why a statement's roles are not those the framework names; empty if they are."""
    if has_roles(quorum, by) or quorum is None:
        return []
    return [f"stated by {', '.join(sorted(by)) or 'nobody'}, the framework asks for {text_of(quorum)}"]


def date_faults(dated: date, valid_until: date | None, *, on: date) -> list[str]:
    """Why a statement does not count on a day: made later, or expired; its last valid day counts."""
    faults = []
    if dated > on:
        faults.append(f"dated {dated}, after {on}")
    if has_ended(valid_until, on):
        faults.append(f"valid until {valid_until}, expired on {on}")
    return faults


def age_faults(dated: date, longest: Period | None, *, on: date, what: str) -> list[str]:
    """Why a statement is too old on a day: `longest` after it was made has passed."""
    if longest is None or not has_ended(longest.after(dated), on):
        return []
    return [f"{what} {longest} after {dated}, passed on {longest.after(dated)}"]


def evidence_faults(item: EvidenceItem, needs: Collection[str], *, on: date) -> Iterator[str]:
    """Yield why the evidence has expired, or lacks a check that an indicator needs; its last valid day counts.

    Pure. Several checks of one kind must all have passed: a later one does not silence an earlier failure.

    Source: D-2, A-12.
    """
    if has_ended(item.valid_until, on):
        yield f"the evidence counts until {item.valid_until}, expired on {on}"
    for kind in dict.fromkeys(needs):
        stated = [check for check in item.checks if check.kind == kind]
        if not stated:
            yield f"expected a passed check for {kind}, got none stated"
        for check in stated:
            yield from (f"expected a passed check for {kind}, got {fault}" for fault in _check_faults(check, on=on))


def _check_faults(check: Check, *, on: date) -> Iterator[str]:
    if check.passed is not Verdict.YES:
        yield "one that did not pass" if check.passed is Verdict.NO else "one whose result is unknown"
    for fault in date_faults(check.dated, check.valid_until, on=on):
        yield f"one {fault}"
