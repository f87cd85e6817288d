# SPDX-License-Identifier: Apache-2.0
"""The host's own process: it keeps the page of kills and the lease, and remembers what was seen (G-6, G-7, G-1).

It is apart from the workers, so that a busy or stuck worker delays no kill, and apart from the sealing of the audit record, so
that a slow disk of the ledger does not let the lease run out. A reload does not end it, for the lease would end with it: it remembers
by the new settings, and keeps kills and lease by those of its start.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ruleout.adapters.clock import ForwardClock, seconds
from ruleout.adapters.kill import Agent, FileStore, Granted, GrantFolder, Places, PostgresStore
from ruleout.adapters.kill.store import EpochStore
from ruleout.app.keyring import KeptKeyring
from ruleout.app.serving.load import (
    Place,
    Standing,
    load_standing,
    read_secret,
    read_settings,
    remember,
    told_of_keys,
)
from ruleout.app.serving.seen import read_seen
from ruleout.app.settings import from_environment
from ruleout.errors import RuleoutError
from ruleout.gateway.processes.unattended import until_told
from ruleout.gateway.telling.aloud import tell, tell_change
from ruleout.ledger.cosignature import parse_log_key
from ruleout.serving.settings.restart import waiting_for_restart

#: Seconds between two times that what was seen is written down.
_REMEMBER_S = 10.0
#: Seconds after which the thread that loads files lets the one that keeps the page go on: this at each of its calls of the system,
#: so that with Python's own 5 ms a kill would wait until a load is over.
_SWITCH_S = 0.0001
#: Seconds between two looks at the files that are served by.
_LOOK_S = 0.5


def run_host(path: Path, overrides: dict[str, str]) -> None:
    """Keep page, lease and memory until SIGTERM. Effect: as said; for a process of its own."""
    over = until_told()
    sys.setswitchinterval(_SWITCH_S)
    place = read_settings(path, overrides)
    clock, reloaded, compromised = ForwardClock(), threading.Event(), Compromised()
    agent = agent_of(place, clock, compromised)
    signal.signal(signal.SIGHUP, lambda *_: reloaded.set())
    newer = partial(_newer, reloaded, partial(_read_again, place, path, overrides))
    threading.Thread(target=_remember, args=(place, over, clock, newer, compromised.learn), daemon=True).start()
    try:
        agent.run(over.is_set)
    finally:
        over.set()


class Compromised:
    """Ids of keys that the record tells to be compromised, as far as is known here; none is forgotten while the process runs (L-7)."""

    def __init__(self) -> None:
        self._keys = frozenset[str]()
        self._is_whole = False

    def __call__(self) -> frozenset[str]:
        """Return them; for any thread. Raises RuleoutError until permits' files were read, and while one of them does not hold:
        on a new host nothing else tells of them, and what one tells from now on nothing told before.
        """
        if not self._is_whole:
            raise RuleoutError("what permits' files tell of keys is not known yet", hint="See `ruleout gateway check`.")
        return self._keys

    def learn(self, place: Place, told: Collection[str] | None) -> None:
        """Take note of what settings tell, and what permits' files tell and was seen, None where that is not known. For one thread."""
        self._keys |= {*place.settings.trust.compromised, *(told or ())}
        self._is_whole = told is not None


def agent_of(place: Place, clock: ForwardClock, compromised: Compromised) -> Agent:
    """Return the agent of the settings, by which no compromised key gives back. Effect: may read a secret, reads what was seen."""
    kills, keyring = place.path(place.settings.kills), KeptKeyring(place.path(place.settings.trust.keyring))
    agent = Agent(store=kills_of(place), places=Places(folder=kills / "run"), keyring=keyring, compromised=compromised)
    try:
        seen = read_seen(place.state)
    except RuleoutError:
        return agent  # no grant counts: without the latest instant a clock set back over a restart could prolong one
    if seen.latest is not None:
        clock.seen(seen.latest)
    told = place.settings
    agent.granted = Granted(
        folder=GrantFolder(path=place.path(told.kills) / "degraded"),
        gateway=told.gateway,
        origins=frozenset(parse_log_key(key).name for key in told.trust.log_keys),
        keyring=keyring,
        clock=clock,
        compromised=compromised,
    )
    return agent


