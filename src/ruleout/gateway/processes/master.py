# SPDX-License-Identifier: Apache-2.0
"""The gateway as one command: agent, sealer and watching, each in a process of its own, and workers behind one socket (G-6, G-11).

SIGTERM drains: no new connection, live answers end by themselves within `drain-seconds`. SIGHUP starts new workers beside the
old ones, which drain: an upgrade drops no stream. Once they have, the processes beside them are told. An agent that dies is started again; until then the lease runs out.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ruleout.adapters.clients.server import listen, tls_of
from ruleout.adapters.limits import create_page
from ruleout.adapters.monitoring.otlp import Otlp
from ruleout.app.monitoring.watches import read_watches
from ruleout.app.serving.place import Place, read_settings
from ruleout.errors import RuleoutError
from ruleout.gateway.processes.assembly import prepare
from ruleout.gateway.processes.entry import BOOT_ID, run_worker
from ruleout.gateway.processes.host import run_host
from ruleout.gateway.processes.workers import Workers
from ruleout.gateway.telling.aloud import say
from ruleout.serving.settings.document import GatewayDoc

_LOOK_S, _SHORT_S = 0.25, 0.05
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
    _extra("uvloop")
    prepare(place, lambda page: create_page(page, boot_id=BOOT_ID.read_text("ascii").strip()))
    listening = _listening(place)
    over, reloaded = threading.Event(), threading.Event()
    runs = tuple(_beside(place))
    keeper = threading.Thread(target=_keep, args=(runs, path, dict(overrides), over, reloaded), daemon=True)
    words, told = _words(), place.settings
    run = partial(run_worker, path, dict(overrides), place.start, listening)
    workers = Workers(run, told.workers, drain_s=told.drain_seconds, reloaded=reloaded.set)
    keeper.start()
    try:
        _work(workers, place, words, listening.close, partial(read_settings, path, dict(overrides)))
    finally:
        over.set()
        keeper.join(5)
        listening.close()


def _listening(place: Place) -> socket.socket:
    """The socket that all workers share. Effect: takes the port; what TLS needs is read once, so that it is known to be there."""
    told = place.settings.listen
    try:
        if told.tls is not None:
            tls_of(place.path(told.tls.certificate), place.path(told.tls.key))
        return listen(told.address, told.port)
    except ssl.SSLError as error:
        hint = "Look at `listen: tls:` in the settings."
        raise RuleoutError(f"the certificate or its key does not hold: {error.reason or error}", hint=hint) from error
    except OSError as error:
        hint = "Look at `listen:` in the settings."
        raise RuleoutError(f"cannot listen on {told.address}:{told.port}: {error}", hint=hint) from error


def _words() -> SimpleQueue[str]:
    """What signals say, in their order. Effect: handles signals; a queue of this kind may be put into at any instant."""
    words: SimpleQueue[str] = SimpleQueue()
    for number, word in ((signal.SIGTERM, "end"), (signal.SIGINT, "end"), (signal.SIGHUP, "reload")):
        signal.signal(number, lambda *_, word=word: words.put(word))
    return words


def _work(
    workers: Workers, place: Place, words: SimpleQueue[str], stop: Callable[[], None], read: Callable[[], Place]
) -> None:
    """Keep workers until told to end, then take no more clients; told so twice, do not wait for what is under way."""
    told, began = place.settings, place.start
    workers.start()
    scheme = "http" if told.listen.tls is None else "https"
    many = f"{told.workers} worker{'s' * (told.workers != 1)}"
    say(f"{many} at {scheme}://{told.listen.address}:{told.listen.port}")
    is_ending = False
    while not is_ending or workers.are_there:
        try:
            word = words.get(timeout=_SHORT_S if is_ending else _LOOK_S)
        except Empty:
            word = ""
        if word == "end" and is_ending:
            workers.kill()
        elif word == "end":
            is_ending = True
            stop()
            workers.end()
        elif word == "reload" and not is_ending:
            _reload_workers(workers, read, began)
        if is_ending:
            workers.forget_ended()
        else:
            workers.look()


def _reload_workers(workers: Workers, read: Callable[[], Place], began: GatewayDoc) -> None:
    """Start as many new workers as the settings say by now; where they cannot be read, or name another folder of kills, in which no
    agent keeps a page, or of state, where limits would be counted twice, say so, and leave the old ones.
    """
    try:
        place = read()
    except (RuleoutError, OSError) as error:
        say(f"not reloaded: {error}; the old workers go on")
        return
    now, told = place.start, place.settings
    waits = [name for name in ("kills", "state") if getattr(now, name) != getattr(began, name)]
    if waits:
        say(f"not reloaded: `{waits[0]}` waits for a restart; the old workers go on")
        return
    workers.reload(told.workers, drain_s=told.drain_seconds)


def _keep(
    runs: Sequence[Run], path: Path, overrides: dict[str, str], over: threading.Event, reloaded: threading.Event
) -> None:
    """Keep a process of each kind running until told otherwise: whichever ends, or could not be started, is started again.

    Each is told once that the settings are `reloaded`: see `until_told`.
    """
    context, children, told = multiprocessing.get_context("spawn"), dict[Run, BaseProcess](), dict[Run, str]()
    while not over.is_set():
        for run in runs:
            if run not in children or not children[run].is_alive():
                child: BaseProcess = context.Process(target=run, args=(path, overrides), daemon=True)
                told[run] = _start(child, told.get(run, ""))
                if not told[run]:
                    children[run] = child
        if reloaded.is_set():
            reloaded.clear()
            _reload(children.values())
        over.wait(_LOOK_S)
    for child in children.values():
        child.terminate()
    for child in children.values():
        child.join(5)


def _reload(children: Iterable[BaseProcess]) -> None:
    for child in children:
        # Asking whether it lives collects one that has ended, whose id may be another's by now.
        if child.pid is not None and child.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGHUP)


def _start(child: BaseProcess, told: str) -> str:
    """Start a process; return why it could not be, "" where it was. Effect: as said; says why, but not what was `told` the last time."""
    try:
        child.start()
    except OSError as error:
        why = f"a process beside the workers cannot be started: {error}; it is tried again"
        if why != told:
            say(why)
        return why
    return ""


def _beside(place: Place) -> Iterator[Run]:
    """What runs beside the workers. What the settings do not ask for is not loaded: it knows the whole record."""
    began = place.start
    yield partial(run_host, began=began)
    if began.seal is not None:
        yield partial(import_module("ruleout.gateway.processes.sealing").run_sealing, began=began)
    if began.watch is not None:
        yield partial(import_module("ruleout.gateway.processes.watching").run_watching, began=began)


def _extra(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        hint = "Install it: pip install 'ruleout[serve]'."
        raise RuleoutError("a gateway needs the extra `serve`, which is not installed", hint=hint) from error
