# SPDX-License-Identifier: Apache-2.0
"""Processes of the kill tests: `agent FOLDER [CONNINFO]`, `worker FOLDER`, `writer PAGE`, `watcher FOLDER`."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from tests.kill_builders import epoch, site_in

from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.postgres_store import TIMEOUT_S
from ruleout.adapters.kill.probe import ProbeServer
from ruleout.adapters.kill.view import View
from ruleout.app.kill.site import agent_of
from ruleout.serving.epoch import Scope, SignedEpoch, to_file

SCOPE = Scope(model="demo", tools=("code-execution",), tenant="agency-a", endpoint="anthropic-messages")
STREAMS = 5


def agent(folder: str, conninfo: str = "") -> None:
    made = agent_of(site_in(Path(folder), conninfo, timeout_s=TIMEOUT_S))
    made.step()
    print("ready", flush=True)
    made.run(lambda: False)


async def worker(folder: str) -> None:
    """Streams that look at the page every 5 ms, as silent ones do, and end when it says so."""
    places = site_in(Path(folder)).places
    view = View(places.page)
    live, enforced = STREAMS, view.epoch
    woken = asyncio.Event()
    probe = ProbeServer(places.probes, places.nudges, lambda: (enforced, 0), woken.set)
    await probe.start()
    print("ready", flush=True)
    while True:
        refused = view.standing(SCOPE)
        if refused is not None and live:
            print(f"ended {refused.why.value} {time.clock_gettime_ns(time.CLOCK_BOOTTIME)}", flush=True)
            live = 0
        if view.epoch != enforced:
            enforced = view.epoch
            view.acknowledge(enforced, live=0)
        woken.clear()
        try:
            await asyncio.wait_for(woken.wait(), 0.005)
        except TimeoutError:
            continue


def writer(page: str) -> None:
    """Writes documents of very different lengths as fast as it can."""
    made, number = Page(Path(page), make=True), 0
    print("ready", flush=True)
    while True:
        number += 1
        limits = () if number % 2 else tuple(_limits())
        one = SignedEpoch(epoch=epoch(number, "0" * 64 if number > 1 else "", limits=limits))
        made.write(number, to_file(one), is_open=True)


def _limits():
    from ruleout.model.permit import LimitKind
    from ruleout.serving.epoch import TightLimit

    return [TightLimit(kind=LimitKind.TOKENS_PER_DAY, tenant=f"t{i}", at_most=i) for i in range(300)]


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "worker":
        asyncio.run(worker(*rest))
    else:
        {"agent": agent, "writer": writer}[verb](*rest)
