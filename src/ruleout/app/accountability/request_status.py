# SPDX-License-Identifier: Apache-2.0
"""How requests stand at an instant: those of a workspace's record, or those that published files tell of (A-5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ruleout.accountability.requests.counts import Counts, counted_in, counted_of, counts_of
from ruleout.accountability.requests.parse import parse_request
from ruleout.accountability.requests.standing import Stood, published_at, stood_at
from ruleout.adapters.files import read_bounded
from ruleout.app.accountability.request_register import register_in
from ruleout.app.ledger import Record
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.errors import NotFound
from ruleout.ledger import EntryType


def stood_in(record: Record, *, at: datetime) -> tuple[Stood, ...]:
    """Return how every request of a record stands at an aware instant, in order of opening.

    Effect: reads what entries name. Source: A-5.
    """
    return tuple(stood_at(state, at) for state in register_in(record).states.values())


def stood_from(path: Path, *, at: datetime) -> tuple[Stood, ...]:
    """Return how the requests of a file, or of every YAML file of a folder, stand at an aware instant.

    Effect: reads them. They need no record: what they tell is attested by its sources, not signed.

    Raises:
        NotFound: there is no such file, or no request in the folder.
        BadInput: a file has problems.
    """
    paths = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not paths:
        raise NotFound(f"no request files in {path}", hint="Name a folder with *.yaml files, or one file.")
    requests = [
        parse_request(read_bounded(one, limit_bytes=MOST_DOCUMENT_BYTES, what="request"), file=str(one))
        for one in paths
    ]
    return tuple(published_at(request, at) for request in sorted(requests, key=lambda r: (r.asked_on, r.id)))


def one_of(stood: Sequence[Stood], name: str) -> Stood:
    """Return the request of an id. Pure. Raises NotFound that lists those there are."""
    found = next((one for one in stood if one.request.id == name), None)
    if found is None:
        known = ", ".join(one.request.id for one in stood) or "none"
        raise NotFound(f"no request {name!r}; there are: {known}", hint="Name one of these.")
    return found


def counts_in(record: Record, *, at: datetime) -> Counts:
    """Return the public counts of a record at an aware instant, from headers alone. Pure. Source: A-5."""
    entries = record.of_type(EntryType.REQUEST)
    headers = ((datetime.fromisoformat(e.content.ts), e.content.subject) for e in entries)
    return counts_of(counted_in(headers, at))


def counts_from(stood: Sequence[Stood]) -> Counts:
    """Return the same counts of published requests. Pure."""
    return counts_of(counted_of(stood))
