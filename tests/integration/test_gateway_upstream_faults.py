# SPDX-License-Identifier: Apache-2.0
"""An upstream that is down, silent, broken, or answers garbage: the client is told so, it is on record, and others are served."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import MESSAGES, RESPONSES, Stream, ask, chat, of, records, until, why
from tests.gateway_world import UPSTREAM_KEY, WEIGHTS, Running, make_world, serve
from tests.raw_upstream import Answer, RawUpstream, framed, raw_upstream, sends, waits

from ruleout.model.permit import ServedModel

STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
EVENT = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m",'
    b'"choices":[{"index":0,"delta":{"role":"assistant","content":"part"},"finish_reason":null}]}\n\n'
)
WHOLE = json.dumps(
    {
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "of the first"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
).encode()  # fmt: skip


ENDS = EVENT.replace(b'"finish_reason":null', b'"finish_reason":"stop"') + b"data: [DONE]\n\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


@pytest.fixture(scope="module")
def raw() -> Iterator[RawUpstream]:
    with raw_upstream() as one:
        yield one


@pytest.fixture(scope="module")
def running(fake: Fake, raw: RawUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`helper-3` is `helper-2` behind a short bound on silence: for those tests alone in which silence is the matter."""
    models = (ServedModel(model="helper-1", digest=WEIGHTS, served_as=("helper", "helper-2", "helper-3")),)
    world = make_world(tmp_path_factory.mktemp("world"), fake.url, models=models)
    world.settings["upstreams"]["raw"] = {"url": raw.url, "key": {"file": "upstream-key"}, "silent-seconds": 300}
    world.settings["upstreams"]["hasty"] = {"url": raw.url, "key": {"file": "upstream-key"}, "silent-seconds": 1}
    world.settings["models"] |= {"helper-2": {"upstream": "raw"}, "helper-3": {"upstream": "hasty"}}
    world.settings["most-body-bytes"] = 1 << 20
    with serve(world) as one:
        yield one


def raw_chat(stream: bool = False, *, is_hasty: bool = False) -> dict[str, object]:
    return chat(model="helper-3" if is_hasty else "helper-2", stream=stream)


def failed(running: Running, request: str) -> None:
    """Whether the record tells it, and the gateway serves on."""
    until(lambda: len(of(running.world, request)) == 2)
    ended = of(running.world, request)[1]
    assert ended.why == "upstream"
    assert ended.how in ("failed", "cut")
    assert ask(running).status == 200


