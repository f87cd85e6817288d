# SPDX-License-Identifier: Apache-2.0
"""What a look at the page costs, and how fast processes that look at it see a kill and the lease's end: without a gateway.

A host's agent and eight subscriber processes that look every 5 ms or when nudged: from the call of `kill` (signing, disk, page) to
each one's sight of it. Then an agent that is stopped: how long after the lease's end a process still thought that it might serve.
"""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import socket
import time
from pathlib import Path
from typing import Any

from kill_figures import Figure, under
from tests.kill_builders import AT, KIM, LEE, opened, process, until

from ruleout.adapters.kill.host import boottime_ns, bound
from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.view import View
from ruleout.app.kill.giving_back import confirm, propose
from ruleout.app.kill.site import Site
from ruleout.app.kill.taking import kill
from ruleout.serving.epoch import Scope, Target
from ruleout.serving.epoch import page as layout

SCOPE = Scope(model="demo", models=("d" * 64,), tools=("search",), tenant="agency-a", endpoint="anthropic-messages")
SUBSCRIBERS = 8
BAR_MS = 50.0


def cost_ns(view: View, scope: Scope, calls: int) -> float:
    """CPU nanoseconds per call; the lease is asked for anew where it ended, outside of the count."""
    standing, start = view.standing, time.process_time_ns()
    for _ in range(calls):
        standing(scope)
    return (time.process_time_ns() - start) / calls


def costs(folder: Path, calls: int) -> list[Figure]:
    """The CPU of one look."""
    site = opened(folder)
    with process("agent", str(folder)):
        view = View(site.places.page)
        until(lambda: view.standing(SCOPE) is None)
        found = [("nothing killed", cost_ns(view, SCOPE, calls))]
        for number in range(10):
            kill(site, KIM, kind=list(Target)[number % 5], name=f"other-{number}", reason="x", at=AT)
        until(lambda: view.standing(SCOPE) is None and view.epoch == 11)
        found.append(("10 kills, none hits", cost_ns(view, SCOPE, calls)))
        kill(site, KIM, kind=Target.MODEL, name="demo", reason="x", at=AT)
        until(lambda: view.standing(SCOPE) is not None and view.epoch == 12)
        found.append(("11 kills, one hits", cost_ns(view, SCOPE, calls)))
    return [Figure(what=f"a look at the page, {what}", values=(cost,), unit="ns CPU") for what, cost in found]


def subscribe(folder: str, number: int, out: Any) -> None:
    """Say when each change of standing was seen."""
    places = Site(folder=Path(folder), store=None, keyring=dict).places  # type: ignore[arg-type]
    nudged, view = bound(places.nudges / f"{os.getpid()}.sock", socket.SOCK_DGRAM), View(places.page)
    held = None
    while True:
        refused = view.standing(SCOPE)
        now = None if refused is None else refused.why.value
        if now != held:
            out.put((number, now, boottime_ns()))
            held = now
        if select.select([nudged], [], [], 0.005)[0]:
            nudged.recv(16)


def told(out: Any, why: str | None) -> list[int]:
    """When each subscriber saw a standing; another one in between, such as a lease that was late, is passed over."""
    found: dict[int, int] = {}
    while len(found) < SUBSCRIBERS:
        number, said, at = out.get(timeout=10)
        if said == why:
            found.setdefault(number, at)
    return list(found.values())


def spread(folder: Path, *, rounds: int, leases: int) -> list[Figure]:
    """How fast kills are seen, and what is left after the lease."""
    site, out = opened(folder), multiprocessing.Queue()
    with process("agent", str(folder)) as agent:
        people = [
            multiprocessing.Process(target=subscribe, args=(str(folder), i, out), daemon=True)
            for i in range(SUBSCRIBERS)
        ]
        for one in people:
            one.start()
        time.sleep(1.5)
        while not out.empty():
            out.get()
        figures = [*_seen(site, rounds, out), _overshoot(agent.pid, site, leases, out)]
        for one in people:
            one.terminate()
    return figures


def _seen(site: Site, rounds: int, out: Any) -> list[Figure]:
    slowest, every = [], []
    for _ in range(rounds):
        began = boottime_ns()
        _, kill_id = kill(site, KIM, kind=Target.MODEL, name="demo", reason="x", at=AT)
        seen = [(at - began) / 1e6 for at in told(out, "killed")]
        every += seen
        slowest.append(max(seen))
        name, _ = propose(site, KIM, kills=(kill_id,), limits=(), lease_ms=None, at=AT)
        confirm(site, LEE, name)
        told(out, None)
    return [
        under(f"kill to seen on the page by one of {SUBSCRIBERS} processes", every, p99=BAR_MS),
        Figure(what=f"kill to seen by the slowest of {SUBSCRIBERS}", values=tuple(slowest)),
    ]


def _overshoot(agent: int, site: Site, rounds: int, out: Any) -> Figure:
    """How long after the lease's end each process saw it."""
    page, over = Page(site.places.page), []
    for _ in range(rounds):
        os.kill(agent, signal.SIGSTOP)
        deadline = page.words[layout.DEADLINE]
        over += [(at - deadline) / 1e6 for at in told(out, "lease")]
        os.kill(agent, signal.SIGCONT)
        told(out, None)
        time.sleep(0.3)
    page.close()
    return under(f"lease's end to seen by one of {SUBSCRIBERS} processes", over, most=BAR_MS)
