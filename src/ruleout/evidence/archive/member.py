# SPDX-License-Identifier: Apache-2.0
"""The bytes of one member of a zip archive, checked in every way the format offers (E-1).

Rules: the local header must agree with the central directory; output is cut off at the stated size, so a lying size
costs nothing; the stated size, the end of the stream and the CRC must all come out; live members may not overlap.
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from operator import itemgetter, le

import zstandard
from isal.isal_zlib import crc32

from ruleout.errors import UnreadableLog
from ruleout.evidence.archive.directory import decode_name, read_directory, widen
from ruleout.evidence.archive.usual_directory import Entry, Rooms, UsualEntries
from ruleout.evidence.archive.usual_members import (
    LOCAL_MAGIC,
    WINDOW_BYTES,
    ZSTANDARD,
    in_pieces,
    one_frame,
    usual_contents,
)
from ruleout.evidence.limits import Limits
from ruleout.evidence.source import Source

_LOCAL = struct.Struct("<4s5H3L2H")
_OFFSET = itemgetter(6)
_WIDE = b"\xff" * 4
# As `Entry.shared`: flags to name length.
_LOCAL_SHARED = slice(6, 28)
_SIZES_FOLLOW = 1 << 3


class Method(IntEnum):
    """The compression methods we read, by their numbers in the format."""

    STORED = 0
    DEFLATE = 8
    ZSTANDARD = ZSTANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A zip archive with its live entries.

    `starts` says where each of them begins, in order, and where the log ends: none reaches past where the next begins.
    `decoder` is shared by all members, since making one costs more than unpacking a small member; one thread at a time.
    """

    log: str
    source: Source
    entries: Mapping[str, Entry]
    starts: Sequence[int]
    decoder: zstandard.ZstdDecompressor

    def __contains__(self, member: str) -> bool:
        return member in self.entries

    def read(self, member: str) -> bytes:
        """Return a member's bytes, its local header compared with the directory.

        Raises:
            KeyError: no such member.
            UnreadableLog: truncated, header-mismatch, zip-bomb, size-mismatch, bad-crc, unsupported-compression or
                wrong-shape.

        Source: E-1; APPNOTE §4.3.7.
        """
        entry = self.entries[member]
        content = _unpack(self.source.read(_body(self, entry), entry.packed_size), entry, self)
        if content is None or len(content) != entry.size:
            raise self._other_size(entry)
        if crc32(content) != entry.crc:
            raise self._other_crc(entry, crc32(content))
        return content

    def read_in_pieces(self, member: str) -> Iterator[bytes]:
        """Yield a member's bytes piece by piece; as `read`, in less memory where it is large and zstandard.

        What was yielded before a refusal is to be thrown away. Raises: as `read`. Source: E-1.
        """
        entry = self.entries[member]
        if entry.method != Method.ZSTANDARD:
            yield self.read(member)
            return
        size = crc = 0
        try:
            for piece in in_pieces(self.source, _body(self, entry), entry.packed_size, self.decoder):
                size, crc = size + len(piece), crc32(piece, crc)
                if size > entry.size:
                    break
                yield piece
        except zstandard.ZstdError as error:
            raise self.damaged(entry, error) from error
        if size != entry.size:
            raise self._other_size(entry)
        if crc != entry.crc:
            raise self._other_crc(entry, crc)

    def read_together(self, members: Iterable[str]) -> Iterator[tuple[list[str], list[bytes]]]:
        """Yield names and contents of members in order, small ones together; as `read` of each, quicker for many.

        Memory: 256 KiB, or the largest of them. Raises: as `read`, once those before were yielded. Source: E-1.
        """
        names, entries = list(members), self.entries
        if isinstance(entries, UsualEntries):
            raws: Iterable[bytes] = map(entries.raw.__getitem__, names)
        else:
            raws = (entries[name].raw for name in names)
        return usual_contents(self.source, zip(names, raws, strict=True), self.decoder, self.read)

    def _other_size(self, entry: Entry) -> UnreadableLog:
        return UnreadableLog(
            self.log, "size-mismatch", f"member {entry.name!r}: expected {entry.size} bytes, got other than that"
        )

    def _other_crc(self, entry: Entry, got: int) -> UnreadableLog:
        return UnreadableLog(
            self.log,
            "bad-crc",
            f"member {entry.name!r}: expected {entry.crc:08x}, got {got:08x}",
            hint="Fetch the log again; its content changed after it was written.",
        )

    def damaged(self, entry: Entry, error: Exception) -> UnreadableLog:
        """Return the refusal of a member whose compressed data cannot be unpacked. Pure."""
        return UnreadableLog(self.log, "bad-crc", f"member {entry.name!r}: damaged data: {error}")


