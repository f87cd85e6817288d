# SPDX-License-Identifier: Apache-2.0
"""What one answer must not do to others: cost less than it may have cost, hide behind another, or break one (G-1, G-9, G-11)."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fake_hook.server import FORBIDDEN
from tests.gateway_client import Stream, ask, chat, of, records, until, why
from tests.gateway_world import OTHER_KEY, Running, make_world, serve
from tests.integration.test_gateway_hook_faults import hook
from tests.integration.test_gateway_upstream_faults import STREAM_HEAD, chunk
from tests.raw_upstream import RawUpstream, framed, raw_upstream, sends, waits

from ruleout.model.permit import Hook, Limit, LimitKind
from ruleout.serving.audit import Ended

DAY_OF_1000 = (Limit(kind=LimitKind.TOKENS_PER_DAY, at_most=1000),)
LAST = chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


def event(at: int, delta: dict[str, Any], finish: str | None = None) -> bytes:
    told = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    told["choices"] = [{"index": at, "delta": delta, "finish_reason": finish}]
    return chunk(b"data: " + json.dumps(told, separators=(",", ":")).encode() + b"\n\n")


def whole(**more: Any) -> bytes:
    message = {"role": "assistant", "content": "ok"}
    told = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", **more}
    told["choices"] = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return framed(json.dumps(told).encode())


COUNTED = whole(usage={"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2})


@pytest.fixture(scope="module")
def raw() -> Iterator[RawUpstream]:
    with raw_upstream() as one:
        yield one


@pytest.fixture(scope="module")
def hooked(raw: RawUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("world")
    world = make_world(folder, raw.url, hooks=(Hook(safeguard="watch", hook="agent-watch", outside=""),))
    world.settings["hooks"] = {"agent-watch": {"address": f"unix:{folder}/hook.sock", "deadline-ms": 10_000}}
    with serve(world) as one:
        yield one


def served_of_ten(running: Running, **more: Any) -> int:
    return sum(ask(running, {**chat(**more), "max_tokens": 400}).status == 200 for _ in range(10))


def test_a_client_that_leaves_before_the_count_has_paid_for_what_it_may_have_got(
    tmp_path: Path, raw: RawUpstream
) -> None:
    """1,000 tokens a day, 400 an answer: ten answers are read to their last word, then left."""
    served = 0
    raw.answer = waits(STREAM_HEAD + b"".join(event(0, {"content": f"piece {at} "}) for at in range(20)))
    with serve(make_world(tmp_path, raw.url, limits=DAY_OF_1000)) as running:
        for _ in range(10):
            one = Stream(running, {**chat(stream=True), "max_tokens": 400})
            until(lambda one=one: one.data.count(b"data: ") >= 20 or one.ended is not None)  # type: ignore[misc]
            served += one.status == 200
            one.close()
            until(lambda one=one: one.status != 200 or len(of(running.world, one.request)) == 2)  # type: ignore[misc]
            time.sleep(0.1)
    assert served == 2


@pytest.mark.parametrize(
    ("answer", "passed"),
    [
        pytest.param(whole(), 2, id="no count: each counts as the most that it may cost"),
        pytest.param(COUNTED, 10, id="a count: what was not used comes back"),
    ],
)
def test_an_answer_that_tells_no_count_is_not_free(
    tmp_path: Path, raw: RawUpstream, answer: bytes, passed: int
) -> None:
    raw.answer = sends(answer, ends=False)
    with serve(make_world(tmp_path, raw.url, limits=DAY_OF_1000)) as running:
        assert served_of_ten(running) == passed


BROKE_OFF = [
    ("message_start", {"message": {"id": "m", "type": "message", "role": "assistant", "model": "n", "content": [],
                                   "stop_reason": None, "usage": {"input_tokens": 1, "output_tokens": 1}}}),
    ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
    ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": "as much as there was"}}),
    ("error", {"error": {"type": "overloaded_error", "message": "lost"}}),
]  # fmt: skip


def test_an_answer_that_upstream_ends_by_an_error_is_not_counted_by_its_beginning(
    tmp_path: Path, raw: RawUpstream
) -> None:
    """A message tells one token when it begins, and the others only at an end that never comes."""
    parts = [f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n".encode() for kind, more in BROKE_OFF]
    raw.answer = sends(STREAM_HEAD + b"".join(map(chunk, parts)) + b"0\r\n\r\n", ends=False)
    with serve(make_world(tmp_path, raw.url, limits=DAY_OF_1000)) as running:
        asked = {**chat(stream=True), "max_tokens": 400}
        assert [ask(running, asked, path="/v1/messages").status for _ in range(4)] == [200, 200, 429, 429]


def test_a_question_that_upstream_refuses_costs_nothing(tmp_path: Path, raw: RawUpstream) -> None:
    raw.answer = sends(framed(b'{"error": {"message": "no"}}', status="400 Bad Request"), ends=False)
    with serve(make_world(tmp_path, raw.url, limits=DAY_OF_1000)) as running:
        assert {why(ask(running, {**chat(), "max_tokens": 400})) for _ in range(10)} == {"upstream"}


def test_answers_of_one_stream_do_not_hide_each_other_from_hooks(hooked: Running, raw: RawUpstream) -> None:
    """Letter by letter between those of another, no hook could read it: asked for, it is refused; not asked for, it is cut."""
    parts = [event(at, {"role": "assistant", "content": ""}) for at in (0, 1)]
    for letter in FORBIDDEN:
        parts += [event(0, {"content": letter}), event(1, {"content": "x"})]
    raw.answer = sends(STREAM_HEAD + b"".join(parts) + event(0, {}, "stop") + event(1, {}, "stop") + LAST, ends=False)
    with hook(hooked):
        asked = ask(hooked, chat(stream=True, n=2))
        assert (asked.status, why(asked)) == (403, "hook")
        assert why(ask(hooked, chat(stream=True))) == "upstream"


def test_an_answer_that_is_cut_breaks_no_other_on_the_same_connection(hooked: Running, raw: RawUpstream) -> None:
    """Upstream's answer was read whole, so its connection serves the next request while the client is still waited for."""
    begins = event(0, {"role": "assistant", "content": ""}) + b"".join(
        event(0, {"content": "a" * 4000}) for _ in range(60)
    )

    def answer(to: Any, data: bytes) -> None:
        if b"victim" in raw.asked[-1]:
            time.sleep(0.03)
            to.sendall(COUNTED)
            return
        to.sendall(STREAM_HEAD + begins)
        time.sleep(0.3)
        to.sendall(event(0, {"content": FORBIDDEN}) + event(0, {}, "stop") + LAST)

    raw.answer = answer
    broken: list[tuple[int, bytes]] = []
    over = threading.Event()

    def ask_on() -> None:
        while not over.is_set():
            one = ask(hooked, chat("victim"), key=OTHER_KEY)
            if one.status != 200:
                broken.append((one.status, one.body))

    with hook(hooked):
        threads = [threading.Thread(target=ask_on) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(6):
            slow = Stream(hooked, chat(stream=True), is_read=False, receive=2048)
            time.sleep(0.5)
            slow.close()
        over.set()
        for thread in threads:
            thread.join(90)
    assert broken == []


def test_a_stream_that_is_given_up_for_a_slow_client_does_not_end_as_if_it_were_whole(
    tmp_path: Path, raw: RawUpstream
) -> None:
    parts = event(0, {"role": "assistant", "content": ""}) + b"".join(
        event(0, {"content": "a" * 4000}) for _ in range(4000)
    )
    raw.answer = sends(STREAM_HEAD + parts + event(0, {}, "stop") + LAST, ends=False)
    world = make_world(tmp_path, raw.url)
    world.settings["upstreams"]["lab"]["silent-seconds"] = 5
    with serve(world) as running:
        one = Stream(running, chat(stream=True), is_read=False, receive=4096)
        until(lambda: [ended.how for ended in records(world) if isinstance(ended, Ended)] == ["left"])
        one.read_on()
        one.wait()
        assert [ended.how for ended in of(world, one.request)[1:]] == ["left"]  # type: ignore[union-attr]
        assert one.broke or not one.data.endswith(b"0\r\n\r\n")
