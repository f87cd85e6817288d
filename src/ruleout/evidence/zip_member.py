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
from operator import attrgetter

import zstandard

from ruleout.errors import UnreadableLog
from ruleout.evidence.limits import Limits
from ruleout.evidence.source import Source
from ruleout.evidence.zip_directory import Entry, decode_name, read_directory, widen

_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_MAGIC = b"PK\x03\x04"
_OFFSET = attrgetter("offset")
_WIDE = b"\xff" * 4
# As `Entry.shared`: flags to name length.
_LOCAL_SHARED = slice(6, 28)
_SIZES_FOLLOW = 1 << 3
# What the library gives for a frame that does not state the size of its content.
_UNSTATED = -1
# Window of the strongest ordinary setting (level 22); larger ones exist only to make a reader allocate.
_ZSTANDARD_WINDOW_BYTES = 2**27


class Method(IntEnum):
    """The compression methods we read, by their numbers in the format."""

    STORED = 0
    DEFLATE = 8
    ZSTANDARD = 93


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A zip archive with its live entries; the room of each, up to where the next begins, is known.

    `decoder` is shared by all members, since making one costs more than unpacking a small member; one thread at a time.
    """

    log: str
    source: Source
    entries: Mapping[str, Entry]
    ends: Mapping[str, int]
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
        content = _unpack(_packed(self, entry), entry, self)
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


def open_archive(source: Source, *, name: str, limits: Limits, skip: bytes = b"") -> Archive:
    """Return the archive after checking sizes, ratios and overlaps of all its live members.

    Args:
        skip: members whose names begin so are neither checked nor there, for a quick look at the others.

    Raises:
        UnreadableLog: as `read_directory`; also zip-bomb, too-large.

    Source: E-1; Fifield (2019), A better zip bomb (overlapping members).
    """
    entries = read_directory(source, name=name, limits=limits, skip=skip)
    _check_sizes(entries, name, limits)
    decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTANDARD_WINDOW_BYTES)
    return Archive(log=name, source=source, entries=entries, ends=_ends(entries, source, name), decoder=decoder)


def _ends(entries: Mapping[str, Entry], source: Source, name: str) -> dict[str, int]:
    """Return where each member's room ends: at the next member, or at the end of the log.

    What a member takes at least, without extra fields of its local header, must fit in; what it takes in fact is
    compared when it is read.
    """
    ordered = sorted(entries.values(), key=_OFFSET)
    ends: dict[str, int] = {}
    end = source.size
    for entry in reversed(ordered):
        least = entry.offset + _LOCAL.size + len(entry.raw_name) + entry.packed_size
        if least > source.size:
            raise UnreadableLog(name, "truncated", f"member {entry.name!r} runs past the end of the log")
        if least > end:
            raise UnreadableLog(name, "zip-bomb", f"member {entry.name!r} overlaps the one behind it")
        ends[entry.name] = end
        end = entry.offset
    return ends


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


def _packed(archive: Archive, entry: Entry) -> bytes:
    """Return a member's compressed bytes, after comparing its local header with the central directory."""
    source, names_to = archive.source, _LOCAL.size + len(entry.raw_name)
    data = source.read(entry.offset, names_to + entry.packed_size)
    if len(data) < _LOCAL.size or data[:4] != _LOCAL_MAGIC:
        raise UnreadableLog(archive.log, "truncated", f"member {entry.name!r}: no local header at byte {entry.offset}")
    # The usual header: the same bytes as in the directory, and no extra field. Sizes that stand in a zip64 field are not
    # among the shared bytes, so those headers are compared field by field.
    same = data[_LOCAL_SHARED] == entry.shared and data[_LOCAL.size : names_to] == entry.raw_name
    if same and data[28:30] == b"\0\0" and _WIDE not in entry.shared:
        return data[names_to:]
    length = _LOCAL.size + int.from_bytes(data[26:28], "little") + int.from_bytes(data[28:30], "little")
    if entry.offset + length + entry.packed_size > archive.ends[entry.name]:
        raise UnreadableLog(archive.log, "zip-bomb", f"member {entry.name!r} overlaps the one behind it")
    _compare_headers(source.read(entry.offset, length), entry, archive.log)
    return source.read(entry.offset + length, entry.packed_size)


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
    # One frame, the usual case, is unpacked at once into exactly the memory stated; several frames, or anything that
    # does not come out, are read as a stream, which says what is wrong.
    if size and zstandard.frame_content_size(packed) in (size, _UNSTATED):
        try:
            return decoder.decompress(packed, max_output_size=size, allow_extra_data=False)
        except zstandard.ZstdError:
            pass
    # `read_across_frames` makes bytes behind the frame an error instead of ignoring them.
    with decoder.stream_reader(packed, read_across_frames=True) as reader:
        return reader.read(size + 1)
