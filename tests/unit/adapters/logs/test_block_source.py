# SPDX-License-Identifier: Apache-2.0
"""Files as sources: what is read is what was digested, or it is refused (E-1)."""

import hashlib
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.failing_files import no_file

from ruleout.adapters.logs import block_source
from ruleout.adapters.logs.block_source import BLOCK_BYTES, HELD_BYTES, BlockSource, HeldSource, open_file
from ruleout.errors import NotFound, RuleoutError, UnreadableLog

LIMIT = 2 << 30


def opened(path, *, limit=LIMIT, on_bytes=lambda _: None):
    return open_file(str(path), name="run.eval", limit_bytes=limit, on_bytes=on_bytes)


def digested(path, **more):
    source = opened(path, **more)
    assert source.sha256
    return source


def large_file(path, extra=12345):
    """A file of four blocks above the size that is held in memory, no two alike, and its bytes."""
    data = random.Random(1).randbytes(HELD_BYTES + 3 * BLOCK_BYTES + extra)
    path.write_bytes(data)
    return data


def refusal(error):
    return error.value.reason, error.value.name


def test_a_small_file_is_held_in_memory_with_its_digest(tmp_path):
    """What happens to the file afterwards is of no concern, and no descriptor is left open."""
    file = tmp_path / "x"
    file.write_bytes(b"as it was")
    source = opened(file)
    file.write_bytes(b"something else")

    assert isinstance(source, HeldSource)
    assert (source.size, source.read(3, 2), source.read(6, 99)) == (9, b"it", b"was")
    assert source.sha256 == hashlib.sha256(b"as it was").hexdigest()


def test_an_empty_file_is_a_source_of_nothing(tmp_path):
    """It is refused by readers, not here."""
    (tmp_path / "x").write_bytes(b"")
    source = opened(tmp_path / "x")

    assert (source.size, source.read(0, 10)) == (0, b"")


