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
from collections.abc import Collection
from functools import partial
from pathlib import Path

from ruleout.adapters.clock import ForwardClock
from ruleout.adapters.kill import Agent, FileStore, Granted, GrantFolder, Places, PostgresStore
from ruleout.adapters.kill.store import EpochStore
from ruleout.app.keyring import KeptKeyring
from ruleout.app.serving.place import Place, read_settings
from ruleout.app.serving.secret import read_secret
from ruleout.app.serving.seen import read_seen
from ruleout.app.settings import from_environment
from ruleout.errors import RuleoutError
from ruleout.gateway.processes.remembering import newer_settings, read_again, remember_files
from ruleout.gateway.processes.unattended import until_told
from ruleout.ledger.cosignature import parse_log_key
from ruleout.serving.settings.document import GatewayDoc

#: Seconds after which the thread that loads files lets the one that keeps the page go on: this at each of its calls of the system,
#: so that with Python's own 5 ms a kill would wait until a load is over.
_SWITCH_S = 0.0001


def run_host(path: Path, overrides: dict[str, str], *, began: GatewayDoc) -> None:
    """Keep page, lease and memory until SIGTERM. Effect: as said; for a process of its own, by the kills of `began`."""
    over = until_told()
    sys.setswitchinterval(_SWITCH_S)
    place = read_settings(path, overrides).begun(began)
    clock, reloaded, compromised = ForwardClock(), threading.Event(), Compromised()
    agent = agent_of(place, clock, compromised)
    signal.signal(signal.SIGHUP, lambda *_: reloaded.set())
    newer = partial(newer_settings, reloaded, partial(read_again, began, path, overrides))
    threading.Thread(target=remember_files, args=(place, over, clock, newer, compromised.learn), daemon=True).start()
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
