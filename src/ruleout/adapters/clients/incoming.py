# SPDX-License-Identifier: Apache-2.0
"""One request as it arrived, and the way back to its client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from http import HTTPStatus

from ruleout.adapters.clients.outlet import Outlet

_PHRASES = {one.value: one.phrase for one in HTTPStatus}


class Fault(Enum):
    """Why a request's body is not whole."""

    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    BROKE_OFF = "broke-off"


def nothing() -> None:
    """What is called where nobody waits to be told. Pure."""


class Incoming:
    """A request with its body, and its answer. For the thread of the event loop.

    Attributes:
        method: such as `POST`.
        path, query: of the target as it was sent, nothing decoded; `query` is "" where there is none.
        fields: those fields of the header that the server keeps, names in lower case, in their order.
        body: the whole body; of one that is not whole, `fault` says why.
        keeps: whether the connection may serve another request after this one.
        reads_chunks: whether the client reads an answer in chunks (HTTP/1.1).
        on_gone: called once if the client goes before the answer's end.
        has_begun, is_whole: whether any of the answer was given to be sent, and whether all of it was.
    """

    __slots__ = (
        "_end", "_out", "body", "fault", "fields", "has_begun", "is_whole", "keeps", "method", "on_gone", "path", "query", "reads_chunks",
    )  # fmt: skip

    def __init__(self, out: Outlet) -> None:
        self._out = out
        self._end: int | None = None  # what its connection had been given when it was whole
        self.method = self.path = self.query = ""
        self.fields: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.fault: Fault | None = None
        self.keeps = self.reads_chunks = self.has_begun = self.is_whole = False
        self.on_gone: Callable[[], None] = nothing

    def every(self, name: bytes) -> list[str]:
        """Return the values of a kept field, in their order. Pure."""
        return [value.decode("latin-1") for known, value in self.fields if known == name]

    @property
    def is_slow(self) -> bool:
        """Whether too much waits for the client to take it: see `taken`."""
        return self._out.is_full

    def whole(self, status: int, fields: Sequence[tuple[str, str]], body: bytes) -> None:
        """Send an answer whole. Raises ClientGone."""
        head = self._head(status, fields, f"content-length: {len(body)}\r\n")
        self.is_whole = True
        self._out.write_last(head if self.method == "HEAD" else head + body)
        self._end = self._out.given

    def begin(self, status: int, fields: Sequence[tuple[str, str]]) -> None:
        """Begin an answer of chunks. Raises ClientGone."""
        if not self.reads_chunks:
            self.keeps = False  # its end is the connection's
        self._out.write(self._head(status, fields, "transfer-encoding: chunked\r\n" if self.reads_chunks else ""))

    def send(self, data: bytes) -> None:
        """Send a chunk of an answer that has begun. Raises ClientGone."""
        if data:
            self._out.write(b"%x\r\n%b\r\n" % (len(data), data) if self.reads_chunks else data)

    def end(self) -> None:
        """End an answer of chunks. Raises ClientGone."""
        self.is_whole = True
        if self.reads_chunks:
            self._out.write(b"0\r\n\r\n")
        self._end = self._out.given

    async def taken(self) -> None:
        """Return once little enough waits for the client. Raises ClientGone."""
        await self._out.taken()

    def queued(self) -> int:
        """Return how much the client has not taken. Effect: asks the system."""
        return self._out.queued()

    async def finish(self, within_s: float) -> None:
        """Return once no byte can leave any more: the client took everything, or what it did not take is dropped.

        Effect: ends the connection, or resets it.
        """
        await self._out.drain_or_drop(within_s)

    def holds(self) -> bool:
        """Whether much of it is still to be taken by the client, whatever follows it. Effect: may ask the system."""
        return self._out.holds(self._end)

    def drop(self, done: Callable[[], None]) -> None:
        """Drop what the client did not take, with its connection, and call back once no byte can leave any more."""
        self._out.drop(done)

    def _head(self, status: int, fields: Sequence[tuple[str, str]], more: str) -> bytes:
        """Return the answer's header. Raises ValueError for a field that would be two, or a second header."""
        told = "".join([f"{name}: {value}\r\n" for name, value in fields])
        if told.count("\n") != len(fields) or told.count("\r") != len(fields):
            raise ValueError("expected fields of a header without line ends")
        if self.has_begun:
            raise ValueError("expected an answer that has not begun")
        self._out.begin()
        line = f"HTTP/1.1 {status} {_PHRASES.get(status, '')}\r\n"
        self.keeps = self.keeps and not self._out.is_last
        ends = "" if self.keeps else "connection: close\r\n"
        head = f"{line}{told}{more}{ends}date: {self._out.date()}\r\n\r\n".encode("latin-1")
        self.has_begun = True
        return head
