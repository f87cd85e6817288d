# SPDX-License-Identifier: Apache-2.0
"""Filings: reviews as bytes, each filing numbered, bound to the one before and carrying the sums of all (G-11). Pure.

Three lines: the SHA-256 of the second, the head, the reviews. The head names the digest of the reviews and of the head
before it, and sums up every filing so far: so the newest head alone says how much was reviewed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from ruleout.serving.monitoring.counters import Snapshot
from ruleout.serving.monitoring.metrics import REVIEWED
from ruleout.serving.monitoring.reviewed import Found, Review

#: The name under which their sums stand among the workers' counters; no worker's own.
FILINGS = "reviewed"
#: Bytes of the two lines that say how much was reviewed, and of a whole filing.
MOST_HEAD_BYTES, MOST_FILING_BYTES = 256 * 1024, 16 * 1024 * 1024
MOST_FILINGS = 100_000
_FORMAT = "ruleout-reviewed/1"
_FOUND = {one.value: one for one in Found}

#: How many were found so, by hook and finding.
Totals = Mapping[tuple[str, str], int]


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON of a head; `reviews` is the SHA-256 (hex) of the third line, `previous` that of the head before, "" for none."""

    format: str
    number: int
    previous: str
    at: str
    totals: list[tuple[str, str, int]]
    reviews: str


_HEADS = msgspec.json.Decoder(_Head)
_ROWS = msgspec.json.Decoder(list[tuple[str, str, str, str]])


class Head(NamedTuple):
    """What a filing's head says: its number and digest, that of the one before, and the sums so far."""

    number: int
    digest: str
    previous: str
    totals: Totals


class Filing(NamedTuple):
    """A filing: its head and its reviews."""

    head: Head
    reviews: tuple[Review, ...]


def filing_bytes(before: Head | None, reviews: Iterable[Review], *, at: str) -> bytes:
    """Return the filing that follows another. Pure.

    Args:
        before: the head of the newest filing, None for none.
        at: when, as text.
    """
    rows = [(one.request, one.hook, one.found.value, one.by) for one in reviews]
    totals = dict(before.totals) if before else {}
    for _, hook, found, _ in rows:
        totals[hook, found] = totals.get((hook, found), 0) + 1
    body = msgspec.json.encode(rows)
    head = _Head(
        format=_FORMAT,
        number=before.number + 1 if before else 1,
        previous=before.digest if before else "",
        at=at,
        totals=[(hook, found, count) for (hook, found), count in sorted(totals.items())],
        reviews=_sha256(body),
    )
    line = msgspec.json.encode(head)
    return b"\n".join((_sha256(line).encode("ascii"), line, body))


def parse_head(data: bytes) -> Head | None:
    """Return what the first lines of a filing say, None where they are damaged. Pure; never raises.

    Args:
        data: the filing's first `MOST_HEAD_BYTES`, or all of it.
    """
    told, line, _ = _lines(data)
    return None if told is None else _head_of(told, line)


def parse_filing(data: bytes) -> Filing | None:
    """Return a filing, None where it is damaged. Pure; never raises."""
    told, line, body = _lines(data)
    if told is None or _sha256(body) != told.reviews:
        return None
    try:
        rows = _ROWS.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return None
    head = _head_of(told, line)
    if head is None or any(found not in _FOUND for _, _, found, _ in rows):
        return None
    return Filing(head, tuple(Review(request=r, hook=h, found=_FOUND[f], by=b) for r, h, f, b in rows))


def follows(before: Head | None, after: Filing) -> bool:
    """Return whether a filing follows another, and its sums are those before it and its own reviews. Pure."""
    expected = dict(before.totals) if before else {}
    for one in after.reviews:
        key = one.hook, one.found.value
        expected[key] = expected.get(key, 0) + 1
    place = (before.number + 1, before.digest) if before else (1, "")
    return (after.head.number, after.head.previous) == place and expected == after.head.totals


def snapshot_of(totals: Totals) -> Snapshot:
    """Return the sums as counters. Pure."""
    return Snapshot({(REVIEWED.name, (hook, found)): count for (hook, found), count in totals.items()})


def _lines(data: bytes) -> tuple[_Head | None, bytes, bytes]:
    digest, _, rest = data.partition(b"\n")
    line, _, body = rest.partition(b"\n")
    if _sha256(line).encode("ascii") != digest:
        return None, line, body
    try:
        told = _HEADS.decode(line)
    except (msgspec.MsgspecError, RecursionError):
        return None, line, body
    return (told if told.format == _FORMAT else None), line, body


def _head_of(told: _Head, line: bytes) -> Head | None:
    totals = {(hook, found): count for hook, found, count in told.totals}
    sound = told.number > 0 and len(totals) == len(told.totals)
    sound = sound and all(found in _FOUND and count >= 0 for (_, found), count in totals.items())
    return Head(told.number, _sha256(line), told.previous, totals) if sound else None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
