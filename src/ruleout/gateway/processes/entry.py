# SPDX-License-Identifier: Apache-2.0
"""A worker's process, from the settings' path to its end: it takes clients from the socket that all workers share (G-11)."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
import sys
from importlib import import_module
from multiprocessing.synchronize import Event
from pathlib import Path

from ruleout.adapters.clients.connection import Waits
from ruleout.adapters.clients.reading import Reading
from ruleout.adapters.clients.server import ClientServer, tls_of
from ruleout.adapters.monitoring import MOST_NAMES
from ruleout.app.serving.place import Place, read_settings
from ruleout.app.settings import from_environment
from ruleout.errors import RuleoutError
from ruleout.gateway.processes.assembly import COUNTERS, Assembled, assemble
from ruleout.gateway.processes.parent import end_with_parent
from ruleout.gateway.processes.process import Process
from ruleout.gateway.worker import KEPT
from ruleout.serving.settings.document import GatewayDoc

#: Connections beside those that a request is under way on: clients keep some.
_KEPT_BESIDE = 64
#: Seconds that answers which were ended at the end of a drain have for their records.
_RECORDS_S = 2.0
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def run_worker(
    path: Path, overrides: dict[str, str], began: GatewayDoc, listening: socket.socket, ready: Event
) -> None:
    """Serve until SIGTERM, then drain. Effect: everything; for a process of its own; exits with 1 where it cannot begin.

    Nor does it begin where nothing can be served by what it reads while workers beside it serve: at a reload, those go on.
    Kills and state are those of the settings that the gateway began by: `Place.begun`.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the master's, which ends its children in order
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        end_with_parent()
        place = read_settings(path, overrides).begun(began)
        parts = assembled(place)
        server = _server(parts, listening)
    except (RuleoutError, OSError) as error:
        sys.exit(f"ruleout gateway: a worker cannot begin: {error}; `ruleout gateway check {path}` says more")
    loop = import_module("uvloop").new_event_loop()
    asyncio.set_event_loop(loop)
    closed = loop.run_until_complete(_serve(parts, server, ready))
    loop.close()
    if closed:
        sys.exit(f"ruleout gateway: a worker does not begin, for it would serve nothing: {closed}")


def assembled(place: Place) -> Assembled:
    """Return the parts of one worker. Effect: reads secrets, opens files, takes a worker's name."""
    name = _name(place.state / COUNTERS, place.settings)
    return assemble(place, name, from_environment().environment, BOOT_ID.read_text("ascii").strip())


def _server(parts: Assembled, listening: socket.socket) -> ClientServer:
    told = parts.place.settings
    tls = told.listen.tls
    return ClientServer(
        listening,
        parts.worker.handle,
        Reading(fields=KEPT, most_body_bytes=told.most_body_bytes),
        most=told.at_once + _KEPT_BESIDE,
        waits=Waits(body_s=told.body_seconds, least_bytes_s=told.least_bytes_per_second),
        tls=None if tls is None else tls_of(parts.place.path(tls.certificate), parts.place.path(tls.key)),
        outbox=parts.outbox,
    )


async def _serve(parts: Assembled, server: ClientServer, ready: Event) -> str:
    """Serve until told to end; return why it did not begin, "" where it did."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    process = Process(parts)
    process.start()
    admission = parts.serving.admission
    if admission.standing is None and admission.view.served_beside():
        await process.stop()
        return admission.closed
    process.begin()
    server.start()
    ready.set()
    await over.wait()
    process.leave()
    await server.drain(parts.place.settings.drain_seconds)
    ends = loop.time() + _RECORDS_S
    while parts.worker.is_busy and loop.time() < ends:  # noqa: ASYNC110 - once, at the end
        await asyncio.sleep(0.01)
    await process.stop()
    return ""


def _name(folder: Path, settings: GatewayDoc) -> str:
    """A name that no living worker of this gateway has; the lock goes with the process."""
    for number in range(1, MOST_NAMES + 1):
        name = f"{settings.gateway}-{number}"
        descriptor = os.open(folder / f".{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
        else:
            return name
    raise RuleoutError(f"{folder}: more than {MOST_NAMES} workers", hint="Stop the other gateway first.")