@pytest.mark.parametrize("extra", [0, 1, 12345])
def test_a_large_file_gives_its_own_bytes_across_blocks(tmp_path, extra):
    """At, before and behind block boundaries and the end; the digest is that of the whole."""
    data = large_file(tmp_path / "x", extra)
    told = []
    source = opened(tmp_path / "x", on_bytes=told.append)

    assert isinstance(source, BlockSource)
    assert (source.size, source.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert sum(told) == len(data)
    for start in (0, BLOCK_BYTES - 1, BLOCK_BYTES, 5 * BLOCK_BYTES + 7, len(data) - 1, len(data), len(data) + 5):
        for length in (0, 1, 2, BLOCK_BYTES, 2 * BLOCK_BYTES + 1):
            assert source.read(start, length) == data[start : start + length], (start, length)
    source.close()
    source.close()


@pytest.mark.parametrize("blocks", [range(100), range(100, -1, -1), (3, 0, 1, 3, 0, 34), ()], ids=str)
def test_the_digest_is_that_of_the_whole_in_whatever_order_it_was_read(tmp_path, blocks):
    """What was read in its turn is read once; the rest is read when the digest is asked for."""
    data = large_file(tmp_path / "x")
    told = []
    source = opened(tmp_path / "x", on_bytes=told.append)
    for number in blocks:
        assert source.read(number * BLOCK_BYTES + 1, 5) == data[number * BLOCK_BYTES + 1 :][:5]

    assert source.sha256 == hashlib.sha256(data).hexdigest()
    assert sum(told) == len(data)
    assert source.read(7, 9) == data[7:16]
    source.close()


def test_what_is_read_in_its_turn_is_read_once(tmp_path, monkeypatch):
    """Reading it and its digest take no more of the disk than the digest alone."""
    data, came = large_file(tmp_path / "x"), []
    pread = os.pread

    def counted(descriptor, length, at):
        came.append(length)
        return pread(descriptor, length, at)

    monkeypatch.setattr(block_source.os, "pread", counted)
    source = opened(tmp_path / "x")
    assert source.read(BLOCK_BYTES, 5) == data[BLOCK_BYTES:][:5]  # before its turn, and held until then
    parts = [source.read(at, 1000) for at in range(0, len(data), 1000)]

    assert b"".join(parts) == data
    assert source.sha256 == hashlib.sha256(data).hexdigest()
    assert sum(came) == len(data)
    source.close()


def test_what_is_passed_over_on_the_way_is_read_once_too(tmp_path, monkeypatch):
    """As the journal of an Inspect log, which stands between its samples and its summaries and is needed for the digest alone."""
    data, came = large_file(tmp_path / "x"), []
    pread = os.pread

    def counted(descriptor, length, at):
        came.append(at // BLOCK_BYTES)
        return pread(descriptor, length, at)

    monkeypatch.setattr(block_source.os, "pread", counted)
    source = opened(tmp_path / "x")
    for number in (*range(15), *range(24, 33)):
        assert source.read(number * BLOCK_BYTES + 1, 5) == data[number * BLOCK_BYTES + 1 :][:5]

    assert source.sha256 == hashlib.sha256(data).hexdigest()
    assert came == sorted(set(came))
    source.close()


@pytest.mark.parametrize("again", [True, False], ids=["read", "digested"])
def test_a_block_that_changes_between_two_looks_is_refused_before_there_is_a_digest(tmp_path, again):
    """It was read before its turn, and is not held any more when it is needed again; the file's times say nothing."""
    file = tmp_path / "x"
    data = large_file(file)
    source, before = opened(file), file.stat()
    assert source.read(25 * BLOCK_BYTES, 10) == data[25 * BLOCK_BYTES :][:10]
    with file.open("r+b") as other:
        other.seek(25 * BLOCK_BYTES + 500)
        other.write(bytes([data[25 * BLOCK_BYTES + 500] ^ 1]))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    source._held.clear()

    with pytest.raises(UnreadableLog) as error:
        assert source.read(25 * BLOCK_BYTES, 10) if again else source.sha256
    assert refusal(error) == ("changed", "run.eval")
    source.close()


def test_a_byte_changed_after_the_digest_is_refused_and_what_is_unchanged_is_read(tmp_path):
    """The first byte of a block, written through another descriptor while the source is open."""
    file = tmp_path / "x"
    data = large_file(file)
    source = digested(file)
    with file.open("r+b") as other:
        other.seek(7 * BLOCK_BYTES)
        other.write(bytes([data[7 * BLOCK_BYTES] ^ 1]))

    assert source.read(6 * BLOCK_BYTES, BLOCK_BYTES) == data[6 * BLOCK_BYTES : 7 * BLOCK_BYTES]
    assert source.read(8 * BLOCK_BYTES, 10) == data[8 * BLOCK_BYTES :][:10]
    with pytest.raises(UnreadableLog) as error:
        source.read(7 * BLOCK_BYTES - 1, 2)
    assert refusal(error) == ("changed", "run.eval")
    assert error.value.hint
    source.close()


def test_a_writer_at_work_is_never_half_believed(tmp_path):
    """A thread rewrites a block over and over: every read gives digested bytes or is refused, whatever the moment."""
    file = tmp_path / "x"
    data = large_file(file)
    at, stop = 9 * BLOCK_BYTES, threading.Event()
    source = digested(file)
    other = bytes(BLOCK_BYTES)

    def write():
        with file.open("r+b", buffering=0) as writing:
            while not stop.is_set():
                for content in (other, data[at : at + BLOCK_BYTES]):
                    writing.seek(at)
                    writing.write(content)

    thread = threading.Thread(target=write)
    thread.start()
    reasons = []
    for _ in range(100):
        try:
            assert source.read(at - 10, BLOCK_BYTES + 20) == data[at - 10 : at + BLOCK_BYTES + 10]
        except UnreadableLog as error:
            reasons.append(error.reason)
        source._held.clear()
    stop.set()
    thread.join()
    source.close()

    assert set(reasons) == {"changed"}


def test_a_file_cut_after_the_digest_is_refused(tmp_path):
    """What is left is read; what is gone is named as changed, not as an end."""
    file = tmp_path / "x"
    data = large_file(file)
    source = digested(file)
    os.truncate(file, HELD_BYTES)

    assert source.read(0, 5) == data[:5]
    with pytest.raises(UnreadableLog) as error:
        source.read(HELD_BYTES + 5, 5)
    assert refusal(error) == ("changed", "run.eval")
    source.close()


def test_a_file_that_grew_after_the_digest_is_what_it_was(tmp_path):
    """A log that somebody appends to keeps the bytes of its digest, the last block included."""
    file = tmp_path / "x"
    data = large_file(file)
    source = digested(file)
    with file.open("ab") as other:
        other.write(b"more")

    assert source.read(len(data) - 5, 100) == data[-5:]
    source.close()


@pytest.mark.parametrize("size", [1000, HELD_BYTES + 10])
@pytest.mark.parametrize("change", ["grow", "cut", "rewrite"])
def test_a_file_that_changes_while_it_is_digested_is_refused(tmp_path, size, change):
    """The first read is told of by its progress; in that moment somebody writes."""
    file = tmp_path / "x"
    file.write_bytes(bytes(size))
    before = file.stat()

    def meddle(_):
        if change == "grow":
            with file.open("ab") as other:
                other.write(b"x")
        elif change == "cut":
            os.truncate(file, size // 2)
        else:
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))

    with pytest.raises(UnreadableLog) as error:
        digested(file, on_bytes=meddle)
    assert refusal(error) == ("changed", "run.eval")


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "link to a device"])
def test_what_is_no_file_is_refused_at_once(tmp_path, kind):
    """Without waiting for a writer, and without reading a device that has no end."""
    path = "/dev/zero" if kind == "device" else no_file(kind, tmp_path / "x")

    with pytest.raises(RuleoutError, match=r"run\.eval: expected a regular evaluation log"):
        opened(path)


