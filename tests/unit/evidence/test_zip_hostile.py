# SPDX-License-Identifier: Apache-2.0
"""Archives made to mislead a reader or to eat its memory: each is a named refusal (E-1)."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pytest
from tests.unit.evidence import inspect_logs as logs

from ruleout.errors import UnreadableLog
from ruleout.evidence import memory_log
from ruleout.evidence.archive.directory import WIDE32, widen
from ruleout.evidence.limits import Limits
from ruleout.evidence.readers.inspect_eval import read_eval_log

SAMPLE = "samples/1_epoch_1.json"
CONTENT = logs.dumps(logs.sample(1, "C"))


def reason(data: bytes, **limits: int) -> str:
    with pytest.raises(UnreadableLog) as caught:
        read_eval_log(memory_log(data, "x.eval"), limits=Limits(**limits))
    assert caught.value.name == "x.eval"
    return caught.value.reason


def with_sample(**lies: Any) -> bytes:
    """An honest log whose one sample member is described by `lies`."""
    members = [logs.Member(name=n, content=c) for n, c in logs.parts([logs.sample(1, "C")]).items() if n != SAMPLE]
    return logs.write([logs.Member(name=SAMPLE, content=CONTENT, **lies), *members])


def test_the_writer_of_these_tests_writes_archives_others_can_read():
    """The standard library reads what we write, so a refusal below is about the lie and not about the writer."""
    for data in (logs.log([logs.sample(1, "C")]), with_sample(zip64=True), logs.write(honest(), zip64=True)):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            assert archive.testzip() is None
            assert archive.read(SAMPLE) == CONTENT
        assert logs.read_one(data, name="x").problems == ()


def honest() -> list[logs.Member]:
    return [logs.Member(name=n, content=c) for n, c in logs.parts([logs.sample(1, "C")]).items()]


def test_archives_of_the_standard_library_are_read_even_with_sizes_after_the_data():
    """A stream that could not seek leaves zeros in the local headers."""

    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError("a pipe cannot seek")

        def tell(self) -> int:
            raise OSError("a pipe has no position")

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in logs.parts([logs.sample("é", "C")]).items():
            archive.writestr(name, content)

    m = logs.read_one(pipe.getvalue(), name="x")
    assert [a.sample for a in m.attempts] == ["é"]
    assert m.problems == ()


def test_a_log_cut_anywhere_is_refused():
    """Two hundred cuts over the whole length: none is read, none crashes."""
    data = logs.log([logs.sample(i, "C") for i in range(5)])
    step = max(1, len(data) // 200)

    reasons = {cut: _reason_of_cut(data[:cut]) for cut in [*range(0, len(data), step), len(data) - 1]}
    assert set(reasons.values()) <= {"truncated", "not-a-log"}


def _reason_of_cut(data: bytes) -> str:
    with pytest.raises(UnreadableLog) as caught:
        logs.read_one(data, name="x")
    return caught.value.reason


def test_one_flipped_byte_is_refused_or_changes_nothing():
    """A change anywhere in the archive is a refusal or a problem, or lies in bytes without meaning."""
    data = logs.log([logs.sample(1, "C")])
    whole = logs.read_one(data, name="x")

    for at in range(0, len(data), 7):
        flipped = bytearray(data)
        flipped[at] ^= 0xFF
        try:
            m = logs.read_one(bytes(flipped), name="x")
        except UnreadableLog:
            continue
        assert m.problems or m.attempts == whole.attempts


def test_a_bomb_by_ratio_is_refused_before_it_is_unpacked():
    """Members of absurd ratio are refused by what the directory admits."""
    content = CONTENT + b" " * 20_000_000

    for method in (logs.DEFLATE, logs.ZSTANDARD):
        assert reason(with_sample_content(content, method)) == "zip-bomb"


def with_sample_content(content: bytes, method: int) -> bytes:
    members = logs.parts([logs.sample(1, "C")])
    members[SAMPLE] = content
    return logs.archive(members, method=method)


@pytest.mark.parametrize("method", [logs.STORED, logs.DEFLATE, logs.ZSTANDARD])
@pytest.mark.parametrize("off", [-1, 1, -20, 1000])
def test_lying_sizes_are_refused(method: int, off: int):
    """A directory that admits fewer or more bytes than the stream holds; output stops at the stated size."""
    size = len(CONTENT) + off

    assert reason(with_sample(method=method, size=size)) == "size-mismatch"


def test_a_bomb_that_admits_a_small_size_costs_only_that_size():
    """A stream of a gigabyte that claims ten bytes is cut off at eleven."""
    # After a full flush a stream knows nothing of what came before, so one packed mebibyte can stand a thousand times.
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    mebibyte = stream.compress(b"\0" * 2**20) + stream.flush(zlib.Z_FULL_FLUSH)
    packed = mebibyte * 1024 + stream.flush()

    assert reason(with_sample(packed=packed, size=10)) == "size-mismatch"
    assert reason(with_sample(packed=packed, size=0, crc=0)) == "size-mismatch"


def test_bytes_behind_a_stream_are_refused():
    """Data hidden behind a member's own end would be seen by some readers only."""
    for method, expected in ((logs.DEFLATE, "size-mismatch"), (logs.ZSTANDARD, "bad-crc")):
        packed = logs.pack(CONTENT, method) + b"hidden"
        assert reason(with_sample(method=method, packed=packed)) == expected


