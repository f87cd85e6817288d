# SPDX-License-Identifier: Apache-2.0
"""A worker put together from the settings: what it judges by, asks, writes and counts. What cannot be had stops its start."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ruleout.adapters.approvals import ApprovalFolder, Approvals
from ruleout.adapters.audit import AuditWriter
from ruleout.adapters.clock import ForwardClock, boot_nanoseconds
from ruleout.adapters.files import read_bounded, write_whole
from ruleout.adapters.hooks import HookClient, parse_target
from ruleout.adapters.kill import Places, View
from ruleout.adapters.limits import Page
from ruleout.adapters.monitoring import start_of
from ruleout.adapters.monitoring.watching import WatchedView
from ruleout.adapters.outbox import Outbox
from ruleout.adapters.upstream.pool import Pool, origin_of
from ruleout.app.policy.recheck import Cedar, Differing
from ruleout.app.serving.permits import counting_keys
from ruleout.app.serving.place import Place
from ruleout.app.serving.secret import read_secret
from ruleout.app.serving.standing import Standing
from ruleout.app.serving.untrusted import keep_untrusted
from ruleout.errors import RuleoutError
from ruleout.gateway.admission import Admission
from ruleout.gateway.budgeting import Lines, budgets_for, lines_under
from ruleout.gateway.callers import callers_of
from ruleout.gateway.checks import Safeguards
from ruleout.gateway.comparing.rechecking import Rechecks
from ruleout.gateway.live import Answers
from ruleout.gateway.pages import Counted, pages_of
from ruleout.gateway.pipes import PATHS, Pipe, head_of
from ruleout.gateway.relay import Serving
from ruleout.gateway.telling.aloud import say, tell
from ruleout.gateway.telling.tracing import Traces
from ruleout.gateway.telling.transcript import KeyStore
from ruleout.gateway.tool_servers import Sessions
from ruleout.gateway.worker import Worker
from ruleout.ledger.signing import Keyring
from ruleout.model.permit import Endpoint
from ruleout.model.plain import instant_text
from ruleout.serving.hooks import Stage
from ruleout.serving.monitoring.counters import Counters
from ruleout.serving.settings.document import GatewayDoc

COUNTERS, LIMITS, SECRET, WORD = "counters", "limits", "session-secret", "watching"
_SECRET_BYTES = 32
_STAGES = {"input": {Stage.INPUT}, "output": {Stage.OUTPUT}, "both": set(Stage)}


@dataclass(slots=True, kw_only=True)
class Assembled:
    """A worker and what has to be begun and ended around it."""

    worker: Worker
    serving: Serving
    counters: Counters
    limits: Page
    name: str
    place: Place
    watched: WatchedView | None
    outbox: Outbox
    lines: Lines = field(default_factory=dict)

    def load(self, standing: Standing) -> None:
        """Serve by these permits and policies from now on. Effect: may take rows of the page of limits.

        Budgets that stay the same, and were not tightened, are kept: new ones would draw anew what the old ones hold.
        """
        admission = self.serving.admission
        admission.clock.seen(standing.at)
        tiers = {name: tenant.tier for name, tenant in self.place.settings.tenants.items()}
        lines = lines_under(standing.grants, tiers, admission.view.limits)
        before = admission.budgets
        if before is None or lines != self.lines or before.generation:
            made = budgets_for(lines, self.limits, admission.clock.now_ns())
            admission.budgets, self.lines = made, lines
            if before is not None:
                before.retire()
        admission.load(standing)


def assemble(place: Place, name: str, environment: Mapping[str, str], boot_id: str) -> Assembled:
    """Return a worker that serves nothing yet. Effect: reads secrets, opens the page, the store of limits, an audit segment.

    Args:
        name: the worker's, such as `worker-1`; the same after a restart.
        boot_id: of the host's running kernel.

    Raises:
        RuleoutError: something cannot be had.
    """
    told = place.settings
    counters = _counters(place.state / COUNTERS, name)
    admission = Admission(
        callers=callers_of(told),
        capabilities={model: frozenset(one.capabilities) for model, one in told.models.items()},
        view=View(Places(folder=place.path(told.kills) / "run").page),
        clock=ForwardClock(),
        standing=None,
        budgets=None,
        content_keys=None if told.content_keys is None else KeyStore(place.path(told.content_keys)),
    )
    audit, outbox = AuditWriter(place.path(told.audit), name), Outbox()
    admission.rechecks = _rechecks(place, counters, admission)
    serving = Serving(
        admission=admission,
        guards=_safeguards(place, name, admission, counters),
        audit=audit,
        answers=Answers(admission.state, outbox.flush, least_bytes_s=told.least_bytes_per_second),
        most_body_bytes=told.most_body_bytes,
        counters=counters,
        traces=_traces(place, name, counters, environment),
    )
    watched = _watched(place, boot_id)
    counted = Counted(counters, place.state / COUNTERS, name, watched)
    page = pages_of(admission, audit, counted, operators=frozenset(told.operators))
    servers = {server: one.model for server, one in told.tool_servers.items()}
    worker = Worker(
        serving,
        _pipes(place, environment, outbox),
        told.at_once,
        tool_servers=servers,
        sessions=Sessions(_secret(place)),
        page=page,
    )
    limits = Page(place.state / LIMITS, boot_id=boot_id, now_ns=boot_nanoseconds())
    return Assembled(
        worker=worker,
        serving=serving,
        counters=counters,
        limits=limits,
        name=name,
        place=place,
        watched=watched,
        outbox=outbox,
    )


def _pipes(place: Place, environment: Mapping[str, str], outbox: Outbox) -> dict[tuple[str, str], Pipe]:
    told = place.settings
    pools, keys = {}, {}
    for name, upstream in told.upstreams.items():
        origin, connect_s = origin_of(upstream.url), upstream.connect_ms / 1000
        pools[name] = Pool(origin, most=upstream.connections, connect_s=connect_s, outbox=outbox)
        keys[name] = "" if upstream.key is None else read_secret(place, upstream.key, environment)
    made = {}
    for model, one in told.models.items():
        for endpoint in PATHS.values():
            head = head_of(pools[one.upstream], endpoint, keys[one.upstream])
            silent = told.upstreams[one.upstream].silent_seconds
            made[model, endpoint.value] = Pipe(pools[one.upstream], head, silent, keys[one.upstream])
    for server, tools in told.tool_servers.items():
        head = head_of(pools[tools.upstream], Endpoint.MCP_TOOLS_CALL, keys[tools.upstream])
        silent = told.upstreams[tools.upstream].silent_seconds
        made[f"mcp/{server}", Endpoint.MCP_TOOLS_CALL.value] = Pipe(
            pools[tools.upstream], head, silent, keys[tools.upstream]
        )
    return made


def _safeguards(place: Place, name: str, admission: Admission, counters: Counters) -> Safeguards:
    told = place.settings
    hooks = {
        hook: HookClient(parse_target(one.address), deadline_s=one.deadline_ms / 1000)
        for hook, one in told.hooks.items()
    }
    return Safeguards(
        hooks=hooks,
        stages={hook: frozenset(_STAGES[one.asked_about]) for hook, one in told.hooks.items()},
        windows={hook: one.window for hook, one in told.hooks.items()},
        approvals=_approvals(place, told, name, admission),
        counters=counters,
    )


def _approvals(place: Place, told: GatewayDoc, name: str, admission: Admission) -> Approvals | None:
    if told.approvals is None:
        return None
    folder = ApprovalFolder(place.path(told.approvals.folder))
    folder.make()
    run = f"{name}/{os.urandom(8).hex()}"

    def keyring() -> Keyring:
        standing = admission.standing
        return {} if standing is None else counting_keys(place, standing.compromised)

    return Approvals(folder, run=run, keyring=keyring, roles=told.approvals.roles, within_s=told.approvals.seconds)


def _counters(folder: Path, name: str) -> Counters:
    start, is_damaged = start_of(folder, name)
    if is_damaged:
        say(f"the counters of {name} are damaged, kept beside as .damaged, and begin anew")
    return Counters(start)


def _rechecks(place: Place, counters: Counters, admission: Admission) -> Rechecks:
    def keep(found: Differing) -> bool:
        at = datetime.fromtimestamp(admission.clock.now_ns() // 1_000_000_000, UTC)
        try:
            keep_untrusted(place.state, found, at=instant_text(at))
        except RuleoutError as error:
            tell({"policy": "not trusted", "bundle": found.bundle, "not kept": str(error)})
            return False
        return True

    every = place.settings.recheck.every
    return Rechecks(every, Cedar().compare, counters, distrust=admission.distrust, keep=keep)


def _traces(place: Place, name: str, counters: Counters, environment: Mapping[str, str]) -> Traces | None:
    told = place.settings.telemetry
    if told is None:
        return None
    key = "" if told.key is None else read_secret(place, told.key, environment)
    return Traces(told, key, counters, gateway=place.settings.gateway, worker=name)


def _watched(place: Place, boot: str) -> WatchedView | None:
    told = place.settings.watch
    if told is None:
        return None
    return WatchedView(path=place.state / WORD, boot=boot, every_s=told.seconds, closes=told.closes)


def _secret(place: Place) -> bytes:
    path = place.state / SECRET
    found = read_bounded(path, limit_bytes=64, what="secret of sessions")
    if len(found) < _SECRET_BYTES:
        hint = "Move it away and start the gateway again; tool servers' sessions then begin anew."
        expected = f"a secret of sessions of {_SECRET_BYTES} bytes or more"
        raise RuleoutError(f"{path}: expected {expected}, got {len(found)}", hint=hint)
    return found


def prepare(place: Place, make_limits: Callable[[Path], None]) -> None:
    """Make the folders that workers share. Effect: makes what is missing; nothing that is there is changed."""
    for folder in (place.state, place.state / COUNTERS, place.path(place.settings.audit)):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (place.state / LIMITS).exists():
        make_limits(place.state / LIMITS)
    if not (place.state / SECRET).exists():
        write_whole(place.state / SECRET, os.urandom(_SECRET_BYTES))
