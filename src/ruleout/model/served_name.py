# SPDX-License-Identifier: Apache-2.0
"""Names under which models are served, and who has one when: at one time a name means one set of weights (G-1).

Names that differ in case alone count as one: who asks for either means the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from ruleout.model.expiry import has_ended
from ruleout.model.permit import Permit, ServedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTaken:
    """One name that a permit serves weights under, and when.

    Attributes:
        permit: the permit's id; "" for one that is not issued yet.
        name: in lower case.
        digest: SHA-256 (hex) of the weights.
        since: aware UTC instant from which it is served.
        last_day: the last day on which it is, in UTC.
    """

    permit: str
    name: str
    digest: str
    since: datetime
    last_day: date

    def clashes_with(self, other: NameTaken) -> bool:
        """Whether both would serve the name at some instant, each for other weights. Pure and symmetric."""
        apart = has_ended(self.last_day, other.since) or has_ended(other.last_day, self.since)
        return self.name == other.name and self.digest != other.digest and not apart


def names_taken(permit: Permit) -> tuple[NameTaken, ...]:
    """Return every name that a permit serves weights under. Pure. Source: G-1."""
    since, last_day = permit.first_instant, permit.last_day
    return names_of(permit.terms.models, permit=permit.id, since=since, last_day=last_day)


def names_of(models: Iterable[ServedModel], *, permit: str, since: datetime, last_day: date) -> tuple[NameTaken, ...]:
    """Return the names of models as a permit would take them. Pure."""
    return tuple(
        NameTaken(permit=permit, name=name.casefold(), digest=one.digest, since=since, last_day=last_day)
        for one in models
        for name in one.served_as
    )


def clashes(mine: Iterable[NameTaken], others: Iterable[NameTaken]) -> Iterator[tuple[NameTaken, NameTaken]]:
    """Yield each of my names with each of the others' that it clashes with. Pure. Source: G-1."""
    by_name: dict[str, list[NameTaken]] = {}
    for other in others:
        by_name.setdefault(other.name, []).append(other)
    for one in mine:
        yield from ((one, other) for other in by_name.get(one.name, ()) if one.clashes_with(other))
