# SPDX-License-Identifier: Apache-2.0
"""The writer of audit records: durable before it says so, refused at once when it cannot be, never dropped (G-8)."""

import asyncio
import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.audit_builders import SWIFT, FailingFiles, commit_all, ended, opened, segment_of, some, written

from ruleout.adapters.audit.content_keys import ContentKeys
from ruleout.adapters.audit.pace import ALONE_S, MANY, MANY_S, PACE_S, Pace
from ruleout.adapters.audit.segment_file import SegmentFile, read_bytes, segments_in
from ruleout.adapters.audit.writer import AuditUnavailable, AuditWriter, WriterLimits, WriterState
from ruleout.adapters.durable_file import SystemFiles
from ruleout.errors import KeyUnavailable, LedgerError
from ruleout.serving.audit import Gap, Started, parse_segment


class SlowFiles(SystemFiles):
    """A disk that takes its time, and counts."""

    syncs = 0
    pause = 0.02

    def sync(self, fd):
        self.syncs += 1
        time.sleep(self.pause)
        super().sync(fd)


class HeldFiles(SystemFiles):
    """A disk that syncs only while it may."""

    def __init__(self):
        self.goes_on, self.is_held = threading.Event(), False
        self.goes_on.set()

    def sync(self, fd):
        self.is_held = not self.goes_on.is_set()
        assert self.goes_on.wait(60)
        super().sync(fd)


def records_of(folder, number=-1):
    name = segments_in(folder)[number]
    return [kept.record for kept in parse_segment(read_bytes(folder, name), name).records]


async def until_running(writer):
    async with asyncio.timeout(60):
        while writer.state is not WriterState.RUNNING:  # noqa: ASYNC110 - a test's own wait
            await asyncio.sleep(0.005)


def test_what_waits_is_written_with_one_sync(tmp_path):
    """A hundred commits at once cost a handful of syncs."""
    ops = SlowFiles()
    writer = AuditWriter(tmp_path / "a", "w0", ops=ops)
    before = ops.syncs

    async def many():
        await asyncio.gather(*(writer.commit(opened(n)) for n in range(100)))

    asyncio.run(many())
    writer.close()

    assert ops.syncs - before <= 3
    assert {opened(n) for n in range(100)} <= written(tmp_path / "a")


class CountedFiles(SystemFiles):
    """A disk that counts its syncs, and remembers when each began."""

    def __init__(self):
        self.at = []

    def sync(self, fd):
        self.at.append(time.monotonic())
        super().sync(fd)


def test_what_nobody_waits_for_goes_with_the_next_commit(tmp_path, monkeypatch):
    """An end is no sync of its own while requests come; it does not hold up the one that somebody waits for."""
    monkeypatch.setattr("ruleout.adapters.audit.pace.ALONE_S", 3600.0)
    ops = CountedFiles()
    writer = AuditWriter(tmp_path / "a", "w0", ops=ops)
    before = len(ops.at)

    async def two():
        writer.note(opened(1))
        await asyncio.wait_for(writer.commit(opened(2)), 60)

    asyncio.run(two())
    writer.close()

    assert len(ops.at) - before <= 2, "one, and the writer's end"
    assert [one.request for one in records_of(tmp_path / "a")[1:]] == ["req-1", "req-2"]


def test_what_nobody_waits_for_is_soon_on_disk_by_itself(tmp_path):
    """Without any commit behind it."""
    writer = AuditWriter(tmp_path / "a", "w0")

    async def alone():
        writer.note(opened(1))
        async with asyncio.timeout(60):
            while writer.waiting:  # noqa: ASYNC110 - a test's own wait
                await asyncio.sleep(0.01)
        return written(tmp_path / "a")

    assert opened(1) in asyncio.run(alone())
    writer.close()


def test_where_many_come_a_sync_serves_many(tmp_path):
    """Some thousand a second: groups keep their pace, whatever the disk could do, and each record is there in the end."""
    ops = CountedFiles()
    writer = AuditWriter(tmp_path / "a", "w0", ops=ops)
    before = len(ops.at)

    async def stream():
        waiting = []
        for number in range(400):
            waiting.append(writer.commit(opened(number)))
            if number % 4 == 3:
                await asyncio.sleep(0.0005)
        await asyncio.gather(*waiting)

    began = time.monotonic()
    asyncio.run(stream())
    took_s = time.monotonic() - began
    writer.close()

    assert len(ops.at) - before <= MANY + 2 + took_s / PACE_S
    assert {opened(n) for n in range(400)} <= written(tmp_path / "a")


