# SPDX-License-Identifier: Apache-2.0
"""Whether a kill took hold here: each worker asked by itself, until all acknowledge or the time is over (G-6).

Epochs of two stores may have one number: what the page holds counts only if it is, by its digest, the store's own epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import sleep

from ruleout.adapters.clock import seconds
from ruleout.adapters.kill.host import end_process
from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.probe import ask, known_workers
from ruleout.adapters.kill.store import StoreUnavailable
from ruleout.app.kill.site import Site
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.serving.epoch import from_file
from ruleout.serving.epoch.page import OPEN, Content, Slot
from ruleout.serving.epoch.proof import Answer, Proof

_PAUSE_S = 0.002
_ONE_ASK_S = 0.25
_ASK_AGAIN_S = 0.02
"""How long a worker is left to its work before it is asked again, unless the page says that it has done. An answer counts, not the page."""


def wait_for(site: Site, epoch: int, *, timeout_s: float, terminate: bool = False) -> Proof:
    """Ask until everybody has acknowledged an epoch, at most for a time; then end who is stuck, if asked to.

    Effect: reads the page, connects to workers; with `terminate`, SIGKILL to those that did not answer.
    """
    asking = _Asking(site, epoch, seconds(), seconds() + timeout_s)
    while True:
        proof = asking.look()
        if proof.holds or seconds() >= asking.deadline:
            break
        sleep(_PAUSE_S)
    if not terminate:
        return proof
    ended = tuple(
        one.pid for one in proof.workers if one.state in ("stuck", "unreachable") and end_process(one.pid, one.started)
    )
    left = tuple(one._replace(state="ended") if one.pid in ended else one for one in proof.workers)
    return replace(proof, workers=left)


@dataclass(slots=True)
class _Asking:
    """One wait for an epoch: what each worker said last, when it was asked, and the digests of epochs that the store told of."""

    site: Site
    epoch: int
    start: float
    deadline: float
    said: dict[tuple[int, int], Answer] = field(default_factory=dict)
    asked: dict[tuple[int, int], float] = field(default_factory=dict)
    own: dict[int, str] = field(default_factory=dict)

    def look(self) -> Proof:
        """Look at the page, ask whoever is to be asked now, and return how it stands."""
        page, is_leased, slots = self._page()
        done = {(slot.pid, slot.started) for slot in slots if slot.epoch >= self.epoch and slot.live == 0}
        known = known_workers(self.site.places.probes, [(slot.pid, slot.started) for slot in slots])
        for worker in known:
            said = self.said.get(worker)
            is_over = said is not None and said.state == "acknowledged"
            if not is_over and (worker in done or seconds() - self.asked.get(worker, 0.0) >= _ASK_AGAIN_S):
                self._ask(worker, counts=page in ("in-force", "behind"))
        workers = tuple(
            sorted(said for worker, said in self.said.items() if worker in known or said.state == "acknowledged")
        )
        return Proof(epoch=self.epoch, page=page, is_leased=is_leased, workers=workers)

    def _ask(self, worker: tuple[int, int], *, counts: bool) -> None:
        """Ask one worker. The number that it says counts only where the page is of this store."""
        left = max(0.01, min(_ONE_ASK_S, self.deadline - seconds()))
        said = ask(self.site.places.probes, worker, epoch=self.epoch, timeout_s=left)
        self.asked[worker] = seconds()
        state = said.state if counts or said.state != "acknowledged" else "behind"
        self.said[worker] = said._replace(state=state, after_ms=int((seconds() - self.start) * 1000))

    def _page(self) -> tuple[str, bool, list[Slot]]:
        try:
            page = Page(self.site.places.page)
        except (OSError, RuleoutError):
            return "none", False, []
        try:
            slots, is_leased = page.slots(), page.is_leased()
            state = self._says(page.read())
        except (VerificationFailed, OSError):
            return "unreadable", False, slots
        finally:
            page.close()
        return state, is_leased, slots

    def _says(self, found: Content) -> str:
        if found.state != OPEN:
            return "behind" if found.epoch < self.epoch else "closed"
        signed = from_file(found.document)
        if signed.epoch.number < self.epoch:
            return "behind"
        try:
            own = self._own(signed.epoch.number)
        except StoreUnavailable:
            return "untold"
        return "in-force" if own == signed.digest else "other"

    def _own(self, number: int) -> str:
        """The digest of the store's epoch of a number, "" for none. A page is never before its store: one answer is enough."""
        if number not in self.own:
            told = [from_file(data) for data in self.site.store.history(number)[:1]]
            self.own[number] = told[0].digest if told and told[0].epoch.number == number else ""
        return self.own[number]
