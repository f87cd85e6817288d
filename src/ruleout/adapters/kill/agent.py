# SPDX-License-Identifier: Apache-2.0
"""The host's agent: checks what the store says, keeps the page and the lease, and never goes back (G-6, G-7).

It opens the page only behind a whole chain of epochs from the first, each signed and each allowed to follow the one before. It closes
the page over a state that is wrong; over a store that is silent it does nothing, and the lease ends by itself. Plain chat may go on
then, where two persons have said so for this very epoch: see `Board`.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

from ruleout.adapters.durable_file import FileOps, SystemFiles
from ruleout.adapters.kill.board import Board
from ruleout.adapters.kill.granted import Granted
from ruleout.adapters.kill.highest import keep_highest, read_highest
from ruleout.adapters.kill.host import boottime_ns, is_still_mapped, nudge_all
from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.store import EpochStore, StoreUnavailable
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.ledger.signing import Keyring
from ruleout.serving.epoch import (
    SignedEpoch,
    check_successor,
    from_file,
    grant_from_file,
    loosens,
    needs_two,
    signers_of,
    to_file,
    vouches,
)
from ruleout.serving.epoch.page import LONGEST_NS

RENEWALS = 4
"""How often a lease, or the time of a grant, is renewed within the lease's length."""
FIRST_WAIT_S = 0.25
_VOUCH = (
    "Look at the state; then two persons with sound keys: `ruleout unkill propose --lease MILLISECONDS`, `confirm`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a host keeps what its gateway shares: page, sockets, and the highest epoch it has seen."""

    folder: Path

    @property
    def page(self) -> Path:
        """The page."""
        return self.folder / "page"

    @property
    def highest(self) -> Path:
        """Number and digest of the highest epoch accepted here."""
        return self.folder / "highest.json"

    @property
    def nudges(self) -> Path:
        """Datagram sockets of workers that want to be nudged."""
        return self.folder / "nudges"

    @property
    def probes(self) -> Path:
        """Stream sockets on which workers answer."""
        return self.folder / "probes"


@dataclass(slots=True)
class Agent:
    """One per host. `keyring` is asked before each new epoch: keys that count now, by key id; so is `compromised`: ids of those keys that
    are known to be somebody else's too; it raises RuleoutError while they cannot be known. `granted` None: no grant counts.
    """

    store: EpochStore
    places: Places
    keyring: Callable[[], Keyring]
    ops: FileOps = field(default_factory=SystemFiles)
    granted: Granted | None = None
    compromised: Callable[[], Collection[str]] = frozenset
    _board: Board | None = None
    _accepted: SignedEpoch | None = None
    _closed: str = ""
    _unsaved: bool = False
    _lock: int = -1
    _opens_ns: int = 0

    def step(self) -> str:
        """Ask the store once, keep page and lease; return why it is closed or was not renewed, "" if all is well.

        Effect: reads the store, writes page and highest epoch, nudges workers. Never raises for what the store says.
        """
        board = self._placed()
        sent_ns = board.asks()
        try:
            now, changed = self._follow(board)
        except StoreUnavailable as error:
            board.heard(error.number)
            self._resume(board)
            return f"the store is silent: {error}"
        except (RuleoutError, OSError) as error:
            self._close(board, str(error))
            return self._closed
        if boottime_ns() < self._opens_ns:
            return "workers may serve under the page before this one: it opens when no lease of that can be left"
        if changed or self._closed:
            board.open(now)
            self._closed = ""
        board.lease(sent_ns)
        if changed:
            nudge_all(self.places.nudges)
            self._save_if_due()
        return ""

    def run(self, is_over: Callable[[], bool], say: Callable[[str], None] = lambda _: None) -> None:
        """Step until told to end; then end the lease. Effect: as `step`, waits at most a fraction of the lease each time."""
        said = None
        self.step()
        if self.granted is not None:
            threading.Thread(target=self._go_on, args=(is_over,), daemon=True).start()
        while not is_over():
            found = self.step()
            if found != said:
                said = found
                say(found or f"epoch {self.epoch} is in force")
            self._wait()
        if self._board is not None:
            self._board.end()
            nudge_all(self.places.nudges)

    def go_on(self) -> None:
        """Keep until when plain chat goes on without a lease, by a grant that counts. Effect: reads files, writes the page."""
        board = self._board
        if board is not None:
            board.go_on()

    def _go_on(self, is_over: Callable[[], bool]) -> None:
        """Go on beside whoever asks the store. A bug here ends this thread, and with it, by itself, what goes on."""
        while not is_over():
            self.go_on()
            sleep(self._lease_s() / RENEWALS)

    def close(self) -> None:
        """Let go of page and lock; the lease is not touched."""
        if self._board is not None:
            self._board.page.close()
            os.close(self._lock)
            self._board = None

    @property
    def epoch(self) -> int:
        """The number of the epoch in force here; 0 for none."""
        return 0 if self._accepted is None else self._accepted.epoch.number

    def _lease_s(self) -> float:
        return FIRST_WAIT_S * RENEWALS if self._accepted is None else self._accepted.epoch.lease_ms / 1000

    def _wait(self) -> None:
        lease_s = self._lease_s()
        try:
            self.store.watch(lease_s / RENEWALS)
        except StoreUnavailable:
            sleep(min(FIRST_WAIT_S, lease_s / RENEWALS))

    def _placed(self) -> Board:
        """The board of the page that stands at its path. Where that is another file by now, what was given on this one ends."""
        board = self._board
        if board is not None:
            if board.page.is_in_place():
                return board
            board.close(self.epoch, "its page was taken away")
            nudge_all(self.places.nudges)
            os.close(self._lock)
            self._board, self._unsaved = None, self._accepted is not None
        return self._open_page()

    def _open_page(self) -> Board:
        self.places.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _only_one(self.places.folder / "agent.lock")
        board = self._board = Board(Page(self.places.page, make=True), self.granted)
        self._closed = "it has just started"
        # Whoever serves under a page that was taken away answers for no kill on this one: until its lease must be over, nothing is opened.
        self._opens_ns = boottime_ns() + LONGEST_NS if is_still_mapped(self.places.page) else 0
        return board

    def _resume(self, board: Board) -> None:
        """Begin again under a grant, where an agent before this one, since the same boot, had it on the page and the store is silent.

        The page must show the very epoch that is the highest on disk. The store's answer, once it comes, is checked from the first
        epoch as at every start.
        """
        found, board.before = board.before, None
        if found is None or self._accepted is not None:
            return
        try:
            epoch, given = from_file(found.document), grant_from_file(found.grant)
            signers_of(epoch, self.keyring())
            highest = read_highest(self.places.highest)
        except (RuleoutError, OSError):
            return
        if highest == (epoch.epoch.number, epoch.digest):
            board.resume(epoch, given, found.ends_ns)
            self._closed = ""

    def _follow(self, board: Board) -> tuple[SignedEpoch, bool]:
        """Accept what the store has beyond what was accepted; return what is in force and whether it is new."""
        newest = self.store.newest()
        if newest is None:
            raise VerificationFailed(
                "epoch", "expected a state, got none", hint="Open with `ruleout unkill propose --first`."
            )
        board.heard(newest[0])
        if self._accepted is not None and newest[0] <= self.epoch:
            _require(newest == (self.epoch, to_file(self._accepted)), f"epoch {self.epoch} or later", newest[0])
            self._save_if_due()
            return self._accepted, False
        found = self._followed(newest[0])
        self._accept(found)
        return found, True

    def _followed(self, newest: int) -> SignedEpoch:
        """Return the epoch of this number behind the whole chain that leads to it.

        What gives back by compromised keys counts where this host accepted it before it knew, or two persons with others signed since.
        """
        found, number, highest = self._accepted, self.epoch, read_highest(self.places.highest)
        keyring, unvouched = self.keyring(), 0
        while number < newest and (some := self.store.history(number + 1)):
            for data in some:
                after, before = from_file(data), None if found is None else found.epoch
                holders = check_successor(found, after, keyring)
                found, number = after, number + 1
                _require(highest[0] != number or highest[1] == after.digest, "the epoch that was seen before", number)
                if number > highest[0] and (unvouched or needs_two(before, after.epoch)):
                    unvouched = 0 if vouches(holders, self.compromised()) else unvouched or number
        _require(number >= max(highest[0], newest), f"epoch {max(highest[0], newest)} or later", number)
        if found is None:
            raise VerificationFailed("epoch", "expected a first epoch, got none", hint="Restore the state.")
        if unvouched:
            expected = f"two persons behind epoch {unvouched} by keys that nobody else has, or by later ones"
            raise VerificationFailed("epoch", f"expected {expected}, got compromised ones", hint=_VOUCH)
        return found

    def _accept(self, found: SignedEpoch) -> None:
        """Accept an epoch. What gives back is kept on disk before it is in force, what only takes away right after: no kill waits."""
        before = self._accepted
        gives_back = before is None or loosens(before.epoch, found.epoch)
        if gives_back and not self._save(found):
            raise VerificationFailed("epoch", "expected room to keep the highest epoch, got a disk that failed")
        self._accepted, self._unsaved = found, not gives_back

    def _save_if_due(self) -> None:
        if self._unsaved and self._accepted is not None:
            self._unsaved = not self._save(self._accepted)

    def _save(self, found: SignedEpoch) -> bool:
        return keep_highest(self.places.highest, found, self.ops)

    def _close(self, board: Board, reason: str) -> None:
        board.before = None  # silence after a state that is wrong opens nothing
        board.end()
        if reason != self._closed:
            self._closed = reason
            board.close(self.epoch, reason)
            nudge_all(self.places.nudges)


def _only_one(path: Path) -> int:
    """Hold a lock that one agent per folder can hold; the kernel lets go of it when the process ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise RuleoutError(f"{path}: another agent keeps this page", hint="End it first.") from error
    return descriptor


def _require(holds: bool, expected: str, got: object) -> None:  # noqa: FBT001 - the condition itself, not a flag
    if not holds:
        raise VerificationFailed("epoch", f"expected {expected}, got {got}", hint="Restore the state.")