BROKEN: dict[str, Answer] = {
    "closes at once": sends(b""),
    "no HTTP": sends(b"\x16\x03\x01\x00garbage\r\n\r\n"),
    "ends in its header": sends(b"HTTP/1.1 200 OK\r\ncontent-ty"),
    "ends in its body": sends(framed(WHOLE)[:-20]),
    "a header without end": sends(b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"a" * 200_000 + b"\r\n\r\n"),
    "two lengths": sends(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}"),
    "no JSON": sends(framed(b"<html>")),
    "another shape": sends(framed(b'{"choices":[{"index":0,"message":{"content":{"a":1}}}]}')),
    "JSON that is deep": sends(framed(b"[" * 100_000 + b"]" * 100_000)),
    "no UTF-8": sends(framed(b'{"a":"\xff\xfe"}')),
    "compressed": sends(framed(b"\x1f\x8b\x08", "200 OK", "content-encoding: gzip")),
    "too large": sends(framed(b" " * (2 << 20))),
    "silent": waits(),
    "silent in its body": waits(framed(WHOLE)[:-20]),
    "a redirect": sends(framed(b"", "302 Found", "location: http://evil.example/")),
    "switches": sends(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("stream", [False, True])
def test_a_broken_answer_is_a_refusal(running: Running, raw: RawUpstream, name: str, stream: bool) -> None:
    raw.answer = BROKEN[name]
    one = ask(running, raw_chat(stream, is_hasty="silent" in name))
    assert (one.status, why(one)) == (502, "upstream"), one.data
    failed(running, one.request)


#: Set once the client has an event.
has_come = threading.Event()


def later(data: bytes) -> Answer:
    """An event, and these bytes once the client has that."""

    def answer(to: socket.socket, _: bytes) -> None:
        to.sendall(STREAM_HEAD + chunk(EVENT))
        has_come.wait(60)
        to.sendall(data)
        raise ConnectionAbortedError

    return answer


CUT: dict[str, Answer] = {
    "the connection ends": sends(STREAM_HEAD + chunk(EVENT)),
    "half an event": sends(STREAM_HEAD + chunk(EVENT) + chunk(EVENT[:60])),
    "a chunk without end": sends(STREAM_HEAD + chunk(EVENT) + b"ffff\r\nabc"),
    "a chunk without size": sends(STREAM_HEAD + chunk(EVENT) + b"zz\r\nabc\r\n"),
    "ends without its end": sends(STREAM_HEAD + chunk(EVENT) + b"0\r\n\r\n"),
    "garbage": later(chunk(b"data: {garbage\n\n") + b"0\r\n\r\n"),
    "no UTF-8": later(chunk(b'data: {"a":"\xff"}\n\n') + b"0\r\n\r\n"),
    "silent": waits(STREAM_HEAD + chunk(EVENT)),
}


@pytest.mark.parametrize("name", CUT)
def test_a_stream_that_breaks_off_ends_in_its_own_terms(running: Running, raw: RawUpstream, name: str) -> None:
    raw.answer = CUT[name]
    has_come.clear()
    one = Stream(running, raw_chat(stream=True, is_hasty=name == "silent")).began()
    has_come.set()
    one.wait().close()
    assert one.status == 200
    assert why(one) == "upstream", one.data
    assert one.body.startswith(EVENT)
    assert b"[DONE]" not in one.body.split(b'"ruleout"')[0]
    failed(running, one.request)


def test_an_event_without_end_is_bounded(running: Running, raw: RawUpstream) -> None:
    given = 0

    def answer(to: socket.socket, _: bytes) -> None:
        nonlocal given
        to.sendall(STREAM_HEAD + chunk(EVENT) + chunk(b"data: "))
        while given < 256 << 20:
            to.sendall(chunk(b"a" * 65536))
            given += 65536

    raw.answer = answer
    one = ask(running, raw_chat(stream=True))
    assert why(one) == "upstream"
    assert given < 64 << 20
    failed(running, one.request)


def test_nothing_of_an_answer_reaches_the_next_caller(running: Running, raw: RawUpstream) -> None:
    raw.answer = sends(framed(WHOLE) + framed(WHOLE.replace(b"first", b"other")), ends=False)
    first = ask(running, raw_chat())
    raw.answer = sends(framed(WHOLE.replace(b"first", b"third")), ends=False)
    second = ask(running, raw_chat())
    for one in (first, second):
        assert b"other" not in one.body
    assert second.status == 502 or b"third" in second.body


def test_bytes_on_an_idle_connection_reach_nobody(running: Running, raw: RawUpstream) -> None:
    has_first, is_left = threading.Event(), threading.Event()

    def answer(to: socket.socket, _: bytes) -> None:
        to.sendall(framed(WHOLE))
        has_first.wait(60)
        to.sendall(framed(WHOLE.replace(b"first", b"other")))
        with contextlib.suppress(ConnectionError):
            assert to.recv(1) == b""
        is_left.set()
        raise ConnectionAbortedError

    raw.answer = answer
    assert b"first" in ask(running, raw_chat()).body
    has_first.set()
    assert is_left.wait(60), "a connection on which something came unasked is kept"
    raw.answer = sends(framed(WHOLE.replace(b"first", b"third")), ends=False)
    assert b"third" in ask(running, raw_chat()).body


def test_an_upstream_that_is_down_and_comes_back(running: Running, raw: RawUpstream) -> None:
    raw.answer = sends(framed(WHOLE))
    raw.refuse_connections()
    one = ask(running, raw_chat())
    assert (one.status, why(one)) == (502, "upstream")
    failed(running, one.request)
    raw.listen_again()
    until(lambda: ask(running, raw_chat()).status == 200)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500, 503, 529])