def test_where_few_come_nobody_waits_for_company():
    """Whoever comes first goes at once, and so does everybody while fewer come than make a crowd; a crowd goes at the pace."""
    pace, now, waits = Pace(), 100.0, []
    for _ in range(4 * MANY):
        pace.committed(now)
        waits.append(pace.wait_s(now, is_awaited=True))
        pace.handed_over(now)
        now += 1.01 * MANY_S / (MANY - 1)
    assert waits == [0.0] * 4 * MANY

    waits = []
    for _ in range(MANY):
        pace.committed(now)
        waits.append(pace.wait_s(now, is_awaited=True))
        pace.handed_over(now)
        now += PACE_S / 10
    assert waits[0] == 0.0
    assert waits[-1] == pytest.approx(0.9 * PACE_S)
    assert pace.wait_s(now, is_awaited=False) == ALONE_S
    assert pace.wait_s(now + MANY_S, is_awaited=True) == 0.0


def test_a_future_waits_for_the_disk(tmp_path):
    """It is not done while the sync is under way."""
    ops = HeldFiles()
    writer = AuditWriter(tmp_path / "a", "w0", ops=ops)

    async def one():
        ops.goes_on.clear()
        future = writer.commit(opened(1))
        while not ops.is_held:  # noqa: ASYNC110 - a test's own wait
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.03)
        early = future.done()
        ops.goes_on.set()
        await asyncio.wait_for(future, 60)
        return early

    assert asyncio.run(one()) is False
    writer.close()


def test_whoever_is_to_be_told_is_told_once_it_is_on_disk_or_cannot_be(tmp_path):
    """In the loop's thread, each time once."""
    ops = FailingFiles(7)
    writer = AuditWriter(tmp_path / "a", "w0", limits=SWIFT, ops=ops)
    told: list[tuple[bool, AuditUnavailable | None, int]] = []

    async def story():
        heard = asyncio.Event()

        def say(error):
            told.append((opened(1) in written(tmp_path / "a"), error, threading.get_ident()))
            heard.set()

        for number in (1, 2):
            heard.clear()
            writer.keep(opened(number), say)
            assert len(told) == number - 1
            await heard.wait()
        await asyncio.sleep(0.01)

    asyncio.run(story())
    writer.close()

    assert told[0] == (True, None, threading.get_ident())
    assert isinstance(told[1][1], AuditUnavailable)
    assert len(told) == 2


def test_too_much_waiting_is_refused_at_once(tmp_path):
    """By number and by bytes; what was taken is kept all the same."""
    ops = SlowFiles()
    writer = AuditWriter(tmp_path / "a", "w0", ops=ops, limits=WriterLimits(waiting_records=3))
    small = AuditWriter(tmp_path / "b", "w0", ops=ops, limits=WriterLimits(waiting_bytes=len(opened(1)) + 1))

    async def many():
        taken = [writer.commit(opened(n)) for n in range(3)]
        with pytest.raises(AuditUnavailable) as refused:
            writer.commit(opened(4))
        kept = small.commit(opened(1))
        with pytest.raises(AuditUnavailable):
            small.commit(opened(2))
        await asyncio.gather(kept, *taken)
        await writer.commit(opened(5))
        return refused.value.reason

    assert asyncio.run(many()) == "behind"
    writer.close()
    small.close()


