# SPDX-License-Identifier: Apache-2.0
"""What clients send, as they should and as they should not: what is read, what is refused (RFC 9112)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from tests.client_server import POST, SHORT, bodies, echo, none_left, run, said, served

from ruleout.adapters.clients.connection import MOST_BEHIND
from ruleout.adapters.clients.incoming import Incoming
from ruleout.adapters.clients.reading import MOST_HEAD, MOST_TARGET

CLOSES = POST.replace(b"host: x", b"connection: close\r\nhost: x")


def test_a_request_is_read_as_it_was_sent() -> None:
    async def main() -> None:
        async with served() as (port, _):
            (told,) = bodies(await said(port, CLOSES))
            assert told == {
                "method": "POST", "path": "/there", "query": "q=1", "a": ["one"], "body": "body", "fault": "",
            }  # fmt: skip

    run(main())


def test_requests_that_come_together_are_answered_in_their_order() -> None:
    async def slowly(one: Incoming) -> None:
        await asyncio.sleep(0.05 if one.body == b"0000" else 0)
        await echo(one)

    async def main() -> None:
        async with served(slowly) as (port, _):
            sent = b"".join(POST.replace(b"body", b"%04d" % number) for number in range(5))
            last = sent.replace(POST.replace(b"body", b"0004"), CLOSES.replace(b"body", b"0004"))
            told = bodies(await said(port, last))
            assert [one["body"] for one in told] == ["0000", "0001", "0002", "0003", "0004"]

    run(main())


def test_what_is_sent_before_its_turn_is_bounded() -> None:
    async def main() -> None:
        async with served() as (port, _):
            told = bodies(await said(port, POST * 5000, within_s=8))
            assert 1 <= len(told) <= MOST_BEHIND + 1

    run(main())


def test_a_connection_serves_one_request_after_the_other() -> None:
    async def main() -> None:
        async with served() as (port, server), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            for number in range(20):
                answer = await client.post("/", content=str(number).encode(), headers={"x-a": "1"})
                assert answer.json()["body"] == str(number)
                assert len(server) == 1
            chunked = await client.post("/", content=_parts())
            assert chunked.json()["body"] == "ab" * 100
            head = await client.head("/")
            assert head.status_code == 200
            assert not head.content
            assert int(head.headers["content-length"]) > 0

    async def _bytes() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"ab"

    def _parts() -> AsyncIterator[bytes]:
        return _bytes()

    run(main())


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (POST.replace(b"content-length: 4", b"content-length: 4\r\ncontent-length: 5"), 400),
        (POST.replace(b"content-length: 4", b"content-length: 4\r\ntransfer-encoding: chunked"), 400),
        (POST.replace(b"content-length: 4", b"content-length: -4"), 400),
        (POST.replace(b"content-length: 4", b"content-length: +4"), 400),
        (POST.replace(b"content-length: 4", b"content-length : 4"), 400),
        (POST.replace(b"content-length: 4", b"transfer-encoding: xchunked"), 400),
        (POST.replace(b"X-A: one", b"X-A: one\x00two"), 400),
        (POST.replace(b"X-A: one", b"X-A: one\rX-B: two"), 400),
        (b"GET /" + b"a" * MOST_TARGET + b" HTTP/1.1\r\nhost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nhost: x\r\nx-a: " + b"a" * MOST_HEAD, 431),
        (b"GET / HTTP/1.1\r\nhost: x\r\n" + b"x-b: 1\r\n" * (MOST_HEAD // 8 + 10), 431),
    ],
)
def test_what_is_no_request_is_refused_and_its_connection_ended(data: bytes, status: int) -> None:
    async def main() -> None:
        async with served(waits=SHORT) as (port, server):
            answer = await said(port, data)
            assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:80]
            assert answer.endswith(b"\r\n\r\n")
            await none_left(server)

    run(main())


def test_no_request_behind_a_request_does_not_harm_its_answer() -> None:
    async def main() -> None:
        async with served(waits=SHORT) as (port, _):
            answer = await said(port, POST + b"no request\r\n\r\n")
            assert answer.count(b"HTTP/1.1 ") == 1
            assert bodies(answer)[0]["body"] == "body"

    run(main())


@pytest.mark.parametrize(
    "data",
    [
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100001\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + b"2710\r\n" + b"a" * 10000 + b"\r\n2710\r\n" + b"a" * 95000,
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 60_000,
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 300000\r\n\r\n" + b"a" * 300_000,
    ],
    ids=["told", "told beyond numbers", "chunks", "small chunks", "told and sent"],
)  # fmt: skip
def test_a_body_that_is_too_large_is_answered_before_it_has_come(data: bytes) -> None:
    async def main() -> None:
        async with served(waits=SHORT) as (port, _):
            answer = await said(port, data)
            if b"99999999999999999999" in data:
                assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 200"))
            elif b"2710\r\na" in data:
                assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 400"))
            else:
                assert bodies(answer)[0]["fault"] == "too-large"
                assert b"connection: close" in answer

    run(main())


def test_what_comes_behind_a_body_is_bounded_like_a_header() -> None:
    """However large a body may be: the parser keeps a field until it is whole, and to add to it costs more each time."""
    head = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx: "

    async def main() -> None:
        async with served() as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head)
            await asyncio.sleep(0.2)
            writer.write(b"a" * (MOST_HEAD + 1))
            async with asyncio.timeout(20):
                answer = await reader.read()
            assert bodies(answer)[0]["fault"] == "too-large"
            writer.close()

    run(main())


def test_a_client_that_waits_to_be_told_is_told() -> None:
    async def main() -> None:
        async with served() as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(POST.replace(b"host: x", b"host: x\r\nexpect: 100-continue").removesuffix(b"body"))
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"body")
            assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"
            writer.close()

    run(main())


@pytest.mark.parametrize(
    "length", [b"content-length: 4\r\n\r\nbody", b"transfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"]
)
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_nothing_but_this_protocol_is_spoken(length: bytes, step: int) -> None:
    """A request that offers another, as Java's client does, is answered with its body; behind it nothing is."""

    async def main() -> None:
        async with served(waits=SHORT) as (port, _):
            fields = b"host: x\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"
            data = b"POST /there?q=1 HTTP/1.1\r\n" + fields + length + POST
            answer = await said(port, *(data[at : at + step] for at in range(0, len(data), step)))
            (told,) = bodies(answer)
            assert (told["path"], told["body"]) == ("/there", "body")
            assert b" 101 " not in answer

    run(main())
