# SPDX-License-Identifier: Apache-2.0
"""Answers: every split reads alike, nothing of a held call leaves, every cut ends in each SDK's own terms (G-5)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp import ClientSession, MCPError
from mcp.client.streamable_http import streamable_http_client
from tests.fake_upstream.answers import answer

from ruleout.model.permit import Endpoint
from ruleout.serving.refusal import Refusal, Why
from ruleout.serving.wires.answers import CutShort, Piece, Reader, reader_of, whole_of
from ruleout.serving.wires.answers.plain import colons_in

CHAT, RESPONSES = Endpoint.OPENAI_CHAT_COMPLETIONS, Endpoint.OPENAI_RESPONSES
MESSAGES, MCP = Endpoint.ANTHROPIC_MESSAGES, Endpoint.MCP_TOOLS_CALL
PATHS = {CHAT: "/v1/chat/completions", RESPONSES: "/v1/responses", MESSAGES: "/v1/messages"}
POLICY, KILL = Refusal(Why.FORBIDDEN, "not allowed", rules=("r1",)), Refusal(Why.KILLED, "killed")
WISHES = [
    "say:a b c",
    'tool:look {"a": "bbbbbbbbbbbb"}',
    'say:a: b "c"\ntool:look {"a": 1}\ntool:see {"b": 2}',
    "refuse",
]
VECTORS = json.loads((Path(__file__).parents[3] / "vectors/gateway/answers.json").read_text())


def events_of(endpoint: Endpoint, wish: str, *, stream: bool = True) -> tuple[bytes, ...]:
    """Return an answer of the fake provider, by events; one body where it is not streamed."""
    asked = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": wish}], "input": wish}
    plan = answer(PATHS[endpoint], json.dumps(asked).encode())
    return plan.stream if plan.stream is not None else (plan.body,)


def read_all(reader: Reader, parts: Iterable[bytes]) -> list[Piece]:
    """Feed parts one by one, then finish."""
    pieces = [piece for part in parts for piece in reader.feed(part)]
    return [*pieces, *reader.finish()]


def pieces_of(endpoint: Endpoint, parts: Iterable[bytes], *, stream: bool, rpc_id: Any = None) -> list[Piece]:
    """Read an answer that is streamed, or one that is not."""
    if stream:
        return read_all(reader_of(endpoint, rpc_id), parts)
    return [whole_of(endpoint, b"".join(parts), rpc_id)]


def said(pieces: list[Piece]) -> tuple[str, list[tuple[str, Any]], int, int]:
    """Return what all wires must tell alike."""
    calls = [(call.name, json.loads(call.arguments)) for one in pieces for call in one.tool_calls]
    tokens = max(one.tokens_in for one in pieces), max(one.tokens_out for one in pieces)
    return "".join(one.text for one in pieces), calls, *tokens


@pytest.mark.parametrize("wish", WISHES[:3])
def test_one_answer_is_the_same_on_every_wire_streamed_or_not(wish: str) -> None:
    told = [
        said(pieces_of(endpoint, events_of(endpoint, wish, stream=stream), stream=stream))
        for endpoint in PATHS
        for stream in (True, False)
    ]
    assert all(one[:2] == told[0][:2] for one in told)
    assert {one[2:] for one in told if one[2]} == {(11, 7)}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_split_gives_the_same_pieces(data: st.DataObject) -> None:
    endpoint, wish = data.draw(st.sampled_from(list(PATHS))), data.draw(st.sampled_from(WISHES))
    end = data.draw(st.sampled_from([b"\n", b"\r\n", b"\r"]))
    sent = (b"\xef\xbb\xbf: hi\n\n" + b"".join(events_of(endpoint, wish))).replace(b"\n", end)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=12)))
    parts = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    pieces = read_all(reader_of(endpoint), parts)
    assert pieces == read_all(reader_of(endpoint), [sent])
    assert b"".join(piece.data for piece in pieces) == sent


@pytest.mark.parametrize("endpoint", PATHS)
def test_nothing_of_a_held_call_leaves_before_it_is_whole(endpoint: Endpoint) -> None:
    sent, reader = b"".join(events_of(endpoint, 'say:x\ntool:secret {"a": "xyzzy"}')), reader_of(endpoint)
    for at in range(len(sent)):
        for piece in reader.feed(sent[at : at + 1]):
            if piece.tool_calls:
                assert b"secret" in piece.data
                return
            assert b"secret" not in piece.data
            assert b"xyz" not in piece.data
    pytest.fail("the call was never told")


async def in_sdk(endpoint: Endpoint, body: bytes) -> str:
    """Read a body with the official client; return how it says that it ended."""
    ends = httpx2.MockTransport(
        lambda _: httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)
    )
    http, turns = httpx2.AsyncClient(transport=ends), [{"role": "user", "content": "x"}]
    try:
        if endpoint is MESSAGES:
            claude = anthropic.AsyncAnthropic(api_key="k", max_retries=0, http_client=http)
            async with claude.messages.stream(model="m", max_tokens=9, messages=turns) as live:
                return (await live.get_final_message()).stop_reason
        ai = openai.AsyncOpenAI(api_key="k", max_retries=0, http_client=http)
        if endpoint is CHAT:
            chunks = [one async for one in await ai.chat.completions.create(model="m", messages=turns, stream=True)]
            return next(one.choices[0].finish_reason for one in reversed(chunks) if one.choices)
        async with ai.responses.stream(model="m", input="x") as live:
            events = [one async for one in live]
        numbers = [one.sequence_number for one in events if hasattr(one, "sequence_number")]
        assert numbers == sorted(set(numbers))
        return events[-1].response.incomplete_details.reason
    except (openai.APIError, anthropic.APIError) as error:
        return f"error: {error}"


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("endpoint", PATHS)
def test_a_cut_behind_every_event_ends_in_the_sdks_own_terms(endpoint: Endpoint, wish: str) -> None:
    native = "refusal" if endpoint is MESSAGES else "content_filter"
    events = events_of(endpoint, wish)
    for at in range(len(events)):
        reader, body = reader_of(endpoint), b""
        for event in events[:at]:
            for piece in reader.feed(event):
                body += piece.data
                reader.sent(piece)
        if reader.ended:
            continue
        how = asyncio.run(in_sdk(endpoint, body + reader.cut(POLICY)))
        assert how == native or (endpoint is CHAT and b'"finish_reason": "' in body), (at, how)
        assert "killed" in asyncio.run(in_sdk(endpoint, body + reader.cut(KILL))), at


@pytest.mark.parametrize("endpoint", PATHS)
def test_a_cut_in_the_middle_of_a_batch_counts_only_what_was_sent(endpoint: Endpoint) -> None:
    sent = b"".join(events_of(endpoint, WISHES[2]))
    native = "refusal" if endpoint is MESSAGES else "content_filter"
    for keep in range(4):
        reader = reader_of(endpoint)
        pieces = reader.feed(sent)
        body = b"".join(piece.data for piece in pieces[:keep])
        assert asyncio.run(in_sdk(endpoint, body + reader.cut(POLICY, sent=keep))) == native


@pytest.mark.parametrize("endpoint", PATHS)
def test_nothing_follows_an_end_that_has_left(endpoint: Endpoint) -> None:
    reader = reader_of(endpoint)
    read_all(reader, events_of(endpoint, "say:a"))
    assert reader.cut(POLICY) == reader.cut(KILL) == b""


def test_an_answer_that_is_not_streamed_has_an_end_to_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    (body,) = events_of(CHAT, "say:a", stream=False)
    assert whole_of(CHAT, body).text == "a"
    monkeypatch.setattr("ruleout.serving.wires.answers.MAX_ANSWER", len(body) - 1)
    with pytest.raises(CutShort, match="too large"):
        whole_of(CHAT, body)


def test_a_usage_chunk_that_only_we_asked_for_is_told_and_not_forwarded() -> None:
    events = list(events_of(CHAT, "say:a"))
    head = json.loads(events[0][6:])
    usage = {**head, "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 5}}
    events.insert(-1, b"data: " + json.dumps(usage).encode() + b"\n\n")
    hidden = read_all(reader_of(CHAT, hide_usage=True), events)
    assert (3, 5, b"") in {(one.tokens_in, one.tokens_out, one.data) for one in hidden}
    shown = read_all(reader_of(CHAT), events)
    assert b"prompt_tokens" in b"".join(one.data for one in shown)


def test_text_goes_on_while_a_call_of_another_choice_is_held() -> None:
    def chunk(index: int, delta: object, finish: str | None = None) -> bytes:
        told = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        told["choices"] = [{"index": index, "delta": delta, "finish_reason": finish}]
        return b"data: " + json.dumps(told).encode() + b"\n\n"

    call = {
        "tool_calls": [{"index": 0, "id": "i", "type": "function", "function": {"name": "look", "arguments": "{}"}}]
    }
    reader = reader_of(CHAT, choices=2)
    assert reader.feed(chunk(0, call)) == []
    assert [one.text for one in reader.feed(chunk(1, {"content": "hi"}))] == ["hi"]
    (piece,) = reader.feed(chunk(0, {}, "tool_calls"))
    assert [call.name for call in piece.tool_calls] == ["look"]
    assert reader.feed(chunk(1, {}, "stop"))[0].tool_calls == ()


def test_a_stream_of_more_choices_than_were_asked_for_is_cut() -> None:
    """Their pieces would come between each other, and no hook would see what one of them says."""
    told = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    reader = reader_of(CHAT)
    for index in (0, 1):
        told["choices"] = [{"index": index, "delta": {"content": "a"}, "finish_reason": None}]
        sent = b"data: " + json.dumps(told).encode() + b"\n\n"
        if index:
            with pytest.raises(CutShort, match="choices"):
                reader.feed(sent)
        else:
            assert [one.text for one in reader.feed(sent)] == ["a"]


@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_published_answers_are_read_as_stated(case: dict[str, Any]) -> None:
    endpoint, body = Endpoint(case["endpoint"]), case["body"].encode()
    if "refused" in case:
        with pytest.raises(CutShort):
            pieces_of(endpoint, [body], stream=case["stream"], rpc_id=case.get("rpc_id"))
        return
    pieces = pieces_of(endpoint, [body], stream=case["stream"], rpc_id=case.get("rpc_id"))
    assert "".join(one.text for one in pieces) == case["text"]
    assert [[call.name, call.arguments] for one in pieces for call in one.tool_calls] == case["calls"]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_garbage_raises_nothing_but_cut_short(data: st.DataObject) -> None:
    endpoint, stream = data.draw(st.sampled_from(list(Endpoint))), data.draw(st.booleans())
    sent = b"".join(events_of(endpoint, WISHES[2], stream=stream)) if endpoint in PATHS else b'data: {"id":1}\n\n'
    at, end = sorted((data.draw(st.integers(0, len(sent))), data.draw(st.integers(0, len(sent)))))
    junk = data.draw(
        st.one_of(st.binary(max_size=20), st.sampled_from([b"null", b"[]", b"{}", b"1e999", b'"x"', b"-1"]))
    )
    spoilt = sent[:at] + junk + sent[end:]
    if not stream:
        with contextlib.suppress(CutShort):
            whole_of(endpoint, spoilt)
        return
    reader = reader_of(endpoint)
    with contextlib.suppress(CutShort):
        read_all(reader, [spoilt])
    reader.cut(POLICY)
    reader.cut(KILL)


def mcp_answers(ending: bytes) -> Any:
    """Return a transport that serves MCP; a call of a tool is answered by progress, then this ending."""

    def answers(request: httpx2.Request) -> httpx2.Response:
        asked = json.loads(request.content or b"{}")
        if "id" not in asked:
            return httpx2.Response(202 if request.method == "POST" else 405)
        if asked["method"] != "tools/call":
            plan = answer("/mcp", request.content)
            return httpx2.Response(200, headers={"content-type": "application/json"}, content=plan.body)
        reader = reader_of(MCP, rpc_id=asked["id"])
        progress = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x"}}
        (piece,) = reader.feed(b"event: message\ndata: " + json.dumps(progress).encode() + b"\n\n")
        reader.sent(piece)
        cut = reader.cut(KILL if ending == b"kill" else POLICY)
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=piece.data + cut)

    return httpx2.MockTransport(answers)


@pytest.mark.parametrize(("ending", "says"), [(b"kill", "killed"), (b"policy", "not allowed")])
def test_a_cut_of_a_tools_answer_is_an_error_of_the_mcp_sdk(ending: bytes, says: str) -> None:
    async def call() -> None:
        async with (
            httpx2.AsyncClient(transport=mcp_answers(ending)) as http,
            streamable_http_client("http://mcp.example/mcp", http_client=http) as streams,
            ClientSession(streams[0], streams[1]) as session,
        ):
            await session.initialize()
            with pytest.raises(MCPError, match=says):
                await session.call_tool("echo", {})

    asyncio.run(asyncio.wait_for(call(), 120))


@pytest.mark.parametrize("endpoint", Endpoint)
@pytest.mark.parametrize("part", [b"data: " + b"x" * 65530, b": y\n" * 16384])
def test_an_event_without_end_is_cut_short_before_it_fills_memory(endpoint: Endpoint, part: bytes) -> None:
    reader = reader_of(endpoint)
    with pytest.raises(CutShort):
        _feed_often(reader, part)


def _feed_often(reader: Reader, part: bytes) -> None:
    for _ in range(70):
        reader.feed(part)


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("endpoint", [RESPONSES, MESSAGES])
def test_a_cut_closes_what_is_open_once(endpoint: Endpoint, wish: str) -> None:
    """The SDKs forgive a block that is left open; other clients may not."""
    events = events_of(endpoint, wish)
    for at in range(len(events) - 1):
        reader = reader_of(endpoint)
        body = b"".join(piece.data for event in events[:at] for piece in reader.feed(event)) + reader.cut(POLICY)
        for begins, ends in ((b"event: content_block_start", b"event: content_block_stop"), (b".added\n", b".done\n")):
            texts = body.count(b"output_text.done\n") + body.count(b"refusal.done\n") + body.count(b"arguments.done\n")
            assert body.count(begins) == body.count(ends) - (texts if ends == b".done\n" else 0), at


TEXT_KEY = re.compile(rb'("(?:content|text|delta)":\s*")(?=hello)')


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("endpoint", [CHAT, RESPONSES, MESSAGES])
def test_a_second_text_that_escapes_make_up_for_is_not_hidden(endpoint: Endpoint, stream: bool) -> None:
    """A key that comes twice brings one more colon; a colon written as an escape brings one less than its text has."""
    parts, spoilt = [], 0
    for part in events_of(endpoint, "say:hello world", stream=stream):
        found, times = TEXT_KEY.subn(rb'\1hidden secret", \1\\u003a', part, count=0 if spoilt else 1)
        parts.append(part if spoilt else found)
        spoilt += times
    assert spoilt

    with pytest.raises(CutShort):
        pieces_of(endpoint, parts, stream=stream)


ORDINARY = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "system_fingerprint": None,
    "choices": [{
        "index": 0, "finish_reason": "stop", "logprobs": None,
        "message": {"role": "assistant", "content": "a: b", "refusal": None, "annotations": []},
    }],
    "usage": {
        "prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 1},
    },
}  # fmt: skip


@pytest.mark.parametrize("style", [{}, {"separators": (",", ":")}, {"indent": 1}])
def test_an_ordinary_answer_is_read_at_once_and_any_other_in_the_same_words(
    style: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its types, without a look at each field; one field more, and it is read by fields to the same text."""
    body = json.dumps(ORDINARY, **style).encode()
    other = json.dumps({**ORDINARY, "more": None}, **style).encode()
    slow = whole_of(CHAT, other)
    monkeypatch.setattr("ruleout.serving.wires.answers.chat_whole._by_fields", None)

    piece = whole_of(CHAT, body)

    assert piece == slow._replace(data=body)
    assert (piece.text, piece.tokens_in, piece.tokens_out) == ("a: b", 2, 3)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told["choices"][0]["message"].update(
            tool_calls=[{"index": 0, "function": {"name": "f", "arguments": "{}"}}]
        ),
        lambda told: told["choices"][0]["message"].update(reasoning="thought"),
        lambda told: told["choices"].append(told["choices"][0]),
        lambda told: told["choices"][0].update(finish_reason=None),
    ],
)
def test_what_is_no_ordinary_answer_is_read_by_fields(spoil: Any) -> None:
    """Calls, thoughts and further choices are told, not passed over."""
    told = json.loads(json.dumps(ORDINARY))
    spoil(told)
    piece = whole_of(CHAT, json.dumps(told).encode())
    extra = {"thought", "f"} & {*piece.text.replace("a: b", "").split(), *(call.name for call in piece.tool_calls)}
    assert extra or piece.text in ("a: b", "a: ba: b")