def kills_of(place: Place) -> EpochStore:
    """Return the store of the host's kills that the settings name. Effect: may read a secret."""
    told = place.settings.kills_store
    if told is None:
        return FileStore(place.path(place.settings.kills) / "epochs")
    return PostgresStore(read_secret(place, told, from_environment().environment, spaces=True))


def _read_again(began: Place, path: Path, overrides: dict[str, str]) -> Place:
    """Return the settings by now, and say what of them waits for a restart. Effect: reads. Raises RuleoutError."""
    place = read_settings(path, overrides)
    if waits := waiting_for_restart(began.settings, place.settings):
        tell({"reloaded": True, "waits-for-restart": waits})
    return place


def _newer(reloaded: threading.Event, read: Callable[[], Place]) -> Place | None:
    """Return the settings that workers go by since a reload, once; None without one. Effect: reads. Raises RuleoutError, then each time."""
    if not reloaded.is_set():
        return None
    reloaded.clear()
    try:
        return read()
    except RuleoutError:
        reloaded.set()
        raise


def _remember(
    place: Place,
    over: threading.Event,
    clock: ForwardClock,
    newer: Callable[[], Place | None] = lambda: None,
    learn: Callable[[Place, Collection[str] | None], None] = lambda *_: None,
) -> None:
    """Write down what is seen: at once where a file has changed, else from time to time.

    Effect: as said. It does not end alone: a bug that ends it ends the whole process, so that what is not remembered any more is not
    served for long either; the master starts another.
    """
    memory, told = _Memory(place, clock, newer, learn), ""
    try:
        while not over.is_set():
            fault = memory.look(again=bool(told))
            told = tell_change(fault, told, fails="nothing is served", holds="what is served by holds again")
            over.wait(_LOOK_S)
    finally:
        over.set()


class _Memory:
    """What is known of the files that are served by, and when they were looked at."""

    def __init__(
        self,
        place: Place,
        clock: ForwardClock,
        newer: Callable[[], Place | None],
        learn: Callable[[Place, Collection[str] | None], None],
    ) -> None:
        self._place, self._clock, self._newer, self._learn = place, clock, newer, learn
        self._files: object = None
        self._since = 0.0
        self._before: Standing | None = None
        self._shadows: dict[tuple[str, str], str] = {}

    def look(self, *, again: bool) -> str:
        """Load and remember, where a file has changed or it is time. Effect: reads and writes files. Return what is wrong, "" for nothing.

        Settings of a reload that cannot be read keep nothing from being learnt by those before: by these some workers serve.
        """
        faults, files = list[str](), None
        with _kept_in(faults):
            self._place = self._newer() or self._place
        with _kept_in(faults):
            files = self._place.stamps()
        if again or files is None or files != self._files or seconds() - self._since > _REMEMBER_S:
            self._files, self._since = files, seconds()
            with _kept_in(faults):
                self._load()
        return faults[0] if faults else ""

    def _load(self) -> None:
        at = datetime.fromtimestamp(self._clock.now_ns() // 1_000_000_000, UTC)
        try:
            before = load_standing(self._place, at=at, before=self._before)
        except (RuleoutError, OSError):  # what no worker serves by tells of stolen keys all the same
            self._learn(self._place, told_of_keys(self._place, at=at, before=self._before))
            raise
        self._before = before
        self._learn(self._place, before.compromised)
        self._clock.seen(before.at)
        remember(self._place, before, at=before.at)
        self._shadows = _say_shadows(before, self._shadows)


@contextmanager
def _kept_in(faults: list[str]) -> Iterator[None]:
    try:
        yield
    except (RuleoutError, OSError) as error:
        faults.append(str(error))


def _say_shadows(standing: Standing, before: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Say of each shadow how it stands, where that is not what was said before: that it has ended, above all (G-10)."""
    states = {(one.tenant, one.name): one.state(standing.at) for one in standing.named_shadows}
    for one in standing.named_shadows:
        state = states[one.tenant, one.name]
        if before.get((one.tenant, one.name)) != state:
            tell({"shadow": one.name, "tenant": one.tenant, "bundle": one.bundle, "state": state,
                  "says": one.says(standing.at)})  # fmt: skip
    return states
