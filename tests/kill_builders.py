# SPDX-License-Identifier: Apache-2.0
"""Kills for tests: four keys, epochs, a site in a folder; agent and workers as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.ledger_builders import ORIGIN, FakeSigner

from ruleout.adapters.clock import nanoseconds
from ruleout.adapters.kill.file_store import FileStore
from ruleout.adapters.kill.granted import GrantFolder
from ruleout.adapters.kill.postgres_store import PostgresStore
from ruleout.app.kill.giving_back import confirm, propose
from ruleout.app.kill.site import Site
from ruleout.ledger.note import verifier_key
from ruleout.ledger.signing import Holder
from ruleout.model.plain import instant_text
from ruleout.serving.epoch import Degraded, Epoch, SignedDegraded, SignedEpoch, grant_to_file, sign_epoch
from ruleout.serving.epoch.degraded import sign_grant

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TS = "2026-03-01T12:00:00Z"
#: How long a test's own question to a database may take: longer than that of an agent, which has a lease to keep.
PATIENT_S = 8.0
KIM, KIM_TOO, LEE, WATCH = FakeSigner("kim"), FakeSigner("kim-too"), FakeSigner("lee"), FakeSigner("watch")
PERSONS = {KIM: ("kim", "kill"), KIM_TOO: ("kim", "kill"), LEE: ("lee", "kill"), WATCH: ("machine", "monitor")}


def key_id(signer: FakeSigner) -> str:
    return verifier_key(signer.name, signer.public_key).key_id


KEYRING = {
    key_id(signer): Holder(
        key=verifier_key(signer.name, signer.public_key), person=person, roles=(role,), since="2026-01-01T00:00:00Z"
    )
    for signer, (person, role) in PERSONS.items()
}


def epoch(number: int = 1, prev: str = "", **more: object) -> Epoch:
    fields = {"at": TS, "lease_ms": 1000, "bundle": "", "kills": (), "limits": ()}
    return Epoch(number=number, prev=prev, **{**fields, **more})  # type: ignore[arg-type]


def signed(one: Epoch, *signers: FakeSigner) -> SignedEpoch:
    made = SignedEpoch(epoch=one)
    for signer in signers:
        made = sign_epoch(made, signer)
    return made


def site_in(folder: Path, conninfo: str = "", *, timeout_s: float = PATIENT_S) -> Site:
    store = PostgresStore(conninfo, timeout_s=timeout_s) if conninfo else FileStore(folder / "epochs")
    return Site(folder=folder, store=store, keyring=lambda: KEYRING)


def opened(folder: Path, conninfo: str = "", *, lease_ms: int | None = None) -> Site:
    """A site in whose first epoch nothing is killed. Its leases are the shortest, unless said otherwise."""
    site = site_in(folder, conninfo)
    name, _ = propose(site, KIM, kills=(), limits=(), lease_ms=lease_ms, at=AT)
    confirm(site, LEE, name)
    return site


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """One of tests/kill_processes.py, ready once it has said so; ended at the end whatever state it is in."""
    command = [sys.executable, "-m", "tests.kill_processes", *arguments]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as started:
        try:
            assert started.stdout is not None
            assert started.stdout.readline() == "ready\n"
            yield started
        finally:
            started.kill()


class StandingClock:
    """The host's clocks, standing still in this process until they are told to go on: no lease ends because a machine was busy."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        """Effect: takes the place of the clock since boot, and of the wall clock for a `ForwardClock`, until the patch is undone."""
        self._boot_ns, self._wall_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME), time.time_ns()
        patch.setattr("ruleout.adapters.kill.host._gettime", lambda _: self._boot_ns)
        clocks = SimpleNamespace(
            time_ns=lambda: self._wall_ns, clock_gettime_ns=lambda _: self._boot_ns, CLOCK_BOOTTIME=time.CLOCK_BOOTTIME
        )
        patch.setattr("ruleout.adapters.clock.time", clocks)
        patch.setattr("ruleout.adapters.clock._gettime", clocks.clock_gettime_ns)

    def step(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._boot_ns += int(seconds * 1_000_000_000)
        self._wall_ns += int(seconds * 1_000_000_000)

    def set_back(self, seconds: float) -> None:
        """Set the wall clock back."""
        self._wall_ns -= int(seconds * 1_000_000_000)


def stop(one: subprocess.Popen[str]) -> None:
    """Stop a process and wait until it is stopped."""
    os.kill(one.pid, signal.SIGSTOP)
    until(lambda: Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")


def until(holds: Callable[[], bool], timeout_s: float = 60.0) -> float:
    """Wait until something holds; return after how many seconds."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < timeout_s, "it did not come to hold in time"
        time.sleep(0.002)
    return time.monotonic() - start


def grant(of: SignedEpoch, **more: object) -> Degraded:
    """A degraded grant of an epoch, from now on for an hour, unless said otherwise; instants by `begins`, `lasts` in seconds."""
    begins, lasts = int(more.pop("begins", 0)), int(more.pop("lasts", 3600))  # type: ignore[call-overload]
    now = datetime.fromtimestamp(nanoseconds() // 1_000_000_000, UTC)
    first = now + timedelta(seconds=begins)
    fields = {
        "origin": ORIGIN, "gateway": "test", "epoch": of.epoch.number, "digest": of.digest,
        "at": instant_text(min(now, first)), "not_before": instant_text(first),
        "until": instant_text(first + timedelta(seconds=lasts)), "tenants": None, "models": None, "reason": "0" * 64,
        "by": key_id(KIM),
    }  # fmt: skip
    return Degraded(**{**fields, **more})  # type: ignore[arg-type]


def granted(one: Degraded, *signers: FakeSigner) -> SignedDegraded:
    made = SignedDegraded(grant=one)
    for signer in signers or (KIM, LEE):
        made = sign_grant(made, signer)
    return made


def give(folder: GrantFolder, signed: SignedDegraded) -> SignedDegraded:
    """Put a grant where a host's agent looks, as `ruleout degrade confirm` does; nothing is checked."""
    folder.path.mkdir(parents=True, exist_ok=True)
    made = folder.path / "grant.new"
    made.write_bytes(grant_to_file(signed))
    made.replace(folder.current)
    return signed
