# SPDX-License-Identifier: Apache-2.0
"""Kills, a lost lease and a boot without state, seen by the clients of a gateway with two workers.

The gateway, the provider, the clients and who kills are processes of their own, as in use; the kill is the act that the command line makes.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from kill_figures import Figure, none_of, under
from steady_upstream import SILENT
from tests.gateway_client import CHAT, MESSAGES, RESPONSES, ask, chat, host_of, pause, until, workers
from tests.gateway_world import KEY, Running, free_port, make_world, serve
from tests.kill_builders import KIM, LEE
from tests.stream_clients import Clients, Seen, clients_of, request_bytes

from ruleout.adapters.kill.host import boottime_ns
from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.store import EpochStore
from ruleout.app.kill.giving_back import confirm, propose
from ruleout.app.kill.proof import wait_for
from ruleout.app.kill.taking import kill
from ruleout.serving.epoch import Target
from ruleout.serving.epoch import page as layout

WORKERS = 2
BAR_MS = 50.0
#: How long clients go on to listen after everything has ended: for bytes that must not come.
_LISTEN_S = 0.25
_STEADY, _QUIET = "say something", SILENT.decode()
TARGETS = {"a model": (Target.MODEL, "helper"), "a tenant": (Target.TENANT, "acme"), "everything": (Target.ALL, "")}


@dataclass(slots=True)
class Stamped:
    """A store that keeps when an epoch began to be written and when that was durable."""

    store: EpochStore
    began_ns: int = 0
    done_ns: int = 0

    def append(self, number: int, data: bytes) -> None:
        """See `EpochStore`."""
        self.began_ns = boottime_ns()
        self.store.append(number, data)
        self.done_ns = boottime_ns()

    def newest(self) -> tuple[int, bytes] | None:
        """See `EpochStore`."""
        return self.store.newest()

    def history(self, first: int = 1) -> list[bytes]:
        """See `EpochStore`."""
        return self.store.history(first)

    def watch(self, timeout_s: float) -> bool:
        """See `EpochStore`."""
        return self.store.watch(timeout_s)

    def close(self) -> None:
        """See `EpochStore`."""
        self.store.close()


@dataclass(slots=True)
class Kills:
    """Every value of the kills of one sort, in milliseconds or as its own name says."""

    from_call: list[float] = field(default_factory=list)
    from_write: list[float] = field(default_factory=list)
    from_durable: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    bytes_after: list[int] = field(default_factory=list)
    not_native: list[int] = field(default_factory=list)
    unproved: list[int] = field(default_factory=list)

    def add(self, other: Kills) -> None:
        """Take over another's."""
        for name in self.__slots__:
            getattr(self, name).extend(getattr(other, name))


@contextlib.contextmanager
def upstream() -> Iterator[int]:
    """Run the provider until the block ends; yield its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, str(Path(__file__).parent / "steady_upstream.py"), str(port)])
    try:
        yield port
    finally:
        process.kill()
        process.wait()


def measure(folder: Path, *, rounds: int, streams: int, leases: int) -> list[Figure]:
    """Kill by everything in turn, steady and silent; then stop the host's agent; then boot without state."""
    with upstream() as port:
        world = make_world(folder / "live", f"http://127.0.0.1:{port}", lease_ms=None)
        world.settings["workers"] = WORKERS
        with serve(world) as running, clients_of(world.settings["listen"]["port"]) as clients:
            until(lambda: len(workers(world)) == WORKERS, 30)
            site = Rounds(running, clients, streams)
            figures = [*_killed(site, rounds), *_lapsed(site, leases), site.spread()]
        return [*figures, *closed_at_boot(folder / "stateless", port)]


class Rounds:
    """A gateway with clients, again and again."""

    def __init__(self, running: Running, clients: Clients, streams: int) -> None:
        self.running, self.world, self._clients, self._streams = running, running.world, clients, streams
        self._least: list[int] = []

    def open(self, text: str) -> None:
        """Open the streams, and wait until they run on every worker."""
        self._clients.open(self._streams, request_bytes(chat(text, stream=True), KEY))
        time.sleep(0.3)
        self._least.append(min(_connections(pid, self.running) for pid in workers(self.world)))

    def killed(self, kind: Target, name: str, text: str) -> Kills:
        """Kill what streams, and return what was seen; then two persons give it back."""
        self.open(text)
        store = Stamped(self.world.site().store)
        site = replace(self.world.site(), store=store)
        called = boottime_ns()
        done, _ = kill(site, KIM, kind=kind, name=name, reason="a measurement", at=datetime.now(UTC))
        proof = wait_for(site, done.epoch.number, timeout_s=5)
        acknowledged = boottime_ns()
        self._clients.ended(10)
        time.sleep(_LISTEN_S)
        seen = self._clients.close()
        _give_back(self.running, done.epoch.number)
        return Kills(
            from_call=_ms(seen, called),
            from_write=_ms(seen, store.began_ns),
            from_durable=_ms(seen, store.done_ns),
            acknowledged=[(acknowledged - store.began_ns) / 1e6],
            bytes_after=[one.bytes_after(acknowledged) for one in seen],
            not_native=[int(not (one.is_native and one.why == "killed")) for one in seen],
            unproved=[int(not proof.holds or len(proof.workers) != WORKERS)],
        )

    def lapsed(self, text: str) -> tuple[list[float], list[int]]:
        """Stop the host's agent; return milliseconds from the lease's end to each stream's end, and streams without a last word."""
        self.open(text)
        agent = host_of(self.running)
        pause(agent)
        page = Page(self.world.site().places.page)
        deadline = page.words[layout.DEADLINE]
        page.close()
        try:
            self._clients.ended(10)
            time.sleep(_LISTEN_S)
        finally:
            os.kill(agent, signal.SIGCONT)
        seen = self._clients.close()
        self.running.until_ready()
        over = [(max(one.ended_ns, one.last_ns) - deadline) / 1e6 for one in seen]
        return over, [int(not (one.is_native and one.why == "lease")) for one in seen]

    def spread(self) -> Figure:
        """How many streams ran on the worker with the fewest, in each round: 0 would measure one worker alone."""
        least = tuple(float(one) for one in self._least)
        return Figure(
            what=f"streams on the emptier of {WORKERS} workers, least {min(least):.0f}",
            values=least, unit="", bar="at least 1", holds=min(least) > 0,
        )  # fmt: skip


