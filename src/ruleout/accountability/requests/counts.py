# SPDX-License-Identifier: Apache-2.0
"""Public counts: how many requests there were and what became of them, from headers alone, without a text (A-5).

Headers stand in the record for good and name nobody, so the counts can be made by anybody, from a copy in which every
text has been taken away. They agree with the register because whatever it decides is an act with a header.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ruleout.accountability.requests.standing import Standing, Stood
from ruleout.model.expiry import has_ended

Header = Mapping[str, str | int | bool | tuple[str, ...]]

_ANSWERS = {
    "grant": Standing.GRANTED,
    "partial": Standing.PARTLY_GRANTED,
    "refuse": Standing.REFUSED,
    "comply": Standing.COMPLIED,
    "pending": Standing.PENDING,
}
_ENDING = (Standing.GRANTED, Standing.PARTLY_GRANTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What is counted of one request: words of closed vocabularies, and how it stands."""

    kind: str
    requester_kind: str
    instrument: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many requests, and how many of each sort by how they stand; a sort that none is of is left out."""

    total: int
    by_standing: Mapping[str, int]
    by_kind: Mapping[str, Mapping[str, int]]
    by_requester_kind: Mapping[str, Mapping[str, int]]
    by_instrument: Mapping[str, Mapping[str, int]]


def counted_in(headers: Iterable[tuple[datetime, Header]], at: datetime) -> tuple[Counted, ...]:
    """Return what is counted of each request by an aware instant, in order of opening. Pure; total.

    Args:
        headers: instant and subject of every entry of the register, in the record's order.
        at: aware instant; later entries are not looked at, and what has expired by then counts as expired.

    Source: A-5.
    """
    opened: dict[str, Header] = {}
    answered: dict[str, Header] = {}
    for ts, header in headers:
        name, act = str(header["request"]), header["act"]
        if ts > at:
            continue
        if act == "open":
            opened.setdefault(name, header)
        elif act == "refuse-by-rule" or (act == "answer" and answered.get(name, {}).get("act") != "refuse-by-rule"):
            answered[name] = header
    return tuple(_counted(header, answered.get(name), at) for name, header in opened.items())


def _counted(opened: Header, answered: Header | None, at: datetime) -> Counted:
    return Counted(
        kind=str(opened.get("kind", "")),
        requester_kind=str(opened.get("requester_kind", "")),
        instrument=str(opened.get("instrument", "")),
        standing=_standing(answered, at),
    )


def _standing(answered: Header | None, at: datetime) -> Standing:
    if answered is None:
        return Standing.PENDING
    if answered["act"] == "refuse-by-rule":
        return Standing.REFUSED_BY_RULE
    standing = _ANSWERS.get(str(answered.get("answer")), Standing.PENDING)
    is_over = standing in _ENDING and has_ended(_day(answered.get("expires")), at)
    return Standing.EXPIRED if is_over else standing


def _day(text: object) -> date:
    """The day a header states; one that is none has passed already: a grant without a last day counts for nothing."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return date.min


def counted_of(stood: Iterable[Stood]) -> tuple[Counted, ...]:
    """Return what is counted of requests whose standing is known, such as published ones. Pure."""
    return tuple(
        Counted(
            kind=one.request.kind.value,
            requester_kind=one.request.requester_kind.value,
            instrument=one.request.instrument.value,
            standing=one.standing,
        )
        for one in stood
        if one.standing is not Standing.NOT_YET
    )


def counts_of(counted: Iterable[Counted]) -> Counts:
    """Return the counts. Pure; sorts in alphabetical order."""
    rows = tuple(counted)

    def by(name: str) -> dict[str, dict[str, int]]:
        found = Counter((getattr(row, name), row.standing.value) for row in rows)
        sorts = sorted({sort for sort, _ in found})
        return {sort: {word: n for (of, word), n in sorted(found.items()) if of == sort} for sort in sorts}

    return Counts(
        total=len(rows),
        by_standing=dict(sorted(Counter(row.standing.value for row in rows).items())),
        by_kind=by("kind"),
        by_requester_kind=by("requester_kind"),
        by_instrument=by("instrument"),
    )
