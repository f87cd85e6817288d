# SPDX-License-Identifier: Apache-2.0
"""Where the server enters a worker's process: the application object, made from the settings' path alone."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from ruleout.app.serving.load import read_settings
from ruleout.app.settings import from_environment
from ruleout.errors import RuleoutError
from ruleout.gateway.processes.assembly import COUNTERS, Assembled, assemble
from ruleout.gateway.processes.parent import end_with_parent
from ruleout.gateway.processes.process import Process
from ruleout.serving.settings.document import GatewayDoc

_MOST_WORKERS = 1024
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Application:
    """What the server calls, by RSGI: once at the start, once at the end, and for each request."""

    def __init__(self, parts: Assembled, process: Process) -> None:
        self._parts, self._process = parts, process
        self._handle = parts.worker.handle

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin. Effect: see `Process.start`."""
        self._process.start(loop)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """End. Effect: see `Process.stop`."""
        self._process.stop()

    def __rsgi__(self, scope: Any, protocol: Any) -> Awaitable[None]:
        """Answer a request."""
        return self._handle(scope, protocol)


def load_application(path: Path, overrides: dict[str, str]) -> Application:
    """Return the application of one worker. Effect: reads settings and secrets, opens files, takes a worker's name."""
    end_with_parent()
    place = read_settings(path, overrides)
    name = _name(place.state / COUNTERS, place.settings)
    parts = assemble(place, name, from_environment().environment, BOOT_ID.read_text("ascii").strip())
    return Application(parts, Process(parts))


def _name(folder: Path, settings: GatewayDoc) -> str:
    """A name that no living worker of this gateway has; the lock goes with the process."""
    for number in range(1, _MOST_WORKERS + 1):
        name = f"{settings.gateway}-{number}"
        descriptor = os.open(folder / f".{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
        else:
            return name
    raise RuleoutError(f"{folder}: more than {_MOST_WORKERS} workers", hint="Stop the other gateway first.")
