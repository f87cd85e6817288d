# SPDX-License-Identifier: Apache-2.0
"""Watching rates while serving, in a process of its own: it looks, answers breaches, and leaves its word for workers (G-11).

It is apart from the workers, so that what it waits for (the store of kills, the record's disk) delays no request, and apart
from the host's process, so that the lease waits for nothing. If it ends it is started again; its word then grows old.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from ruleout.adapters.clock import boot_nanoseconds, now
from ruleout.adapters.monitoring.watching import keep_word
from ruleout.app.keyring import read_keyring
from ruleout.app.kill.site import Site
from ruleout.app.monitoring.answering import Recorded
from ruleout.app.monitoring.watches import read_watches
from ruleout.app.monitoring.watching import Seen, Watching
from ruleout.app.serving.place import Place, read_settings
from ruleout.gateway.processes.assembly import COUNTERS, WORD
from ruleout.gateway.processes.entry import BOOT_ID
from ruleout.gateway.processes.host import kills_of
from ruleout.gateway.processes.unattended import machine_keys, until_told
from ruleout.gateway.telling.aloud import tell
from ruleout.ledger import Signer
from ruleout.serving.monitoring.watching import Word
from ruleout.serving.settings.document import GatewayDoc, WatchingDoc

MEMORY = "watching-memory"


def run_watching(path: Path, overrides: dict[str, str], *, began: GatewayDoc) -> None:
    """Watch until SIGTERM, which counts between two looks. Effect: as `Watching.look`; for a process of its own, by the kills of `began`."""
    over = until_told()
    place = read_settings(path, overrides).begun(began)
    told = place.settings.watch
    if told is None:
        over.wait()  # a reload took it away: what ends is started again
        return
    watching, boot = watching_of(place, told), BOOT_ID.read_text("ascii").strip()
    whole_ns, said = -1, dict[object, str]()
    while not over.is_set():
        looks_ns = boot_nanoseconds()
        seen = watching.look(now())
        whole_ns = whole_ns if seen.failing else looks_ns
        said = _say(seen, said)
        _leave(place.state / WORD, Word(boot, looks_ns, whole_ns, dict(seen.states), dict(seen.failing)))
        over.wait(told.seconds)


def watching_of(place: Place, told: WatchingDoc) -> Watching:
    """Return the watching that the settings ask for. Effect: reads the environment, may read a secret."""
    ring = place.path(place.settings.trust.keyring)
    return Watching(
        counters=place.state / COUNTERS,
        memory=place.state / MEMORY,
        record=Recorded(place.path(told.workspace)),
        site=Site(folder=place.path(place.settings.kills), store=kills_of(place), keyring=lambda: read_keyring(ring)),
        unlock=_once(partial(machine_keys().unlock, told.key)),
        watches=partial(read_watches, place),
        tell=tell,
    )


def _say(seen: Seen, before: Mapping[object, str]) -> dict[object, str]:
    """Say what is failing that was not, and what no longer is."""
    failing: dict[object, str] = {one.value: says for one, says in seen.failing.items()}
    for one, says in failing.items():
        if before.get(one) != says:
            tell({"watching": "failing", "why": one, "says": says})
    for one in before:
        if one not in failing:
            tell({"watching": "no longer failing", "why": one})
    return failing


def _leave(path: Path, word: Word) -> None:
    try:
        keep_word(path, word)
    except OSError as error:  # workers hear nothing, which says enough
        tell({"watching": "failing", "why": "silent", "says": f"{path}: {error.strerror}"})


def _once(unlock: Callable[[], Signer]) -> Callable[[], Signer]:
    """The key, unlocked at the first success only: a passphrase takes long to stretch."""
    found: list[Signer] = []

    def key() -> Signer:
        if not found:
            found.append(unlock())
        return found[0]

    return key
