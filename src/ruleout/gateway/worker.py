# SPDX-License-Identifier: Apache-2.0
"""One worker: whom the server gives each request to, and the place where nothing escapes (G-5, G-11).

Routes are exact. A path, method or query that is not known is refused before anything is read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping

from ruleout.adapters.audit import AuditUnavailable
from ruleout.adapters.clients.incoming import Fault, Incoming
from ruleout.adapters.clients.outlet import ClientGone
from ruleout.gateway.callers import digest_in
from ruleout.gateway.exchange import Exchange, RequestIds
from ruleout.gateway.pipes import PATHS, Pipes
from ruleout.gateway.relay import Relay, Route, Serving
from ruleout.gateway.telling.aloud import say_bug
from ruleout.gateway.telling.counting import count
from ruleout.gateway.tool_servers import SESSION, VERSION, Sessions, fields_of
from ruleout.model.permit import Endpoint
from ruleout.serving.refusal import Refusal, Why
from ruleout.serving.wires import refuse

_TEXT = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")]
_MCP, _PLAIN = "/mcp/", Route()
#: Fields of a request's header that count here; no other is kept.
KEPT = frozenset(name.encode() for name in ("authorization", "x-api-key", "content-length", "expect", SESSION, VERSION))
_BUG = Refusal(Why.CLOSED, "the gateway failed; nothing was served")
_FAULTS = {
    Fault.TOO_LARGE: Refusal(Why.TOO_LARGE, "the request is too large"),
    Fault.TOO_SLOW: Refusal(Why.MALFORMED, "the request's body took too long"),
    Fault.BROKE_OFF: Refusal(Why.MALFORMED, "the request's body broke off"),
}
_BUSY = Refusal(Why.OVERLOADED, "too many requests at once", retry_after_s=1)
_NO_SESSION = Refusal(Why.NOT_PERMITTED, "no such session", rules=("session",), upstream_status=404)
_NO_MODEL = Refusal(Why.NOT_PERMITTED, "this gateway serves no such model", rules=("gateway-model",))


class Worker:
    """The application of one worker."""

    def __init__(
        self,
        serving: Serving,
        pipes: Pipes,
        at_once: int,
        *,
        tool_servers: Mapping[str, str],
        sessions: Sessions,
        page: Callable[[str, str | None], tuple[int, str] | None],
    ) -> None:
        """Set up.

        Args:
            tool_servers: the served model on whose behalf each MCP server is called, by the server's name.
            sessions: marks the ids of their sessions.
            page: answers a path and the digest of the key that came: health, readiness, metrics; None for no such page.
        """
        self._serving, self._pipes, self._at_once = serving, pipes, at_once
        self._tool_servers, self._sessions, self._page = tool_servers, sessions, page
        self._ids = RequestIds()
        self._under_way = 0

    @property
    def is_busy(self) -> bool:
        """Whether a request is under way."""
        return self._under_way > 0

    async def handle(self, client: Incoming) -> None:
        """Answer one request. Effect: everything. The outermost handler: a bug of ours is a refusal that says so."""
        self._under_way += 1
        try:
            found = self._found(client)
            if found is not None:
                await self._exchange(client, *found)  # no coroutine itself: one less to go through at each step
        except Exception as error:  # noqa: BLE001 - the one place of the gateway where a bug of ours is caught, and nothing served
            say_bug(error)
            if not client.has_begun:  # else its connection breaks off
                _say(client, 500, "the gateway failed; this is a bug of ours; nothing was served\n")
        finally:
            self._under_way -= 1

    def _found(self, client: Incoming) -> tuple[Endpoint, str] | None:
        """What a request asks for: an endpoint and a tool server's name; None where it is answered already."""
        path = client.path
        endpoint, server = PATHS.get(path), ""
        if endpoint is None and path.startswith(_MCP) and path[len(_MCP) :] in self._tool_servers:
            endpoint, server = Endpoint.MCP_TOOLS_CALL, path[len(_MCP) :]
        if endpoint is None or client.query:
            self._other(client)
        elif client.method != "POST":
            _say(client, 405, "expected POST\n", ("allow", "POST"))
        else:
            return endpoint, server
        return None

    def _other(self, client: Incoming) -> None:
        found = None
        if client.method in ("GET", "HEAD") and not client.query:
            found = self._page(client.path, digest_in(client))
        status, text = found or (404, "no such page\n")
        _say(client, status, text)

    def _exchange(self, client: Incoming, endpoint: Endpoint, server: str) -> Awaitable[None]:
        """Judge a request; return what serves or refuses it."""
        serving = self._serving
        it = Exchange(endpoint, self._ids.next(), serving.admission.clock.now_ns())
        refusal = _FAULTS[client.fault] if client.fault else None
        if self._under_way > self._at_once:
            refusal = _BUSY
        if refusal is None:
            model = self._tool_servers[server] if server else ""
            refusal = serving.admission.admit(it, digest_in(client), client.body, model=model)
        pipe = None
        if refusal is None and it.request is not None:
            named = f"mcp/{server}" if server else it.request.asked.model
            pipe = self._pipes.get((named, endpoint._value_))
            refusal = None if pipe else _NO_MODEL
        if refusal is not None or pipe is None:
            return self._refuse(it, client, refusal or _BUG)
        route = self._route_of(it, client, server) if server else _PLAIN
        if route is None:
            return self._refuse(it, client, _NO_SESSION)
        return Relay(it, serving, pipe, client, route).serve()

    def _route_of(self, it: Exchange, client: Incoming, server: str) -> Route | None:
        tenant = it.caller.tenant if it.caller else ""
        told = {name: client.every(name.encode()) for name in (SESSION, VERSION)}
        if any(len(values) > 1 for values in told.values()):
            return None  # which of them counts is not for us to guess
        fields = self._sessions.fields({name: values[0] for name, values in told.items() if values}, server, tenant)
        if fields is None or it.request is None:
            return None
        return Route(fields + fields_of(it.request), lambda session: self._sessions.given(session, server, tenant))

    async def _refuse(self, it: Exchange, client: Incoming, refusal: Refusal) -> None:
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
        with contextlib.suppress(ClientGone):
            client.whole(status, headers, body)
        count(serving.counters, it, "refused", refusal)
        if serving.traces is not None:
            serving.traces.tell(it, "refused", refusal)


def _say(client: Incoming, status: int, text: str, *more: tuple[str, str]) -> None:
    """Answer with a text; a client that has gone is not told."""
    with contextlib.suppress(ClientGone):
        client.whole(status, [*_TEXT, *more], text.encode())
