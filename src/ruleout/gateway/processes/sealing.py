# SPDX-License-Identifier: Apache-2.0
"""Sealing each second what workers have recorded, in a process of its own: the ledger's disk may be slow (G-8, L-11)."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ruleout.adapters.clock import ForwardClock
from ruleout.app.audit.seal import Sealed, sealing
from ruleout.app.serving.place import read_settings
from ruleout.app.serving.seen import read_seen
from ruleout.app.workspace import open_workspace
from ruleout.errors import RuleoutError
from ruleout.gateway.processes.unattended import machine_keys, until_told
from ruleout.gateway.telling.aloud import say
from ruleout.serving.settings.document import GatewayDoc

#: Seconds between two sealings.
EVERY_S = 1.0
#: Seconds after which a sealing that failed is tried again.
_AGAIN_S = 5.0


def seal_until(
    workspace: Path, folder: Path, key: str, over: threading.Event, *, instant: Callable[[], datetime]
) -> None:
    """Seal a folder's segments into a workspace's log each second, and at the end. Effect: holds the log; says on stderr what
    fails, and once of a segment that it is not sealed further.

    What is not sealed stays on disk, and the next sealing takes it up: nothing is lost by a pause. `instant` never goes
    back: an entry of before its key counted would spoil the log for good.
    """
    keys = machine_keys()
    is_over = False
    told: frozenset[tuple[str, str]] = frozenset()
    while not is_over:
        try:
            with sealing(open_workspace(workspace), keys, folder, key=key, at=instant()) as log:
                while not over.wait(EVERY_S):
                    told = _tell(log.seal(instant()), told)
                told = _tell(log.seal(instant()), told)  # the last second of workers, which end before this does
            is_over = True
        except (RuleoutError, OSError) as error:
            say(f"the audit record is not sealed: {error}")
            is_over = over.wait(_AGAIN_S)


def _tell(sealed: Sealed, told: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Say what was not said last time; return what was refused now."""
    refused = frozenset(sealed.refused)
    for name, why in sorted(refused - told):
        say(f"the audit record is not sealed further in {name}: {why}")
    return refused


def run_sealing(path: Path, overrides: dict[str, str], *, began: GatewayDoc) -> None:
    """Seal until SIGTERM, which counts between two sealings. Effect: as `seal_until`; for a process of its own, by the state of `began`."""
    over = until_told()
    place = read_settings(path, overrides).begun(began)
    seal = place.settings.seal
    if seal is None:
        over.wait()  # a reload took it away: what ends is started again
        return
    workspace, audit = place.path(seal.workspace), place.path(place.settings.audit)
    seal_until(workspace, audit, seal.key, over, instant=_instants(place.state))


def _instants(state: Path) -> Callable[[], datetime]:
    """A clock that stays ahead of what this host has seen, however its own is set. Effect: reads what was seen."""
    clock = ForwardClock()
    with contextlib.suppress(RuleoutError):  # damaged: nothing is served, and what was recorded is sealed all the same
        latest = read_seen(state).latest
        if latest is not None:
            clock.seen(latest)
    return lambda: datetime.fromtimestamp(clock.now_ns() // 1_000_000_000, UTC)
