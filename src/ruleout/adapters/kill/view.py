# SPDX-License-Identifier: Apache-2.0
"""One worker's sight of the page: read before every byte that it lets out (G-6, G-7)."""

from __future__ import annotations

import json
import os
from pathlib import Path

from ruleout.adapters.kill.host import boottime_ns, started
from ruleout.adapters.kill.page import Page
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.serving.epoch import Degraded, Epoch, Killed, Scope, SignedEpoch, from_file, grant_from_file
from ruleout.serving.epoch import page as layout
from ruleout.serving.epoch.page import COMPLEMENT, DEADLINE, SEQUENCE, Content, Serves, Slot, is_leased
from ruleout.serving.refusal import Refusal, Why, without_folders

WAITS = 40
"""How often a worker waits for a writer that was put to sleep half-way, half a millisecond each: else a busy machine would end
every answer of everybody. Nothing is served meanwhile."""
_LOOK_AGAIN_NS = 20_000_000
_ANYTHING = Scope()
_NO_PAGE = Refusal(why=Why.CLOSED, says="There is no page of kills here.", retry_after_s=1)
_LEASE_OVER = Refusal(why=Why.LEASE, says="The lease of this gateway is over.", retry_after_s=1)
_ONLY_PLAIN = Refusal(
    why=Why.LEASE,
    says="The lease of this gateway is over; only plain chat goes on for now.",
    rules=("degraded",),
    retry_after_s=1,
)


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
        self._closed: Refusal | None = _NO_PAGE
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
            return self.standing(scope) if self._found_another() else _NO_PAGE
        words = page.words
        if words[SEQUENCE] != self._seen:
            self._refresh(page)
        if self._closed is not None:
            return self.standing(scope) if self._found_another() else self._closed
        if not is_leased(words[DEADLINE], words[COMPLEMENT], boottime_ns()) and not page.is_leased():
            return self.standing(scope) if self._found_another() else self._unleased(page, scope)
        return None if self._killed is None else self._killed.refusal(scope)

    def _unleased(self, page: Page, scope: Scope) -> Refusal | None:
        """Whether it goes on without a lease: plain chat that a degraded grant covers and no kill hits, nothing else."""
        grant = self._grant
        if grant is None or not page.goes_on() or boottime_ns() >= self._ends_ns:
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

    def acknowledge(self, epoch: int, live: int, serves: Serves = Serves.UNSAID) -> None:
        """Say in this worker's slot which epoch's killed streams have all ended, how many have not, and whether it serves.

        Effect: writes memory.
        """
        if self._page is not None:
            pid, began = self._process()
            at_ns = boottime_ns()
            self._page.fill(
                self._slot, Slot(pid=pid, started=began, epoch=epoch, live=live, at_ns=at_ns, serves=serves)
            )

    def closed_beside(self) -> int:
        """Return how many other workers of this host say that they serve nothing. Effect: reads the page, looks at processes."""
        return self._beside(Serves.NOTHING)

    def served_beside(self) -> int:
        """Return how many other workers of this host say that they serve. Effect: reads the page, looks at processes."""
        return self._beside(Serves.SOMETHING)

    def _beside(self, says: Serves) -> int:
        slots = () if self._page is None else self._page.slots()
        return sum(one.serves == says and one.pid != os.getpid() for one in slots)

    def _process(self) -> tuple[int, int]:
        """Which process this is; asked of the system once in each, for every answer that ends is told in the slot."""
        if self._is[0] != os.getpid():
            self._is = (os.getpid(), started(os.getpid()))
        return self._is

    def close(self) -> None:
        """Let go of the page; from then on it is closed."""
        if self._page is not None:
            self._page.close()
        self._page, self._looked_ns = None, 1 << 62

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
            self._seen, self._closed = (
                -1,
                Refusal(why=Why.CLOSED, says=without_folders(f"The page cannot be read: {error}")[:200]),
            )
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

    def _found_another(self) -> bool:
        """Whether another file stands at the path by now, which is mapped from here on: what is served is asked of it anew.

        Effect: looks for it, now and then.
        """
        now = boottime_ns()
        return now - self._looked_ns > _LOOK_AGAIN_NS and self._look(now)

    def _look(self, now: int) -> bool:
        """Map the file that stands at the path now, if it is another than the one mapped; return whether it is."""
        self._looked_ns = now
        try:
            status = self._path.stat()
            if self._page is not None and self._page.inode == (status.st_dev, status.st_ino):
                return False
            page = Page(self._path)
        except (OSError, RuleoutError):
            return False
        try:
            self._slot = page.claim()
        except (OSError, RuleoutError):
            page.close()
            return False
        if self._page is not None:
            self._page.close()
        self._page, self._seen = page, -1
        self._refresh(page)
        return True


def _reason(document: bytes) -> str:
    try:
        return f"This gateway is closed: {without_folders(str(json.loads(document)['closed']))[:200]}"
    except (ValueError, KeyError, TypeError):
        return "This gateway is closed."
