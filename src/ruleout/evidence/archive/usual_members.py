# SPDX-License-Identifier: Apache-2.0
"""Members as tools write them, unpacked without asking each question of each of them (E-1).

As `usual_directory`: what is plain in every way is answered here, everything else is left to `member`, which words the
refusal, and a test holds both ways against each other on damaged archives.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import IO, cast

import zstandard
from isal.isal_zlib import crc32

from ruleout.errors import RuleoutError
from ruleout.evidence.source import Source

LOCAL_MAGIC = b"PK\x03\x04"
ZSTANDARD = 93
#: Window of the strongest ordinary setting (level 22); larger ones exist only to make a reader allocate.
WINDOW_BYTES = 2**27

# Of an entry: method, CRC, packed size, size, offset. Its bytes that a usual local header has too: from the flags, which
# stand behind its magic and two bytes on versions, to the length of the name, and the name; between them stands that
# there is no extra field.
_MEMBER, _SIZE = struct.Struct("<6xH4x3L14xL"), struct.Struct("<L")
_SHARED, _NAME = slice(4, 26), slice(42, None)
_NO_EXTRA = b"\0\0"
_FLAGS_AT = 6
_WIDE = b"\xff" * 4
_PIECE_BYTES = 1 << 18
# Below the size at which the C library asks the system for each piece of memory anew.
_SPAN_BYTES = 1 << 16

# How a frame begins that states its window and nothing else, and one that states its size in four bytes and no window.
_WINDOW_FRAME, _SIZE_FRAME = b"\x28\xb5\x2f\xfd\x00", b"\x28\xb5\x2f\xfd\xa0"
_WINDOW_AT = len(_WINDOW_FRAME)
# Up to here, writing the beginning anew costs more than the window.
_SMALL_BYTES = 1 << 15
# The window in bytes by its byte in the frame (RFC 8878 §3.1.1.1.2); 0 where it is larger than we read.
_WINDOWS = [
    window if (window := (1 << 10 + (byte >> 3)) // 8 * (8 + (byte & 7))) <= WINDOW_BYTES else 0 for byte in range(256)
]
# What the library gives for a frame that does not state the size of its content.
_UNSTATED = -1


def usual_contents(
    source: Source,
    members: Iterable[tuple[str, bytes]],
    decoder: zstandard.ZstdDecompressor,
    otherwise: Callable[[str], bytes],
) -> Iterator[tuple[list[str], list[bytes]]]:
    """Yield names and contents of members, in order: some small ones together, up to 256 KiB or the first that goes over it.

    Plain is a member of one zstandard frame and less than 256 KiB, whose local header has the bytes of the directory and no
    extra field, and whose size and CRC come out.

    Args:
        members: names, each with its entry as it stands in the directory (`Entry.raw`).
        otherwise: name -> content of a member that is not plain; it asks everything again and says what is wrong.

    Raises:
        UnreadableLog: as `otherwise`, and as the source; all members before are yielded first.

    Source: E-1.
    """
    names: list[str] = []
    contents: list[bytes] = []
    held = start = end = 0
    piece = b""
    for name, raw in members:
        content = None
        method, crc, packed_size, size, offset = _MEMBER.unpack_from(raw)
        expected = raw[_SHARED] + _NO_EXTRA + raw[_NAME]
        body = offset + _FLAGS_AT + len(expected)
        behind = body + packed_size
        if method == ZSTANDARD and behind - offset <= _PIECE_BYTES and _WIDE not in raw:
            if offset < start or behind > end:
                piece, start = source.read(offset, _PIECE_BYTES), offset
                end = start + len(piece)
            at = offset - start
            if piece.startswith(LOCAL_MAGIC, at) and piece.startswith(expected, at + _FLAGS_AT):
                content = one_frame(piece[body - start : behind - start], size, decoder)
        if content is None or crc32(content) != crc:
            if size >= _PIECE_BYTES:
                yield names, contents
                names, contents, held = [], [], 0
            try:
                content = otherwise(name)
            except RuleoutError:
                yield names, contents
                raise
        names.append(name)
        contents.append(content)
        held += size
        if held >= _PIECE_BYTES:
            yield names, contents
            names, contents, held = [], [], 0
    yield names, contents


def one_frame(packed: bytes, size: int, decoder: zstandard.ZstdDecompressor) -> bytes | None:
    """Return what is in one frame, unless it states another size: the memory is taken by its statement, else by ours.

    A frame that states only its window, as those of Inspect do, is handed on with its size in the window's place, since
    what is unpacked to a known end needs no window beside it: less memory where it is large, and no loss of time from 32 KiB
    on. That changes nothing where the window holds all of it.
    """
    is_windowed = packed.startswith(_WINDOW_FRAME)
    if is_windowed and len(packed) > _WINDOW_AT and _SMALL_BYTES < size <= _WINDOWS[packed[_WINDOW_AT]]:
        packed = _SIZE_FRAME + _SIZE.pack(size) + packed[_WINDOW_AT + 1 :]
    try:
        if not is_windowed and (not size or zstandard.frame_content_size(packed) not in (size, _UNSTATED)):
            return None
        # No bound but the stated size, one frame, nothing behind it: by place, since names cost a tenth of a frame.
        content = decoder.decompress(packed, size, False, False)
    except zstandard.ZstdError:
        return None
    return content if len(content) == size else None


def in_pieces(source: Source, start: int, length: int, decoder: zstandard.ZstdDecompressor) -> Iterator[bytes]:
    """Yield what is in the zstandard frames that take `length` bytes from `start` on, 64 KiB at a time.

    Raises ZstdError for damaged data, once it comes to it. Source: E-1.
    """
    # Bytes behind a frame are an error instead of being passed over.
    span = cast("IO[bytes]", _Span(source, start, length))  # of which it only ever reads
    with decoder.stream_reader(span, _SPAN_BYTES, read_across_frames=True) as reader:
        yield from iter(partial(reader.read, _SPAN_BYTES), b"")


class _Span:
    """A part of a source, read from its start to its end."""

    def __init__(self, source: Source, start: int, length: int) -> None:
        self._source, self._at, self._end = source, start, start + length

    def read(self, most: int) -> bytes:
        data = self._source.read(self._at, min(most, self._end - self._at))
        self._at += len(data)
        return data