def _killed(site: Rounds, rounds: int) -> list[Figure]:
    figures: list[Figure] = []
    every = Kills()
    for how, text in (("steady", _STEADY), ("silent", _QUIET)):
        for what, (kind, name) in TARGETS.items():
            found = Kills()
            for _ in range(rounds):
                found.add(site.killed(kind, name, text))
            figures.append(under(f"kill {what} to stream's end, {how} upstream", found.from_write, p99=BAR_MS))
            every.add(found)
    return [
        *figures,
        Figure(what="all of these, from the call of kill", values=tuple(every.from_call)),
        Figure(what="all of these, from when the kill was durable", values=tuple(every.from_durable)),
        Figure(what="kill to acknowledged by both workers", values=tuple(every.acknowledged)),
        none_of("bytes of a stream after the acknowledgement", every.bytes_after, "bytes"),
        none_of("streams without their format's last words", every.not_native, ""),
        none_of("kills that a worker did not acknowledge", every.unproved, ""),
    ]


def _lapsed(site: Rounds, rounds: int) -> list[Figure]:
    figures = []
    for how, text in (("steady", _STEADY), ("silent", _QUIET)):
        over: list[float] = []
        mute: list[int] = []
        for _ in range(rounds):
            some, without = site.lapsed(text)
            over, mute = [*over, *some], [*mute, *without]
        figures.append(under(f"lease's end to stream's end, {how} upstream", over, most=BAR_MS))
        figures.append(none_of(f"of these, streams without last words, {how}", mute, ""))
    return figures


def closed_at_boot(folder: Path, upstream_port: int) -> list[Figure]:
    """Start a gateway that has no state, and ask it for everything: 503, but for its health."""
    world = make_world(folder, f"http://127.0.0.1:{upstream_port}", lease_ms=None)
    world.settings["workers"] = WORKERS
    shutil.rmtree(folder / "kills")
    with serve(world, wait=False) as running:
        until(lambda: running.get("/health")[0] == 200, 30)
        until(lambda: len(workers(world)) == WORKERS, 30)
        ends, served, asked = time.monotonic() + 2, 0, 0
        while time.monotonic() < ends:
            for path in (CHAT, RESPONSES, MESSAGES):
                served += ask(running, _body(path), path=path).status != 503
            served += running.get("/ready")[0] != 503
            served += running.get("/health")[0] != 200
            asked += 5
    return [none_of(f"without state: of {asked} answers, not 503 (health: 200)", [served], "")]


def _body(path: str) -> dict[str, object]:
    if path == RESPONSES:
        return {"model": "helper", "input": "hello", "stream": True, "max_output_tokens": 50, "store": False}
    return chat("hello", stream=True)


def _ms(seen: Sequence[Seen], start_ns: int) -> list[float]:
    return [(one.ended_ns - start_ns) / 1e6 for one in seen]


def _give_back(running: Running, number: int) -> None:
    """Two persons end every kill."""
    site = running.world.site()
    name, _ = propose(site, KIM, kills=(f"kill-{number}",), limits=(), lease_ms=None, at=datetime.now(UTC))
    done = confirm(site, LEE, name)
    if not wait_for(site, done.epoch.number, timeout_s=5).holds:
        raise RuntimeError("what was given back was not acknowledged")
    running.until_ready()


def _connections(pid: int, running: Running) -> int:
    """How many connections of clients a worker has."""
    port = f"{running.world.settings['listen']['port']:04X}"
    rows = (line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:])
    ours = {row[9] for row in rows if row[1].endswith(f":{port}") and row[3] == "01"}
    found = 0
    for name in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            held = re.fullmatch(r"socket:\[([0-9]+)\]", str(name.readlink()))
            found += bool(held and held[1] in ours)
    return found
