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
from ruleout.serving.epoch import MOST_BYTES, Degraded, Epoch, Killed, Scope, SignedEpoch, from_file, grant_from_file
from ruleout.serving.epoch import page as layout
from ruleout.serving.epoch.degraded import MOST_GRANT_BYTES
from ruleout.serving.epoch.page import COMPLEMENT, DEADLINE, SEQUENCE, Content, Slot, is_leased
from ruleout.serving.refusal import Refusal, Why

TRIES = 100
"""How often a worker reads a page that is being written before it takes it for closed."""
WAITS, _WAIT_S = 40, 0.0005
"""How often, and how long each, a worker then waits for a writer that was put to sleep half-way: else a busy machine would end
every answer of everybody. Nothing is served meanwhile."""
_LOOK_AGAIN_NS = 20_000_000
_ANYTHING = Scope()
_NO_PAGE = "There is no page of kills here."
_LEASE_OVER = Refusal(why=Why.LEASE, says="The lease of this gateway is over.", retry_after_s=1)
_ONLY_PLAIN = Refusal(
    why=Why.LEASE,
    says="The lease of this gateway is over; only plain chat goes on for now.",
    rules=("degraded",),
    retry_after_s=1,
)


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

    Attributes:
        passes: how often something went on without a lease, by a degraded grant.
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
        self._grant: Degraded | None = None
        self._ends_ns = 0
        self.grant_digest = ""
        self.passes = 0
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
        if words[SEQUENCE] != self._seen:
            self._refresh(page)
        if self._closed is not None:
            self._look_again()
            return self._closed
        if not is_leased(words[DEADLINE], words[COMPLEMENT], boottime_ns()) and not page.is_leased():
            return self._unleased(page, scope)
        return None if self._killed is None else self._killed.refusal(scope)

    def _unleased(self, page: Page, scope: Scope) -> Refusal | None:
        """Whether it goes on without a lease: plain chat that a degraded grant covers and no kill hits, nothing else."""
        self._look_again()
        grant = self._grant
        if grant is None or self._page is not page or not page.goes_on() or boottime_ns() >= self._ends_ns:
            return _LEASE_OVER
        if not grant.covers(scope):
            return _ONLY_PLAIN
        refusal = None if self._killed is None else self._killed.refusal(scope)
        self.passes += refusal is None
        return refusal

    @property
    def degraded(self) -> Degraded | None:
        """The grant by which plain chat goes on now; None under a lease, or where it does not go on. Effect: reads the page."""
        return self._grant if self.standing(_ANYTHING) is _ONLY_PLAIN else None

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
        self._killed = self._epoch = self._grant = None
        self.grant_digest = ""
        try:
            found = page.read(waits=waits)
            self._seen = found.sequence
            signed = from_file(found.document) if found.state == layout.OPEN else None
        except (VerificationFailed, OSError) as error:
            self._seen, self._closed = -1, Refusal(why=Why.CLOSED, says=f"The page cannot be read: {error}"[:200])
            return
        if signed is None:
            self._closed = Refusal(why=Why.CLOSED, says=_reason(found.document))
            return
        self._epoch = signed.epoch
        killed = Killed(self._epoch)
        self._killed, self._closed = (None if killed.is_empty else killed), None
        if found.grant:
            self._take_grant(found, signed)

    def _take_grant(self, found: Content, signed: SignedEpoch) -> None:
        """Keep a grant that is of this very epoch; any other is none."""
        try:
            given = grant_from_file(found.grant)
        except VerificationFailed:
            return
        if (given.grant.epoch, given.grant.digest) == (signed.epoch.number, signed.digest):
            self._grant, self._ends_ns, self.grant_digest = given.grant, found.ends_ns, given.digest

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
