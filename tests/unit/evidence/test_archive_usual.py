# SPDX-License-Identifier: Apache-2.0
"""Members taken many at once are those that are taken one by one, and what is refused is refused alike (E-1)."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Iterable, Iterator

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.evidence import inspect_logs as logs

from ruleout.errors import UnreadableLog
from ruleout.evidence import MemorySource
from ruleout.evidence.archive.directory import walk
from ruleout.evidence.archive.member import Archive, open_archive
from ruleout.evidence.archive.usual_directory import Entry, usual_entries
from ruleout.evidence.archive.usual_members import one_frame, usual_contents
from ruleout.evidence.limits import DEFAULT_LIMITS

NAMES = st.sampled_from(
    ["a", "samples/1", "samples/2", "samples/3", "PK\x01\x02", "x" * 255, "x" * 256, "é", "a\0b", ""]
)
METHODS = st.sampled_from([logs.ZSTANDARD, logs.ZSTANDARD, logs.ZSTANDARD, logs.DEFLATE, logs.STORED, 9])
SPOILED = {
    "flags": st.sampled_from([1, 1 << 6, 1 << 13, 1 << 11, 8]),
    "crc": st.just(7),
    "size": st.sampled_from([0, 1, 5, 0xFF000000, 0xFFFFFFFF]),
    "packed_size": st.sampled_from([0, 1, 10**6, 0xFFFFFFFF]),
    "packed": st.sampled_from([b"", b"\xff" * 9, logs.pack(b"abc", 93) * 2, logs.pack(b"abc", 93) + b"tail"]),
    "offset": st.sampled_from([0, 3, 10**6, 0xFFFFFFFF]),
    "disk": st.sampled_from([1, 0xFFFF]),
    "zip64": st.just(True),
    "comment": st.sampled_from([b"c", b"PK\x01\x02", b"PK\x06\x07" + b"\0" * 16]),
    "local": st.sampled_from([{"name": b"other"}, {"method": 0}, {"flags": 2}, {"crc": 7}, {"size": 7}, {"packed": 1}]),
}


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """Archives of a few members, one or two of them perhaps untrue in a field, and a few bytes perhaps changed."""
    contents = st.binary(max_size=40) | st.just(b"a" * 300_000)
    members = [
        logs.Member(name=name, content=draw(contents), method=draw(METHODS))
        for name in draw(st.lists(NAMES, max_size=6))
    ]
    for _ in range(draw(st.integers(0, 2)) if members else 0):
        field = draw(st.sampled_from(sorted(SPOILED)))
        setattr(draw(st.sampled_from(members)), field, draw(SPOILED[field]))
    data = bytearray(logs.write(members, zip64=draw(st.booleans())))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        # Counted from the end, where the directory is; what is compressed is damaged less often.
        data[-1 - draw(st.integers(0, min(len(data) - 1, 400)))] ^= 1 << draw(st.integers(0, 7))
    return bytes(data)


@st.composite
def directories(draw: st.DrawFn) -> tuple[bytes, int]:
    """Central directories, most of them damaged, and how many entries they are said to have."""
    data = draw(archives())
    end = data.rfind(b"PK\x05\x06")
    count, size, offset = (
        struct.unpack_from("<H2L", data, end + 10) if end >= 0 and end + 20 <= len(data) else (0, 0, 0)
    )
    return data[offset : offset + size], count + draw(st.sampled_from([0, 0, 0, 0, -1, 1]))


@given(directory=directories(), skip=st.sampled_from([b"", b"samples/"]))
def test_a_directory_taken_apart_at_once_is_that_of_the_walk(directory: tuple[bytes, int], skip: bytes):
    """Either it gives the entries of the walk, in its order, or it gives nothing and the walk has the word."""
    data, count = directory
    found = usual_entries(data, count, skip)

    if found is not None:
        walked = {entry.name: entry for entry in walk(data, count, skip, "x")}
        assert list(found.items()) == list(walked.items())


@example(data=logs.write([]))
@given(data=archives())
def test_members_read_each_are_those_read_one_by_one(data: bytes):
    """The same contents up to the same refusal, to the letter."""
    try:
        archive = open_archive(MemorySource(data), name="x", limits=DEFAULT_LIMITS)
    except UnreadableLog:
        return
    names = list(archive.entries)

    assert outcome(together(archive, names)) == outcome(one_by_one(archive, names))
    assert outcome(together(archive, names[::-1])) == outcome(one_by_one(archive, names[::-1]))
    for name in names:
        assert outcome(in_pieces(archive, name)) == outcome(one_by_one(archive, [name]))


def together(archive: Archive, names: list[str]) -> Iterator[tuple[str, bytes]]:
    for some, contents in archive.read_together(names):
        yield from zip(some, contents, strict=True)


def in_pieces(archive: Archive, name: str) -> Iterator[tuple[str, bytes]]:
    yield name, b"".join(archive.read_in_pieces(name))


def one_by_one(archive: Archive, names: list[str]) -> Iterator[tuple[str, bytes]]:
    return ((name, archive.read(name)) for name in names)


def outcome(found_in: Iterator[tuple[str, bytes]]) -> list[object]:
    """What is yielded, and the words of the refusal that ends it."""
    found: list[object] = []
    try:
        found.extend(found_in)
    except UnreadableLog as refusal:
        found.append((str(refusal), refusal.hint))
    return found


def plain_archive(count: int) -> bytes:
    """An archive as tools write it, of `count` samples."""
    members = [logs.Member(name=f"samples/{n}", content=b"abc" * n, method=logs.ZSTANDARD) for n in range(1, count + 1)]
    return logs.write(members)


def directory_of(data: bytes) -> bytes:
    size, offset = struct.unpack_from("<2L", data, len(data) - 10)
    return data[offset : offset + size]


def damaged(data: bytes, span: range) -> Iterator[bytes]:
    """The bytes with each bit of the span turned, each byte 0 and 0xff, and each four bytes 0xff."""
    for at in span:
        new = [bytes([data[at] ^ 1 << bit]) for bit in range(8)] + [b"\0", b"\xff", b"\xff" * 4]
        yield from (data[:at] + value + data[at + len(value) :] for value in new)


def test_no_single_change_of_a_directory_gets_past_the_walk():
    """Every byte of three entries, and one entry more or less said to be there."""
    directory = directory_of(plain_archive(3))

    for changed in [directory, *damaged(directory, range(len(directory) - 3))]:
        for count in (2, 3, 4):
            found = usual_entries(changed, count, b"")
            assert found is None or dict(found) == {entry.name: entry for entry in walk(changed, count, b"", "x")}


def test_no_single_change_of_a_local_header_gets_past_the_reading_one_by_one():
    """Every byte of a header and its stream."""
    data = plain_archive(2)

    for changed in damaged(data, range(data.index(b"PK\x03\x04", 1))):
        archive = opened(changed)
        names = list(archive.entries)
        assert outcome(together(archive, names)) == outcome(one_by_one(archive, names))
        for name in names:
            assert outcome(in_pieces(archive, name)) == outcome(one_by_one(archive, [name]))


def opened(data: bytes) -> Archive:
    return open_archive(MemorySource(data), name="x", limits=DEFAULT_LIMITS)


def asked_again(archive: Archive, entries: Iterable[Entry]) -> list[str]:
    """The members that are not read at once."""
    asked: list[str] = []

    def otherwise(name: str) -> bytes:
        asked.append(name)
        return b""

    raws = [(entry.name, entry.raw) for entry in entries]
    list(usual_contents(archive.source, raws, archive.decoder, otherwise))
    return asked


def test_what_tools_write_is_taken_at_once():
    """Without this the laws above would hold for a quick way that is never gone."""
    members = logs.parts([logs.sample(number) for number in range(50)])
    data = logs.archive(members, method=logs.ZSTANDARD)
    archive = opened(data)
    entries = list(archive.entries.values())

    assert list(usual_entries(directory_of(data), len(members), b"") or ()) == list(members)
    assert len(usual_entries(directory_of(data), len(members), b"samples/") or ()) == len(members) - 50
    assert asked_again(archive, entries) == []
    assert asked_again(archive, entries[::-1]) == []


@pytest.mark.parametrize(
    "lie",
    [
        {"crc": 7},
        {"size": 4},
        {"size": 2},
        {"method": logs.DEFLATE},
        {"packed": b"\xff\xff\xff"},
        {"packed": logs.pack(b"abc", 93) + b"tail"},
        {"local": {"name": b"n"}},
        {"local": {"crc": 8}},
        {"zip64": True},
    ],
)
def test_what_is_not_plain_is_asked_again(lie: dict[str, object]):
    """Each condition of the quick way has a member that fails by it alone."""
    odd = logs.Member(name="m", content=b"abc", method=logs.ZSTANDARD)
    for field, value in lie.items():
        setattr(odd, field, value)
    archive = opened(logs.write([logs.Member(name="first", content=b"abc", method=logs.ZSTANDARD), odd]))

    assert asked_again(archive, archive.entries.values()) == ["m"]


def test_small_members_that_are_asked_again_come_together_and_large_ones_alone():
    """Logs of before 2026 are packed by deflate: each sample by itself would cost more than unpacking it."""
    sizes = [40_000] * 10 + [300_000] + [5] * 3
    members = {str(n): bytes(size) for n, size in enumerate(sizes)}
    archive = opened(logs.archive(members, method=logs.DEFLATE))
    batches = [names for names, _ in archive.read_together(members)]

    assert [len(names) for names in batches if names] == [7, 3, 1, 3]


def test_a_frame_that_is_stored_is_not_unpacked():
    """Even where what is in it has the length and the CRC that are stated."""
    content, frame = next(
        (content, frame)
        for length in range(200)
        if len(frame := logs.pack(content := bytes(range(50)) + b"a" * length, logs.ZSTANDARD)) == len(content)
    )
    odd = logs.Member(name="m", content=content, method=logs.STORED, packed=frame)
    archive = opened(logs.write([odd]))

    assert asked_again(archive, archive.entries.values()) == ["m"]


def test_sizes_that_stand_elsewhere_are_asked_again():
    """Both headers agree that the size is 0xffffffff, and neither says where the true one is."""
    data = bytearray(plain_archive(1))
    data[22:26] = b"\xff" * 4
    [entry] = opened(plain_archive(1)).entries.values()
    odd = entry._replace(raw=entry.raw[:20] + b"\xff" * 4 + entry.raw[24:])
    archive = dataclasses.replace(opened(plain_archive(1)), source=MemorySource(bytes(data)))

    assert asked_again(archive, [odd]) == [odd.name]


def test_a_frame_that_states_another_size_takes_no_memory():
    """64 MiB are stated, three bytes are expected."""
    packed = zstandard.ZstdCompressor().compress(b"\0" * 2**26)

    assert zstandard.frame_content_size(packed) == 2**26
    assert one_frame(packed, 3, zstandard.ZstdDecompressor()) is None
    assert one_frame(packed, 2**26, zstandard.ZstdDecompressor()) == b"\0" * 2**26


def test_a_later_entry_of_a_name_wins_in_the_place_of_the_first():
    """As in the walk, and as the tool means it that supersedes members by appending."""
    one, two = (logs.Member(name="a", content=content, method=logs.ZSTANDARD) for content in (b"old", b"new"))
    archive = opened(logs.write([one, logs.Member(name="b", content=b"x", method=logs.ZSTANDARD), two]))

    assert list(together(archive, list(archive.entries))) == [("a", b"new"), ("b", b"x")]


def test_a_frame_is_not_unpacked_beyond_its_window():
    """A window of 1 KiB is stated, and what is repeated lies 3000 bytes back: other readers would refuse."""
    content = bytes(range(256)) * 12 + bytes(range(256))
    packed = bytearray(zstandard.ZstdCompressor(write_content_size=False).compress(content))
    decoder = zstandard.ZstdDecompressor()
    large = one_frame(bytes(packed), len(content), decoder)
    packed[5] = 0

    assert packed[:5] == b"\x28\xb5\x2f\xfd\x00"
    assert large == content
    assert one_frame(bytes(packed), len(content), decoder) is None


def test_an_extra_field_is_not_taken_for_the_frame():
    """Directory and local header both have an extra field, in which another frame stands with the CRC that is stated."""
    frame = logs.pack(b"abc", logs.ZSTANDARD)
    data = logs.write([logs.Member(name="m", content=b"abc", method=logs.ZSTANDARD)])
    [entry] = opened(data).entries.values()
    local = data[:28] + len(frame).to_bytes(2, "little") + data[30:31] + frame + b"\0" * 99
    raw = entry.raw[:26] + len(frame).to_bytes(2, "little") + entry.raw[28:]
    archive = dataclasses.replace(opened(data), source=MemorySource(local))

    assert asked_again(archive, [entry._replace(raw=raw)]) == ["m"]


def test_members_before_a_refused_one_come_first():
    """So that what is wrong with an earlier one is told first, as one by one."""
    members = [logs.Member(name=str(n), content=b"abc", method=logs.ZSTANDARD) for n in range(5)]
    members[3].crc = 7
    archive = opened(logs.write(members))

    *before, refusal = outcome(together(archive, list(archive.entries)))
    assert before == [(str(n), b"abc") for n in range(3)]
    assert "member '3'" in str(refusal)
