# SPDX-License-Identifier: Apache-2.0
"""The one writer of a worker's audit records: durable before anybody is told, or refused; never dropped (G-8).

The event loop gathers records and hands all of them over as one group when the writing thread is free; the thread writes a
group with one sync and tells the loop once. A record that somebody waits for goes at once; where many come, groups keep a pace, so
that a sync serves many; one that nobody waits for goes with the next, or soon. Invariants: a future that resolved stands for a record that is on disk; after a failed
write or sync nothing more goes into that segment, everything that waits fails, and the next segment begins with a gap record.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from msgspec.structs import replace

from ruleout.adapters.audit.pace import Pace
from ruleout.adapters.audit.segment_file import Ending, SegmentFile, begin_segment, last_of, name_for, prepare_folder
from ruleout.adapters.clock import nanoseconds
from ruleout.adapters.durable_file import FileOps, OneCallFiles, disk_errors
from ruleout.errors import RuleoutError
from ruleout.serving.audit import MAX_RECORD_BYTES, Gap, Started, gap_record, start_record
from ruleout.serving.refusal import without_folders


class AuditUnavailable(RuleoutError):
    """A record cannot be made durable now, so nothing may be served; `reason` is a `WriterState` or `behind`. Clients read its words."""

    code = "audit"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"audit: {reason}: {without_folders(detail)}", hint="Look at the disk of the audit folder.")
        self.reason = reason


#: What is called once it is known how it went with a record: with None once it is on disk, else with why it is not.
Told = Callable[[AuditUnavailable | None], None]
_Group = list[tuple[bytes, Told | None]]


class WriterState(Enum):
    """How a writer stands. Failed is not final: it tries a new segment by itself, with back-off."""

    RUNNING = "running"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterLimits:
    """Bounds of one writer.

    Attributes:
        waiting_records: records that may wait to be durable; one more is refused at once. `waiting_bytes` likewise.
        group_bytes: about how much is written under one sync.
        segment_bytes: size from which on the next group opens a new segment.
        first_wait_s: how long after a failure a new segment is tried; doubled up to `longest_wait_s`.
    """

    waiting_records: int = 20_000
    waiting_bytes: int = 64 * 1024 * 1024
    group_bytes: int = 4 * 1024 * 1024
    segment_bytes: int = 64 * 1024 * 1024
    first_wait_s: float = 0.05
    longest_wait_s: float = 5.0


class AuditWriter:
    """A worker's writer. `commit` is for the thread of one event loop; the writing thread is its own."""

    def __init__(
        self,
        folder: Path,
        worker: str,
        *,
        limits: WriterLimits | None = None,
        ops: FileOps | None = None,
        clock: Callable[[], int] = nanoseconds,
    ) -> None:
        """Open a new segment, durable on return; never an old one.

        Raises:
            LedgerError: the folder cannot be written, or the worker's last segment not be read; nothing may be served then.
            NotFound: what is called as its last segment is no plain file; likewise.
        """
        self._folder, self._worker, self._clock = folder, worker, clock
        self._limits, self._ops = limits or WriterLimits(), ops or OneCallFiles()
        #: To the writing thread: a group, how many more failed with the one before, or the end.
        self._queue: SimpleQueue[_Group | int | None] = SimpleQueue()
        # Touched by the loop's thread only: what waits in all, what is not handed over and when it is due, whether the thread is at work.
        self._records = self._bytes = 0
        self._gathered: _Group = []
        self._is_awaited = self._is_busy = False
        self._due: tuple[float, asyncio.Handle] | None = None
        self._pace = Pace()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._refusal: tuple[WriterState, str] | None = None  # set by the writing thread, read by the loop's
        # Of a failure: records that were taken and not confirmed; the loop still owes us how many it had gathered.
        self._lost, self._reason, self._is_owed = 0, "", False
        self._wait_s = self._limits.first_wait_s
        prepare_folder(folder, self._ops)
        with disk_errors(folder):
            self._file = self._begin("started", last_of(folder, worker, self._ops))
        self._thread = threading.Thread(target=self._run, name=f"audit-{worker}", daemon=True)
        self._thread.start()

    @property
    def state(self) -> WriterState:
        """How the writer stands."""
        return WriterState.RUNNING if self._refusal is None else self._refusal[0]

    @property
    def fault(self) -> str:
        """Why records cannot be made durable now, "" where they can."""
        return "" if self._refusal is None else self._refusal[1]

    @property
    def waiting(self) -> int:
        """How many records wait to be durable. For the loop's thread."""
        return self._records

    @property
    def segment(self) -> str:
        """The name of the segment that is written."""
        return self._file.name

    def commit(self, record: bytes) -> asyncio.Future[None]:
        """Return a future that resolves once the record is on disk, or fails with AuditUnavailable.

        Raises:
            AuditUnavailable: at once, where the disk failed, the writer was closed, or too much waits already.
            ValueError: the record is longer than 8 MiB.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.keep(record, partial(_resolve, future))
        return future

    def keep(self, record: bytes, told: Told) -> None:
        """Take a record somebody waits for; `told` is called in the loop's thread, and must not raise. Raises: as `commit`."""
        loop = self._admit(record)
        self._gathered.append((record, told))
        now = loop.time()
        self._pace.committed(now)
        is_arranged, self._is_awaited = self._is_awaited or self._is_busy, True
        if not is_arranged:
            self._arrange(loop, now)

    def note(self, record: bytes) -> None:
        """Take a record for which nobody waits; if it cannot be kept, the next gap record counts it. Raises: as `commit`."""
        loop = self._admit(record)
        self._gathered.append((record, None))
        if not self._is_busy and self._due is None:
            self._arrange(loop, loop.time())

    def _admit(self, record: bytes) -> asyncio.AbstractEventLoop:
        """See that a record may be taken, and count it."""
        if self._refusal is not None:
            raise AuditUnavailable(self._refusal[0].value, self._refusal[1])
        size = len(record)
        if self._records >= self._limits.waiting_records or self._bytes + size > self._limits.waiting_bytes:
            raise AuditUnavailable("behind", f"{self._records} records wait for the disk")
        if size > MAX_RECORD_BYTES:
            raise ValueError(f"expected a record of at most {MAX_RECORD_BYTES} bytes, got {size}")
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        self._records += 1
        self._bytes += size
        return loop

    def _arrange(self, loop: asyncio.AbstractEventLoop, now: float) -> None:
        """See that what was gathered will be handed over in time; while the thread is at work, that is seen to afterwards."""
        wait_s = self._pace.wait_s(now, is_awaited=self._is_awaited)
        if self._due is not None:
            if self._due[0] <= now + wait_s:
                return
            self._due[1].cancel()
        handle = loop.call_later(wait_s, self._hand_over) if wait_s else loop.call_soon(self._hand_over)
        self._due = (now + wait_s, handle)

    def _hand_over(self) -> None:
        """Give the writing thread everything that was gathered, up to the size of a group. In the loop's thread."""
        self._due, self._is_busy = None, True
        if self._loop is not None:
            self._pace.handed_over(self._loop.time())
        group, size = self._gathered, 0
        self._gathered = []
        # All that waits is what was gathered: where that is no more than a group, nothing has to be counted.
        for number, (record, _) in enumerate(group if self._bytes > self._limits.group_bytes else ()):
            size += len(record)
            if size >= self._limits.group_bytes:
                group, self._gathered = group[: number + 1], group[number + 1 :]
                break
        self._is_awaited = any(told is not None for _, told in self._gathered)
        self._queue.put(group)

    def close(self, *, timeout_s: float = 10.0) -> None:
        """Write what waits, then stop. Effect: blocks; futures resolve once the loop runs again. For the loop's thread."""
        group, self._gathered = self._gathered, []
        if self._due is not None:
            self._due[1].cancel()
        self._queue.put(group)
        self._queue.put(None)
        self._thread.join(timeout_s)

    # --- the writing thread ---

    def _run(self) -> None:
        try:
            while self._step():
                pass
        finally:  # whatever ended us: nothing may wait for ever, and nothing more may be served
            self._refusal = (WriterState.CLOSED, "the writer has ended")
            self._tell(self._left(), self._unavailable())
            self._file.close()

    def _step(self) -> bool:
        """Take a group and write it; in a failed state try again after a while. Return whether to go on."""
        try:
            item = self._queue.get(timeout=self._wait_s if self._refusal is not None and not self._is_owed else None)
        except Empty:
            self._recover()
            return True
        if item is None:
            return False
        if isinstance(item, int):
            self._lost += item
            self._is_owed = False
        elif self._refusal is not None:  # it was handed over while the failure was not seen yet
            self._lost += len(item)
            self._tell(item, self._unavailable())
        elif item:
            self._write(item)
        return True

    def _left(self) -> _Group:
        """Everything that was handed over and not taken."""
        left: _Group = []
        while not self._queue.empty():
            item = self._queue.get()
            left += item if isinstance(item, list) else []
        return left

    def _write(self, group: _Group) -> None:
        try:
            if self._file.size >= self._limits.segment_bytes:
                old = self._file
                self._file = self._begin("full", old.ending)
                old.close()
            self._file.append([record for record, _ in group])
        except (OSError, MemoryError) as error:
            self._fail(group, error)
            return
        self._tell(group, None)

    def _fail(self, group: _Group, error: BaseException) -> None:
        """Poison the segment: after a failed write nobody knows what the disk holds of it."""
        reason = f"{type(error).__name__}: {error}"[:300]
        self._refusal = (WriterState.FAILED, reason)
        self._lost, self._reason, self._is_owed = len(group), reason, True
        self._file.close()
        self._tell(group, self._unavailable())

    def _recover(self) -> None:
        """Try a new segment that begins with the gap; wait longer after each try that fails."""
        try:
            self._file = self._begin("failed", self._file.ending)
        except (OSError, MemoryError) as error:
            self._wait_s = min(self._wait_s * 2, self._limits.longest_wait_s)
            self._refusal = (WriterState.FAILED, f"{type(error).__name__}: {error}"[:300])
            return
        self._wait_s, self._lost, self._refusal = self._limits.first_wait_s, 0, None

    def _begin(self, why: str, before: Ending | None) -> SegmentFile:
        """A new segment with its first records, durable. Raises as `begin_segment`."""
        behind = "" if before is None else before.segment
        name = name_for(self._worker, self._clock(), os.urandom(4).hex(), before=behind)
        start = Started(at=self._clock(), segment=name, worker=self._worker, why=why)
        if before is not None:
            start = replace(start, previous=before.segment, previous_last=before.last, previous_head=before.head)
        records = [start_record(start)]
        if why == "failed" and before is not None:
            gap = Gap(at=start.at, segment=before.segment, last=before.last, lost=self._lost, reason=self._reason)
            records.append(gap_record(gap))
        return begin_segment(self._folder, name, records, self._ops)

    def _unavailable(self) -> AuditUnavailable:
        state, reason = self._refusal or (WriterState.CLOSED, "")
        return AuditUnavailable(state.value, reason)

    def _tell(self, group: _Group, error: AuditUnavailable | None) -> None:
        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(self._settle, group, error)
        except RuntimeError:  # the loop is closed: nobody waits any more
            self._is_owed = False

    def _settle(self, group: _Group, error: AuditUnavailable | None) -> None:
        """Tell of a group's records; of a failed one, all that was gathered fails with it. In the loop's thread."""
        self._is_busy = False
        if error is not None:
            more, self._gathered, self._is_awaited = self._gathered, [], False
            self._queue.put(len(more))
            group = [*group, *more]
        elif self._gathered and self._loop is not None:
            self._arrange(self._loop, self._loop.time())
        self._records -= len(group)
        for record, told in group:
            self._bytes -= len(record)
            if told is not None:
                told(error)


def _resolve(future: asyncio.Future[None], error: AuditUnavailable | None) -> None:
    if future.done():  # whoever waited was broken off
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
