# SPDX-License-Identifier: Apache-2.0
"""What a folder of segments shows, by itself and beside what the log sealed of it (G-8, L-9).

Some findings say that the record was changed: edited, dropped, reordered, truncated, damaged. The others say what is
not established: a tail that nothing seals yet, a torn tail, a gap on record, an answer whose end nobody recorded, a
segment that cannot be read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from ruleout.ledger.batches import Batch
from ruleout.serving.audit.records import Ended, Gap, Opened, Started
from ruleout.serving.audit.segment import FRAME_BYTES, HEAD_BYTES, MARK, Fault, Kept, Parsed, Wrong, first_head


class Kind(Enum):
    """What was found. Those of `CHANGED` mean that the record is not what it was."""

    EDITED = "edited"
    DROPPED = "dropped"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    UNSEALED = "unsealed"
    TORN = "torn-tail"
    GAP = "gap"
    NO_END = "no-end"
    NO_OPEN = "no-open"
    UNREADABLE = "unreadable"


CHANGED = frozenset({Kind.EDITED, Kind.DROPPED, Kind.REORDERED, Kind.TRUNCATED, Kind.DAMAGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding: where (`number` of the record, -1 for the segment as a whole), and in words."""

    kind: Kind
    segment: str
    number: int
    says: str

    @property
    def is_change(self) -> bool:
        """Whether it means that the record was changed."""
        return self.kind in CHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A segment as it was found: its name, its bytes, and what they say."""

    segment: str
    data: bytes
    parsed: Parsed

    @property
    def unread(self) -> Fault | None:
        """Why nobody saw its bytes, if so; it has none then."""
        fault = self.parsed.fault
        return fault if fault is not None and fault.wrong in (Wrong.NO_FILE, Wrong.UNREADABLE) else None


def beside_batches(seen: Seen | None, batches: Sequence[Batch]) -> tuple[Finding, ...]:
    """Return what is wrong with one segment beside the batches that seal it, first differences only.

    Pure.

    Args:
        seen: the segment; None where it is not there.
        batches: what the log has of it, in order; none where it has nothing.

    Source: G-8, L-9.
    """
    if seen is None:
        name, count = batches[0].segment, batches[-1].last + 1
        says = f"the segment is not here; the log seals {count} records of it"
        return (Finding(kind=Kind.DROPPED, segment=name, number=-1, says=says),)
    for batch in batches:
        if hashlib.sha256(seen.data[batch.offset : batch.end]).hexdigest() != batch.digest:
            return (_difference(seen, batch, batches[-1]),)
    return tuple(_behind(seen, batches[-1] if batches else None))


def unread(every: Iterable[Seen]) -> tuple[Finding, ...]:
    """Return the segments whose bytes nobody saw. Pure."""
    return tuple(
        Finding(kind=Kind.UNREADABLE, segment=seen.segment, number=-1, says=seen.unread.says)
        for seen in every
        if seen.unread is not None
    )


def between_segments(every: Mapping[str, Seen], told: Iterable[str]) -> tuple[Finding, ...]:
    """Return what segments say of the ones before them that does not hold, and their gaps. Pure.

    Args:
        every: the segments that are here.
        told: names of those that the log knows, here or not, or that cannot be read: whether they are missing is told
            elsewhere.
    """
    known = frozenset(told)
    found: list[Finding] = []
    for name, seen in every.items():
        for kept in seen.parsed.records:
            if isinstance(kept.record, Gap):
                lost = (
                    f"{kept.record.lost} records behind {kept.record.last} of {kept.record.segment} were not confirmed"
                )
                says = f"{lost}: {kept.record.reason}"
                found.append(Finding(kind=Kind.GAP, segment=name, number=kept.number, says=says))
            elif isinstance(kept.record, Started) and kept.record.previous:
                found += _before(kept.record, every.get(kept.record.previous), is_told=kept.record.previous in known)
    return tuple(found)


def unpaired(every: Iterable[Seen]) -> tuple[Finding, ...]:
    """Return requests that were opened and whose end is not recorded, and ends of requests that nothing opened. Pure.

    A request that is under way has no end yet: who asks while a gateway serves sees those too.
    """
    opened: dict[str, tuple[str, int]] = {}
    ended: dict[str, tuple[str, int]] = {}
    for seen in every:
        for kept in seen.parsed.records:
            if isinstance(kept.record, Opened):
                opened[kept.record.request] = (seen.segment, kept.number)
            elif isinstance(kept.record, Ended):
                ended[kept.record.request] = (seen.segment, kept.number)
    without = [
        Finding(kind=Kind.NO_END, segment=segment, number=number, says=f"request {request} has no end")
        for request, (segment, number) in opened.items()
        if request not in ended
    ]
    orphans = [
        Finding(kind=Kind.NO_OPEN, segment=segment, number=number, says=f"request {request} was never opened")
        for request, (segment, number) in ended.items()
        if request not in opened
    ]
    return (*without, *orphans)


def _behind(seen: Seen, last: Batch | None) -> Iterator[Finding]:
    """What stands behind the last sealed record, and where the segment stops to hold."""
    end, next_number = (last.end, last.last + 1) if last is not None else (0, 0)
    count = sum(kept.number >= next_number for kept in seen.parsed.records)
    if count:
        says = f"{count} records from number {next_number} on are not sealed yet"
        yield Finding(kind=Kind.UNSEALED, segment=seen.segment, number=next_number, says=says)
    fault = seen.parsed.fault
    if fault is not None:
        kind = Kind.TORN if fault.wrong is Wrong.TORN and fault.offset >= end else Kind.DAMAGED
        says = f"at byte {fault.offset}: {fault.says}"
        yield Finding(kind=kind, segment=seen.segment, number=fault.number, says=says)


def _difference(seen: Seen, batch: Batch, last: Batch) -> Finding:
    """Name the first difference between a segment and what seals it."""
    fault = seen.parsed.fault
    is_shorter = len(seen.data) < last.end
    number = fault.number if fault is not None and fault.offset >= batch.offset else batch.first
    where = f"in the batch of records {batch.first} to {batch.last}"
    is_whole = fault is None or fault.wrong is Wrong.TORN
    if is_shorter and is_whole and len(seen.data) < batch.end and _is_prefix(seen, batch):
        kind, says = Kind.TRUNCATED, f"{where}: the segment ends at byte {len(seen.data)}, sealed are {last.end}"
    elif _is_reordered(seen, batch):
        kind, says = Kind.REORDERED, f"{where}: its records stand in another order"
    elif is_shorter:
        kind, says = Kind.DROPPED, f"{where}: {last.end - len(seen.data)} bytes are missing"
    else:
        kind, says = Kind.EDITED, f"{where}: other bytes than were sealed"
    return Finding(kind=kind, segment=seen.segment, number=number, says=says)


def _is_prefix(seen: Seen, batch: Batch) -> bool:
    """Whether the whole records that are here follow the head before the batch: then only the end can be missing."""
    records = seen.parsed.records
    heads = {kept.end: kept.head.hex() for kept in records}
    before = first_head(seen.segment).hex() if batch.offset == 0 else heads.get(batch.offset)
    return before == batch.before or seen.parsed.end < batch.offset


def _is_reordered(seen: Seen, batch: Batch) -> bool:
    """Whether every record of the range still follows one that stands in it, and their number is what was sealed."""
    frames = list(_frames(seen.data[batch.offset : batch.end]))
    heads = {bytes.fromhex(batch.before), *(head for head, _ in frames)}
    sealed = bytes.fromhex(batch.after) in heads and len(frames) == batch.last - batch.first + 1
    return sealed and _all_follow(frames, heads)


def _all_follow(frames: Sequence[tuple[bytes, bytes]], heads: set[bytes]) -> bool:
    """Try each head for each frame; only for frames few enough that this ends."""
    if len(frames) > 2000:
        return False
    return all(any(hashlib.sha256(one + record).digest() == head for one in heads) for head, record in frames)


def _frames(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(head, record) of frames as far as marks and lengths hold, whatever the heads say."""
    at = 0
    while data.startswith(MARK, at):
        start = at + FRAME_BYTES
        size = int.from_bytes(data[at + len(MARK) : at + len(MARK) + 4], "big")
        yield data[start - HEAD_BYTES : start], data[start : start + size]
        at = start + size


def _before(start: Started, previous: Seen | None, *, is_told: bool) -> list[Finding]:
    """Whether the segment before is here, as long as its successor saw it, and with the same head."""
    name = start.previous
    if previous is None:
        says = f"the segment is not here; {start.segment} saw it with {start.previous_last + 1} records"
        return [] if is_told else [Finding(kind=Kind.DROPPED, segment=name, number=-1, says=says)]
    head = _head_behind(previous.parsed.records, name, start.previous_last)
    if head is None:
        says = f"{start.segment} saw it with {start.previous_last + 1} records, here are {len(previous.parsed.records)}"
        return [Finding(kind=Kind.TRUNCATED, segment=name, number=len(previous.parsed.records), says=says)]
    if head.hex() != start.previous_head:
        says = f"other records than {start.segment} saw"
        return [Finding(kind=Kind.EDITED, segment=name, number=start.previous_last, says=says)]
    return []


def _head_behind(records: Sequence[Kept], segment: str, number: int) -> bytes | None:
    if number == -1:
        return first_head(segment)
    return records[number].head if 0 <= number < len(records) else None