def test_sizes_over_the_limits_are_refused():
    """Log members, their number and their sum are bounded."""
    data = logs.log([logs.sample(1, "C")])

    assert reason(data, member_bytes=100) == "too-large"
    assert reason(data, total_bytes=1000) == "too-large"
    assert reason(data, members=2) == "too-large"


def test_overlapping_members_are_refused():
    """Two names over the same bytes multiply what a small file unpacks to."""
    first = logs.Member(name=SAMPLE, content=CONTENT)
    second = logs.Member(name="samples/2_epoch_1.json", content=CONTENT, offset=0, local={"name": SAMPLE.encode()})

    assert reason(logs.write([first, second, *honest()])) == "header-mismatch"
    nested = logs.write([logs.Member(name="inner", content=CONTENT, method=logs.STORED)])
    whole = logs.Member(name="outer", content=nested, method=logs.STORED)
    inner = logs.Member(name="inner", content=CONTENT, method=logs.STORED, offset=30 + len("outer"))
    assert reason(logs.write([whole, inner])) == "zip-bomb"


@pytest.mark.parametrize(
    ("lies", "expected"),
    [
        ({"flags": 1}, "encrypted"),
        ({"flags": 1 << 6}, "encrypted"),
        ({"flags": 1 << 13}, "encrypted"),
        ({"method": 9}, "unsupported-compression"),
        ({"method": 99}, "unsupported-compression"),
        ({"crc": 1}, "bad-crc"),
        ({"packed": b"\xff\xff\xff"}, "bad-crc"),
        ({"packed": b"\xff\xff\xff", "method": 93}, "bad-crc"),
        ({"local": {"name": b"samples/2_epoch_1.json"}}, "header-mismatch"),
        ({"local": {"method": 0}}, "header-mismatch"),
        ({"local": {"flags": 2}}, "header-mismatch"),
        ({"local": {"crc": 7}}, "header-mismatch"),
        ({"local": {"size": 7}}, "header-mismatch"),
        ({"packed_size": 10**6}, "truncated"),
        ({"offset": 10**6}, "truncated"),
        ({"offset": 3}, "zip-bomb"),
        ({"disk": 1}, "wrong-shape"),
        ({"comment": b"c"}, "wrong-shape"),
        ({"size": 0xFFFFFFFF}, "wrong-shape"),
    ],
)
def test_lies_about_a_member_are_refused_by_name(lies: dict[str, Any], expected: str):
    """Each field of the directory is believed only as far as it can be checked."""
    assert reason(with_sample(**lies)) == expected


def test_member_names_that_readers_understand_differently_are_refused():
    """A NUL byte ends a name for some readers; broken UTF-8 has no meaning at all."""
    for name, flags in (("header.json\0x", 0), ("a\udcffb", 1 << 11)):
        raw = name.encode("utf-8", "surrogateescape")
        data = logs.write([*honest(), logs.Member(name="n" * len(raw), content=b"", flags=flags)])
        assert reason(data.replace(b"n" * len(raw), raw)) == "wrong-shape"


def test_anything_around_the_archive_is_refused():
    """A prefix, a comment or a tail could hide a second directory."""
    assert reason(logs.write(honest(), prefix=b"PK\x03\x04 not really")) == "truncated"
    assert reason(logs.write(honest(), comment=b"hello")) == "truncated"
    assert reason(logs.write(honest()) + b"tail") == "truncated"
    fake_end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 0)
    assert reason(logs.write(honest(), comment=fake_end)) == "truncated"


