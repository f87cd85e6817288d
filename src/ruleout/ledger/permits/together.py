# SPDX-License-Identifier: Apache-2.0
"""Permits checked together: at one instant no name is served for two sets of weights, and no id means two permits (G-1).

Fails closed: of permits in conflict none serves, for nobody here can tell which was meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from ruleout.ledger.permits.check import PermitVerdict, Trusted, verify_permit
from ruleout.ledger.permits.file import PermitFile
from ruleout.model.permit import Permit, PermitState
from ruleout.model.served_name import clashes, names_taken


def verify_permits(files: Iterable[PermitFile], trusted: Trusted, *, at: datetime) -> tuple[PermitVerdict, ...]:
    """Return what permits' files prove at an instant, each beside the others; in the order of the files.

    Pure; never raises for files that `parse_permit_file` returned. A file of the same permit twice is no conflict.

    Source: G-1.
    """
    return beside_each_other(verify_permit(file, trusted, at=at) for file in files)


def beside_each_other(verdicts: Iterable[PermitVerdict]) -> tuple[PermitVerdict, ...]:
    """Return verdicts of the same instant, of which those in conflict serve nothing. Pure. Source: G-1."""
    verdicts = tuple(verdicts)
    served = [verdict.serves for verdict in verdicts if verdict.serves is not None]
    return tuple(_beside(verdict, served) for verdict in verdicts)


def _beside(verdict: PermitVerdict, served: Sequence[Permit]) -> PermitVerdict:
    mine = verdict.serves
    because = () if mine is None else conflicts(mine, (other for other in served if other != mine))
    return replace(verdict, state=PermitState.CONFLICT, because=because) if because else verdict


def conflicts(mine: Permit, others: Iterable[Permit]) -> tuple[str, ...]:
    """Return how a permit is in conflict with others that are served at the same instant. Pure. Source: G-1."""
    found: list[str] = []
    for other in others:
        if other.id == mine.id:
            found.append(f"another permit has the id {other.id!r}")
        found += [
            f"{one.name!r} is served for {one.digest[:12]}, and by permit {taken.permit!r} for {taken.digest[:12]}"
            for one, taken in clashes(names_taken(mine), names_taken(other))
        ]
    return tuple(dict.fromkeys(found))
