# SPDX-License-Identifier: Apache-2.0
"""Whether a kill took hold here: each worker asked by itself, until all acknowledge or the time is over (G-6)."""

from __future__ import annotations

from dataclasses import replace
from time import sleep

from ruleout.adapters.clock import seconds
from ruleout.adapters.kill.host import end_process
from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.probe import ask, known_workers
from ruleout.app.kill.site import Site
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.serving.epoch.proof import Answer, Proof

_PAUSE_S = 0.002
_ONE_ASK_S = 0.25


def wait_for(site: Site, epoch: int, *, timeout_s: float, terminate: bool = False) -> Proof:
    """Ask until everybody has acknowledged an epoch, at most for a time; then end who is stuck, if asked to.

    Effect: reads the page, connects to workers; with `terminate`, SIGKILL to those that did not answer.
    """
    start = seconds()
    done: dict[tuple[int, int], Answer] = {}
    while True:
        proof = _look(site, epoch, start, start + timeout_s, done)
        if proof.holds or seconds() - start >= timeout_s:
            break
        sleep(_PAUSE_S)
    if not terminate:
        return proof
    ended = tuple(
        one.pid for one in proof.workers if one.state in ("stuck", "unreachable") and end_process(one.pid, one.started)
    )
    left = tuple(one._replace(state="ended") if one.pid in ended else one for one in proof.workers)
    return replace(proof, workers=left)


def _look(site: Site, epoch: int, start: float, deadline: float, done: dict[tuple[int, int], Answer]) -> Proof:
    page, is_leased, slots = _page(site, epoch)
    answers = []
    for worker in known_workers(site.places.probes, slots):
        if worker not in done:
            left = max(0.01, min(_ONE_ASK_S, deadline - seconds()))
            said = ask(site.places.probes, worker, epoch=epoch, timeout_s=left)
            said = said._replace(after_ms=int((seconds() - start) * 1000))
            if said.state == "acknowledged":
                done[worker] = said
            else:
                answers.append(said)
    return Proof(epoch=epoch, page=page, is_leased=is_leased, workers=tuple(sorted((*done.values(), *answers))))


def _page(site: Site, epoch: int) -> tuple[str, bool, list[tuple[int, int]]]:
    try:
        page = Page(site.places.page)
    except (OSError, RuleoutError):
        return "none", False, []
    try:
        slots, is_leased = [(slot.pid, slot.started) for slot in page.slots()], page.is_leased()
        state = "in-force" if page.read()[1] >= epoch else "behind"
    except (VerificationFailed, OSError):
        return "unreadable", False, slots
    finally:
        page.close()
    return state, is_leased, slots
