# SPDX-License-Identifier: Apache-2.0
"""Witnesses for tests: signers from a word, a service in this process, and servers that log and client reach by HTTP.

`Server` serves a witness's real folder from a thread of this process, which starts at once; `ServerApart` runs the command
`ruleout witness serve` in a process of its own, which can be killed.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.integration.command_line import run, seed_of
from tests.ports import free_port

from ruleout.adapters.keys import KeySigner
from ruleout.adapters.witnessing.state_store import StateStore
from ruleout.app.settings import from_environment
from ruleout.app.unlock import Keys
from ruleout.app.witnessing.witness import WitnessConfig, WitnessService, open_witness, witness_keys
from ruleout.ledger.cosignature import Algorithm, CosignerKey, LogKey
from ruleout.ledger.witness_policy import Witness, WitnessPolicy, parse_policy, policy_text

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
#: A server in a process of its own has to import and bind; a loaded machine takes its time.
PATIENCE_S = 90


def signer(name: str) -> KeySigner:
    """A key made from its name."""
    return KeySigner(name, hashlib.sha256(name.encode()).digest())


def cosigner_key_of(name: str, algorithm: Algorithm = Algorithm.ED25519) -> CosignerKey:
    return next(key for key in witness_keys(signer(name)) if key.algorithm is algorithm)


def policy_of(*names: str, needed: int = 2, algorithm: Algorithm = Algorithm.ED25519) -> WitnessPolicy:
    """A policy of witnesses whose names in it are the last parts of their own."""
    told = [Witness(name=name.rpartition("/")[2], key=cosigner_key_of(name, algorithm)) for name in names]
    return parse_policy(policy_text(told, needed))


def service(
    folder: Path, logs: dict[str, Sequence[LogKey]], name: str = "a.example/w", store: StateStore | None = None
) -> WitnessService:
    """A witness in this process; its clock stands at `AT`."""
    config = WitnessConfig(name=name, key="witness", logs={origin: tuple(keys) for origin, keys in logs.items()})
    return WitnessService(config=config, signer=signer(name), store=store or StateStore(folder), now=lambda: AT)


class _Site(ThreadingHTTPServer):
    """A witness's service behind HTTP, answering from threads."""

    daemon_threads = True

    def __init__(self, port: int, witness: WitnessService) -> None:
        super().__init__(("127.0.0.1", port), _Put)
        self.witness = witness


class _Put(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, _Site)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.witness.add_checkpoint(body)
        data = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Server:
    """A witness served from this process, which can be stopped and started again."""

    folder: Path
    name: str
    port: int
    env: dict[str, str]
    site: _Site | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        keys = Keys(settings=from_environment(self.env), ask=lambda name: name)
        self.site = _Site(self.port, open_witness(self.folder, keys, lambda: datetime.now(UTC)))
        threading.Thread(target=self.site.serve_forever, args=(0.02,), daemon=True).start()

    def wait(self) -> None:
        """It listens since it was made."""

    def stop(self) -> None:
        if self.site is not None:
            self.site.shutdown()
            self.site.server_close()
            self.site.witness.store.close()
            self.site = None


@dataclass
class ServerApart:
    """A witness served by a process of its own, which can be ended or killed and started again."""

    folder: Path
    name: str
    port: int
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        serve = ["witness", "serve", "--folder", str(self.folder), "--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ruleout", *serve],
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            assert self.process is None or self.process.poll() is None, "the server ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(f"{self.name} does not listen")

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE_S)
            self.process = None

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self.process = None


@dataclass
class Servers:
    """Witnesses by their names in the policy; those in `down` have an address where nobody listens."""

    every: dict[str, Server | ServerApart] = field(default_factory=dict)
    vkeys: dict[str, str] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        for name in names:
            self.every[name].start()
        for name in names:
            self.every[name].wait()

    def stop(self, *names: str) -> None:
        for name in names or tuple(self.every):
            self.every[name].stop()

    def restart(self) -> None:
        """End all and start them again: they read their files anew."""
        self.stop()
        self.start(*self.every)

    def file(self, quorum: int | None = None) -> str:
        """The operator's witnesses.yaml."""
        lines = [] if quorum is None else [f"quorum: {quorum}"]
        lines.append("witnesses:")
        for name, server in self.every.items():
            lines += [f"  - name: {name}", f"    vkey: {json.dumps(self.vkeys[name])}", f"    url: {server.url}"]
        return "\n".join(lines) + "\n"


def make_servers(
    folder: Path,
    log_vkeys: Sequence[str],
    names: Sequence[str] = ("w1", "w2", "w3"),
    kind: type[Server | ServerApart] = Server,
) -> Servers:
    """Make witnesses that know one log, through the command line; none is started."""
    found = Servers()
    for name in names:
        env = {**os.environ, f"RULEOUT_KEY_WITNESS_{name.upper()}": seed_of(name), "RULEOUT_KEYS": str(folder / "keys")}
        logs = [part for vkey in log_vkeys for part in ("--log", vkey)]
        given = {"--folder": folder / name, "--name": f"{name}.example/w", "--key": f"witness-{name}"}
        made = run("witness", "init", *(part for pair in given.items() for part in pair), *logs, env=env)
        assert made.code == 0, made.err
        found.every[name] = kind(folder / name, name, free_port(), env)
        found.vkeys[name] = made.text.splitlines()[-1]
    return found


def post(url: str, body: bytes, timeout_s: float = 60) -> tuple[int, str, str]:
    """Status, type and text of the answer to a request, put as any client would."""
    request = urllib.request.Request(f"{url}/add-checkpoint", data=body)
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"] or "", error.read().decode()
