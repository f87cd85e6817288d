# SPDX-License-Identifier: Apache-2.0
"""What makes any signed statement count at an instant: its roles, its date, its expiry (D-3, D-6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from ruleout.model.clause import Period
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
    if valid_until is not None and valid_until < on:
        faults.append(f"valid until {valid_until}, expired on {on}")
    return faults


def age_faults(dated: date, longest: Period | None, *, on: date, what: str) -> list[str]:
    """Why a statement is too old on a day: `longest` after it was made has passed."""
    if longest is None or on <= longest.after(dated):
        return []
    return [f"{what} {longest} after {dated}, passed on {longest.after(dated)}"]
