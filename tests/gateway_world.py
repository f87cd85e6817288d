# SPDX-License-Identifier: Apache-2.0
"""A gateway for tests: everything that one needs in a folder, and the gateway itself as the processes that it really is."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from tests import kill_builders
from tests.kill_builders import KIM, LEE
from tests.ledger_builders import KEYRING, LOG, ORIGIN, checkpoint_of
from tests.permit_builders import Log, disclosure, permit, terms
from tests.policy_builders import RING, signed_floor, signed_tenant, tenant
from tests.ports import free_port

from ruleout.app.keyring import write_keyring
from ruleout.app.kill.giving_back import confirm, propose
from ruleout.app.kill.site import Site
from ruleout.ledger.keyring import keyring_bytes
from ruleout.ledger.permits import build_permit_file, permit_file_bytes
from ruleout.model.permit import Endpoint, ServedModel, Tenant, Tool
from ruleout.policy.trial import Trial

ROOT = Path(__file__).resolve().parents[1]
KEY, OTHER_KEY, OPERATOR = "rk-test-acme", "rk-test-other", "rk-test-operator"
UPSTREAM_KEY = "sk-upstream-secret-8d1f"
#: The longest: a machine that keeps the host's agent from running for a second or two ends no answer.
LONG_LEASE_MS = 5000
WEIGHTS = "9" * 64
ALL_KEYS = {**KEYRING, **RING, **kill_builders.KEYRING}

POLICY = """
@id("generate")
permit (principal in Tier::"standard", action == Action::"generate", resource)
when { context.tokens <= 100000 };

@id("tools")
permit (principal in Tier::"standard", action == Action::"use-tool", resource)
when { context has tool && context.tool != "shell" };

@id("approved-tools")
permit (principal in Tier::"standard", action == Action::"use-tool", resource)
when { context has tool && context.approved };

@id("no-malware")
forbid (principal, action, resource)
when { context.capabilities.contains("malware") };
"""
CALL = {
    "tenant": "acme", "tier": "standard", "action": "generate", "model": "helper-1", "activity": "deploy-external",
    "endpoint": "openai-chat-completions", "uses": [], "capabilities": [], "tools": [], "stream": False, "tokens": 0,
    "approved": False,
}  # fmt: skip
TOOL_RULES = """
kind: tool-rules
tool-rules: lab-tools
version: 1
tools:
  - name: get_weather
    class: ordinary
    tiers: {standard: allow}
    arguments:
      - {at: /city, any: true}
"""


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def trials(tenants: tuple[str, ...]) -> tuple[Trial, ...]:
    """Tests of the bundle: each rule decides one."""
    first = tenants[0]
    told = [
        ("a chat", {}, True, ("generate",)),
        ("a tool", {"action": "use-tool", "tool": "get_weather"}, True, ("tools",)),
        ("a shell, approved", {"action": "use-tool", "tool": "shell", "approved": True}, True, ("approved-tools",)),
        ("malware", {"capabilities": ["malware"]}, False, ("no-malware",)),
    ]
    return tuple(
        Trial(name=name, call={**CALL, "tenant": first, **more}, allowed=allowed, rules=rules)
        for name, more, allowed, rules in told
    )


@dataclass(slots=True, kw_only=True)
class World:
    """A folder with settings and everything they name; change it before `serve`."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    log: Log = field(default_factory=Log)
    permits: dict[str, Any] = field(default_factory=dict)
    #: How PostgreSQL is reached where it holds the kills.
    conninfo: str = ""
    #: Of the first epoch; None for the shortest.
    lease_ms: int | None = LONG_LEASE_MS

    def site(self) -> Site:
        return kill_builders.site_in(self.folder / "kills", self.conninfo)

    def open(self) -> None:
        """Put the first epoch in force: nothing is killed."""
        name, _ = propose(self.site(), KIM, kills=(), limits=(), lease_ms=self.lease_ms, at=datetime.now(UTC))
        confirm(self.site(), LEE, name)

    def issue(self, **more: Any) -> None:
        """Issue a permit and write its file, as of the log now."""
        fields: dict[str, Any] = {
            "models": (ServedModel(model="helper-1", digest=WEIGHTS, served_as=("helper", "helper-2")),),
            "tenants": (
                Tenant(tenant="acme", customer="", tiers=("standard",)),
                Tenant(tenant="other", customer="", tiers=("standard",)),
            ),
            "endpoints": tuple(Endpoint),
            "tools": (Tool(tool="get_weather", human_approval=False, limits=()),),
            "limits": (),
            "hooks": (),
            "conditions": (),
            "not_before": datetime(2026, 1, 1, tzinfo=UTC),
            "last_day": date(2999, 1, 1),
            **more,
        }
        name = fields.pop("id", "general")
        one = permit(id=name, terms=terms(**fields), safeguards=(), issued=datetime(2026, 1, 1, tzinfo=UTC))
        index = self.log.issue(one)
        self.permits[name] = (index, one)
        self.write_permit(name, index, one)

    def write_permit(self, name: str, index: int, one: Any) -> None:
        digest = hashlib.sha256(keyring_bytes(ALL_KEYS.values())).hexdigest()
        file = build_permit_file(
            checkpoint_of(self.log.entries),
            self.log.entries,
            origin=ORIGIN,
            index=index,
            permit=disclosure(one),
            keyring=digest,
        )
        made = self.folder / f"permit-{name}.json.new"
        made.write_bytes(permit_file_bytes(file))
        made.replace(self.folder / f"permit-{name}.json")

    def write(self) -> Path:
        path = self.folder / "gateway.yaml"
        path.write_text(yaml.safe_dump(self.settings, sort_keys=False), "utf-8")
        return path


