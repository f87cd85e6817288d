# SPDX-License-Identifier: Apache-2.0
"""A collector of traces for tests: an HTTP server that reads OTLP's protobuf by its wire format, independent of what wrote it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Fields = dict[int, list[Any]]


def fields(data: bytes) -> Fields:
    """The fields of one protobuf message: numbers to values in order."""
    found: Fields = {}
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        value: Any
        if tag & 7 == 0:
            value, at = _varint(data, at)
        elif tag & 7 == 1:
            value, at = int.from_bytes(data[at : at + 8], "little"), at + 8
        elif tag & 7 == 2:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
            assert len(value) == size, "torn"
        else:
            raise AssertionError(f"wire type {tag & 7}")
        found.setdefault(tag >> 3, []).append(value)
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def value_of(data: bytes) -> Any:
    """An AnyValue."""
    told = fields(data)
    if 1 in told:
        return told[1][0].decode()
    if 3 in told:
        return told[3][0]
    return tuple(value_of(one) for one in fields(told[5][0]).get(1, [])) if 5 in told else None


def attributes(pairs: list[bytes]) -> dict[str, Any]:
    told = [fields(pair) for pair in pairs]
    return {one.get(1, [b""])[0].decode(): value_of(one[2][0]) for one in told}


@dataclass(slots=True)
class Told:
    """A span as it was read."""

    name: str
    trace: bytes
    span: bytes
    start_ns: int
    end_ns: int
    attributes: dict[str, Any]
    resource: dict[str, Any]
    is_error: bool


def spans_of(body: bytes) -> list[Told]:
    """Every span of an ExportTraceServiceRequest; what is zero or empty is not written."""
    found = []
    for each in fields(body).get(1, []):
        resource_spans = fields(each)
        resource = attributes(fields(resource_spans[1][0])[1])
        for scope in resource_spans[2]:
            for data in fields(scope).get(2, []):
                one = fields(data)
                status = fields(one[15][0]) if 15 in one else {}
                found.append(
                    Told(
                        name=one.get(5, [b""])[0].decode(),
                        trace=one[1][0],
                        span=one[2][0],
                        start_ns=one.get(7, [0])[0],
                        end_ns=one.get(8, [0])[0],
                        attributes=attributes(one[9]),
                        resource=resource,
                        is_error=status.get(3) == [2],
                    )
                )
    return found


@dataclass(slots=True)
class Receiver:
    """What came: bodies as they were, their headers."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    status: int = 200

    @property
    def spans(self) -> list[Told]:
        return [span for body in tuple(self.bodies) for span in spans_of(body)]


@contextlib.contextmanager
def receiver() -> Iterator[Receiver]:
    """A collector until the block ends."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.headers.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
            if kept.status == 200:
                kept.bodies.append(body)
            self.send_response(kept.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.url = f"http://127.0.0.1:{server.server_address[1]}/v1/traces"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
