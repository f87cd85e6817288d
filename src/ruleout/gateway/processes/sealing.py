# SPDX-License-Identifier: Apache-2.0
"""Sealing each second what workers have recorded, in a process of its own: the ledger's disk may be slow (G-8, L-11)."""

from __future__ import annotations

import secrets
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from ruleout.adapters.clock import now
from ruleout.app.audit.seal import sealing
from ruleout.app.serving.load import read_settings
from ruleout.app.settings import from_environment
from ruleout.app.unlock import Keys
from ruleout.app.workspace import open_workspace
from ruleout.errors import KeyUnavailable, RuleoutError

#: Seconds between two sealings.
EVERY_S = 1.0
#: Seconds after which a sealing that failed is tried again.
_AGAIN_S = 5.0


def seal_until(workspace: Path, folder: Path, key: str, over: threading.Event) -> None:
    """Seal a folder's segments into a workspace's log each second. Effect: holds the log; says on stderr what fails.

    What is not sealed stays on disk, and the next sealing takes it up: nothing is lost by a pause.
    """
    keys = Keys(settings=from_environment(), ask=_nobody, salt=lambda: secrets.token_urlsafe(16))
    while not over.is_set():
        try:
            with sealing(open_workspace(workspace), keys, folder, key=key, at=now()) as log:
                while not over.wait(EVERY_S):
                    log.seal(now())
        except (RuleoutError, OSError) as error:
            sys.stderr.write(f"ruleout gateway: the audit record is not sealed: {error}\n")
            over.wait(_AGAIN_S)


def _nobody(prompt: str) -> str:
    raise KeyUnavailable(f"nobody is there to answer {prompt!r}", hint="Give the key's passphrase by the environment.")


def run_sealing(path: Path, overrides: dict[str, str]) -> None:
    """Seal until SIGTERM, which counts between two sealings. Effect: as `seal_until`; for a process of its own."""
    over = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    place = read_settings(path, overrides)
    seal = place.settings.seal
    if seal is not None:
        seal_until(place.path(seal.workspace), place.path(place.settings.audit), seal.key, over)