def test_after_a_failure_all_that_waits_fails_and_a_new_segment_names_the_gap(tmp_path):
    """The old segment takes nothing more. Until the disk is well again every attempt is refused, however soon it is asked."""
    ops = FailingFiles(7, torn=20, stays=True)
    writer = AuditWriter(tmp_path / "a", "w0", limits=SWIFT, ops=ops)

    async def story():
        first = await commit_all(writer, [opened(1)])
        taken = []
        for number in range(2, 6):
            try:
                taken.append(writer.commit(opened(number)))
            except AuditUnavailable:  # the thread was faster
                break
        told = await asyncio.gather(*taken, return_exceptions=True)
        with pytest.raises(AuditUnavailable):
            writer.commit(opened(6))
        ops.heal()
        await until_running(writer)
        await writer.commit(opened(7))
        return first, told

    first, told = asyncio.run(story())
    writer.close()
    start, gap, after = records_of(tmp_path / "a")[:3]

    assert first == [opened(1)]
    assert told
    assert all(isinstance(one, AuditUnavailable) for one in told)
    assert isinstance(start, Started)
    assert start.why == "failed"
    assert isinstance(gap, Gap)
    assert (gap.lost, gap.last, gap.segment) == (len(told), 1, start.previous)
    assert after.request == "req-7"


class GoneFiles(SystemFiles):
    """A disk that went: it says of which file."""

    def __init__(self, path):
        self.path, self.is_gone = path, False

    def write(self, fd, data):
        if self.is_gone:
            raise OSError(errno.EROFS, "read-only file system", str(self.path))
        super().write(fd, data)


def test_whoever_cannot_have_a_record_kept_is_not_told_where_records_lie(tmp_path):
    """A client reads why; those who run the gateway are told in whole."""
    ops = GoneFiles(tmp_path / "a folder" / "w0.1.audit")
    writer = AuditWriter(tmp_path / "a", "w0", limits=SWIFT, ops=ops)

    async def story():
        await writer.commit(opened(1))
        ops.is_gone = True
        with pytest.raises(AuditUnavailable) as at_once:
            await writer.commit(opened(2))
        with pytest.raises(AuditUnavailable) as later:
            await writer.commit(opened(3))
        return str(at_once.value), str(later.value), writer.fault

    at_once, later, fault = asyncio.run(story())
    ops.is_gone = False
    writer.close()

    for said in (at_once, later):
        assert "w0.1.audit" in said
        assert str(tmp_path) not in said
    assert str(tmp_path) in fault


def test_a_full_disk_refuses_until_there_is_space(tmp_path):
    """And leaves no heap of empty segments behind."""
    ops = FailingFiles(7, code=errno.ENOSPC, stays=True)
    writer = AuditWriter(tmp_path / "a", "w0", limits=SWIFT, ops=ops)

    async def story():
        await commit_all(writer, some(4))
        await asyncio.sleep(0.2)
        failed, count = writer.state, len(segments_in(tmp_path / "a"))
        with pytest.raises(AuditUnavailable, match="made to fail"):
            writer.commit(opened(50))
        ops.heal()
        await until_running(writer)
        await writer.commit(opened(51))
        return failed, count

    failed, count = asyncio.run(story())
    writer.close()

    assert failed is WriterState.FAILED
    assert count == 1
    assert opened(51) in written(tmp_path / "a")


def test_a_restart_opens_a_new_segment_and_names_the_old(tmp_path):
    """Never appends to what another process left, torn or not."""
    first = AuditWriter(tmp_path / "a", "w0")
    asyncio.run(commit_all(first, [opened(1)]))
    first.close()
    path = tmp_path / "a" / f"{first.segment}.audit"
    path.write_bytes(path.read_bytes() + b"RoA1torn")
    before = path.read_bytes()
    second = AuditWriter(tmp_path / "a", "w0")
    asyncio.run(commit_all(second, [ended(1)]))
    second.close()
    start = records_of(tmp_path / "a")[0]

    assert path.read_bytes() == before
    assert (start.previous, start.previous_last) == (first.segment, 1)
    assert second.segment != first.segment


class WatchedFiles(SystemFiles):
    """A disk that remembers what was synced, and which segments could be seen then; one sync can be made to fail."""

    def __init__(self, folder, *, fails_at=0):
        self.folder, self.fails_at, self.synced, self.seen = folder, fails_at, [], []

    def sync(self, fd):
        self.synced.append(Path(f"/proc/self/fd/{fd}").readlink().name)
        self.seen.append(segments_in(self.folder))
        if len(self.synced) == self.fails_at:
            raise OSError(errno.EIO, "made to fail")
        super().sync(fd)


