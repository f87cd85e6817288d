# SPDX-License-Identifier: Apache-2.0
"""What a kill and a lease cost and how fast they are, on this machine.

    python benchmarks/kill.py [--rounds N]

CPU of `View.standing`, without kills, with kills that do not hit, and with one that does. Then a host's agent and eight subscriber
processes that look at the page every 5 ms or when nudged: from the call of `kill` (signing, disk, page) to each one's sight of it. Then an
agent that is stopped: how long after the lease's end the last process still thought it might serve.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import select
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.kill_builders import AT, KIM, LEE, opened, process, until

from ruleout.adapters.kill.host import boottime_ns, bound
from ruleout.adapters.kill.page import View
from ruleout.app.kill.giving_back import confirm, propose
from ruleout.app.kill.site import Site
from ruleout.app.kill.taking import kill
from ruleout.serving.epoch import Scope, Target

SCOPE = Scope(model="demo", models=("d" * 64,), tools=("search",), tenant="agency-a", endpoint="anthropic-messages")
SUBSCRIBERS = 8


def cost_ns(view: View, scope: Scope, calls: int = 200_000) -> float:
    """CPU nanoseconds per call; the lease is asked for anew where it ended, outside of the count."""
    standing, start = view.standing, time.process_time_ns()
    for _ in range(calls):
        standing(scope)
    return (time.process_time_ns() - start) / calls


def costs(folder: Path) -> None:
    """Print the CPU of one look."""
    site = opened(folder)
    with process("agent", str(folder)):
        view = View(site.places.page)
        until(lambda: view.standing(SCOPE) is None)
        print(f"View.standing, nothing killed:      {cost_ns(view, SCOPE):6.0f} ns CPU")
        for number in range(10):
            kill(site, KIM, kind=list(Target)[number % 5], name=f"other-{number}", reason="x", at=AT)
        until(lambda: view.standing(SCOPE) is None and view.epoch == 11)
        print(f"View.standing, 10 kills, none hits: {cost_ns(view, SCOPE):6.0f} ns CPU")
        kill(site, KIM, kind=Target.MODEL, name="demo", reason="x", at=AT)
        until(lambda: view.standing(SCOPE) is not None and view.epoch == 12)
        print(f"View.standing, 11 kills, one hits:  {cost_ns(view, SCOPE):6.0f} ns CPU")


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


def spread(rounds: int, folder: Path) -> None:
    """Print how fast kills are seen, and what is left after the lease."""
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
        for what, figures in (("one of eight", every), ("slowest of eight", slowest)):
            figures.sort()
            p50, p99 = figures[len(figures) // 2], figures[min(len(figures) - 1, len(figures) * 99 // 100)]
            print(f"kill to seen, {what:16}: p50 {p50:6.1f} ms, p99 {p99:6.1f} ms, {rounds} kills")
        overshoot(agent.pid, folder, out)
        for one in people:
            one.terminate()


def overshoot(agent: int, folder: Path, out: Any) -> None:
    """Print how long after the lease's end the last subscriber saw it."""
    view, over = View(Site(folder=folder, store=None, keyring=dict).places.page), []  # type: ignore[arg-type]
    for _ in range(10):
        os.kill(agent, signal.SIGSTOP)
        deadline = view._page.words[3]  # type: ignore[union-attr] # noqa: SLF001
        over += [(at - deadline) / 1e6 for at in told(out, "lease")]
        os.kill(agent, signal.SIGCONT)
        told(out, None)
        time.sleep(0.3)
    over.sort()
    print(f"lease overshoot:                 p50 {over[len(over) // 2]:6.1f} ms, max {over[-1]:6.1f} ms, 80 ends")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=100)
    with tempfile.TemporaryDirectory() as one_folder, tempfile.TemporaryDirectory() as another:
        costs(Path(one_folder))
        spread(asked.parse_args().rounds, Path(another))