def test_what_is_not_there_is_named(tmp_path):
    """A missing file, a link that leads nowhere, links in a circle, a name no system has."""
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")

    for name in ("gone", "nowhere"):
        with pytest.raises(NotFound, match=r"run\.eval: no such evaluation log"):
            opened(tmp_path / name)
    for name in ("circle", "nul\0byte", "x" * 300):
        with pytest.raises(RuleoutError, match=r"run\.eval: cannot read"):
            opened(tmp_path / name)


def test_a_disk_that_cannot_read_refuses_the_log(tmp_path, monkeypatch):
    """An error of the system is told as one, with what to check."""
    (tmp_path / "x").write_bytes(b"x")

    def broken(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(block_source.os, "pread", broken)
    with pytest.raises(RuleoutError, match=r"cannot read this evaluation log: Input/output error"):
        opened(tmp_path / "x")


def test_no_descriptor_stays_open(tmp_path):
    """After sources were closed, refused, or held in memory."""
    large_file(tmp_path / "large")
    (tmp_path / "small").write_bytes(b"x")
    before = len(list(Path("/proc/self/fd").iterdir()))
    opened(tmp_path / "large").close()
    opened(tmp_path / "small")
    for path, limit in ((tmp_path / "large", 5), (tmp_path, LIMIT)):
        with pytest.raises(RuleoutError):
            opened(path, limit=limit)

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path):
    """Three gigabytes of nothing take no time."""
    file = tmp_path / "x"
    file.touch()
    os.truncate(file, 3 << 30)
    told = []

    with pytest.raises(UnreadableLog) as error:
        opened(file, on_bytes=told.append)
    assert refusal(error) == ("too-large", "run.eval")
    assert "got 3221225472" in str(error.value)
    assert told == []


def test_memory_does_not_grow_with_the_file(tmp_path):
    """A process of its own digests a quarter of a gigabyte and reads through it with a few megabytes above where it began."""
    file = tmp_path / "x"
    file.touch()
    os.truncate(file, 256 << 20)
    program = (
        "import resource, sys\n"
        "from ruleout.adapters.logs.block_source import open_file\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak()\n"
        "source = open_file(sys.argv[1], name='x', limit_bytes=2 << 30, on_bytes=lambda n: None)\n"
        "for at in range(0, source.size, 3 << 20): source.read(at, 1 << 20)\n"
        "print(source.size, peak() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True)
    size, grown_kib = map(int, done.stdout.split())

    assert size == 256 << 20
    assert grown_kib < 24 << 10
