# SPDX-License-Identifier: Apache-2.0
"""The host's own process: it keeps the page of kills and the lease, and remembers what was seen (G-6, G-7, G-1).

It is apart from the workers, so that a busy or stuck worker delays no kill, and apart from the sealing of the audit record, so
that a slow disk of the ledger does not let the lease run out.
"""

from __future__ import annotations

import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from ruleout.adapters.clock import ForwardClock, seconds
from ruleout.adapters.kill import Agent, FileStore, Places, PostgresStore
from ruleout.app.keyring import read_keyring
from ruleout.app.serving.load import Place, Standing, load_standing, read_secret, read_settings, remember
from ruleout.app.settings import from_environment
from ruleout.errors import RuleoutError

#: Seconds between two times that what was seen is written down.
_REMEMBER_S = 10.0
#: Seconds between two looks at the files that are served by.
_LOOK_S = 0.5


def run_host(path: Path, overrides: dict[str, str]) -> None:
    """Keep page, lease and memory until SIGTERM. Effect: as said; for a process of its own."""
    over = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the master's, which ends its children in order
    place = read_settings(path, overrides)
    threading.Thread(target=_remember, args=(place, over), daemon=True).start()
    try:
        agent_of(place).run(over.is_set)
    finally:
        over.set()


def agent_of(place: Place) -> Agent:
    """Return the agent of the settings. Effect: may read a secret."""
    told = place.settings
    folder = place.path(told.kills)
    ring = place.path(told.trust.keyring)
    if told.kills_store is None:
        return Agent(
            store=FileStore(folder / "epochs"), places=Places(folder=folder / "run"), keyring=lambda: read_keyring(ring)
        )
    store = PostgresStore(read_secret(place, told.kills_store, from_environment().environment))
    return Agent(store=store, places=Places(folder=folder / "run"), keyring=lambda: read_keyring(ring))


def _remember(place: Place, over: threading.Event) -> None:
    """Write down what is seen: at once where a file has changed, else from time to time."""
    clock, files, since, told = ForwardClock(), None, 0.0, ""
    before: Standing | None = None
    while True:
        now_files = place.stamps()
        if now_files != files or told or seconds() - since > _REMEMBER_S:
            files, since = now_files, seconds()
            at = datetime.fromtimestamp(clock.now_ns() // 1_000_000_000, UTC)
            try:
                before = load_standing(place, at=at, before=before)
                remember(place, before, at=at)
                told = ""
            except (RuleoutError, OSError) as error:
                if str(error) != told:
                    sys.stderr.write(f"ruleout gateway: nothing is served: {error}\n")
                told = str(error)
        if over.wait(_LOOK_S):
            return
