# SPDX-License-Identifier: Apache-2.0
"""Watching for tests: counters of workers, a kill state in memory that may fall silent, a workspace, and one look after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.kill_builders import KEYRING, KIM, LEE, WATCH

from ruleout.adapters.kill.store import Conflict, EpochStore, StoreUnavailable
from ruleout.adapters.monitoring import keep_counters
from ruleout.app.kill.giving_back import confirm, propose
from ruleout.app.kill.site import Site, chain
from ruleout.app.monitoring.answering import Recorded
from ruleout.app.monitoring.watching import Seen, Watching
from ruleout.app.workspace import declare, lay_out, plan_workspace
from ruleout.errors import KeyUnavailable
from ruleout.ledger import Signer
from ruleout.serving.epoch import SignedEpoch
from ruleout.serving.monitoring import Counters, Watch, snapshot_bytes
from ruleout.serving.monitoring.metrics import VERDICTS
from ruleout.serving.monitoring.watches import parse_watches

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WATCHES = """
kind: watches
framework: northlight-fsf@1.0
watches:
  - watch: bio-near
    hook: bio
    counts: near-misses
    bar: 0.1
    alpha: 0.05
    clause: bio-2
    scope: Every answer of lumen-2 to external tenants.
    tightens:
      - {limit: requests-per-minute, tenant: everybody, at-most: 20}
      - {limit: concurrent-streams, tenant: acme, at-most: 2}
"""


class MemoryStore:
    """Epochs in memory; while `is_silent` it does not answer."""

    def __init__(self) -> None:
        self.epochs: list[bytes] = []
        self.is_silent = False

    def newest(self) -> tuple[int, bytes] | None:
        self._answer()
        return (len(self.epochs), self.epochs[-1]) if self.epochs else None

    def append(self, number: int, data: bytes) -> None:
        self._answer()
        if number != len(self.epochs) + 1:
            raise Conflict("another was first")
        self.epochs.append(data)

    def history(self, first: int = 1) -> list[bytes]:
        self._answer()
        return self.epochs[first - 1 :]

    def watch(self, timeout_s: float) -> bool:
        return False

    def close(self) -> None:
        return

    def _answer(self) -> None:
        if self.is_silent:
            raise StoreUnavailable("the store does not answer")


@dataclass(slots=True)
class Watched:
    """A folder in which rates are watched; `signer` None is a key that cannot be had."""

    folder: Path
    store: EpochStore = field(default_factory=MemoryStore)
    signer: Signer | None = WATCH
    watches: tuple[Watch, ...] = parse_watches(WATCHES.encode(), file="watches.yaml")
    told: list[Mapping[str, object]] = field(default_factory=list)
    counters: dict[str, Counters] = field(default_factory=dict)
    watching: Watching | None = None
    record: Recorded | None = None

    def __post_init__(self) -> None:
        (self.folder / "counters").mkdir()
        place = plan_workspace(self.folder / "record", origin="lab.example/lab", producer="lab")
        lay_out(place)
        declare(place)
        name, _ = propose(self.site, KIM, kills=(), limits=(), lease_ms=None, at=AT)
        confirm(self.site, LEE, name)

    @property
    def site(self) -> Site:
        return Site(folder=self.folder / "kills", store=self.store, keyring=lambda: KEYRING)

    @property
    def memory(self) -> Path:
        return self.folder / "memory"

    @property
    def drafts(self) -> dict[str, bytes]:
        folder = self.folder / "record" / "deviations"
        return {path.stem: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}

    def epochs(self) -> list[SignedEpoch]:
        return chain(self.site)

    def limits(self) -> dict[str, int]:
        return {f"{one.kind.value}:{one.tenant}": one.at_most for one in self.epochs()[-1].epoch.limits}

    def count(self, near: int, allow: int, worker: str = "worker-1") -> None:
        """A worker counts on and writes it down."""
        counters = self.counters.setdefault(worker, Counters())
        counters.add(VERDICTS, "bio", "near", by=near)
        counters.add(VERDICTS, "bio", "allow", by=allow)
        keep_counters(self.folder / "counters", worker, snapshot_bytes(counters.state))

    def damage(self, worker: str = "worker-1") -> None:
        (self.folder / "counters" / f"{worker}.counters").write_bytes(b"damaged")

    def start_anew(self, worker: str = "worker-1") -> None:
        """The worker finds no counts that it can go on from."""
        self.counters[worker] = Counters()
        keep_counters(self.folder / "counters", worker, snapshot_bytes(self.counters[worker].state))

    def restart(self) -> None:
        """The process that watches ends, and another begins at the next look."""
        self.watching = None

    def look(self) -> Seen:
        if self.watching is None:
            self.watching = Watching(
                counters=self.folder / "counters",
                memory=self.memory,
                record=self.record or Recorded(self.folder / "record"),
                site=self.site,
                unlock=self._key,
                watches=lambda: self.watches,
                tell=self.told.append,
            )
        return self.watching.look(AT)

    def give_back(self, *limits: str) -> None:
        """Two persons loosen limits."""
        name, _ = propose(self.site, KIM, kills=(), limits=limits, lease_ms=None, at=AT)
        confirm(self.site, LEE, name)

    def _key(self) -> Signer:
        if self.signer is None:
            raise KeyUnavailable("no such key", hint="Make it.")
        return self.signer