@pytest.mark.parametrize("name", ["secret", "prompt_tokens_details", "x" * 600])
def test_more_in_an_answer_than_is_known_is_refused(name: str) -> None:
    """Beside the fields of the ordinary shape, and within its counts of tokens."""
    for told in (
        {**ORDINARY, name: {"a": "words"}},
        {**ORDINARY, "usage": {**ORDINARY["usage"], name: {"a": "w" * 600}}},
    ):
        with pytest.raises(CutShort):
            whole_of(CHAT, json.dumps(told).encode())


@pytest.mark.parametrize("stream", [False, True])
def test_the_timings_of_a_local_server_are_marks_and_nothing_else(stream: bool) -> None:
    """llama.cpp tells tokens and milliseconds in each answer; a text under that name is refused."""
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "delta" if stream else "message": {"role": "assistant", "content": "a"},
    }

    def answer(timings: object) -> bytes:
        told = {"id": "c", "object": "o", "created": 1, "model": "m", "choices": [choice], "timings": timings}
        body = json.dumps(told).encode()
        return b"data: " + body + b"\n\ndata: [DONE]\n\n" if stream else body

    said = pieces_of(CHAT, [answer({"prompt_n": 36, "prompt_ms": 2314.505})], stream=stream)
    assert "".join(piece.text for piece in said) == "a"
    with pytest.raises(CutShort):
        pieces_of(CHAT, [answer({"says": "a sentence that nobody has judged " * 40})], stream=stream)