def open_archive(source: Source, *, name: str, limits: Limits, skip: bytes = b"") -> Archive:
    """Return the archive after checking sizes, ratios and overlaps of all its live members.

    Args:
        skip: members whose names begin so are neither checked nor there, for a quick look at the others.

    Raises:
        UnreadableLog: as `read_directory`; also zip-bomb, too-large.

    Source: E-1; Fifield (2019), A better zip bomb (overlapping members).
    """
    entries = read_directory(source, name=name, limits=limits, skip=skip)
    rooms = entries.rooms() if isinstance(entries, UsualEntries) else _rooms(entries.values())
    _check_sizes(entries, rooms.sizes, name, limits)
    starts = _starts(entries, rooms, source, name)
    decoder = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES)
    return Archive(log=name, source=source, entries=entries, starts=starts, decoder=decoder)


def _rooms(entries: Collection[Entry]) -> Rooms:
    leasts = [entry.offset + _LOCAL.size + len(entry.raw_name) + entry.packed_size for entry in entries]
    return Rooms([entry.offset for entry in entries], leasts, [entry.size for entry in entries])


def _starts(entries: Mapping[str, Entry], rooms: Rooms, source: Source, name: str) -> list[int]:
    """Return where members begin, in order, and where the log ends; no member reaches past where the next begins.

    What a member takes at least, without extra fields of its local header, is compared here; what it takes in fact is
    compared when it is read.
    """
    leasts = rooms.leasts
    starts = [*sorted(rooms.offsets), source.size]
    if starts[:-1] != rooms.offsets:
        leasts = [least for _, least in sorted(zip(rooms.offsets, leasts, strict=True), key=itemgetter(0))]
    if not all(map(le, leasts, starts[1:])):
        raise _overrun(sorted(entries.values(), key=_OFFSET), source, name)
    return starts


def _overrun(ordered: Sequence[Entry], source: Source, name: str) -> UnreadableLog:
    """Return the refusal of the last member that does not fit in its room."""
    leasts = _rooms(ordered).leasts
    ends = [*map(_OFFSET, ordered), source.size][1:]
    members = zip(reversed(ordered), reversed(leasts), reversed(ends), strict=True)
    entry, least = next((entry, least) for entry, least, end in members if least > end)
    if least > source.size:
        return UnreadableLog(name, "truncated", f"member {entry.name!r} runs past the end of the log")
    return UnreadableLog(name, "zip-bomb", f"member {entry.name!r} overlaps the one behind it")


def _check_sizes(entries: Mapping[str, Entry], sizes: Sequence[int], name: str, limits: Limits) -> None:
    small = min(limits.member_bytes, limits.ratio_from_bytes)
    if max(sizes, default=0) > small:
        for member, size in zip(entries, sizes, strict=True):
            if size > small:
                _check_size(entries[member], name, limits)
    total = sum(sizes)
    if total > limits.total_bytes:
        raise UnreadableLog(name, "too-large", f"expected <= {limits.total_bytes} bytes unpacked, got {total}")


def _check_size(entry: Entry, name: str, limits: Limits) -> None:
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


def _body(archive: Archive, entry: Entry) -> int:
    """Return where a member's compressed bytes begin, after comparing its local header with the central directory."""
    source, raw_name, shared = archive.source, entry.raw_name, entry.shared
    data = source.read(entry.offset, _LOCAL.size + len(raw_name))
    if len(data) < _LOCAL.size or data[:4] != LOCAL_MAGIC:
        raise UnreadableLog(archive.log, "truncated", f"member {entry.name!r}: no local header at byte {entry.offset}")
    # The usual header: the same bytes as in the directory, and no extra field. Sizes that stand in a zip64 field are not
    # among the shared bytes, so those headers are compared field by field.
    same = data[_LOCAL_SHARED] == shared and data[_LOCAL.size :] == raw_name
    if same and data[28:30] == b"\0\0" and _WIDE not in shared:
        return entry.offset + len(data)
    length = _LOCAL.size + int.from_bytes(data[26:28], "little") + int.from_bytes(data[28:30], "little")
    if entry.offset + length + entry.packed_size > archive.starts[bisect_right(archive.starts, entry.offset)]:
        raise UnreadableLog(archive.log, "zip-bomb", f"member {entry.name!r} overlaps the one behind it")
    _compare_headers(source.read(entry.offset, length), entry, archive.log)
    return entry.offset + length


def _compare_headers(data: bytes, entry: Entry, name: str) -> None:
    """Compare a local header with the directory field by field, where the bytes are not simply the same."""
    fields: tuple[int, ...] = _LOCAL.unpack_from(data)[1:]
    _, flags, method, _, _, crc, packed, size, name_length, extra_length = fields
    length = _LOCAL.size + name_length + extra_length
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


def _unpack(packed: bytes, entry: Entry, archive: Archive) -> bytes | None:
    """Return a member's content, at most one byte more than stated; None if its stream does not end where stated."""
    try:
        return _unpack_by_method(packed, entry, archive)
    except (zlib.error, zstandard.ZstdError) as error:
        raise archive.damaged(entry, error) from error


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
    # One frame, the usual case, is unpacked at once into exactly the memory stated; several frames, or anything that
    # does not come out, are read as a stream, which says what is wrong.
    content = one_frame(packed, size, decoder)
    if content is not None:
        return content
    # `read_across_frames` makes bytes behind the frame an error instead of ignoring them.
    with decoder.stream_reader(packed, read_across_frames=True) as reader:
        return reader.read(size + 1)
