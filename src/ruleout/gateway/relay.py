# SPDX-License-Identifier: Apache-2.0
"""From an admitted request to the last byte of its answer: record, upstream, checks, chunks, record (G-5, G-6, G-8).

Invariants. No byte of an answer leaves before its record is durable. No byte leaves after the page says no: the page is read
before each chunk, and after every wait that comes before one; an answer that does not stream leaves at the end of the loop's turn in
which it was judged, and before anything is acknowledged. Whatever goes wrong, the answer ends in its format's own
terms where the client still listens, and the end is recorded.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from ruleout.adapters.audit import AuditUnavailable, AuditWriter
from ruleout.adapters.clients.incoming import Incoming
from ruleout.adapters.clients.outlet import ClientGone
from ruleout.adapters.clock import microseconds_since
from ruleout.adapters.upstream.connection import Connection, Interrupted, UpstreamFailed
from ruleout.gateway.admission import CLOSED, Admission
from ruleout.gateway.checks import Checks, Cut, Safeguards
from ruleout.gateway.delivery import Delivery
from ruleout.gateway.exchange import Exchange
from ruleout.gateway.live import GONE, Answers, Live
from ruleout.gateway.pipes import Pipe
from ruleout.gateway.telling.counting import count
from ruleout.gateway.telling.tracing import Traces
from ruleout.gateway.tool_servers import SESSION
from ruleout.gateway.upstream_errors import refusal_by
from ruleout.model.permit import Endpoint
from ruleout.serving.monitoring.counters import Counters
from ruleout.serving.monitoring.metrics import REQUEST_SECONDS, STREAMS
from ruleout.serving.refusal import Refusal, Why
from ruleout.serving.wires import CutShort, Piece, Request, reader_of, refuse, whole_of

_BUG = Refusal(Why.CLOSED, "the gateway failed; this is a bug of ours")
_BROKEN = "the upstream's answer broke off"


@dataclass(slots=True, kw_only=True)
class Serving:
    """What a worker serves with."""

    admission: Admission
    guards: Safeguards
    audit: AuditWriter
    answers: Answers
    most_body_bytes: int
    counters: Counters
    traces: Traces | None = None


class Route(NamedTuple):
    """What a tool server's answers need besides: more header fields for upstream, and a session's id for the client."""

    fields: str = ""
    session: Callable[[str], str] | None = None

    def headers(self, connection: Connection) -> list[tuple[str, str]]:
        """Return the header fields that go to the client because of the upstream's. Pure."""
        told = None if self.session is None else connection.headers.get(SESSION)
        return [] if self.session is None or told is None else [(SESSION, self.session(told))]