def test_each_start_names_the_segment_before_it_though_the_clock_was_set_back(tmp_path):
    """Or the segments of a wrong clock would have nobody who vouches for their ends."""
    begun = []
    for at_ns in (9_000, 1_000, 1_000, 2_000, 10_000):
        writer = AuditWriter(tmp_path / "a", "w0", clock=lambda at_ns=at_ns: at_ns)
        writer.close()
        begun.append(writer.segment)

    assert segments_in(tmp_path / "a") == tuple(begun)
    starts = [records_of(tmp_path / "a", number)[0] for number in range(5)]
    assert [start.previous for start in starts] == ["", *begun[:-1]]
    assert [start.at for start in starts] == [9_000, 1_000, 1_000, 2_000, 10_000]


@pytest.mark.parametrize("odd", ["w0", "w0-x", "w0-x-y"])
def test_a_segment_of_an_odd_name_keeps_no_worker_from_starting(tmp_path, odd):
    """Whoever put it there: it is named as the one before, and holds nothing."""
    (tmp_path / f"{odd}.audit").write_bytes(b"")
    writer = AuditWriter(tmp_path, "w0", clock=lambda: 1_000)
    writer.close()

    assert writer.segment.startswith("w0-00000000000000001000-")


def test_a_new_segment_is_seen_once_its_first_records_are_on_disk(tmp_path):
    """Whoever seals what can be seen seals nothing that a crash or the writer itself could take back."""
    (tmp_path / "a").mkdir()
    ops = WatchedFiles(tmp_path / "a")
    writer = AuditWriter(tmp_path / "a", "w0", ops=ops)
    writer.close()

    assert ops.synced == [f"{writer.segment}.audit.tmp", "a"]
    assert ops.seen == [(), (writer.segment,)]
    assert [path.name for path in (tmp_path / "a").iterdir()] == [f"{writer.segment}.audit"]


@pytest.mark.parametrize(("fails_at", "left"), [(1, 0), (2, 1)])
def test_a_beginning_that_failed_is_removed_only_where_nobody_can_have_seen_it(tmp_path, fails_at, left):
    """Once it is seen it may be sealed, and stays; whole, as its records are on disk."""
    (tmp_path / "a").mkdir()
    with pytest.raises(LedgerError, match="made to fail"):
        AuditWriter(tmp_path / "a", "w0", ops=WatchedFiles(tmp_path / "a", fails_at=fails_at))

    assert len(list((tmp_path / "a").iterdir())) == len(segments_in(tmp_path / "a")) == left
    assert all(isinstance(one, Started) for number in range(left) for one in records_of(tmp_path / "a", number))


def test_what_a_crash_left_of_a_beginning_disturbs_nothing(tmp_path):
    """It is no segment: not the one before, and not in the way."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / f"w0-{2**63:020d}-aaaaaaaa.audit.tmp").write_bytes(b"RoA1torn")
    writer = AuditWriter(tmp_path / "a", "w0")
    writer.close()

    assert segments_in(tmp_path / "a") == (writer.segment,)
    assert records_of(tmp_path / "a")[0].previous == ""


def test_a_segment_is_never_put_in_the_place_of_another(tmp_path):
    """Neither is it opened again."""
    segment_of(some(1), folder=tmp_path)
    before = (tmp_path / "w0-0-0.audit").read_bytes()
    with pytest.raises(FileExistsError):
        SegmentFile(tmp_path, "w0-0-0", SystemFiles())

    assert (tmp_path / "w0-0-0.audit").read_bytes() == before


def test_what_a_start_says_of_the_segment_before_is_on_disk(tmp_path):
    """Whoever wrote it may have been killed before the sync: then nothing vouches yet that its last record is there."""
    segment_of(some(2), folder=tmp_path)
    ops = WatchedFiles(tmp_path)
    writer = AuditWriter(tmp_path, "w0", ops=ops)
    writer.close()

    assert ops.synced[0] == "w0-0-0.audit"
    assert records_of(tmp_path)[0].previous == "w0-0-0"


def test_segments_are_turned_over_by_size(tmp_path):
    """Each names the one before it, with its last record."""
    writer = AuditWriter(tmp_path / "a", "w0", limits=WriterLimits(segment_bytes=2000))
    records = some(20)
    asyncio.run(commit_all(writer, records))
    writer.close()
    names = segments_in(tmp_path / "a")

    assert len(names) > 3
    assert [records_of(tmp_path / "a", n)[0].previous for n in range(len(names))] == ["", *names[:-1]]
    assert set(records) <= written(tmp_path / "a")


def test_only_the_owner_reads_segments(tmp_path):
    """0600 in a folder of 0700, whatever the mask."""
    mask = os.umask(0)
    try:
        writer = AuditWriter(tmp_path / "a", "w0")
    finally:
        os.umask(mask)
    writer.close()

    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a").iterdir()} == {0o600}


def test_a_closed_writer_refuses(tmp_path):
    """And what waited at its end was written."""
    writer = AuditWriter(tmp_path / "a", "w0")

    async def story():
        future = writer.commit(opened(1))
        writer.close()
        await future
        with pytest.raises(AuditUnavailable):
            writer.commit(opened(2))

    asyncio.run(story())

    assert opened(1) in written(tmp_path / "a")


@pytest.mark.parametrize("worker", ["", "../x", "W", "a/b", "a" * 61, "a\n"])
def test_a_worker_has_a_plain_name(tmp_path, worker):
    """No path, no line break."""
    with pytest.raises(LedgerError):
        AuditWriter(tmp_path / "a", worker)


CHILD = """
import asyncio, os, sys
from pathlib import Path
from ruleout.adapters.audit.writer import AuditWriter
from tests.audit_builders import opened