@given(st.text(st.sampled_from(':"\\u03a{}é'), max_size=30))
def test_colons_are_counted_unless_one_may_be_written_as_an_escape(text: str) -> None:
    """However they are looked for."""
    data = text.encode()
    assert colons_in(data) == (-1 if b"\\u003" in data else data.count(b":"))


CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
FUNCTION, CUSTOM = {"name": "safe", "arguments": "{}"}, {"name": "evil", "input": "x"}


def chat_parts(calls: list[dict[str, Any]], *, stream: bool) -> list[bytes]:
    """Return an answer of one choice that calls tools: the whole body, or a chunk for each part of a call."""
    if not stream:
        message = {"role": "assistant", "content": None, "tool_calls": calls}
        return [json.dumps({**CHUNK, "choices": [{"index": 0, "finish_reason": "stop", "message": message}]}).encode()]
    choices: list[dict[str, Any]] = [{"index": 0, "delta": {"tool_calls": [call]}} for call in calls]
    choices.append({"index": 0, "delta": {}, "finish_reason": "tool_calls"})
    events = [json.dumps({**CHUNK, "choices": [choice]}) for choice in choices]
    return [b"data: " + event.encode() + b"\n\n" for event in (*events, "[DONE]")]


@pytest.mark.parametrize("stream", [True, False])
def test_a_call_of_a_function_and_a_custom_tool_at_once_is_refused(stream: bool) -> None:
    """A client that reads the one would not see the other."""
    call = {"index": 0, "id": "a", "type": "custom"}
    for one, name in (({"function": FUNCTION}, "safe"), ({"function": None, "custom": CUSTOM}, "evil")):
        pieces = pieces_of(CHAT, chat_parts([{**call, **one}], stream=stream), stream=stream)
        assert [told.name for piece in pieces for told in piece.tool_calls] == [name]
    with pytest.raises(CutShort, match="two kinds"):
        pieces_of(CHAT, chat_parts([{**call, "function": FUNCTION, "custom": CUSTOM}], stream=stream), stream=stream)


