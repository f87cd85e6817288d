# SPDX-License-Identifier: Apache-2.0
"""One kept connection to a hook: one question at a time, one answer, nothing behind it.

The verdict stands in the head of the answer and is read before its body: a deny ends the wait. A connection on which
anything comes that was not asked for is never used again.
"""

from __future__ import annotations

import asyncio

import httptools

from ruleout.serving.hooks.verdict import HEADER, MOST_BODY_BYTES, Verdict, failure, parse_verdict, verdict_of_header

_MOST_HEAD_BYTES = 8_192
_JSON = b"application/json"


class Connection(asyncio.Protocol):
    """A connection and the answer under way on it. Made by the event loop; used by `HookClient` alone."""

    def __init__(self) -> None:
        """Begin without a connection and without a question."""
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._waits: asyncio.Future[Verdict] | None = None
        self._reset("")

    def _reset(self, ask: str) -> None:
        self._ask, self._body, self._head = ask, b"", 0
        self._verdicts: list[bytes] = []
        self._is_json = self._complete = self._began = self._keeps = False

    @property
    def is_usable(self) -> bool:
        """Whether a question can be asked on it: open, and nothing came that was not asked for."""
        return self._transport is not None and not self._transport.is_closing() and self._waits is None

    def ask(self, head: bytes, body: bytes, ask: str, waits: asyncio.Future[Verdict]) -> None:
        """Send one question; its verdict is set on `waits`. Effect: writes to the connection."""
        self._reset(ask)
        self._waits = waits
        if self._transport is None or self._transport.is_closing():
            self._settle(failure("crash"))
        else:
            self._transport.write(head + body)

    def close(self) -> None:
        """End the connection; a question under way is denied. Effect: closes at once."""
        if self._transport is not None:
            self._transport.abort()
        self._settle(failure("crash"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`: whoever hangs up before the end of an answer has not answered."""
        del exc
        self._transport = None
        self._settle(failure("crash"))

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self._waits is None:
            # Nobody asked: whatever this is, it must not be taken for the next answer.
            self._drop()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._end(failure("garbage"))
            return
        if self._complete and self._waits is not None:
            self._answered()

    def on_message_begin(self) -> None:
        """A second answer within one read is none."""
        if self._began:
            self._end(failure("garbage"))
        self._began = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect the verdict; a head that does not end is garbage."""
        self._head += len(name) + len(value)
        lowered = name.lower()
        if lowered == HEADER:
            self._verdicts.append(value)
        elif lowered == b"content-type":
            self._is_json = value.partition(b";")[0].strip().lower() == _JSON
        if self._head > _MOST_HEAD_BYTES:
            self._end(failure("garbage"))

    def on_headers_complete(self) -> None:
        """Read the verdict, before any of the body."""
        if (
            self._parser.get_status_code() != 200
            or len(self._verdicts) != 1
            or not self._is_json
            or verdict_of_header(self._verdicts[0]) is None
        ):
            self._end(failure("garbage"))

    def on_body(self, body: bytes) -> None:
        """Collect the body up to its bound."""
        self._body += body
        if len(self._body) > MOST_BODY_BYTES:
            self._end(failure("garbage"))

    def on_message_complete(self) -> None:
        """The answer is whole; it counts once nothing else came with it."""
        self._complete, self._keeps = True, self._parser.should_keep_alive()

    def deny_early(self) -> bool:
        """Whether the head already says deny: a time-out then is a verdict, not a failure."""
        return len(self._verdicts) == 1 and verdict_of_header(self._verdicts[0]) is False

    def _answered(self) -> None:
        header = verdict_of_header(self._verdicts[0])
        verdict = parse_verdict(self._body, ask=self._ask, header=header)
        if verdict.failed or not self._keeps:
            self._end(verdict)
        else:
            self._settle(verdict)

    def _end(self, verdict: Verdict) -> None:
        self._settle(verdict)
        self._drop()

    def _drop(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _settle(self, verdict: Verdict) -> None:
        waits, self._waits = self._waits, None
        if waits is not None and not waits.done():
            waits.set_result(verdict)