class Relay:
    """One answer under way."""

    __slots__ = (
        "_checks", "_client", "_connection", "_is_opened", "_it", "_live", "_pipe", "_reader", "_route", "_serving", "_unsent",
    )  # fmt: skip

    def __init__(self, it: Exchange, serving: Serving, pipe: Pipe, client: Incoming, route: Route) -> None:
        self._it, self._serving, self._pipe, self._route = it, serving, pipe, route
        self._checks: Checks | None = None
        self._connection: Connection | None = None
        self._is_opened = False
        self._reader: Any = None  # of an answer that streams
        self._unsent: deque[Piece] = deque()
        self._live = live = Live(partial(_why_not, it, serving.admission), pipe.silent_s, serving.answers.loop)
        self._client = Delivery(it, live, client)
        client.on_gone = live.left

    async def serve(self) -> None:
        """Serve it to its end. Effect: everything. Whatever happens, it is told, recorded, and no longer live at the end."""
        it, serving = self._it, self._serving
        how, refusal = "bug", None
        serving.answers.add(self._live)
        try:
            how, refusal = await self._served()
            self._live.over()
            if not self._has_ended(how, refusal):
                how, refusal = await self._end(how, refusal)
        finally:
            self._live.connection = None  # from here on it may serve another
            if self._connection is not None:
                self._connection.finish()
            if how == "bug" and self._is_opened:
                # On its way to the outermost handler; its record says that it failed.
                self._note(it.ended("failed", _BUG, serving.admission.clock.now_ns()))
            if self._client.is_stream:
                serving.counters.add(STREAMS, by=-1)
                await self._client.close(is_cut=self._drops(how))
            serving.answers.remove(self._live, self._client.rest)
            serving.admission.settle(it, is_whole=how == "whole" and not (self._reader and self._reader.erred))
            count(serving.counters, it, how, _BUG if how == "bug" else refusal)
            if serving.traces is not None:
                serving.traces.tell(it, how, _BUG if how == "bug" else refusal)
            it.request = it.transcript = None  # while a slow client takes the rest, they are not needed

    def _has_ended(self, how: str, refusal: Refusal | None) -> bool:
        """Whether nothing is left to be told of an answer but its record: that is made here, and nobody waits for it."""
        if refusal is not None or not self._is_opened:
            return False
        self._note(self._it.ended(how, None, self._serving.admission.clock.now_ns()))
        return True

    def _drops(self, how: str) -> bool:
        """Whether its client gets nothing more. What leads to a cut of what came later was cleared, and may be taken as slowly as ever."""
        return how in ("bug", "left") or (how == "cut" and (self._live.refusal or self._live.judge()) is not None)

    def _note(self, record: bytes) -> None:
        """Have an end kept. One that cannot be is missing, and a missing end is found: `ruleout audit verify`."""
        try:
            self._serving.audit.note(record)
        except AuditUnavailable:
            return

    async def _end(self, how: str, refusal: Refusal | None) -> tuple[str, Refusal | None]:
        if self._is_opened:
            await self._tell_end(how, refusal)
        elif refusal is not None:
            return await self._refuse(how, refusal)
        return how, refusal

    async def _served(self) -> tuple[str, Refusal | None]:
        """Serve it; return how it ended, as in its record, and why it did not end whole."""
        try:
            await self._answer()
        except Cut as cut:
            return "cut", cut.refusal
        except Interrupted:
            return self._cut()
        except (UpstreamFailed, CutShort) as error:
            return "failed", Refusal(Why.UPSTREAM, str(error) or _BROKEN)
        except AuditUnavailable as error:
            return "cut", Refusal(Why.AUDIT, str(error), retry_after_s=1)
        except asyncio.CancelledError:
            if self._live.refusal is None:
                raise
            _forget_cancel()
            return self._cut()
        except ClientGone:
            return "left", GONE
        return "whole", None

    def _cut(self) -> tuple[str, Refusal]:
        refusal = self._live.refusal or Refusal(Why.CLOSED, "the answer was ended")
        return ("left" if refusal is GONE else "cut"), refusal

    async def _answer(self) -> None:
        it, serving, request = self._it, self._serving, self._it.request
        standing = serving.admission.standing
        if standing is None or request is None:
            raise Cut(CLOSED)
        self._checks = checks = Checks(it, serving.admission, standing, serving.guards)
        is_tool = it.endpoint is Endpoint.MCP_TOOLS_CALL
        has_waited = is_tool or it.transcript is not None or checks.has_question(request)
        if has_waited:
            await _before_record(it, checks, request)
        if is_tool:
            await self._kept()  # a call of a tool has its effect upstream: its record comes first
        else:
            serving.audit.keep(it.opened(), self._live.kept)
            self._is_opened = True
        connection = self._pipe.pool.kept()
        if connection is None:
            has_waited = True
            connection = await self._pipe.pool.connect()
        self._ask(connection, request.body, judges=has_waited)
        status = await connection.head()
        if not self._live.is_kept:
            raise AuditUnavailable("behind", "the request's record is not on disk")
        if status == 202 and is_tool:
            self._client.accepted()
        elif status != 200 or connection.is_encoded:
            it.spends = False
            raise Cut(await _refused_by(connection, status, self._pipe.key))
        else:
            await self._passing(connection, checks, request)

    async def _kept(self) -> None:
        """Have the request's record kept, and return once it is durable. Raises AuditUnavailable."""
        kept = self._serving.audit.commit(self._it.opened())
        self._is_opened = True
        await kept
        self._live.kept(None)

    def _ask(self, connection: Connection, body: bytes, *, judges: bool) -> None:
        """Send it upstream; where nothing was waited for since it was admitted, it was judged in this very step of the loop."""
        self._connection = self._live.connection = connection
        refusal = self._live.refusal or (self._live.judge() if judges else None)
        if refusal is not None:
            raise Cut(refusal)
        if judges:
            self._live.hear()
        us = microseconds_since(self._it.began_ns)
        self._serving.counters.observe(REQUEST_SECONDS, self._it.endpoint._value_, us=us)
        self._it.spends = self._it.endpoint is not Endpoint.MCP_TOOLS_CALL
        connection.send(self._pipe.request(body, self._route.fields), is_held=not self._live.is_kept)

    def _passing(self, connection: Connection, checks: Checks, request: Request) -> Awaitable[None]:
        """What passes on an answer of 200: as a stream where one is asked for, of a tool server where it is one."""
        it, streams = self._it, request.asked.stream
        if it.endpoint is Endpoint.MCP_TOOLS_CALL:
            streams = connection.headers.get("content-type", "").startswith("text/event-stream")
        if not streams:
            return self._whole(connection, checks, request)
        self._reader = reader_of(it.endpoint, request.rpc_id, hide_usage=request.usage_added, choices=request.choices)
        return self._stream(connection, checks)

    async def _stream(self, connection: Connection, checks: Checks) -> None:
        reader = self._reader
        while True:
            data = await connection.body()
            self._live.hear()
            pieces = reader.feed(data) if data else reader.finish()
            if pieces:
                self._unsent.extend(pieces)
                await self._pass_on(pieces, checks)
                self._live.hear()
            if not data:
                return

    async def _pass_on(self, pieces: Sequence[Piece], checks: Checks) -> None:
        """Send what may leave. What was cleared goes before anybody is asked about what follows it, whatever came together."""
        ready: list[bytes] = []
        for piece in pieces:
            data = checks.at_once(piece)
            if data is not None:
                ready.append(data)
                continue
            if ready:
                await self._send(ready)
            ready = await checks.passed(piece)
        await self._send(ready)

    async def _whole(self, connection: Connection, checks: Checks, request: Request) -> None:
        data = connection.come() if connection.done else b""  # as nearly always, all of it is there
        if not data or len(data) > self._serving.most_body_bytes:
            data = await _rest(connection, data, self._live, self._serving.most_body_bytes)
        piece = whole_of(self._it.endpoint, data, request.rpc_id)
        ready = checks.at_once(piece)
        if ready is None:
            ready = b"".join(await checks.passed(piece))
        refusal = self._live.refusal or self._live.judge()
        if refusal is not None:
            raise Cut(refusal)
        self._client.whole(self._route.headers(connection), ready)

    async def _send(self, parts: Sequence[bytes]) -> None:
        """Send pieces that may leave, in the order in which the reader gave them, and tell it of each."""
        refusal = self._live.refusal or self._live.judge()
        if refusal is not None:
            raise Cut(refusal)
        if not parts:
            return
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        for _ in parts:
            self._reader.sent(self._unsent.popleft())
        if not self._client.has_begun and self._connection is not None:
            self._client.begin(self._route.headers(self._connection))
            self._serving.counters.add(STREAMS)
        await self._client.chunk(data)

    async def _refuse(self, how: str, refusal: Refusal) -> tuple[str, Refusal]:
        """Refuse what was not begun, once that is on record; return how it ended, and why (G-8)."""
        it, serving = self._it, self._serving
        refusal = it.told(refusal)
        if it.transcript is not None:
            await it.transcript.ready_or_not()
        try:
            await serving.audit.commit(it.refused(refusal, refusal.status))
        except AuditUnavailable as error:
            refusal = it.told(Refusal(Why.AUDIT, str(error), retry_after_s=1))
        if how != "left":
            self._client.refuse(*self._told(refusal))
        return "refused", refusal

    async def _tell_end(self, how: str, refusal: Refusal | None) -> None:
        """Tell the client how it ended, if it listens, and the record. Before the first byte the record comes first (G-8)."""
        it, serving = self._it, self._serving
        refusal = None if refusal is None else it.told(refusal)
        told = None
        if refusal is not None and how != "left":
            if not self._client.has_begun:
                told = self._told(refusal)
                it.status = told[0]
                it.send(told[2])
            elif self._reader is not None:
                await self._client.last(self._reader.cut(refusal))
        record = it.ended(how, refusal, serving.admission.clock.now_ns())
        if told is None:
            self._note(record)
            return
        try:
            await serving.audit.commit(record)
        except AuditUnavailable as error:
            told = self._told(it.told(Refusal(Why.AUDIT, str(error), retry_after_s=1)))
        self._client.refuse(*told)

    def _told(self, refusal: Refusal) -> tuple[int, list[tuple[str, str]], bytes]:
        request = self._it.request
        return refuse(self._it.endpoint, refusal, request.rpc_id if request else None)


