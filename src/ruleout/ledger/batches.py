# SPDX-License-Identifier: Apache-2.0
"""Batches of run-time events in the log: the batches of one segment follow each other without a hole (L-2, G-8).

A gateway writes records into segments, files in which each record is chained to the one before by SHA-256. A batch
seals a range of one segment under one signature: numbers of its records, place, the chain's head before and after, and
the digest of the bytes. What the records say is not here; that nothing between them was left out, is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ruleout.errors import VerificationFailed
from ruleout.ledger.entry import DraftEntry, EntryType, LedgerEntry, Ref

RECORDS = "records"
MEDIA_TYPE = "application/vnd.ruleout.audit-records"
#: Header fields of an entry.
Subject = Mapping[str, str | int | bool | tuple[str, ...]]
_SEGMENT = re.compile(r"[a-z0-9][a-z0-9.-]{0,119}")
_WORKER = re.compile(r"[a-z0-9][a-z0-9.-]{0,59}")
_HEAD = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A sealed range of one segment.

    Attributes:
        segment: name of the segment; `worker` wrote it.
        first: number of the batch's first record in its segment, from 0; `last` of its last.
        offset: where the first record begins, in bytes; `size` how many bytes the records are.
        before: the chain's head (SHA-256, hex) before the first record, `after` behind the last.
        digest: SHA-256 (hex) of the bytes.
        gap: whether a record of the batch says that records before it may be lost.
    """

    segment: str
    worker: str
    first: int
    last: int
    offset: int
    size: int
    before: str
    after: str
    digest: str
    gap: bool

    @property
    def end(self) -> int:
        """The byte behind the last record."""
        return self.offset + self.size


def first_head(segment: str) -> str:
    """Return the head (hex) of a segment that holds no record yet: bound to its name. Pure."""
    return hashlib.sha256(b"ruleout-audit/1\n" + segment.encode("ascii")).hexdigest()


def is_worker_name(name: str) -> bool:
    """Return whether a worker may be called so: 1 to 60 of a-z, 0-9, '.', '-'. Pure."""
    return _WORKER.fullmatch(name) is not None


def is_segment_name(name: str) -> bool:
    """Return whether a segment may be called so: 1 to 120 of a-z, 0-9, '.', '-'. Pure."""
    return _SEGMENT.fullmatch(name) is not None


def subject_of(batch: Batch) -> Subject:
    """Return the header fields of a batch's entry: names, counts and digests, nothing of a request. Pure."""
    return {
        "segment": batch.segment,
        "worker": batch.worker,
        "first": batch.first,
        "last": batch.last,
        "count": batch.last - batch.first + 1,
        "offset": batch.offset,
        "before": batch.before,
        "after": batch.after,
        "gap": batch.gap,
    }


def ref_of(batch: Batch) -> Ref:
    """Return the reference of a batch's entry to its bytes, which stay in the segment. Pure."""
    return Ref(name=RECORDS, sha256=batch.digest, size=batch.size, media_type=MEDIA_TYPE)


def batch_of(content: DraftEntry) -> Batch:
    """Return the batch that an entry seals. Pure. Raises VerificationFailed, check "producers", if it is malformed."""
    return read_batch(content.id, content.subject, content.refs)


def read_batch(entry_id: str, subject: Subject, refs: Iterable[Ref]) -> Batch:
    """Return the batch that an entry of these fields seals, or would seal. Pure. Raises as `batch_of`."""
    names = {ref.name: ref for ref in refs}
    texts = [subject[name] for name in ("segment", "worker", "before", "after")]
    counts = [subject[name] for name in ("first", "last", "count", "offset")]
    whole = all(type(one) is int and one >= 0 for one in counts) and type(subject["gap"]) is bool
    words = all(
        type(one) is str and form.fullmatch(one)
        for one, form in zip(texts, (_SEGMENT, _WORKER, _HEAD, _HEAD), strict=True)
    )
    if not whole or not words or names.keys() != {RECORDS}:
        raise VerificationFailed("producers", f"expected a batch of its form at {entry_id}, got another")
    first, last, count, offset = (int(one) for one in counts if type(one) is int)
    if not 0 < count == last - first + 1:
        raise VerificationFailed("producers", f"expected {last - first + 1} records in {entry_id}, got {count}")
    segment, worker, before, after = map(str, texts)
    ref = names[RECORDS]
    return Batch(
        segment=segment,
        worker=worker,
        first=first,
        last=last,
        offset=offset,
        size=ref.size,
        before=before,
        after=after,
        digest=ref.sha256,
        gap=subject["gap"] is True,
    )


def batches_in(entries: Iterable[LedgerEntry]) -> Mapping[str, tuple[tuple[LedgerEntry, Batch], ...]]:
    """Return the batches of each segment, in order, each with its entry.

    Pure. The entries must be all that the log has.

    Raises:
        VerificationFailed: check "producers"; a batch is malformed, or does not follow the one before it in number,
            place and head.

    Source: L-2, L-9.
    """
    found: dict[str, list[tuple[LedgerEntry, Batch]]] = {}
    for entry in entries:
        if entry.content.type is not EntryType.AUDIT_BATCH:
            continue
        batch = batch_of(entry.content)
        of = found.setdefault(batch.segment, [])
        last = of[-1][1] if of else None
        start = (batch.worker, 0, 0, first_head(batch.segment))
        expected = start if last is None else (last.worker, last.last + 1, last.end, last.after)
        got = (batch.worker, batch.first, batch.offset, batch.before)
        if got != expected:
            raise VerificationFailed(
                "producers",
                f"expected the batch after record {expected[1] - 1} of {batch.segment} at {entry.content.id}, got another",
            )
        of.append((entry, batch))
    return {name: tuple(of) for name, of in found.items()}


def require_batches(entries: Iterable[LedgerEntry]) -> str:
    """Return in words what is sealed, "" where nothing is. Pure. Raises as `batches_in`."""
    found = batches_in(entries)
    every = [batch for of in found.values() for _, batch in of]
    if not every:
        return ""
    records = sum(batch.last - batch.first + 1 for batch in every)
    gaps = sum(batch.gap for batch in every)
    told = f"{records} sealed records of {len(found)} segments, no hole"
    return told + (f", {gaps} batches with a gap on record" if gaps else "")