async def main():
    writer, numbers = AuditWriter(Path(sys.argv[1]), "w0"), iter(range(10**9))
    async def one():
        for number in numbers:
            await writer.commit(opened(number))
            os.write(1, b"%d\\n" % number)
    await asyncio.gather(*(one() for _ in range(16)))

asyncio.run(main())
"""


@pytest.mark.parametrize("after", [1, 200, 1500])
def test_a_killed_process_has_lost_nothing_that_it_acknowledged(tmp_path, after):
    """Kill -9 in the middle of groups: every number that was told is there."""
    start = [sys.executable, "-c", CHILD, str(tmp_path / "a")]
    with subprocess.Popen(start, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."}) as child:
        told = [child.stdout.readline() for _ in range(after)]
        child.send_signal(signal.SIGKILL)
        told += child.stdout.readlines()
    acknowledged = {opened(int(line)) for line in told if line.endswith(b"\n")}

    assert len(acknowledged) >= after
    assert acknowledged <= written(tmp_path / "a")


# --- content ---


def test_content_opens_with_its_key_and_in_its_record_only(tmp_path):
    """One key for a tenant and day; bound to the request."""
    keys = ContentKeys(tmp_path / "k")
    sealed = keys.seal(b"hello", tenant="acme", day="2026-11-23", request="req-1")

    assert keys.open(sealed, request="req-1") == b"hello"
    assert ContentKeys(tmp_path / "k").open(sealed, request="req-1") == b"hello"
    assert b"hello" not in sealed.sealed.encode()
    assert "acme" not in sealed.key
    with pytest.raises(KeyUnavailable):
        keys.open(sealed, request="req-2")
    with pytest.raises(KeyUnavailable):
        keys.open(sealed._replace(key="../../x"), request="req-1")


def test_erasing_a_key_erases_its_content_and_no_other(tmp_path):
    """The file is gone; another day and another tenant stay."""
    keys = ContentKeys(tmp_path / "k")
    made = {
        (tenant, day): keys.seal(b"x", tenant=tenant, day=day, request="r")
        for tenant in ("acme", "other")
        for day in ("2026-11-23", "2026-11-24")
    }

    assert keys.erase("acme", "2026-11-23")
    assert not keys.erase("acme", "2026-11-23")
    for (tenant, day), sealed in made.items():
        if (tenant, day) == ("acme", "2026-11-23"):
            with pytest.raises(KeyUnavailable):
                keys.open(sealed, request="r")
        else:
            assert keys.open(sealed, request="r") == b"x"
    assert len(list((tmp_path / "k").iterdir())) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "k").iterdir()} == {0o600}
