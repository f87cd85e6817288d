# SPDX-License-Identifier: Apache-2.0
"""Every wire tells the same of the same payload, hides nothing of a held call, and ends in the SDK's own terms."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anthropic
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fake_upstream.answers import answer

from ruleout.model.permit import Endpoint
from ruleout.serving.refusal import Refusal, Why
from ruleout.serving.wires import BadRequest, CutShort, Piece, read_request, reader_of, refuse

PATHS = {
    Endpoint.OPENAI_CHAT_COMPLETIONS: "/v1/chat/completions",
    Endpoint.OPENAI_RESPONSES: "/v1/responses",
    Endpoint.ANTHROPIC_MESSAGES: "/v1/messages",
}
CHAT, RESPONSES, MESSAGES = PATHS
POLICY = Refusal(Why.FORBIDDEN, "not here", "r1", ("rule-1",))
KILL = Refusal(Why.KILLED, "killed", "r1", ("kill-1",))
NAMES = st.sampled_from(["look", "send", "run_it", "Ω"])
OWN_NAMES = st.sampled_from(["look", "send", "run_it"])


def rendered(endpoint: Endpoint, tools: list[str], used: list[str], tokens: int, stream: bool) -> dict[str, Any]:
    """Return one abstract request in one format."""
    head: dict[str, Any] = {"model": "m", "stream": stream}
    user = {"role": "user", "content": "say:a b\ntool:look {}"}
    if endpoint is CHAT:
        offered = [{"type": "function", "function": {"name": one, "parameters": {}}} for one in tools]
        turns: list[Any] = [user]
        for at, one in enumerate(used):
            call = {"id": f"c{at}", "type": "function", "function": {"name": one, "arguments": "{}"}}
            turns.append({"role": "assistant", "tool_calls": [call]})
            turns.append({"role": "tool", "tool_call_id": f"c{at}", "content": "x"})
        return {**head, "messages": turns, "tools": offered, "max_tokens": tokens}
    if endpoint is RESPONSES:
        items: list[Any] = [user]
        for at, one in enumerate(used):
            items.append({"type": "function_call", "call_id": f"c{at}", "name": one, "arguments": "{}"})
            items.append({"type": "function_call_output", "call_id": f"c{at}", "output": "x"})
        offered = [{"type": "function", "name": one, "parameters": {}} for one in tools]
        return {**head, "input": items, "tools": offered, "max_output_tokens": tokens}
    turns = [user]
    for at, one in enumerate(used):
        call = {"type": "tool_use", "id": f"c{at}", "name": one, "input": {}}
        turns.append({"role": "assistant", "content": [call]})
        result = {"type": "tool_result", "tool_use_id": f"c{at}", "content": "x"}
        turns.append({"role": "user", "content": [result]})
    offered = [{"name": one, "input_schema": {"type": "object"}} for one in tools]
    return {**head, "messages": turns, "tools": offered, "max_tokens": tokens}


@settings(max_examples=200)
@given(st.lists(OWN_NAMES, max_size=3), st.lists(OWN_NAMES, max_size=3), st.integers(1, 9999), st.booleans())
def test_same_payload_is_asked_alike(tools: list[str], used: list[str], tokens: int, stream: bool) -> None:
    asked = [
        read_request(one, json.dumps(rendered(one, tools, used, tokens, stream)).encode()).asked[1:] for one in PATHS
    ]
    assert asked[0] == asked[1] == asked[2]
    assert asked[0] == ("m", stream, tokens, tuple(sorted(set(tools))), tuple(sorted(set(used))))


def stream_of(endpoint: Endpoint, wish: str) -> bytes:
    """Return what the fake provider would stream."""
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": wish}], "input": wish}
    body["stream_options"] = {"include_usage": True}
    plan = answer(PATHS[endpoint], json.dumps(body).encode())
    assert plan.stream is not None
    return b"".join(plan.stream)


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_same_answer_is_read_alike(size: int, line_end: bytes) -> None:
    for endpoint in PATHS:
        sent = b"\xef\xbb\xbf: hi\n\n" + stream_of(endpoint, 'say:hello big world\ntool:look {"a": 1}\ntools:2')
        sent = sent.replace(b"\n", line_end)
        reader = reader_of(endpoint)
        pieces: list[Piece] = []
        for at in range(0, len(sent), size):
            pieces += reader.feed(sent[at : at + size])
        pieces += reader.finish()
        assert "".join(one.text for one in pieces) == "hello big world"
        calls = [(call.name, json.loads(call.arguments)) for one in pieces for call in one.tool_calls]
        assert calls == [("look", {"a": 1}), ("tool_0", {"n": 0}), ("tool_1", {"n": 1})]
        assert max(one.tokens_in for one in pieces) == 11
        assert max(one.tokens_out for one in pieces) == 7
        assert pieces[-1].ended


@pytest.mark.parametrize("endpoint", PATHS)
def test_nothing_of_a_held_call_leaves(endpoint: Endpoint) -> None:
    sent, reader = stream_of(endpoint, 'tool:secret_tool {"a": "xyzzy"}'), reader_of(endpoint)
    for at in range(len(sent)):
        for piece in reader.feed(sent[at : at + 1]):
            if piece.tool_calls:
                return
            assert b"secret" not in piece.data
            assert b"xyz" not in piece.data
    pytest.fail("no call was told")


@pytest.mark.parametrize("endpoint", PATHS)
def test_an_answer_that_stops_early_is_cut_short(endpoint: Endpoint) -> None:
    sent = stream_of(endpoint, "say:a b")
    reader = reader_of(endpoint)
    reader.feed(sent[: len(sent) // 2])
    with pytest.raises(CutShort):
        reader.finish()


BAD = [
    b"",
    b"[]",
    b'\xef\xbb\xbf{"model":"m"}',
    b'{"model":"\xff"}',
    b'{"model":["m"]}',
    b'{"model":"m","Tools":[]}',
    b'{"model":"m","t\xc5\xbfools":[]}',
    b'{"model":"m","stream":"true"}',
    b'{"model":"m","stream":1}',
    b'{"model":"m","max_tokens":NaN}',
    b'{"model":"m","max_tokens":1e400}',
    b'{"model":"m","max_tokens":99999999999999999999}',
    b'{"model":"m","tools":{"a":1}}',
    b'{"model":"m","tools":[{"type":"new_thing"}]}',
    b'{"model":"m","previous_response_id":"x"}',
    b'{"model":"m","mcp_servers":[{}]}',
    b'{"model":"m","user":"\\ud800"}',
    b'{"model":' + b"[" * 100_000,
]


@pytest.mark.parametrize("endpoint", list(Endpoint))
@pytest.mark.parametrize("body", BAD)
def test_what_cannot_be_judged_is_refused(endpoint: Endpoint, body: bytes) -> None:
    with pytest.raises(BadRequest):
        read_request(endpoint, body)


def test_only_what_was_judged_is_forwarded() -> None:
    told = read_request(CHAT, b'{ "model": "b", "messages": [{"role": "user", "content": "\\u0078"}] }')
    assert told.body == b'{"model":"b","messages":[{"role":"user","content":"x"}]}'
    with pytest.raises(BadRequest):
        read_request(CHAT, b'{"model":"a","model":"b","messages":[{"role":"user","content":"x"}]}')


class _Handler(BaseHTTPRequestHandler):
    told: tuple[int, list[tuple[str, str]], bytes]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        status, headers, body = self.told
        self.send_response(status)
        for name, value in [*headers, ("content-length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- shape of the base class
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def cut_at(endpoint: Endpoint, wish: str, share: float, refusal: Refusal) -> None:
    """Let the server send part of an answer, then its native ending."""
    sent, reader = stream_of(endpoint, wish), reader_of(endpoint)
    pieces = reader.feed(sent[: int(len(sent) * share)])
    body = b"".join(one.data for one in pieces) + reader.cut(refusal)
    _Handler.told = (200, [("content-type", "text/event-stream")], body)


@pytest.fixture
def ai(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=url + "/v1", api_key="k", max_retries=0) as client:
        yield client


@pytest.fixture
def claude(url: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=url, api_key="k", max_retries=0) as client:
        yield client


@pytest.mark.parametrize("wish", ["say:a b c d e f", 'tool:look {"a": "bbbbbbbbbbbbbbbbbbbbbbbbbbbb"}'])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.7])
def test_cuts_end_cleanly_in_the_sdks(ai: openai.OpenAI, claude: anthropic.Anthropic, wish: str, share: float) -> None:
    turns: list[Any] = [{"role": "user", "content": "x"}]
    cut_at(CHAT, wish, share, POLICY)
    chunks = list(ai.chat.completions.create(model="m", messages=turns, stream=True))
    assert chunks[-1].choices[0].finish_reason == "content_filter"
    cut_at(CHAT, wish, share, KILL)
    with pytest.raises(openai.APIError, match="killed"):
        list(ai.chat.completions.create(model="m", messages=turns, stream=True))
    cut_at(MESSAGES, wish, share, KILL)
    with (
        pytest.raises(anthropic.APIError, match="killed"),
        claude.messages.stream(model="m", max_tokens=9, messages=turns) as live,
    ):
        live.until_done()
    if share >= 0.2:
        cut_at(MESSAGES, wish, share, POLICY)
        with claude.messages.stream(model="m", max_tokens=9, messages=turns) as live:
            assert live.get_final_message().stop_reason == "refusal"
        cut_at(RESPONSES, wish, max(share, 0.4), POLICY)
        assert list(ai.responses.create(model="m", input="x", stream=True))[-1].type == "response.incomplete"
        cut_at(RESPONSES, wish, max(share, 0.4), KILL)
        with pytest.raises(openai.APIError, match="killed"):
            list(ai.responses.create(model="m", input="x", stream=True))


def test_refusals_are_the_sdks_own_exceptions(ai: openai.OpenAI, claude: anthropic.Anthropic) -> None:
    _Handler.told = refuse(RESPONSES, POLICY)
    with pytest.raises(openai.PermissionDeniedError) as caught:
        ai.responses.create(model="m", input="x")
    assert caught.value.response.headers["x-ruleout-why"] == "forbidden"
    _Handler.told = refuse(MESSAGES, Refusal(Why.LIMIT, "too many", retry_after_s=3))
    with pytest.raises(anthropic.RateLimitError) as limited:
        claude.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "x"}])
    assert limited.value.body["error"]["ruleout"]["why"] == "limit"