def _why_not(it: Exchange, admission: Admission) -> Refusal | None:
    """Why an answer may not go on now: a kill, the lease, the permit's end. Called by the ticker and before each chunk."""
    if it.scope is None or it.grant is None:
        return Refusal(Why.CLOSED, "nothing is known of this answer")
    if admission.clock.now_ns() >= it.grant.end_ns or not admission.still_serves(it):
        return Refusal(Why.NOT_PERMITTED, "the permit has ended", rules=("permit-time",), permit=it.grant.permit)
    it.scope = scope = admission.named(it.scope, it.grant.permit)
    return admission.stands(it, scope)


async def _before_record(it: Exchange, checks: Checks, request: Request) -> None:
    """See to what comes before the record: who is asked about the question, and the key for its content. Raises Cut."""
    refusal = await checks.question(request) if checks.has_question(request) else None
    if refusal is not None:
        raise Cut(refusal)
    if it.transcript is not None:
        await it.transcript.ready()


async def _rest(connection: Connection, data: bytes, live: Live, most_bytes: int) -> bytes:
    """Return the body of an answer that begins with what is here of it. Raises UpstreamFailed, Interrupted."""
    parts, size = [], 0
    while data or (data := await connection.body()):
        live.hear()
        size += len(data)
        if size > most_bytes:
            raise UpstreamFailed("the upstream's answer is too large")
        parts.append(data)
        data = b""
    return b"".join(parts)


def _forget_cancel() -> None:
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()


async def _refused_by(connection: Connection, status: int, key: str) -> Refusal:
    """What an upstream's answer that is no answer means to the client; at most 64 KiB of it are read."""
    body = b""
    while len(body) < 65536 and (data := await connection.body()):
        body += data
    return refusal_by(status, connection.headers, body, key)
