# SPDX-License-Identifier: Apache-2.0
"""Streamed responses: what events say beside their text, and that a call ends as it was begun and told (G-5)."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest
from openai.types.responses import Response, ResponseStreamEvent

from ruleout.model.permit import Endpoint
from ruleout.serving.wires import BadRequest, CutShort, Piece, read_request, reader_of, whole_of
from ruleout.serving.wires.answers.responses import RESPONSE

RESPONSES = Endpoint.OPENAI_RESPONSES
HEAD = {"id": "r", "object": "response", "created_at": 1, "status": "in_progress", "model": "m", "output": []}
MESSAGE = {"id": "i", "type": "message", "status": "in_progress", "role": "assistant", "content": []}
PLACE = {"output_index": 0, "item_id": "i", "content_index": 0}

Told = tuple[str, dict[str, Any]]


def streamed(*events: Told) -> list[Piece]:
    """Read a response that says these events and then ends."""
    ends = ("response.completed", {"response": {**HEAD, "status": "completed"}})
    reader = reader_of(RESPONSES)
    pieces: list[Piece] = []
    for number, (kind, fields) in enumerate([("response.created", {"response": HEAD}), *events, ends]):
        data = json.dumps({"type": kind, "sequence_number": number, **fields})
        pieces += reader.feed(f"event: {kind}\ndata: {data}\n\n".encode())
    return [*pieces, *reader.finish()]


def part(text: str, **more: Any) -> dict[str, Any]:
    """Return a part of a message."""
    return {"type": "output_text", "text": text, "annotations": [], **more}


def spoken(delta: dict[str, Any], done: dict[str, Any], logprobs: object) -> list[Told]:
    """Return the events of a message that says `a`, with more in its delta, in its end, and in its finished part."""
    whole = part("a", logprobs=logprobs)
    return [
        ("response.output_item.added", {"output_index": 0, "item": MESSAGE}),
        ("response.content_part.added", {**PLACE, "part": part("")}),
        ("response.output_text.delta", {**PLACE, "delta": "a", **delta}),
        ("response.output_text.done", {**PLACE, "text": "a", **done}),
        ("response.content_part.done", {**PLACE, "part": whole}),
        ("response.output_item.done", {"output_index": 0, "item": {**MESSAGE, "content": [whole]}}),
    ]


def token(text: str, **more: Any) -> list[dict[str, Any]]:
    """Return a token with another that was likely."""
    likely = {"token": "b", "logprob": -1.5, "bytes": [98]}
    return [{"token": text, "logprob": -0.1, "bytes": [97], "top_logprobs": [likely], **more}]


def text_of(pieces: list[Piece]) -> str:
    """Return all text."""
    return "".join(piece.text for piece in pieces)


def test_tokens_that_say_the_text_again_are_no_more_text() -> None:
    same = {"logprobs": token("a")}
    assert text_of(streamed(*spoken(same, same, token("a")))) == "a"


@pytest.mark.parametrize("at", range(3))
def test_tokens_that_say_another_text_are_text(at: int) -> None:
    """In a delta, at the end of the text, in the finished part: as in chat completions."""
    told = [token("hidden") if place == at else [] for place in range(3)]
    text = text_of(streamed(*spoken({"logprobs": told[0]}, {"logprobs": told[1]}, told[2])))
    assert set(text.replace("hidden", " ").split()) == {"a"}
    assert "hidden" in text


def test_tokens_of_an_answer_that_is_not_streamed_are_looked_at() -> None:
    for told, text in ((token("a"), "a"), (token("hidden"), "ahidden")):
        item = {**MESSAGE, "content": [part("a", logprobs=told)]}
        assert whole_of(RESPONSES, json.dumps({**HEAD, "output": [item]}).encode()).text == text


@pytest.mark.parametrize(
    "spoilt",
    [
        token("a" * 600),
        token("a", surprise="hidden"),
        token("a", bytes=["hidden"]),
        token("a", top_logprobs=[{"token": "b" * 600, "logprob": 0}]),
        token("a", top_logprobs=[{"token": "b", "logprob": 0, "top_logprobs": token("hidden")}]),
    ],
)
def test_tokens_are_held_to_a_short_string(spoilt: object) -> None:
    for told in (({"logprobs": spoilt}, {}, []), ({}, {"logprobs": spoilt}, []), ({}, {}, spoilt)):
        with pytest.raises(CutShort):
            streamed(*spoken(*told))


@pytest.mark.parametrize(
    "more",
    [
        {"text": "hidden"},
        {"part": part("hidden")},
        {"item": MESSAGE},
        {"refusal": "no"},
        {"obfuscation": "hidden " * 150},
        {"item_id": "hidden " * 150},
    ],
)
def test_a_delta_says_nothing_in_another_field(more: dict[str, Any]) -> None:
    with pytest.raises(CutShort):
        streamed(*spoken(more, {}, []))


@pytest.mark.parametrize("kind", ["response.created", "response.in_progress", "response.queued"])
def test_an_error_in_the_head_of_a_response_is_text(kind: str) -> None:
    told = json.dumps({"type": kind, "response": {**HEAD, "error": {"code": "c", "message": "hidden"}}})
    assert "hidden" in text_of(reader_of(RESPONSES).feed(f"event: {kind}\ndata: {told}\n\n".encode()))


AT = {"output_index": 0, "item_id": "c"}
FUNCTION = {"type": "function_call", "call_id": "x", "name": "look", "arguments": ""}
CODE = {"type": "code_interpreter_call", "code": "", "container_id": "k", "outputs": None}
SHELL = {"type": "shell_call", "call_id": "x", "action": {"commands": []}}
WHOLE = {
    "function_call": {"arguments": '{"a": 1}'},
    "custom_tool_call": {"input": "words"},
    "mcp_call": {"arguments": "{}", "output": "found"},
    "mcp_approval_request": {"arguments": "{}"},
    "code_interpreter_call": {"code": "print(1)", "outputs": [{"type": "logs", "logs": "1"}]},
    "shell_call": {"action": {"commands": ["ls", "pwd"], "timeout_ms": 9}},
    "web_search_call": {"action": {"type": "search", "query": "q"}},
    "image_generation_call": {"size": "1024x1024", "quality": "high", "revised_prompt": "p"},
}


def called(begun: dict[str, Any], /, *told: Told, **ends: Any) -> list[Piece]:
    """Read a response with one call: the item that begins it, what events tell of it, and what the finished item has."""
    first = {"id": "c", "status": "in_progress", **begun}
    last = {**first, **WHOLE.get(begun["type"], {}), **ends, "status": "completed"}
    begins = ("response.output_item.added", {"output_index": 0, "item": first})
    return streamed(begins, *told, ("response.output_item.done", {"output_index": 0, "item": last}))


def call_of(pieces: list[Piece]) -> tuple[str, str]:
    """Return the name and the arguments of the only call."""
    (call,) = [call for piece in pieces for call in piece.tool_calls]
    return call.name, call.arguments


def in_parts(base: str, field: str, *parts: str, **more: Any) -> list[Told]:
    """Return the events that tell a field of a call in parts, then whole."""
    events: list[Told] = [(f"{base}.delta", {**AT, "delta": one, "obfuscation": "xx", **more}) for one in parts]
    return [*events, (f"{base}.done", {**AT, field: "".join(parts), **more})]


def shell_told() -> list[Told]:
    """Return the events of two commands."""
    told: list[Told] = []
    for at, text in enumerate(["ls", "pwd"]):
        parts = in_parts("response.shell_call_command", "command", text[0], text[1:], command_index=at)
        told += [("response.shell_call_command.added", {"output_index": 0, "command": "", "command_index": at}), *parts]
    return told


MCP = {"name": "look", "server_label": "s", "arguments": ""}
ORDINARY: list[tuple[dict[str, Any], list[Told], str]] = [
    (FUNCTION, in_parts("response.function_call_arguments", "arguments", '{"a"', ": 1}"), "look"),
    (FUNCTION, [("response.function_call_arguments.done", {**AT, "name": "look", "arguments": '{"a": 1}'})], "look"),
    ({**FUNCTION, "arguments": '{"a": 1}'}, [], "look"),
    (
        {"type": "custom_tool_call", "call_id": "x", "name": "look", "input": ""},
        in_parts("response.custom_tool_call_input", "input", "wor", "ds"),
        "look",
    ),
    ({"type": "mcp_call", **MCP}, in_parts("response.mcp_call_arguments", "arguments", "{}"), "look"),
    ({"type": "mcp_approval_request", **MCP}, [], "look"),
    (CODE, in_parts("response.code_interpreter_call_code", "code", "print", "(1)"), "code_interpreter"),
    (SHELL, shell_told(), "shell"),
    ({"type": "web_search_call", "action": {"type": "search"}}, [], "web_search"),
    ({"type": "image_generation_call"}, [], "image_generation"),
]


@pytest.mark.parametrize(("begun", "told", "name"), ORDINARY)
def test_a_call_as_a_provider_tells_it_is_read(begun: dict[str, Any], told: list[Told], name: str) -> None:
    assert call_of(called(begun, *told))[0] == name


CALL_EVENTS = [
    one
    for one in get_args(get_args(ResponseStreamEvent)[0])
    if re.search(r"call[._]|call_arguments|call_input", one.model_fields["type"].annotation.__args__[0])
    and "output_content" not in one.model_fields["type"].annotation.__args__[0]
]


@pytest.mark.parametrize("event", CALL_EVENTS, ids=lambda event: event.__name__)
def test_every_event_of_a_call_that_the_official_sdk_knows_is_read(event: Any) -> None:
    """With each of its fields; beside the output of a shell, which comes in an item of its own and is refused."""
    kind = event.model_fields["type"].annotation.__args__[0]
    fields = {name: AT.get(name, 0 if field.annotation is int else "") for name, field in event.model_fields.items()}
    del fields["type"], fields["sequence_number"]
    begun = next((one for one, _, _ in ORDINARY if kind.startswith(f"response.{one['type']}")), FUNCTION)
    assert call_of(called(begun, (kind, fields), **begun))


def test_at_least_the_events_of_today_were_looked_at() -> None:
    assert len(CALL_EVENTS) >= 25


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("response.function_call_arguments.surprise", {"text": "hidden"}),
        ("response.function_call_arguments.delta", {"delta": "{}", "surprise": "hidden"}),
        ("response.function_call_arguments.delta", {"delta": "{}", "arguments": "hidden"}),
        ("response.function_call_arguments.done", {"arguments": '{"a": 1}', "name": "evil"}),
        ("response.web_search_call.searching", {"query": "hidden"}),
        ("response.web_search_call.surprise", {}),
        ("response.function_call_arguments.delta", {"delta": "{}", "output_index": 1}),
    ],
)
def test_more_in_a_call_than_is_known_is_refused(kind: str, more: dict[str, Any]) -> None:
    with pytest.raises(CutShort):
        called(FUNCTION, (kind, {**AT, **more}))


@pytest.mark.parametrize(
    ("begun", "told"),
    [
        (CODE, ("response.code_interpreter_call_code.delta", {"delta": "evil"})),
        (CODE, ("response.code_interpreter_call_code.done", {"code": "evil"})),
        (SHELL, ("response.shell_call_command.added", {"command": "evil", "command_index": 0})),
        (SHELL, ("response.shell_call_command.delta", {"delta": "evil", "command_index": 2})),
        (FUNCTION, ("response.function_call_arguments.delta", {"delta": "evil"})),
        (FUNCTION, ("response.code_interpreter_call_code.delta", {"delta": "evil"})),
        ({"type": "mcp_approval_request", **MCP}, ("response.mcp_call_arguments.delta", {"delta": "evil"})),
    ],
)
def test_a_call_that_ends_as_another_than_was_told_is_refused(begun: dict[str, Any], told: Told) -> None:
    with pytest.raises(CutShort, match="the one that was begun"):
        called(begun, (told[0], {**AT, **told[1]}))


@pytest.mark.parametrize(
    ("begun", "ends"),
    [
        ({**FUNCTION, "name": "evil"}, {"name": "look"}),
        ({**FUNCTION, "call_id": "y"}, {"call_id": "x"}),
        ({**FUNCTION, "type": "mcp_call"}, {"type": "function_call"}),
        ({**FUNCTION, "arguments": "evil"}, {}),
        ({**SHELL, "action": {"commands": ["evil"]}}, {}),
        ({**CODE, "code": "evil"}, {"type": "shell_call", "call_id": "x"}),
        ({"type": "mcp_call", **MCP, "output": "evil"}, {}),
    ],
)
def test_a_call_that_ends_as_another_than_was_begun_is_refused(begun: dict[str, Any], ends: dict[str, Any]) -> None:
    with pytest.raises(CutShort, match="the one that was begun"):
        called(begun, **ends)


def test_what_a_providers_own_call_began_with_and_lost_is_text() -> None:
    """The size of a picture may become another; a query that is gone was seen by the client all the same."""
    begun = {"type": "web_search_call", "action": {"type": "search", "query": "gone"}}
    pieces = called(begun, action={"type": "open_page", "url": "https://a.example"})
    assert call_of(pieces)[0] == "web_search"
    assert "gone" in text_of(pieces)


def test_a_mark_of_a_providers_own_call_is_a_mark() -> None:
    with pytest.raises(CutShort):
        called(CODE, call_id={"x": "hidden"})


@pytest.mark.parametrize(
    "effective",
    [
        {"image": {"context_compression": "enabled"}},
        {"access_programs": {"cyber": "standard"}},
        {"input_transformations": [{"id": "r", "action": "removed", "reason": "model_mismatch", "type": "reasoning"}]},
    ],
)
def test_what_a_provider_says_it_went_by_is_read(effective: dict[str, Any]) -> None:
    """Without being asked for it: such an answer is an ordinary one."""
    assert whole_of(RESPONSES, json.dumps({**HEAD, "status": "completed", **effective}).encode()).ended


def test_every_field_of_a_response_that_the_official_sdk_knows_is_read() -> None:
    assert {field.alias or name for name, field in Response.model_fields.items()} <= RESPONSE.keys()


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "name": "look", "parameters": {}, "strict": True},
        {"type": "custom", "name": "look"},
        {"type": "shell"},
        {"type": "apply_patch"},
        {"type": "mcp", "server_label": "a", "server_url": "https://mcp.example"},
    ],
)
def test_a_tool_that_the_model_alone_may_call_is_read(tool: dict[str, Any]) -> None:
    """As a refusal of calls by programs says that it be offered."""
    told = {"model": "m", "input": "x"}
    for callers in (["direct"], [], None):
        body = json.dumps({**told, "tools": [{**tool, "allowed_callers": callers}]}).encode()
        assert read_request(RESPONSES, body).asked.tools[0] in ("look", tool["type"])
    for others in (["direct", "programmatic"], ["programmatic"], [None]):
        body = json.dumps({**told, "tools": [{**tool, "allowed_callers": others}]}).encode()
        with pytest.raises(BadRequest, match='beyond "direct"'):
            read_request(RESPONSES, body)