def with_another_directory(field: int) -> bytes:
    """Two logs in one archive: the directory of the second, with its wide end record, lies in the last entry of the first.

    Args:
        field: where in an entry the length of what holds it stands: 30 for the extra field, 32 for the comment.
    """
    two = [logs.Member(name=n, content=c) for won in "IC" for n, c in logs.parts([logs.sample(1, won)]).items()]
    data, count = logs.write(two), len(two) // 2
    size, at = struct.unpack_from("<2L", data, len(data) - 10)
    # The names are the same, and so are the lengths of both halves.
    shown, other = bytearray(data[at : at + size // 2]), data[at + size // 2 : at + size]
    end64_at = at + size
    hidden = other + struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(other), at + len(shown)
    )
    hidden += struct.pack("<4sLQL", b"PK\x06\x07", 0, end64_at, 1)
    struct.pack_into("<H", shown, shown.rindex(b"PK\x01\x02") + field, len(hidden))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(shown) + len(hidden), at, 0)
    return data[:at] + shown + hidden + end


@pytest.mark.parametrize("field", [30, 32])
def test_a_directory_that_other_readers_would_find_is_refused(field: int):
    """The standard library follows the locator before the end record and reads a success; the end record needs none."""
    data = with_another_directory(field)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert archive.read(SAMPLE) == CONTENT

    assert reason(data) == "wrong-shape"


@pytest.mark.parametrize("name", ["header.json", SAMPLE])
def test_a_comment_of_an_entry_is_refused_in_a_quick_look_too(name: str):
    """Where entries of samples are passed over."""
    members = honest()
    for member in members:
        member.comment = b"c" if member.name == name else b""
    with pytest.raises(UnreadableLog) as caught:
        logs.read_one(logs.write(members), summaries_only=True)
    assert caught.value.reason == "wrong-shape"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda f: [1, *f[1:]], "wrong-shape"),
        (lambda f: [f[0], 1, *f[2:]], "wrong-shape"),
        (lambda f: [*f[:2], 1, *f[3:]], "wrong-shape"),
        (lambda f: [*f[:6], 3], "wrong-shape"),
        (lambda f: [*f[:2], f[2] + 1, f[3] + 1, *f[4:]], "truncated"),
        (lambda f: [*f[:2], f[2] - 1, f[3] - 1, *f[4:]], "wrong-shape"),
        (lambda f: [*f[:4], f[4] + 1, *f[5:]], "truncated"),
        (lambda f: [*f[:4], 0xFFFFFFFF, *f[5:]], "truncated"),
    ],
)
def test_an_end_record_that_lies_is_refused(change: Any, expected: str):
    """Counts, sizes and disks must come out exactly."""
    assert reason(logs.write(honest(), end=change)) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda f: [*f[:2], 1, *f[3:]], "wrong-shape"),
        (lambda f: [1, *f[1:]], "wrong-shape"),
        (lambda f: [*f[:5], f[5] + 1, *f[6:]], "truncated"),
        (lambda f: [*f[:2], 2**40, 2**40, *f[4:]], "too-large"),
    ],
)
def test_a_wide_end_record_that_lies_is_refused(change: Any, expected: str):
    """The 64-bit form is checked as the short one."""
    assert reason(logs.write(honest(), zip64=True, end=change)) == expected


def test_a_wide_locator_that_points_elsewhere_is_refused():
    """The locator must name the record right before it."""
    data = bytearray(logs.write(honest(), zip64=True))
    at = data.rindex(b"PK\x06\x07")
    data[at + 8] ^= 1

    assert reason(bytes(data)) == "wrong-shape"


def test_a_wide_field_with_too_few_values_is_refused():
    """Two sizes promised, one given: the second is not made up."""
    extra = struct.pack("<HHQ", 1, 8, 77)

    assert widen(extra, (WIDE32, 5), "x") == (77, 5)
    with pytest.raises(UnreadableLog) as caught:
        widen(extra, (WIDE32, WIDE32), "x")
    assert caught.value.reason == "wrong-shape"


def test_a_directory_entry_that_runs_over_is_refused():
    """A name longer than the directory is not read beyond it."""
    data = bytearray(logs.write(honest()))
    at = data.rindex(b"PK\x01\x02")
    data[at + 28 : at + 30] = b"\xff\xff"

    assert reason(bytes(data)) == "truncated"


def test_a_refusal_quotes_no_control_character_of_a_member_s_name():
    """What a log calls its members ends up on a terminal; found by fuzzing."""
    members = logs.parts([logs.sample(1)])
    members["samples/2\n\x1b[31m_epoch_1.json"] = b"{"

    with pytest.raises(UnreadableLog) as caught:
        logs.read_one(logs.archive(members))

    assert caught.value.reason == "bad-json"
    assert str(caught.value).isprintable()