def test_a_call_does_not_become_one_of_another_kind() -> None:
    """Parts of one index: first a function's, then a custom tool's."""
    parts = [{"index": 0, "id": "a", "function": FUNCTION}, {"index": 0, "custom": CUSTOM}]
    with pytest.raises(CutShort, match="two kinds"):
        pieces_of(CHAT, chat_parts(parts, stream=True), stream=True)


@pytest.mark.parametrize(
    "beside",
    [
        {"content": "hidden"},
        {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": FUNCTION}]},
    ],
)
def test_a_delta_beside_the_message_of_a_whole_answer_is_refused(beside: dict[str, Any]) -> None:
    told = json.loads(json.dumps(ORDINARY))
    told["choices"][0]["delta"] = {"role": "assistant", "content": ""}
    assert whole_of(CHAT, json.dumps(told).encode()).text == "a: b"
    told["choices"][0]["delta"] = beside
    with pytest.raises(CutShort, match="beside its message"):
        whole_of(CHAT, json.dumps(told).encode())


def test_an_error_beside_the_message_of_a_whole_answer_is_refused() -> None:
    assert whole_of(CHAT, json.dumps({**ORDINARY, "error": None}).encode()).text == "a: b"
    with pytest.raises(CutShort, match="error"):
        whole_of(CHAT, json.dumps({**ORDINARY, "error": {"message": "hidden"}}).encode())
