# SPDX-License-Identifier: Apache-2.0
"""How records stand in a segment, and what is wrong with one (G-8, L-9).

A frame is the mark `RoA1`, the record's length in bytes (4, big-endian), the chain's head behind it (32), and the
record. The head behind record n is SHA-256 over the head before it and the record's bytes; the head before record 0 is
made of the segment's name. So an altered, dropped or moved record shows in this file alone, and the last head vouches
for all before it. What a file alone cannot show is that whole records are missing at its very end.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from ruleout.errors import VerificationFailed
from ruleout.ledger.batches import first_head as _first_head_hex
from ruleout.serving.audit.records import Record, Started, read_record

MARK = b"RoA1"
HEAD_BYTES = 32
FRAME_BYTES = len(MARK) + 4 + HEAD_BYTES
MAX_RECORD_BYTES = 8 * 1024 * 1024


class Wrong(Enum):
    """What may be wrong with a segment by itself.

    A torn tail is an unfinished frame at the end and nothing behind it, as a crash in a write leaves one; nobody was
    told that it was there. Damaged is everything else that does not hold. Two are no fault of its bytes, which nobody
    saw: no plain file bears its name, or the file cannot be read.
    """

    TORN = "torn-tail"
    DAMAGED = "damaged"
    NO_FILE = "no-file"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Where a segment stops to hold: kind, number of the record, offset in bytes, and what was found."""

    wrong: Wrong
    number: int
    offset: int
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record in its place: number, offset of its frame, offset behind it, the head behind it, and what it says."""

    number: int
    offset: int
    end: int
    head: bytes
    record: Record


class Place(NamedTuple):
    """Behind which record to go on: number of the next record, its offset in bytes, the head before it."""

    number: int
    offset: int
    head: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The records of a segment up to its end, or up to the first fault; nothing behind that is believed."""

    records: tuple[Kept, ...]
    fault: Fault | None
    end: int
    head: bytes


def first_head(segment: str) -> bytes:
    """Return the head before a segment's first record. Pure."""
    return bytes.fromhex(_first_head_hex(segment))


def frame(head: bytes, record: bytes) -> tuple[bytes, bytes]:
    """Return (the frame of a record, the head behind it). Pure. One is made per record: nothing is checked here."""
    behind = hashlib.sha256(head + record).digest()
    return MARK + len(record).to_bytes(4, "big") + behind + record, behind


def parse_segment(data: bytes, segment: str, *, at: Place | None = None) -> Parsed:
    """Return the records that stand in a segment's bytes.

    Pure; never raises, whatever the bytes are; linear in their size.

    Args:
        data: the file's bytes, or those from a place on.
        segment: the name under which they were found.
        at: the place where `data` begins; None where it is the whole file.

    Source: G-8.
    """
    number, base, head = at or Place(0, 0, first_head(segment))
    records: list[Kept] = []
    place = 0
    while place < len(data):
        read = _read_frame(data, place, head)
        kept = None if isinstance(read, str) else _kept(read, segment, number=number, base=base)
        if kept is None or isinstance(kept, str):
            says = read if isinstance(read, str) else str(kept)
            fault = _fault(data, place, base, number, says)
            return Parsed(records=tuple(records), fault=fault, end=base + place, head=head)
        records.append(kept)
        place, head, number = kept.end - base, kept.head, number + 1
    return Parsed(records=tuple(records), fault=None, end=base + place, head=head)


def _read_frame(data: bytes, at: int, head: bytes) -> tuple[int, int, bytes, bytes] | str:
    """(start, end, head behind, record's bytes) of the frame at an offset, or why there is none."""
    start = at + FRAME_BYTES
    if not MARK.startswith(data[at : at + len(MARK)]):
        return "no mark of a record"
    if start > len(data):
        return "a record that was not finished"
    size = int.from_bytes(data[at + len(MARK) : at + len(MARK) + 4], "big")
    if size > MAX_RECORD_BYTES:
        return f"a record of {size} bytes"
    if start + size > len(data):
        return "a record that was not finished"
    record, behind = data[start : start + size], data[start - HEAD_BYTES : start]
    if hashlib.sha256(head + record).digest() != behind:
        return "a record that does not follow the one before it"
    return at, start + size, behind, record


def _kept(read: tuple[int, int, bytes, bytes], segment: str, *, number: int, base: int) -> Kept | str:
    start, end, head, data = read
    try:
        record = read_record(data)
    except VerificationFailed as error:
        return str(error)
    if isinstance(record, Started) != (number == 0):
        return "a start that is not the first record, or a first record that is none"
    if isinstance(record, Started) and record.segment != segment:
        return f"the start of segment {record.segment[:120]!r}"
    return Kept(number=number, offset=base + start, end=base + end, head=head, record=record)


def _fault(data: bytes, at: int, base: int, number: int, says: str) -> Fault:
    """A tail is torn only where no whole frame stands in it: neither this one, with wrong bytes, nor a later one."""
    place = data.find(MARK, at)
    is_torn = True
    while place >= 0 and is_torn:
        size = int.from_bytes(data[place + len(MARK) : place + len(MARK) + 4], "big")
        is_torn = place + FRAME_BYTES + size > len(data) or place + FRAME_BYTES > len(data)
        place = data.find(MARK, place + 1)
    return Fault(wrong=Wrong.TORN if is_torn else Wrong.DAMAGED, number=number, offset=base + at, says=says)
