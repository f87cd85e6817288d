# SPDX-License-Identifier: Apache-2.0
"""The page itself, as memory that a host's agent and its workers share (G-6, G-7)."""

from __future__ import annotations

import contextlib
import fcntl
import json
import mmap
import os
import time
from pathlib import Path

from ruleout.adapters.kill.host import boot_words, boottime_ns, started
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.serving.epoch import MOST_BYTES
from ruleout.serving.epoch import page as layout
from ruleout.serving.epoch.degraded import MOST_GRANT_BYTES
from ruleout.serving.epoch.page import Content, Slot

TRIES = 100
"""How often a worker reads a page that is being written before it takes it for closed."""
_WAIT_S, _LOCK_WAITS = 0.0005, 20


class Page:
    """A page mapped into this process. What it holds is not trusted: see `read`."""

    def __init__(self, path: Path, *, make: bool = False) -> None:
        """Map the page. Effect: opens it, makes it where asked to. Raises OSError, RuleoutError for another size."""
        self.path = path
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if make else 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            self.bytes, self.inode = _mapped(descriptor, path, make=make)
        finally:
            os.close(descriptor)
        self.words = memoryview(self.bytes).cast("Q")

    def write(self, epoch: int, document: bytes, *, is_open: bool, grant: bytes = b"", ends_ns: int = 0) -> None:
        """Put a document, and a grant or none, in place of those before, under a new sequence. Effect: writes memory."""
        words, state = self.words, layout.OPEN if is_open else 0
        sequence = words[layout.SEQUENCE] | 1  # odd from here on, also after a writer that died in between
        words[layout.SEQUENCE] = sequence
        words[layout.MAGIC_AT], words[layout.EPOCH], words[layout.STATE] = layout.MAGIC, epoch, state
        words[layout.LENGTH], words[layout.GRANT_LENGTH], words[layout.GRANT_ENDS] = len(document), len(grant), ends_ns
        words[layout.BOOT], words[layout.BOOT + 1] = boot_words()
        start = layout.DIGEST * layout.WORD
        self.bytes[start : start + 32] = layout.content_digest(epoch, state, document, grant=grant, ends_ns=ends_ns)
        self.bytes[layout.HEAD_BYTES : layout.HEAD_BYTES + len(document)] = document
        self.bytes[layout.GRANT_AT : layout.GRANT_AT + len(grant)] = grant
        words[layout.SEQUENCE] = (sequence + 1) & layout.ALL_ONES

    def lease_until(self, deadline_ns: int) -> None:
        """Set until when workers may serve. Effect: writes two words of memory; 0 ends the lease."""
        self.words[layout.DEADLINE] = deadline_ns
        self.words[layout.COMPLEMENT] = deadline_ns ^ layout.ALL_ONES

    def go_on_until(self, deadline_ns: int) -> None:
        """Set until when plain chat may go on without a lease. Effect: writes two words of memory; 0 ends it."""
        self.words[layout.GOES_ON] = deadline_ns
        self.words[layout.GOES_ON_COMPLEMENT] = deadline_ns ^ layout.ALL_ONES

    def read(self, *, waits: int = 0) -> Content:
        """Return what the page holds, whole. Raises VerificationFailed (check "page") if there is nothing.

        Effect: blocks for at most so many waits of half a millisecond while it is being written.
        """
        words = self.words
        for attempt in range(TRIES + waits):
            if attempt >= TRIES:
                time.sleep(_WAIT_S)
            before = words[layout.SEQUENCE]
            epoch, state, length = words[layout.EPOCH], words[layout.STATE], words[layout.LENGTH]
            granted, ends_ns = words[layout.GRANT_LENGTH], words[layout.GRANT_ENDS]
            if before % 2 or length > MOST_BYTES or granted > MOST_GRANT_BYTES:
                continue
            document = self.bytes[layout.HEAD_BYTES : layout.HEAD_BYTES + length]
            grant = self.bytes[layout.GRANT_AT : layout.GRANT_AT + granted]
            start = layout.DIGEST * layout.WORD
            digest = self.bytes[start : start + 32]
            expected = layout.content_digest(epoch, state, document, grant=grant, ends_ns=ends_ns)
            if words[layout.SEQUENCE] == before and digest == expected:
                self._check_ours()
                return Content(before, epoch, state, document, grant, ends_ns)
        raise VerificationFailed(
            "page", "expected a whole page, got a torn one", hint="Start the gateway's agent again."
        )

    def _check_ours(self) -> None:
        words = self.words
        if words[layout.MAGIC_AT] != layout.MAGIC or (words[layout.BOOT], words[layout.BOOT + 1]) != boot_words():
            raise VerificationFailed("page", "expected a page of this boot, got another")

    def is_in_place(self) -> bool:
        """Whether the file at the page's path is the one mapped here. Effect: looks."""
        try:
            status = self.path.stat()
        except OSError:
            return False
        return self.inode == (status.st_dev, status.st_ino)

    def is_leased(self) -> bool:
        """Whether a lease counts now. Effect: reads the clock."""
        return self._counts(layout.DEADLINE, layout.COMPLEMENT)

    def goes_on(self) -> bool:
        """Whether plain chat may go on now without a lease. Effect: reads the clock."""
        return self._counts(layout.GOES_ON, layout.GOES_ON_COMPLEMENT)

    def _counts(self, at: int, beside: int) -> bool:
        for _ in range(TRIES):
            deadline, complement = self.words[at], self.words[beside]
            if deadline ^ complement == layout.ALL_ONES:
                return layout.is_leased(deadline, complement, boottime_ns())
        return False

    def claim(self) -> int:
        """Take a slot that no living process holds; return its number.

        Effect: writes it; blocks for at most some milliseconds while another process takes one.

        Raises:
            RuleoutError: none is free.
            BlockingIOError: another process takes one, and does not come to an end.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        try:
            _lock(descriptor)
            return self._claimed(os.getpid())
        finally:
            os.close(descriptor)

    def _claimed(self, pid: int) -> int:
        for number in range(layout.SLOTS):
            at = self._slot(number)
            held, began = self.words[at], self.words[at + 1]
            if held in (0, pid) or began == 0 or started(held) != began:
                self.fill(number, Slot(pid=pid, started=started(pid), epoch=0, live=0, at_ns=boottime_ns()))
                return number
        raise RuleoutError(f"more than {layout.SLOTS} workers share a page", hint="Start fewer.")

    def fill(self, number: int, slot: Slot) -> None:
        """Write a slot. Effect: writes memory."""
        at = self._slot(number)
        for offset, word in enumerate(slot):
            self.words[at + offset] = word

    def slots(self) -> list[Slot]:
        """Return the slots of processes that live. Effect: looks at processes."""
        taken = (at for at in map(self._slot, range(layout.SLOTS)) if self.words[at])
        held = [Slot(*self.words[at : at + len(Slot._fields)]) for at in taken]
        return [slot for slot in held if slot.started and started(slot.pid) == slot.started]

    def close(self) -> None:
        """Unmap the page."""
        self.words.release()
        self.bytes.close()

    @staticmethod
    def _slot(number: int) -> int:
        return layout.SLOTS_AT // layout.WORD + number * layout.SLOT_WORDS


def _lock(descriptor: int) -> None:
    """Lock a file, waiting for a moment: workers that start together take their slots together."""
    for _ in range(_LOCK_WAITS):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_WAIT_S)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _mapped(descriptor: int, path: Path, *, make: bool) -> tuple[mmap.mmap, tuple[int, int]]:
    """The memory of a page's file and which file it is; given its size where it is to be made."""
    if make and os.fstat(descriptor).st_size != layout.PAGE_BYTES:
        os.ftruncate(descriptor, layout.PAGE_BYTES)
        os.posix_fallocate(descriptor, 0, layout.PAGE_BYTES)
    status = os.fstat(descriptor)
    if status.st_size != layout.PAGE_BYTES:
        raise RuleoutError(f"{path}: expected a page of {layout.PAGE_BYTES} bytes, got {status.st_size}")
    return mmap.mmap(descriptor, layout.PAGE_BYTES), (status.st_dev, status.st_ino)


def closing(reason: str) -> bytes:
    """Return the document of a closed page. Pure."""
    return json.dumps({"closed": reason[:500]}, ensure_ascii=True).encode("ascii")
