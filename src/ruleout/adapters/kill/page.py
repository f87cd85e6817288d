# SPDX-License-Identifier: Apache-2.0
"""The page itself: written by the host's agent, read by each worker before every byte it lets out (G-6, G-7)."""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import time
from pathlib import Path

from ruleout.adapters.kill.host import boot_words, boottime_ns, started
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.serving.epoch import MOST_BYTES, Epoch, Killed, Scope, from_file
from ruleout.serving.epoch import page as layout
from ruleout.serving.epoch.page import Slot
from ruleout.serving.refusal import Refusal, Why

TRIES = 100
"""How often a worker reads a page that is being written before it takes it for closed."""
WAITS, _WAIT_S = 40, 0.0005
"""How often, and how long each, a worker then waits for a writer that was put to sleep half-way: else a busy machine would end
every answer of everybody. Nothing is served meanwhile."""
_LOOK_AGAIN_NS = 20_000_000
_NO_PAGE = "There is no page of kills here."
_LEASE_OVER = "The lease of this gateway is over."


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

    def write(self, epoch: int, document: bytes, *, is_open: bool) -> None:
        """Put a document in place of the one before, under a new sequence. Effect: writes memory."""
        words, state = self.words, layout.OPEN if is_open else 0
        sequence = words[layout.SEQUENCE] | 1  # odd from here on, also after a writer that died in between
        words[layout.SEQUENCE] = sequence
        words[layout.MAGIC_AT], words[layout.EPOCH], words[layout.STATE] = layout.MAGIC, epoch, state
        words[layout.LENGTH] = len(document)
        words[layout.BOOT], words[layout.BOOT + 1] = boot_words()
        start = layout.DIGEST * layout.WORD
        self.bytes[start : start + 32] = layout.content_digest(epoch, state, document)
        self.bytes[layout.HEAD_BYTES : layout.HEAD_BYTES + len(document)] = document
        words[layout.SEQUENCE] = (sequence + 1) & layout.ALL_ONES

    def lease_until(self, deadline_ns: int) -> None:
        """Set until when workers may serve. Effect: writes two words of memory; 0 ends the lease."""
        self.words[layout.DEADLINE] = deadline_ns
        self.words[layout.COMPLEMENT] = deadline_ns ^ layout.ALL_ONES

    def read(self, *, waits: int = 0) -> tuple[int, int, int, bytes]:
        """Return sequence, epoch, state and document, whole. Raises VerificationFailed (check "page") if there is none.

        Effect: blocks for at most so many waits of half a millisecond while it is being written.
        """
        words = self.words
        for attempt in range(TRIES + waits):
            if attempt >= TRIES:
                time.sleep(_WAIT_S)
            before = words[layout.SEQUENCE]
            epoch, state, length = words[layout.EPOCH], words[layout.STATE], words[layout.LENGTH]
            if before % 2 or length > MOST_BYTES:
                continue
            document = self.bytes[layout.HEAD_BYTES : layout.HEAD_BYTES + length]
            start = layout.DIGEST * layout.WORD
            digest = self.bytes[start : start + 32]
            if words[layout.SEQUENCE] == before and digest == layout.content_digest(epoch, state, document):
                self._check_ours()
                return before, epoch, state, document
        raise VerificationFailed(
            "page", "expected a whole page, got a torn one", hint="Start the gateway's agent again."
        )

    def _check_ours(self) -> None:
        words = self.words
        if words[layout.MAGIC_AT] != layout.MAGIC or (words[layout.BOOT], words[layout.BOOT + 1]) != boot_words():
            raise VerificationFailed("page", "expected a page of this boot, got another")

    def is_leased(self) -> bool:
        """Whether a lease counts now. Effect: reads the clock."""
        for _ in range(TRIES):
            deadline, complement = self.words[layout.DEADLINE], self.words[layout.COMPLEMENT]
            if deadline ^ complement == layout.ALL_ONES:
                return layout.is_leased(deadline, complement, boottime_ns())
        return False

    def claim(self) -> int:
        """Take a slot that no living process holds; return its number. Effect: writes it. Raises RuleoutError if none is free."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
        held = [Slot(*self.words[at : at + len(Slot._fields)]) for at in map(self._slot, range(layout.SLOTS))]
        return [slot for slot in held if slot.pid and slot.started and started(slot.pid) == slot.started]

    def close(self) -> None:
        """Unmap the page."""
        self.words.release()
        self.bytes.close()

    @staticmethod
    def _slot(number: int) -> int:
        return layout.SLOTS_AT // layout.WORD + number * layout.SLOT_WORDS


class View:
    """One worker's sight of the page: whether it may serve, asked at each request and before each chunk.

    The document is parsed once per sequence. A page that is missing, torn, of another boot or not understood is closed.
    """

    def __init__(self, path: Path) -> None:
        """Effect: maps the page if it is there; takes a slot."""
        self._path = path
        self._page: Page | None = None
        self._slot = 0
        self._is = (0, 0)
        self._seen = -1
        self._looked_ns = 0
        self._closed: Refusal | None = Refusal(why=Why.CLOSED, says=_NO_PAGE)
        self._killed: Killed | None = None
        self._epoch: Epoch | None = None
        self._look(boottime_ns())

    @property
    def epoch(self) -> int:
        """Number of the epoch last read; 0 for none."""
        return 0 if self._epoch is None else self._epoch.number

    @property
    def sequence(self) -> int:
        """Sequence of the page last read; -1 for none."""
        return self._seen

    @property
    def limits(self) -> tuple[tuple[str, str, int], ...]:
        """Limits tighter than the permit's: kind, tenant ("" for everybody), at most."""
        return () if self._epoch is None else tuple((x.kind.value, x.tenant, x.at_most) for x in self._epoch.limits)

    def standing(self, scope: Scope) -> Refusal | None:
        """Return why nothing may be served for a scope now, None if it may. Effect: reads memory and the clock.

        Source: G-6, G-7.
        """
        page = self._page
        if page is None:
            return self._without_page()
        words = page.words
        if words[layout.SEQUENCE] != self._seen:
            self._refresh(page)
        if self._closed is not None:
            self._look_again()
            return self._closed
        deadline = words[layout.DEADLINE]
        if not layout.is_leased(deadline, words[layout.COMPLEMENT], boottime_ns()) and not page.is_leased():
            self._look_again()
            return Refusal(why=Why.LEASE, says=_LEASE_OVER, retry_after_s=1)
        return None if self._killed is None else self._killed.refusal(scope)

    def acknowledge(self, epoch: int, live: int) -> None:
        """Say in this worker's slot which epoch's killed streams have all ended, and how many have not. Effect: writes memory."""
        if self._page is not None:
            pid, began = self._process()
            self._page.fill(self._slot, Slot(pid=pid, started=began, epoch=epoch, live=live, at_ns=boottime_ns()))

    def _process(self) -> tuple[int, int]:
        """Which process this is; asked of the system once in each, for every answer that ends is told in the slot."""
        if self._is[0] != os.getpid():
            self._is = (os.getpid(), started(os.getpid()))
        return self._is

    def close(self) -> None:
        """Let go of the page; from then on it is closed."""
        if self._page is not None:
            self._page.close()
        self._page, self._closed, self._looked_ns = None, Refusal(why=Why.CLOSED, says=_NO_PAGE), 1 << 62

    def _without_page(self) -> Refusal:
        self._look_again()
        return self._closed or Refusal(why=Why.CLOSED, says="The page was not read yet.", retry_after_s=1)

    def _refresh(self, page: Page) -> None:
        """Read the document; whatever cannot be read closes. An even sequence is remembered: it is parsed once."""
        waits = WAITS if self._closed is None else 0  # once: a page that stays torn blocks nobody again and again
        self._killed = self._epoch = None
        try:
            self._seen, _, state, document = page.read(waits=waits)
            if state != layout.OPEN:
                self._closed = Refusal(why=Why.CLOSED, says=_reason(document))
                return
            self._epoch = from_file(document).epoch
        except (VerificationFailed, OSError) as error:
            self._seen, self._closed = -1, Refusal(why=Why.CLOSED, says=f"The page cannot be read: {error}"[:200])
            return
        killed = Killed(self._epoch)
        self._killed, self._closed = (None if killed.is_empty else killed), None

    def _look_again(self) -> None:
        now = boottime_ns()
        if now - self._looked_ns > _LOOK_AGAIN_NS:
            self._look(now)

    def _look(self, now: int) -> None:
        """Map the file that stands at the path now, if it is another than the one mapped."""
        self._looked_ns = now
        try:
            status = self._path.stat()
            if self._page is not None and self._page.inode == (status.st_dev, status.st_ino):
                return
            page = Page(self._path)
        except (OSError, RuleoutError):
            return
        try:
            self._slot = page.claim()
        except (OSError, RuleoutError):
            page.close()
            return
        if self._page is not None:
            self._page.close()
        self._page, self._seen = page, -1
        self._refresh(page)


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


def _reason(document: bytes) -> str:
    try:
        return f"This gateway is closed: {str(json.loads(document)['closed'])[:200]}"
    except (ValueError, KeyError, TypeError):
        return "This gateway is closed."
