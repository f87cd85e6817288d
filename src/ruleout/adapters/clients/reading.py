# SPDX-License-Identifier: Apache-2.0
"""From bytes to requests (RFC 9112), by httptools; what a client may make us hold is bounded while it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httptools

from ruleout.adapters.clients.incoming import Fault, Incoming
from ruleout.adapters.clients.outlet import Outlet

#: Bytes that a request's first line and header may have, and bytes of its target.
MOST_HEAD, MOST_TARGET = 64 * 1024, 8 * 1024
_FRAMING = frozenset((b"content-length", b"transfer-encoding"))


class Malformed(Exception):
    """What came is no request; `status` says so to the client."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is read of requests: which fields of their header are kept, and how many bytes their body may have."""

    fields: frozenset[bytes]
    most_body_bytes: int


class RequestReader:
    """Reads the requests of one connection. Its other methods are for the parser.

    Args:
        out: the way back, given to each request.
        arrived: called with each request that is whole, or of which no more is read because of its fault.
        expected: called where the client waits to be told that its body may come.

    Attributes:
        begun: the request of which the end has not come.
        is_body: whether of that one the header is there.
        is_over: whether nothing more is read.
    """

    __slots__ = (
        "_arrived", "_bare", "_bulk", "_expected", "_fed", "_framing", "_heeded", "_offers", "_out", "_parser", "_parts", "_reading", "_target", "begun", "is_body", "is_over",
    )  # fmt: skip

    def __init__(
        self, reading: Reading, out: Outlet, arrived: Callable[[Incoming], None], expected: Callable[[], None]
    ) -> None:
        self._reading, self._out, self._arrived, self._expected = reading, out, arrived, expected
        self._heeded = reading.fields | _FRAMING
        self._parser = httptools.HttpRequestParser(self)
        self._target, self._framing, self._parts = b"", b"", list[bytes]()
        self._bulk = self._fed = 0
        self._bare = 0  # what came since the body's last piece
        self._offers = False  # whether something else than HTTP/1.1 is offered to be spoken behind this request
        self.begun: Incoming | None = None
        self.is_body = self.is_over = False

    def feed(self, data: bytes) -> None:
        """Read more. Raises Malformed; nothing more is read then."""
        if self.is_over:
            return
        self._fed += len(data)
        self._bare += len(data)
        rest = None
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            rest = data[error.args[0] :]
        except httptools.HttpParserCallbackError as error:
            self.stop()
            raise error.__context__ or error from None
        except httptools.HttpParserError as error:
            self.stop()
            raise Malformed(400) from error
        if rest is not None:  # not while that error is handled: another would be told with it as its cause
            self._read_on(rest)
        elif self.begun is not None:
            self._see_to_rest()

    def _read_on(self, rest: bytes) -> None:
        """Read a body as if nothing else had been offered to be spoken, which the parser does not: so it gets another head.

        Nothing is spoken here but HTTP/1.1 (RFC 9110 §7.8); the request is the last of its connection.
        """
        if self.begun is None:
            self.stop()
            return
        self._parser = httptools.HttpRequestParser(self)
        self.feed(b"POST / HTTP/1.1\r\n" + self._framing + b"\r\n")
        if rest:
            self.feed(rest)

    def stop(self) -> None:
        """Read no more; what has begun is forgotten."""
        self.begun, self.is_over = None, True

    def _see_to_rest(self) -> None:
        """See that what has come of a request stays within bounds, also where the parser holds it back."""
        if not self.is_body and self._fed > MOST_HEAD:
            self.stop()
            raise Malformed(431)
        if self.is_body and (self._bare > MOST_HEAD or self._fed > 2 * self._reading.most_body_bytes + MOST_HEAD):
            self.give_up(Fault.TOO_LARGE)

    def give_up(self, fault: Fault) -> None:
        """Read no more: of the request that has begun, the rest is not heard."""
        one, self.begun, self.is_over = self.begun, None, True
        self._parts = []
        if one is not None:
            one.fault = fault
            self._arrived(one)

    # --- the parser calls these ---------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A request begins."""
        if not self.is_over and not self._offers:
            self.begun, self.is_body = Incoming(self._out), False
            self._target, self._framing, self._bulk = b"", b"", 0

    def on_url(self, part: bytes) -> None:
        """A piece of the target."""
        if self.is_body:  # of a head of ours
            return
        self._target += part
        if len(self._target) > MOST_TARGET:
            raise Malformed(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the header; one behind the body is nothing to us."""
        if self.begun is None or self.is_body:
            return
        name = name.lower()
        if name not in self._heeded:  # as nearly all
            return
        if name in self._reading.fields:
            self.begun.fields.append((name, value))
        if name in _FRAMING:
            self._framing += b"%b: %b\r\n" % (name, value)

    def on_headers_complete(self) -> None:
        """The header is whole: what it says of the body's length counts before the body has come."""
        one = self.begun
        if one is None or self.is_body:
            return
        self.is_body, self._bare = True, 0
        one.method = self._parser.get_method().decode("latin-1")
        one.reads_chunks = self._parser.get_http_version() != "1.0"
        path, _, query = self._target.partition(b"?")
        one.path, one.query = path.decode("latin-1"), query.decode("latin-1")
        expects = False
        for name, value in one.fields:
            if name == b"content-length" and (len(value) > 12 or int(value) > self._reading.most_body_bytes):
                self.give_up(Fault.TOO_LARGE)
                return
            expects = expects or (name == b"expect" and value.lower() == b"100-continue")
        if expects:
            self._expected()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._bulk += len(body)
        self._bare = 0
        if self._bulk > self._reading.most_body_bytes:
            self.give_up(Fault.TOO_LARGE)
        elif self.begun is not None:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """A request is whole. Whether the connection is kept can be asked of the parser here and at no other time."""
        one, parts = self.begun, self._parts
        if one is None:
            return
        if self._parser.should_upgrade():
            self._offers = True  # and its body is still to come
            return
        self.begun, self._parts, self._fed, self.is_over = None, [], 0, self._offers
        one.body = parts[0] if len(parts) == 1 else b"".join(parts)
        one.keeps = self._parser.should_keep_alive()
        self._arrived(one)