@pytest.mark.parametrize("stream", [False, True])
def test_an_upstreams_own_refusal_holds_no_key(running: Running, raw: RawUpstream, status: int, stream: bool) -> None:
    says = json.dumps({"error": {"message": f"Incorrect API key: {UPSTREAM_KEY}.", "type": "x", "code": "y"}}).encode()
    raw.answer = sends(framed(says, f"{status} No", "retry-after: 7", f"x-key: {UPSTREAM_KEY}"))
    one = ask(running, raw_chat(stream))
    assert one.status == (502 if status in (401, 403) else status)
    assert why(one) == "upstream"
    assert UPSTREAM_KEY.encode() not in one.data
    assert UPSTREAM_KEY.encode() in raw.asked[-1]
    failed(running, one.request)


@pytest.mark.parametrize("path", [RESPONSES, MESSAGES])
@pytest.mark.parametrize("wish", ["cut", "garbage", "error:500"])
def test_other_wires(running: Running, path: str, wish: str) -> None:
    turns = [{"role": "user", "content": f"say:a b c d\n{wish}"}]
    body = {"model": "helper", "stream": True, **({"input": turns} if path == RESPONSES else {"messages": turns})}
    body |= {"max_output_tokens": 50} if path == RESPONSES else {"max_tokens": 50}
    one = ask(running, body, path=path)
    assert one.status in ((500,) if "error" in wish else (200, 502)), one.data
    assert why(one) == "upstream", one.data
    failed(running, one.request)


def test_a_client_that_goes_ends_its_upstream(running: Running, fake: Fake) -> None:
    for wish in ("long:100000\nslow:0.01", "silent"):
        one = Stream(running, chat(f"{wish}\nuser:{wish[:4]}", stream=True)).began()
        request = one.request
        one.close()
        until(lambda wish=wish: any(s["left_early"] for s in fake.seen() if f"user:{wish[:4]}" in str(s["body"])))  # type: ignore[misc]
        until(lambda request=request: [r.how for r in of(running.world, request)[1:]] == ["left"])  # type: ignore[misc]


def test_a_client_that_takes_nothing_is_bounded_and_left(running: Running, raw: RawUpstream) -> None:
    given, over = 0, False

    def answer(to: socket.socket, _: bytes) -> None:
        nonlocal given, over
        to.sendall(STREAM_HEAD)
        try:
            while given < 512 << 20:
                to.sendall(chunk(EVENT * 100))
                given += len(EVENT) * 100
        finally:
            over = True

    raw.answer = answer
    one = Stream(running, raw_chat(stream=True, is_hasty=True), is_read=False, receive=4096)
    until(lambda: over)
    assert given < 64 << 20
    one.close()
    until(lambda: getattr(records(running.world)[-1], "how", "") == "left")
    assert ask(running).status == 200


def test_a_client_that_reads_slowly_gets_everything(running: Running) -> None:
    one = Stream(running, chat("long:20000", stream=True), is_read=False, receive=4096)
    time.sleep(2)
    one.read_on()
    assert one.wait().body.endswith(b"data: [DONE]\n\n")


def test_a_client_that_takes_some_all_the_time_is_not_left(running: Running, raw: RawUpstream) -> None:
    """Although it takes longer than `silent-seconds` until there is room for more in the buffers between."""

    def answer(to: socket.socket, _: bytes) -> None:
        to.sendall(STREAM_HEAD + chunk(EVENT * 100) * 400 + chunk(ENDS) + b"0\r\n\r\n")

    raw.answer = answer
    one = Stream(running, raw_chat(stream=True), is_read=False, receive=4096)
    time.sleep(0.8)
    for _ in range(50):
        one.pieces.append((0, one.socket.recv(1000)))
        time.sleep(0.1)
    one.read_on()
    assert one.wait(30).body.endswith(b"data: [DONE]\n\n")


def test_no_secret_is_left_anywhere(running: Running) -> None:
    folder = running.world.folder
    for path in [folder / "gateway.log", *folder.glob("audit/*"), *folder.glob("state/**/*")]:
        if path.is_file():
            data = path.read_bytes()
            assert UPSTREAM_KEY.encode() not in data, path
            assert b"rk-test" not in data, path
