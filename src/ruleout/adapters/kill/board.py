# SPDX-License-Identifier: Apache-2.0
"""The page as the host's agent writes it: state, lease, and until when plain chat goes on without one (G-6, G-7).

Two threads write: the one that asks the store, which may wait for it for seconds, and one that keeps the second deadline
meanwhile. What the first finds comes before what the second knows: a new state, or one that is wrong, ends the grant at once.
"""

from __future__ import annotations

import threading

from ruleout.adapters.kill.granted import Granted
from ruleout.adapters.kill.host import boottime_ns
from ruleout.adapters.kill.page import Page, closing
from ruleout.errors import VerificationFailed
from ruleout.serving.epoch import SignedDegraded, SignedEpoch, grant_from_file, grant_to_file, to_file
from ruleout.serving.epoch.page import OPEN, Content, deadline_of

STUCK_NS = 15_000_000_000
"""Nanoseconds without a question to the store after which whoever asks it counts as stuck: its deadlines add up to less."""


class Board:
    """A page and what stands on it. `before` is what was there when it was opened, whole, of this boot and with a grant, or None."""

    def __init__(self, page: Page, granted: Granted | None) -> None:
        """Effect: closes the page."""
        self.page, self._granted = page, granted
        self.before = _held(page)
        self._lock = threading.Lock()
        self._epoch: SignedEpoch | None = None
        self._given = ""
        self._ends = _ends_of(self.before)
        self._heard = 0
        self._asked_ns = 0
        self.close(0, "it has just started")

    def asks(self) -> int:
        """Take note that the store is asked now; return when, CLOCK_BOOTTIME. Effect: reads a clock."""
        self._asked_ns = boottime_ns()
        return self._asked_ns

    def heard(self, number: int) -> None:
        """Take note that there is an epoch of this number, whether it can be read or not: a grant of an older one ends now.

        Effect: writes memory where there was one.
        """
        self._heard = max(self._heard, number)
        with self._lock:
            if self._epoch is not None and self._heard > self._epoch.epoch.number and self._given:
                self.page.go_on_until(0)
                self._show(self._epoch, None)

    def open(self, epoch: SignedEpoch) -> None:
        """Put an epoch on the page; a grant is looked for anew. Effect: writes memory."""
        with self._lock:
            self.page.go_on_until(0)
            self.page.write(epoch.epoch.number, to_file(epoch), is_open=True)
            self._epoch, self._given = epoch, ""

    def lease(self, sent_ns: int) -> None:
        """Renew the lease of the epoch on the page, from the instant at which the store was asked. Effect: writes memory."""
        if self._epoch is not None:
            self.page.lease_until(deadline_of(sent_ns, self._epoch.epoch.lease_ms))

    def close(self, number: int, reason: str) -> None:
        """Close the page. Effect: writes memory."""
        with self._lock:
            self._end()
            self.page.write(number, closing(reason), is_open=False)

    def end(self) -> None:
        """End lease and grant; what stands on the page stays. Effect: writes memory."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        self.page.lease_until(0)
        self.page.go_on_until(0)
        self._epoch, self._given = None, ""

    def resume(self, epoch: SignedEpoch, given: SignedDegraded, ends_ns: int) -> None:
        """Put an epoch of this boot back on the page without a lease; the grant that was there ends no later than it would have."""
        self._ends[given.digest] = ends_ns
        self.open(epoch)

    def go_on(self) -> None:
        """Keep until when plain chat goes on: by the grant that counts now, or not at all. Effect: reads files, writes memory."""
        epoch, granted = self._epoch, self._granted
        if granted is None or epoch is None:
            return
        found = granted.current(epoch)
        with self._lock:
            if self._epoch is not epoch:
                return
            now_ns = boottime_ns()
            is_stuck = now_ns - self._asked_ns > STUCK_NS
            if self._heard > epoch.epoch.number or is_stuck or not self.page.is_in_place():
                found = None
            self._show(epoch, found)
            lease_ns = deadline_of(now_ns, epoch.epoch.lease_ms)
            self.page.go_on_until(0 if found is None else min(lease_ns, self._until(granted, found)))

    def _show(self, epoch: SignedEpoch, found: SignedDegraded | None) -> None:
        digest = "" if found is None else found.digest
        if digest == self._given:
            return
        if found is None or self._granted is None:
            self.page.write(epoch.epoch.number, to_file(epoch), is_open=True)
        else:
            data, ends_ns = grant_to_file(found), self._until(self._granted, found)
            self.page.write(epoch.epoch.number, to_file(epoch), is_open=True, grant=data, ends_ns=ends_ns)
        self._given = digest

    def _until(self, granted: Granted, found: SignedDegraded) -> int:
        """When a grant ends: never later than was found before."""
        ends_ns = max(0, granted.ends_ns(found.grant))
        self._ends = {found.digest: min(ends_ns, self._ends.get(found.digest, ends_ns))}
        return self._ends[found.digest]


def _ends_of(found: Content | None) -> dict[str, int]:
    """When the grant that a page of this boot holds ends, by its digest: it ends no later for whoever comes after."""
    try:
        return {} if found is None else {grant_from_file(found.grant).digest: found.ends_ns}
    except VerificationFailed:
        return {}


def _held(page: Page) -> Content | None:
    try:
        found = page.read()
    except (VerificationFailed, OSError):
        return None
    return found if found.state == OPEN and found.grant else None
