# SPDX-License-Identifier: Apache-2.0
"""The gateway as one command: agent, sealer and watching, each in a process of its own, and workers behind one socket (G-6, G-11).

SIGTERM drains: no new connection, live answers end by themselves within `drain-seconds`. SIGHUP starts new workers beside the
old ones, which drain: an upgrade drops no stream. An agent that dies is started again; until then the lease runs out.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from ruleout.adapters.limits import create_page
from ruleout.adapters.monitoring.otlp import Otlp
from ruleout.app.monitoring.watches import read_watches
from ruleout.app.serving.load import Place, read_settings
from ruleout.errors import RuleoutError
from ruleout.gateway.processes.assembly import prepare
from ruleout.gateway.processes.entry import BOOT_ID, load_application
from ruleout.gateway.processes.host import run_host

_LOOK_S = 0.5
#: What a process beside the workers does until SIGTERM: from the settings' path and addresses in place of its own.
Run = Callable[[Path, dict[str, str]], None]


def serve(path: Path, overrides: Mapping[str, str]) -> None:
    """Serve until SIGTERM or SIGINT. Effect: starts processes, listens; blocks.

    Args:
        path: the settings' file.
        overrides: URLs in place of the settings', by upstream.

    Raises:
        RuleoutError: the settings are refused, or an extra that they need is not installed.
    """
    place = read_settings(path, dict(overrides))
    read_watches(place)
    if place.settings.telemetry is not None:
        Otlp()  # said here, once, and not by each worker
    prepare(place, lambda page: create_page(page, boot_id=BOOT_ID.read_text("ascii").strip()))
    granian, constants = _extra("granian"), _extra("granian.constants")
    multiprocessing.set_start_method("spawn", force=True)
    over = threading.Event()
    runs = tuple(_beside(place))
    keeper = threading.Thread(target=_keep, args=(runs, path, dict(overrides), over), daemon=True)
    server = _server(granian, constants, place)
    server.on_startup(keeper.start)
    try:
        server.serve(target_loader=partial(load_application, path, dict(overrides)), wrap_loader=False)
    finally:
        over.set()
        keeper.join(5)


def _server(granian: Any, constants: Any, place: Place) -> Any:
    told = place.settings
    tls = told.listen.tls
    return granian.Granian(
        "ruleout.gateway",
        address=told.listen.address,
        port=told.listen.port,
        interface=constants.Interfaces.RSGI,
        workers=told.workers,
        runtime_threads=1,
        loop=constants.Loops.uvloop,
        http=constants.HTTPModes.http1,
        websockets=False,
        backpressure=told.at_once + 64,
        log_access=False,
        ssl_cert=None if tls is None else place.path(tls.certificate),
        ssl_key=None if tls is None else place.path(tls.key),
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=told.drain_seconds,
    )


def _keep(runs: Sequence[Run], path: Path, overrides: dict[str, str], over: threading.Event) -> None:
    """Keep a process of each kind running until told otherwise: whichever ends is started again."""
    context, children = multiprocessing.get_context("spawn"), dict[Run, BaseProcess]()
    while not over.wait(_LOOK_S if children else 0):
        for run in runs:
            if run not in children or not children[run].is_alive():
                children[run] = context.Process(target=run, args=(path, overrides), daemon=True)
                children[run].start()
    for child in children.values():
        child.terminate()
    for child in children.values():
        child.join(5)


def _beside(place: Place) -> Iterator[Run]:
    """What runs beside the workers. What the settings do not ask for is not loaded: it knows the whole record."""
    yield run_host
    if place.settings.seal is not None:
        yield import_module("ruleout.gateway.processes.sealing").run_sealing
    if place.settings.watch is not None:
        yield import_module("ruleout.gateway.processes.watching").run_watching


def _extra(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        hint = "Install it: pip install 'ruleout[serve]'."
        raise RuleoutError("a gateway needs the extra `serve`, which is not installed", hint=hint) from error
