# SPDX-License-Identifier: Apache-2.0
"""Whether a kill took hold here: each worker asked by itself, until all acknowledge or the time is over (G-6)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import sleep

from ruleout.adapters.clock import seconds
from ruleout.adapters.kill.host import end_process
from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.probe import ask, known_workers
from ruleout.app.kill.site import Site
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.serving.epoch.page import Slot
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
    """One wait for an epoch: what each worker said last, and when it was asked."""

    site: Site
    epoch: int
    start: float
    deadline: float
    said: dict[tuple[int, int], Answer] = field(default_factory=dict)
    asked: dict[tuple[int, int], float] = field(default_factory=dict)

    def look(self) -> Proof:
        """Look at the page, ask whoever is to be asked now, and return how it stands."""
        page, is_leased, slots = _page(self.site, self.epoch)
        done = {(slot.pid, slot.started) for slot in slots if slot.epoch >= self.epoch and slot.live == 0}
        known = known_workers(self.site.places.probes, [(slot.pid, slot.started) for slot in slots])
        for worker in known:
            said = self.said.get(worker)
            is_over = said is not None and said.state == "acknowledged"
            if not is_over and (worker in done or seconds() - self.asked.get(worker, 0.0) >= _ASK_AGAIN_S):
                self._ask(worker)
        workers = tuple(
            sorted(said for worker, said in self.said.items() if worker in known or said.state == "acknowledged")
        )
        return Proof(epoch=self.epoch, page=page, is_leased=is_leased, workers=workers)

    def _ask(self, worker: tuple[int, int]) -> None:
        left = max(0.01, min(_ONE_ASK_S, self.deadline - seconds()))
        said = ask(self.site.places.probes, worker, epoch=self.epoch, timeout_s=left)
        self.asked[worker] = seconds()
        self.said[worker] = said._replace(after_ms=int((seconds() - self.start) * 1000))


def _page(site: Site, epoch: int) -> tuple[str, bool, list[Slot]]:
    try:
        page = Page(site.places.page)
    except (OSError, RuleoutError):
        return "none", False, []
    try:
        slots, is_leased = page.slots(), page.is_leased()
        state = "in-force" if page.read()[1] >= epoch else "behind"
    except (VerificationFailed, OSError):
        return "unreadable", False, slots
    finally:
        page.close()
    return state, is_leased, slots