def make_world(folder: Path, upstream: str, *, lease_ms: int | None = LONG_LEASE_MS, **more: Any) -> World:
    """A world whose gateway serves `helper` from an upstream to two tenants; more fields go into the permit."""
    folder.mkdir(parents=True, exist_ok=True)
    world = World(folder=folder, lease_ms=lease_ms)
    world.issue(**more)
    write_keyring(folder / "keyring.yaml", ALL_KEYS)
    (folder / "floor.json").write_bytes(signed_floor())
    for name in ("acme", "other"):
        bundle = tenant(policy=POLICY, trials=trials((name,)), name=name, about={"tenants": [name]})
        (folder / f"{name}.json").write_bytes(signed_tenant(bundle))
    (folder / "tools.yaml").write_text(TOOL_RULES, "utf-8")
    (folder / "upstream-key").write_text(UPSTREAM_KEY, "utf-8")
    (folder / "upstream-key").chmod(0o600)
    world.settings = {
        "gateway": "test",
        "listen": {"address": "127.0.0.1", "port": free_port()},
        "workers": 1,
        "state": "state",
        "kills": "kills",
        "audit": "audit",
        "trust": {"log-keys": [str(LOG.key)], "keyring": "keyring.yaml", "issuers": ["ceo"]},
        "permits": ["permit-general.json"],
        "floor": "floor.json",
        "policies": ["acme.json", "other.json"],
        "tools": "tools.yaml",
        "upstreams": {"lab": {"url": upstream, "key": {"file": "upstream-key"}}},
        "models": {"helper": {"upstream": "lab"}, "helper-2": {"upstream": "lab"}},
        "tenants": {
            "acme": {"tier": "standard", "keys": [sha256(KEY)]},
            "other": {"tier": "standard", "keys": [sha256(OTHER_KEY)]},
        },
        "operators": [sha256(OPERATOR)],
        "drain-seconds": 5,
    }
    world.open()
    return world


@dataclass(slots=True, kw_only=True)
class Running:
    """A gateway that runs."""

    process: subprocess.Popen[bytes]
    url: str
    world: World

    def get(self, path: str, key: str = "") -> tuple[int, str]:
        request = urllib.request.Request(self.url + path, headers={"authorization": f"Bearer {key}"} if key else {})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def until_ready(self, *, ready: bool = True, timeout_s: float = 90) -> str:
        ends = time.monotonic() + timeout_s
        said = ""
        while time.monotonic() < ends:
            status, said = self.get("/ready")
            if status == (200 if ready else 503):
                return said
            assert self.process.poll() is None, "the gateway ended"
            time.sleep(0.05)
        raise AssertionError(f"expected {'ready' if ready else 'not ready'}, got {said!r}")


@contextlib.contextmanager
def serve(world: World, *, environment: Mapping[str, str] | None = None, wait: bool = True) -> Iterator[Running]:
    """Run the gateway until the block ends."""
    path = world.write()
    command = [sys.executable, "-m", "ruleout", "gateway", "serve", str(path)]
    given = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **(environment or {})}
    log = (world.folder / "gateway.log").open("ab")
    process = subprocess.Popen(command, env=given, stdout=log, stderr=log, start_new_session=True)
    listen = world.settings["listen"]
    running = Running(process=process, url=f"http://{listen['address']}:{listen['port']}", world=world)
    try:
        if wait:
            running.until_ready()
        yield running
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(90)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
        log.close()
