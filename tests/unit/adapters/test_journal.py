# SPDX-License-Identifier: Apache-2.0
"""Frames of the journal in memory (L-5); the files are tests/integration/test_log_writer.py's."""

from __future__ import annotations

import hashlib
import io
import struct

import pytest

from ruleout.adapters.journal import HEADER, pack_frame, read_frames
from ruleout.errors import LedgerError


def frames(data: bytes) -> list[tuple[int, tuple[bytes, ...]]]:
    return [(frame.first, frame.entries) for frame in read_frames(io.BytesIO(HEADER + data), name="journal")]


def forged(count: int, content: bytes) -> bytes:
    """A frame whose digest holds and whose content does not."""
    digest = hashlib.sha256(struct.pack(">QII", 0, count, len(content)) + content).digest()
    return struct.pack(">4sQII32s", b"\x00RJ\x01", 0, count, len(content), digest) + content


def test_frames_come_back_in_order() -> None:
    """What was packed is read, up to the end."""
    assert [(0, (b"a", b"")), (2, (b"b",))] == frames(pack_frame(0, [b"a", b""]) + pack_frame(2, [b"b"]))


@pytest.mark.parametrize("tail", [forged(2, b"\x00\x01a"), forged(1, b"\x00\x05a"), b"\x00RJ\x01" * 500, bytes(5000)])
def test_a_tail_without_a_valid_frame_is_left_out(tail: bytes) -> None:
    """Frames whose content does not hold, marks without frames and zeros are a torn tail."""
    assert [(0, (b"a",))] == frames(pack_frame(0, [b"a"]) + tail)


@pytest.mark.parametrize("gap", [1, (1 << 20) - 2, (1 << 20) - len(HEADER), (1 << 20) + 1, 3 << 20])
def test_a_valid_frame_is_found_behind_damage_of_any_length(gap: int) -> None:
    """Damage is told from a torn tail however far behind it the next frame stands."""
    with pytest.raises(LedgerError, match="damage before a valid frame"):
        frames(bytes(gap) + pack_frame(0, [b"a"]))


def test_a_length_that_lies_is_not_followed() -> None:
    """A frame that claims more than the most, or more than there is, is no frame."""
    huge = struct.pack(">4sQII32s", b"\x00RJ\x01", 0, 1, 2**32 - 1, bytes(32))

    assert [] == frames(huge)
    assert [] == frames(pack_frame(0, [b"a" * 100])[:-1])
