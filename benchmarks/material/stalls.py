# SPDX-License-Identifier: Apache-2.0
"""How long the machine itself kept processes waiting while something was measured: what no program on it can do anything about.

On each core a process sleeps a little again and again, and keeps the longest time by which it was late. As root it goes before all
others, so that only the machine can make it late; on one that others share this may be tens of milliseconds. Else it waits its turn.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
from collections.abc import Iterator
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event

from kill_figures import Figure

_SLEEP_S = 0.004
_PRIORITY = 2


@contextlib.contextmanager
def watched(figures: list[Figure]) -> Iterator[None]:
    """Watch until the block ends, then add the row. Effect: one process for each core."""
    cores, over = sorted(os.sched_getaffinity(0)), multiprocessing.Event()
    latest = [multiprocessing.Value("q", 0) for _ in cores]
    watchers = [
        multiprocessing.Process(target=_watch, args=(core, late_ns, over), daemon=True)
        for core, late_ns in zip(cores, latest, strict=True)
    ]
    for one in watchers:
        one.start()
    try:
        yield
    finally:
        over.set()
        for one in watchers:
            one.join()
    late_ms = tuple(late_ns.value / 1e6 for late_ns in latest)
    figures.append(Figure(what="the machine's own: a watcher on each core was late", values=late_ms))


def _watch(core: int, latest_ns: Synchronized[int], over: Event) -> None:
    os.sched_setaffinity(0, {core})
    with contextlib.suppress(PermissionError):  # not root
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
    while not over.is_set():
        began = time.monotonic_ns()
        time.sleep(_SLEEP_S)
        late_ns = time.monotonic_ns() - began - int(_SLEEP_S * 1e9)
        latest_ns.value = max(latest_ns.value, late_ns)
