# SPDX-License-Identifier: Apache-2.0
"""What makes any statement or log count at an instant: its roles, its date, its expiry, whose it is (D-2 to D-6, E-3, E-4)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from ruleout.model.clause import Period
from ruleout.model.evidence import Check, EvidenceItem, Indicator, Measurement
from ruleout.model.formula import Atom, Formula, atoms_of, evaluate, text_of
from ruleout.model.verdict import Verdict

_SHA256 = re.compile(r"[0-9a-f]{64}")


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


def evidence_faults(item: EvidenceItem, needs: Collection[str], *, on: date) -> Iterator[str]:
    """Yield why the evidence has expired, or lacks a check that an indicator needs; its last valid day counts.

    Pure. Several checks of one kind must all have passed: a later one does not silence an earlier failure.

    Source: D-2, A-12.
    """
    if item.valid_until is not None and item.valid_until < on:
        yield f"the evidence counts until {item.valid_until}, expired on {on}"
    for kind in dict.fromkeys(needs):
        stated = [check for check in item.checks if check.kind == kind]
        if not stated:
            yield f"expected a passed check for {kind}, got none stated"
        for check in stated:
            yield from (f"expected a passed check for {kind}, got {fault}" for fault in _check_faults(check, on=on))


def identity_reasons(item: EvidenceItem, measurement: Measurement, *, model_digest: str = "") -> Iterator[str]:
    """Yield why this is not the log of this evidence: other bytes, another task, model or elicitation.

    Pure.

    Args:
        model_digest: SHA-256 of the model that the case is about, "" where it does not say.

    Source: E-4.
    """
    if item.digest and item.digest != measurement.digest:
        yield f"expected the log with digest {item.digest[:12]}, got {measurement.digest[:12]}"
    if measurement.task != (item.log_task or item.id):
        yield f"expected a log of task {item.log_task or item.id!r}, got {measurement.task!r}"
    if not item.log_model:
        yield f"the case does not say that the model is called {measurement.model!r} in the log (log-model)"
    elif measurement.model != item.log_model:
        yield f"expected a log of model {item.log_model!r}, got {measurement.model!r}"
    stated, logged = item.elicitation.strip(), measurement.elicitation.strip()
    if stated and logged and stated != logged:
        yield f"the case says elicitation {item.elicitation!r}, the log says {measurement.elicitation!r}"
    # A revision or a name tells nothing beside a SHA-256.
    told = measurement.model_digest.strip().lower().removeprefix("sha256:")
    if model_digest and _SHA256.fullmatch(told) and told != model_digest.lower():
        yield f"the case is about the model {model_digest[:12]}, the log about {told[:12]}"


def date_reasons(indicator: Indicator, evaluated: date | None, stated: date | None, *, at: datetime) -> Iterator[str]:
    """Yield why the evaluation's date speaks against it.

    Pure.

    Args:
        evaluated: the day on which it ran, None where nothing says so.
        stated: what the case says beside a log.
        at: aware UTC instant at which it is judged.

    Source: E-3.
    """
    if evaluated is None:
        if indicator.fresh_days is not None:
            yield "the date of the evaluation is not known"
        return
    if stated is not None and stated != evaluated:
        yield f"the case says it was evaluated on {stated}, the log says {evaluated}"
    age_days = (at.date() - evaluated).days
    if age_days < 0:
        yield f"evaluated on {evaluated}, after {at.date()}"
    elif indicator.fresh_days is not None and age_days > indicator.fresh_days:
        yield f"too old: evaluated on {evaluated}, {age_days} days before, at most {indicator.fresh_days} allowed"


def _check_faults(check: Check, *, on: date) -> Iterator[str]:
    if check.passed is not Verdict.YES:
        yield "one that did not pass" if check.passed is Verdict.NO else "one whose result is unknown"
    for fault in date_faults(check.dated, check.valid_until, on=on):
        yield f"one {fault}"
