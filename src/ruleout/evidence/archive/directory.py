# SPDX-License-Identifier: Apache-2.0
"""The directory of a zip archive, read strictly (E-1).

Rules
- The end record is the last 22 bytes: evaluation logs carry no comment, and anything behind the record means a cut or
  doctored file. The central directory ends where the end record (or its zip64 form) begins, and is read wholly.
- A zip64 locator stands only before an end record that needs one, and no entry has a comment: some readers follow every
  locator, and one at the end of a comment leads them to another directory.
- For a name that occurs twice the last entry of the central directory wins, as for the tool that writes the logs: it
  supersedes members by appending.
- Encrypted members, several disks and names with a NUL byte are refused: readers disagree on what they mean.
- Names are keys, never paths: nothing is written anywhere.

It does not decompress: see `member`. The standard library's reader is not used because on Python 3.11 it cannot
open zstandard members, and because it guesses where this reader refuses.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ruleout.errors import UnreadableLog
from ruleout.evidence.archive.usual_directory import ENTRY_MAGIC, Entry, usual_entries
from ruleout.evidence.limits import Limits
from ruleout.evidence.source import Source

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END_MAGIC, _END64_MAGIC, _LOCATOR64_MAGIC = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"

WIDE16, WIDE32 = 0xFFFF, 0xFFFFFFFF
_ZIP64_EXTRA = 0x0001
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
_UTF8 = 1 << 11


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    count: int
    size: int
    offset: int
    position: int


def read_directory(source: Source, *, name: str, limits: Limits, skip: bytes = b"") -> Mapping[str, Entry]:
    """Return the live entries by name, in the order in which each name first occurs.

    Reads the end of the archive and its directory, nothing else.

    Args:
        skip: entries whose names begin so are passed over unchecked, for a quick look at the others; b"" skips none.

    Raises:
        UnreadableLog: truncated, wrong-shape, encrypted, too-large or size-mismatch.

    Source: E-1; PKWARE APPNOTE 6.3.10, §4.3 and §4.4.
    """
    end = _find_end(source, name)
    if end.count > limits.members:
        raise UnreadableLog(name, "too-large", f"expected at most {limits.members} members, got {end.count}")
    if end.offset + end.size != end.position:
        raise UnreadableLog(
            name,
            "truncated",
            f"expected the directory to end at byte {end.position}, got {end.offset + end.size}",
            hint="Fetch the log again; it was cut, or something was put in front of it.",
        )
    directory = source.read(end.offset, end.size)
    usual = usual_entries(directory, end.count, skip)
    return usual if usual is not None else {entry.name: entry for entry in walk(directory, end.count, skip, name)}


def _find_end(source: Source, name: str) -> _End:
    position = source.size - _END.size
    tail = source.read(max(position, 0), _END.size)
    if position < 0 or tail[:4] != _END_MAGIC:
        raise UnreadableLog(
            name,
            "truncated",
            "expected a zip end record in the last 22 bytes, got none",
            hint="Fetch the log again; a log that is still being written cannot be read.",
        )
    _, disk, first_disk, here, count, size, offset, comment = _END.unpack(tail)
    if comment or (disk, first_disk) not in ((0, 0), (WIDE16, WIDE16)) or here != count:
        raise UnreadableLog(name, "wrong-shape", "expected a zip on one disk without a comment")
    if WIDE16 in (count, disk) or WIDE32 in (size, offset):
        return _find_end64(source, position, name)
    if source.read(max(position - _LOCATOR64.size, 0), len(_LOCATOR64_MAGIC)) == _LOCATOR64_MAGIC:
        raise UnreadableLog(name, "wrong-shape", "expected no zip64 locator before an end record that needs none")
    return _End(count=count, size=size, offset=offset, position=position)


def _find_end64(source: Source, position: int, name: str) -> _End:
    at = position - _LOCATOR64.size
    locator = source.read(max(at, 0), _LOCATOR64.size)
    if at < 0 or locator[:4] != _LOCATOR64_MAGIC:
        raise UnreadableLog(name, "truncated", "expected a zip64 locator before the end record, got none")
    _, _, end_at, disks = _LOCATOR64.unpack(locator)
    record = source.read(end_at, _END64.size) if end_at + _END64.size == at else b""
    if record[:4] != _END64_MAGIC or disks > 1:
        raise UnreadableLog(name, "wrong-shape", "expected a plain zip64 end record right before its locator")
    _, _, _, _, disk, first_disk, here, count, size, offset = _END64.unpack(record)
    if disk or first_disk or here != count:
        raise UnreadableLog(name, "wrong-shape", "expected a zip on one disk")
    return _End(count=count, size=size, offset=offset, position=end_at)


def walk(data: bytes, count: int, skip: bytes, name: str) -> Iterator[Entry]:
    """Yield the entries of a central directory one by one: any that can be read, and what is wrong with the first other.

    Pure. Args: as `usual_entries`; `name` is the log's. Raises: as `read_directory`. Source: E-1.
    """
    at = 0
    for _ in range(count):
        fields = _ENTRY.unpack_from(data, at) if at + _ENTRY.size <= len(data) else (b"",)
        if fields[0] != ENTRY_MAGIC:
            raise UnreadableLog(name, "truncated", f"expected {count} directory entries, got fewer")
        name_length, extra_length, comment_length = fields[10:13]
        start = at + _ENTRY.size
        at = start + name_length + extra_length + comment_length
        if at > len(data):
            raise UnreadableLog(name, "truncated", "a directory entry runs past the end of the directory")
        if comment_length:
            raise UnreadableLog(name, "wrong-shape", "expected directory entries without comments")
        if skip and data.startswith(skip, start, start + name_length):
            continue
        raw = data[start - _ENTRY.size + len(ENTRY_MAGIC) : start + name_length]
        yield _entry(fields, raw, data[start + name_length : at], name)
    if at != len(data):
        raise UnreadableLog(name, "wrong-shape", f"expected {count} directory entries, got more bytes than that")


def _entry(fields: tuple[int, ...], raw: bytes, after: bytes, name: str) -> Entry:
    _, _, _, flags, method, _, _, crc, packed, size, name_length, extra_length, _, disk, _, _, offset = fields
    raw_name = raw[len(raw) - name_length :]
    if flags & _ENCRYPTED:
        raise UnreadableLog(
            name, "encrypted", f"member {decode_name(raw_name, flags, name)!r}", hint="Decrypt the log first."
        )
    if disk not in (0, WIDE16):
        raise UnreadableLog(name, "wrong-shape", "expected a zip on one disk")
    if WIDE32 in (size, packed, offset):
        size, packed, offset = widen(after[:extra_length], (size, packed, offset), name)
    return Entry(decode_name(raw_name, flags, name), flags, method, crc, packed, size, offset, raw)


def decode_name(raw: bytes, flags: int, log: str) -> str:
    """Return a member's name. Raises UnreadableLog (wrong-shape) for a NUL byte or broken UTF-8. Pure."""
    try:
        # Nearly every name is ASCII, which both encodings share.
        name = raw.decode("ascii" if raw.isascii() else "utf-8" if flags & _UTF8 else "cp437")
    except UnicodeDecodeError as error:
        raise UnreadableLog(log, "wrong-shape", f"member name {raw[:40]!r} is not UTF-8") from error
    if "\0" in name:
        raise UnreadableLog(log, "wrong-shape", f"member name {name[:40]!r} holds a NUL byte")
    return name


def widen(extra: bytes, values: tuple[int, ...], log: str) -> tuple[int, ...]:
    """Return `values` with those that read 0xFFFFFFFF taken from the zip64 extra field, in their fixed order.

    Pure. Raises UnreadableLog (wrong-shape) when a promised value is not there. Source: APPNOTE §4.5.3.
    """
    if WIDE32 not in values:
        return values
    wide = _zip64_values(extra)
    widened = tuple(next(wide, None) if value == WIDE32 else value for value in values)
    if None in widened:
        raise UnreadableLog(log, "wrong-shape", "expected a zip64 size or offset, got none")
    return tuple(value for value in widened if value is not None)


def _zip64_values(extra: bytes) -> Iterator[int]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + length]
        if kind == _ZIP64_EXTRA:
            yield from (int.from_bytes(body[i : i + 8], "little") for i in range(0, len(body) - 7, 8))
            return
        at += 4 + length
