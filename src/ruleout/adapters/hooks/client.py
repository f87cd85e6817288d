# SPDX-License-Identifier: Apache-2.0
"""Asking one hook: so many at once, each within a hard deadline; a crash, a time-out or garbage is a denial (G-9)."""

from __future__ import annotations

import asyncio

from ruleout.adapters.hooks.connection import Connection
from ruleout.serving.hooks.question import Question
from ruleout.serving.hooks.target import Target
from ruleout.serving.hooks.verdict import Verdict, failure

DEADLINE_S = 0.2


class HookClient:
    """One hook as one worker asks it. Belongs to one event loop."""

    def __init__(self, target: Target, *, deadline_s: float = DEADLINE_S, at_once: int = 64) -> None:
        """Begin without a connection.

        Args:
            deadline_s: seconds from the call to the verdict, waiting for a connection among them; > 0.
            at_once: questions under way at most; more are denied at once, for a queue would only run into the deadline.
        """
        self._target, self._deadline_s, self._at_once = target, deadline_s, at_once
        self._idle: list[Connection] = []
        self._under_way = 0

    async def ask(self, question: Question) -> Verdict:
        """Ask one question. Never raises but for cancellation; nothing but an answer that allows is an allow.

        Effect: may open a connection; writes and reads on it. A cancelled question closes its connection.
        """
        if self._under_way >= self._at_once:
            return failure("overloaded")
        self._under_way += 1
        try:
            return await self._within_deadline(question)
        finally:
            self._under_way -= 1

    def close(self) -> None:
        """Close what is kept. Effect: ends idle connections."""
        while self._idle:
            self._idle.pop().close()

    async def _within_deadline(self, question: Question) -> Verdict:
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._deadline_s
        try:
            head, body = self._request(question)
        except ValueError:  # half a character, which no hook could be asked about
            return failure("unreadable")
        connection = self._kept() or await self._opened(self._deadline_s)
        if isinstance(connection, Verdict):
            return connection
        waits: asyncio.Future[Verdict] = loop.create_future()
        timer = loop.call_at(ends, _time_out, waits, connection)
        try:
            connection.ask(head, body, question.ask, waits)
            verdict = await waits
        finally:
            timer.cancel()
            if not waits.done() or waits.cancelled():
                connection.close()
        if loop.time() > ends and verdict.allowed:
            # The loop was late: an allow that is read after the deadline is none.
            connection.close()
            return failure("time-out")
        if connection.is_usable:
            self._idle.append(connection)
        return verdict

    def _kept(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_usable:
                return connection
        return None

    async def _opened(self, within_s: float) -> Connection | Verdict:
        try:
            return await asyncio.wait_for(self._connect(), within_s)
        except TimeoutError:
            return failure("time-out")
        except OSError:
            return failure("crash")

    async def _connect(self) -> Connection:
        loop, target = asyncio.get_running_loop(), self._target
        if target.socket:
            _, connection = await loop.create_unix_connection(Connection, target.socket)
        else:
            _, connection = await loop.create_connection(Connection, target.host, target.port)
        return connection

    def _request(self, question: Question) -> tuple[bytes, bytes]:
        body, target = question.body(), self._target
        head = (
            f"POST {target.path} HTTP/1.1\r\nhost: {target.host}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        return head.encode("ascii"), body


def _time_out(waits: asyncio.Future[Verdict], connection: Connection) -> None:
    if not waits.done():
        denies = connection.deny_early()
        waits.set_result(Verdict(allowed=False) if denies else failure("time-out"))
    connection.close()
