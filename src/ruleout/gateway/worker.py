# SPDX-License-Identifier: Apache-2.0
"""One worker: the RSGI application that a server gives each request to, and the place where nothing escapes (G-5, G-11).

Routes are exact. A path, method or query that is not known is refused before anything is read.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ruleout.adapters.audit import AuditUnavailable
from ruleout.gateway.callers import digest_in
from ruleout.gateway.exchange import Exchange, RequestIds
from ruleout.gateway.live import Bodies
from ruleout.gateway.pipes import PATHS, Pipes
from ruleout.gateway.relay import Relay, Route, Serving
from ruleout.gateway.telling.counting import count
from ruleout.gateway.tool_servers import Sessions
from ruleout.model.permit import Endpoint
from ruleout.serving.refusal import Refusal, Why
from ruleout.serving.wires import refuse

_TEXT = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")]
_MCP = "/mcp/"
_BUG = Refusal(Why.CLOSED, "the gateway failed; nothing was served")
_TOO_LARGE = Refusal(Why.TOO_LARGE, "the request is too large")
_TOO_SLOW = Refusal(Why.MALFORMED, "the request's body took too long")
_BROKE_OFF = Refusal(Why.MALFORMED, "the request's body broke off")
_BUSY = Refusal(Why.OVERLOADED, "too many requests at once", retry_after_s=1)
_NO_SESSION = Refusal(Why.NOT_PERMITTED, "no such session", rules=("session",), upstream_status=404)
_NO_MODEL = Refusal(Why.NOT_PERMITTED, "this gateway serves no such model", rules=("gateway-model",))


@dataclass(slots=True, kw_only=True)
class Bounds:
    """How much: bytes of a body, requests at once."""

    body_bytes: int
    at_once: int


class Worker:
    """The application of one worker."""

    def __init__(
        self,
        serving: Serving,
        pipes: Pipes,
        bounds: Bounds,
        *,
        tool_servers: Mapping[str, str],
        sessions: Sessions,
        page: Callable[[str, str | None], tuple[int, str] | None],
        bodies: Bodies,
    ) -> None:
        """Set up.

        Args:
            tool_servers: the served model on whose behalf each MCP server is called, by the server's name.
            sessions: marks the ids of their sessions.
            bodies: sees to those that are awaited too long.
            page: answers a path and the digest of the key that came: health, readiness, metrics; None for no such page.
        """
        self._serving, self._pipes, self._bounds = serving, pipes, bounds
        self._tool_servers, self._sessions, self._page = tool_servers, sessions, page
        self._bodies, self._ids = bodies, RequestIds()
        self._under_way = 0

    async def handle(self, scope: Any, protocol: Any) -> None:
        """Answer one request. Effect: everything. The outermost handler: a bug of ours is a refusal that says so."""
        self._under_way += 1
        try:
            await self._find(scope, protocol)
        except Exception:  # noqa: BLE001 - the one place of the gateway where a bug of ours is caught, and nothing served
            traceback.print_exc(file=sys.stderr)
            protocol.response_str(500, _TEXT, "the gateway failed; this is a bug of ours; nothing was served\n")
        finally:
            self._under_way -= 1

    async def _find(self, scope: Any, protocol: Any) -> None:
        path = scope.path
        endpoint = PATHS.get(path)
        server = path[len(_MCP) :] if path.startswith(_MCP) else ""
        if endpoint is None and server in self._tool_servers:
            endpoint = Endpoint.MCP_TOOLS_CALL
        if endpoint is None or scope.query_string:
            self._other(scope, protocol)
            return
        if scope.method != "POST":
            protocol.response_str(405, [*_TEXT, ("allow", "POST")], "expected POST\n")
            return
        await self._exchange(scope, protocol, endpoint, server)

    def _other(self, scope: Any, protocol: Any) -> None:
        found = None
        if scope.method in ("GET", "HEAD") and not scope.query_string:
            found = self._page(scope.path, digest_in(scope.headers))
        status, text = found or (404, "no such page\n")
        protocol.response_str(status, _TEXT, text)

    async def _exchange(self, scope: Any, protocol: Any, endpoint: Endpoint, server: str) -> None:
        serving = self._serving
        it = Exchange(endpoint, self._ids.next(), serving.admission.clock.now_ns())
        refusal, body = await self._read(scope, protocol)
        if refusal is None:
            digest = digest_in(scope.headers)
            model = self._tool_servers[server] if server else ""
            refusal = serving.admission.admit(it, digest, body, model=model)
        pipe = None
        if refusal is None and it.request is not None:
            named = f"mcp/{server}" if server else it.request.asked.model
            pipe = self._pipes.get((named, endpoint))
            refusal = None if pipe else _NO_MODEL
        if refusal is not None or pipe is None:
            await self._refuse(it, protocol, refusal or _BUG)
            return
        route = self._route_of(it, scope, server) if server else Route(client=scope.client)
        if route is None:
            await self._refuse(it, protocol, _NO_SESSION)
            return
        await Relay(it, serving, pipe, protocol, route).serve()

    def _route_of(self, it: Exchange, scope: Any, server: str) -> Route | None:
        tenant = it.caller.tenant if it.caller else ""
        fields = self._sessions.fields(scope.headers, server, tenant)
        if fields is None:
            return None
        return Route(fields, lambda session: self._sessions.given(session, server, tenant), scope.client)

    async def _read(self, scope: Any, protocol: Any) -> tuple[Refusal | None, bytes]:
        bounds = self._bounds
        if self._under_way > bounds.at_once:
            return _BUSY, b""
        told = scope.headers.get("content-length")
        if told is not None and (not told.isdigit() or len(told) > 12 or int(told) > bounds.body_bytes):
            return _TOO_LARGE, b""
        bodies = self._bodies
        task = bodies.begin()
        try:
            body = await (protocol() if told is not None else _gathered(protocol, bounds.body_bytes))
        except asyncio.CancelledError:
            if not bodies.was_late(task):
                raise
            return _TOO_SLOW, b""
        except RuntimeError:  # the server's word for a body that broke off: the client has gone
            return _BROKE_OFF, b""
        finally:
            bodies.end(task)
        return (_TOO_LARGE, b"") if body is None else (None, body)

    async def _refuse(self, it: Exchange, protocol: Any, refusal: Refusal) -> None:
        """Refuse, once the refusal is on record; where it cannot be recorded it is refused for that (G-8)."""
        serving = self._serving
        refusal = it.told(refusal)
        status, headers, body = refuse(it.endpoint, refusal, it.request.rpc_id if it.request else None)
        if it.transcript is not None:
            await it.transcript.ready_or_not()
        try:
            await serving.audit.commit(it.refused(refusal, status))
        except AuditUnavailable as error:
            refusal = it.told(Refusal(Why.AUDIT, str(error), retry_after_s=1))
            status, headers, body = refuse(it.endpoint, refusal, it.request.rpc_id if it.request else None)
        serving.admission.settle(it)
        with contextlib.suppress(RuntimeError):  # it has gone
            protocol.response_bytes(status, headers, body)
        count(serving.counters, it, "refused", refusal)
        if serving.traces is not None:
            serving.traces.tell(it, "refused", refusal)


async def _gathered(protocol: Any, most: int) -> bytes | None:
    """A body of which nothing says how long it is; None as soon as it is longer than `most`."""
    parts, size = [], 0
    async for part in protocol:
        size += len(part)
        if size > most:
            return None
        parts.append(part)
    return b"".join(parts)
