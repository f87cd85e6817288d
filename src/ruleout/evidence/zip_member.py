# SPDX-License-Identifier: Apache-2.0
"""The bytes of one member of a zip archive, checked in every way the format offers (E-1).

Rules: the local header must agree with the central directory; output is cut off at the stated size, so a lying size
costs nothing; the stated size, the end of the stream and the CRC must all come out; live members may not overlap.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import zstandard

from ruleout.errors import UnreadableLog
from ruleout.evidence.limits import Limits
from ruleout.evidence.source import Source
from ruleout.evidence.zip_directory import Entry, decode_name, read_directory, widen

_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_MAGIC = b"PK\x03\x04"
_LOCAL_USUAL_BYTES = 256
_SIZES_FOLLOW = 1 << 3
# Window of the strongest ordinary setting (level 22); larger ones exist only to make a reader allocate.
_ZSTANDARD_WINDOW_BYTES = 2**27


class Method(IntEnum):
    """The compression methods we read, by their numbers in the format."""

    STORED = 0
    DEFLATE = 8
    ZSTANDARD = 93


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A zip archive with its live entries; every entry's data range has been checked.

    `decoder` is shared by all members, since making one costs more than unpacking a small member; one thread at a time.
    """

    log: str
    source: Source
    entries: Mapping[str, Entry]
    starts: Mapping[str, int]
    decoder: zstandard.ZstdDecompressor

    def __contains__(self, member: str) -> bool:
        return member in self.entries

    def read(self, member: str) -> bytes:
        """Return a member's bytes.

        Raises:
            KeyError: no such member.
            UnreadableLog: size-mismatch, bad-crc, unsupported-compression or wrong-shape.

        Source: E-1; APPNOTE §4.3.7.
        """
        entry = self.entries[member]
        start = self.starts[member]
        content = _unpack(self.source.read(start, entry.packed_size), entry, self)
        if content is None or len(content) != entry.size:
            raise UnreadableLog(
                self.log, "size-mismatch", f"member {member!r}: expected {entry.size} bytes, got other than that"
            )
        if zlib.crc32(content) != entry.crc:
            raise UnreadableLog(
                self.log,
                "bad-crc",
                f"member {member!r}: expected {entry.crc:08x}, got {zlib.crc32(content):08x}",
                hint="Fetch the log again; its content changed after it was written.",
            )
        return content


def open_archive(source: Source, *, name: str, limits: Limits) -> Archive:
    """Return the archive after checking sizes, ratios, local headers and overlaps of all its live members.

    Raises:
        UnreadableLog: as `read_directory`; also zip-bomb, too-large, header-mismatch, truncated.

    Source: E-1; Fifield (2019), A better zip bomb (overlapping members).
    """
    entries = read_directory(source, name=name, limits=limits)
    _check_sizes(entries, name, limits)
    starts = {entry.name: _data_start(source, entry, name) for entry in entries.values()}
    _check_overlaps(entries, starts, name)
    decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTANDARD_WINDOW_BYTES)
    return Archive(log=name, source=source, entries=entries, starts=starts, decoder=decoder)


def _check_sizes(entries: Mapping[str, Entry], name: str, limits: Limits) -> None:
    for entry in entries.values():
        if entry.size > limits.member_bytes:
            raise UnreadableLog(
                name, "too-large", f"member {entry.name!r}: expected <= {limits.member_bytes} bytes, got {entry.size}"
            )
        if entry.size > limits.ratio_from_bytes and entry.size > limits.ratio * entry.packed_size:
            raise UnreadableLog(
                name,
                "zip-bomb",
                f"member {entry.name!r}: {entry.packed_size} bytes unpack to {entry.size}, over {limits.ratio} to 1",
            )
    total = sum(entry.size for entry in entries.values())
    if total > limits.total_bytes:
        raise UnreadableLog(name, "too-large", f"expected <= {limits.total_bytes} bytes unpacked, got {total}")


def _data_start(source: Source, entry: Entry, name: str) -> int:
    """Return where a member's data begins, after comparing its local header with the central directory."""
    # Names and extra fields are nearly always short: one reading gives the header with both.
    data = source.read(entry.offset, _LOCAL_USUAL_BYTES)
    if len(data) < _LOCAL.size or data[:4] != _LOCAL_MAGIC:
        raise UnreadableLog(name, "truncated", f"member {entry.name!r}: no local header at byte {entry.offset}")
    fields: tuple[int, ...] = _LOCAL.unpack_from(data)[1:]
    _, flags, method, _, _, crc, packed, size, name_length, extra_length = fields
    length = _LOCAL.size + name_length + extra_length
    if length > len(data):
        data = source.read(entry.offset, length)
    if entry.offset + length + entry.packed_size > source.size:
        raise UnreadableLog(name, "truncated", f"member {entry.name!r} runs past the end of the log")
    local_name = decode_name(data[_LOCAL.size : _LOCAL.size + name_length], flags, name)
    size, packed = widen(data[_LOCAL.size + name_length : length], (size, packed), name)
    # With bit 3 the writer did not know them yet: the local header holds zeros and the directory alone is right.
    known = (crc, packed, size) if flags & _SIZES_FOLLOW else (entry.crc, entry.packed_size, entry.size)
    if (local_name, flags, method, crc, packed, size) != (entry.name, entry.flags, entry.method, *known):
        raise UnreadableLog(
            name,
            "header-mismatch",
            f"member {entry.name!r}: its local header differs from the directory",
            hint="Ask for the log as its tool wrote it; other readers would see other content.",
        )
    return entry.offset + length


def _check_overlaps(entries: Mapping[str, Entry], starts: Mapping[str, int], name: str) -> None:
    ranges = sorted((entry.offset, starts[entry.name] + entry.packed_size, entry.name) for entry in entries.values())
    for (_, end, one), (begin, _, other) in pairwise(ranges):
        if begin < end:
            raise UnreadableLog(name, "zip-bomb", f"members {one!r} and {other!r} overlap")


def _unpack(packed: bytes, entry: Entry, archive: Archive) -> bytes | None:
    """Return a member's content, at most one byte more than stated; None if its stream does not end where stated."""
    try:
        return _unpack_by_method(packed, entry, archive)
    except (zlib.error, zstandard.ZstdError) as error:
        raise UnreadableLog(archive.log, "bad-crc", f"member {entry.name!r}: damaged data: {error}") from error


def _unpack_by_method(packed: bytes, entry: Entry, archive: Archive) -> bytes | None:
    match entry.method:
        case Method.STORED:
            return packed
        case Method.DEFLATE:
            return _inflate(packed, entry.size)
        case Method.ZSTANDARD:
            return _unzstd(packed, entry.size, archive.decoder)
    raise UnreadableLog(
        archive.log,
        "unsupported-compression",
        f"member {entry.name!r}: expected method 0, 8 or 93, got {entry.method}",
        hint="Rewrite the log with deflate or zstandard.",
    )


def _inflate(packed: bytes, size: int) -> bytes | None:
    stream = zlib.decompressobj(-15)
    content = stream.decompress(packed, size + 1)
    # An unfinished stream or bytes behind it mean that the stated sizes are not the stream's own.
    return content if stream.eof and not stream.unused_data else None


def _unzstd(packed: bytes, size: int, decoder: zstandard.ZstdDecompressor) -> bytes:
    # `read_across_frames` makes bytes behind the frame an error instead of ignoring them.
    with decoder.stream_reader(packed, read_across_frames=True) as reader:
        return reader.read(size + 1)
