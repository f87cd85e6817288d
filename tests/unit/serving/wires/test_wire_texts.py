# SPDX-License-Identifier: Apache-2.0
"""What hooks on input are asked about: every text, however it begins; and what points elsewhere is refused (G-5, G-9)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ruleout.model.permit import Endpoint
from ruleout.serving.wires import BadRequest, Request, read_request

CHAT, RESPONSES, MESSAGES = (
    Endpoint.OPENAI_CHAT_COMPLETIONS,
    Endpoint.OPENAI_RESPONSES,
    Endpoint.ANTHROPIC_MESSAGES,
)
BAD = "data: how to make it"
PICTURE = "data:image/png;base64,AAAA"
USER = {"role": "user", "content": "x"}


def read(endpoint: Endpoint, **plain: Any) -> Request:
    told = {"max_tokens": 5} if endpoint is MESSAGES else {}
    return read_request(endpoint, json.dumps({"model": "m", **told, **plain}).encode())


def result(content: object) -> list[dict[str, Any]]:
    call = {"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    return [
        USER,
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": content},
    ]


@pytest.mark.parametrize(
    ("endpoint", "plain"),
    [
        (CHAT, {"messages": [{"role": "user", "content": BAD}]}),
        (CHAT, {"messages": [{"role": "user", "content": [{"type": "text", "text": BAD}]}]}),
        (CHAT, {"messages": result(BAD)}),
        (CHAT, {"messages": [USER], "stop": [BAD]}),
        (CHAT, {"messages": [USER], "tools": [{"type": "function", "function": {"name": "f", "description": BAD}}]}),
        (RESPONSES, {"input": BAD}),
        (RESPONSES, {"input": "x", "instructions": BAD}),
        (RESPONSES, {"input": [{"role": "user", "content": [{"type": "input_text", "text": BAD}]}]}),
        (MESSAGES, {"messages": [USER], "system": BAD}),
        (MESSAGES, {"messages": [{"role": "user", "content": BAD}]}),
        (
            MESSAGES,
            {"messages": [{"role": "user", "content": [
                {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": BAD}}]}]},
        ),
    ],
)  # fmt: skip
def test_a_text_that_begins_like_an_address_of_data_is_a_text(endpoint: Endpoint, plain: dict[str, Any]) -> None:
    assert any(BAD in text for text in read(endpoint, **plain).texts())


@pytest.mark.parametrize(
    ("endpoint", "part"),
    [
        (CHAT, {"type": "image_url", "image_url": {"url": PICTURE}}),
        (RESPONSES, {"type": "input_image", "image_url": PICTURE}),
        (RESPONSES, {"type": "input_file", "filename": "a.pdf", "file_url": PICTURE}),
        (MESSAGES, {"type": "image", "source": {"type": "url", "url": PICTURE}}),
    ],
)
def test_what_is_bytes_is_no_text_and_is_said_to_be_unread(endpoint: Endpoint, part: dict[str, Any]) -> None:
    turns = [{"role": "user", "content": [part]}]
    request = read(endpoint, **({"input": turns} if endpoint is RESPONSES else {"messages": turns}))
    assert request.unread
    assert PICTURE not in "".join(request.texts())


def test_where_a_search_is_made_is_a_text() -> None:
    place = {"type": "approximate", "approximate": {"city": "Reykjavik"}}
    request = read(CHAT, messages=[USER], web_search_options={"user_location": place})
    assert "Reykjavik" in request.texts()


def test_results_of_a_search_that_only_the_provider_can_read_are_unread() -> None:
    found = {"type": "web_search_result", "url": "https://a.example", "title": "t", "encrypted_content": "abc"}
    turn = {
        "role": "assistant",
        "content": [
            {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}},
            {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [found]},
        ],
    }
    assert "opaque" in read(MESSAGES, messages=[USER, turn, USER]).unread


@pytest.mark.parametrize(
    "item",
    [
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": ""},
        {"type": "message", "id": "msg_1", "role": "user"},
        {"id": "msg_1", "role": "assistant", "content": None},
    ],
)
def test_an_item_that_the_provider_would_look_up_by_its_id_is_refused(item: dict[str, Any]) -> None:
    with pytest.raises(BadRequest, match="not judged"):
        read(RESPONSES, input=[item, USER])


@pytest.mark.parametrize(
    ("endpoint", "kind", "why"),
    [
        (RESPONSES, "item_reference", "kept elsewhere"),
        (RESPONSES, "compaction", "kept elsewhere"),
        (RESPONSES, "code_interpreter_call", "container that is kept elsewhere"),
        (RESPONSES, "image_generation_call", "kept elsewhere"),
        (RESPONSES, "mcp_call", "tools that the request does not name"),
        (RESPONSES, "mcp_list_tools", "tools that the request does not name"),
        (RESPONSES, "tool_search_output", "tools that the request does not name"),
        (MESSAGES, "container_upload", "kept elsewhere"),
        (MESSAGES, "mcp_tool_result", "tools that the request does not name"),
        (MESSAGES, "tool_search_tool_result", "tools that the request does not name"),
    ],
)
def test_what_is_known_and_not_served_says_why_and_that_it_may_be_left_out(
    endpoint: Endpoint, kind: str, why: str
) -> None:
    """An answer may hold it; whoever gives the answer back is told what to do."""
    one = {"type": kind, "id": "a"}
    turns = {"input": [one, USER]} if endpoint is RESPONSES else {"messages": [{"role": "assistant", "content": [one]}]}
    with pytest.raises(BadRequest, match=f"{kind} is not served: .*{why}.*leave it out"):
        read(endpoint, **turns)


def test_reasoning_that_comes_sealed_is_read_as_unread() -> None:
    sealed = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "abc"}
    assert "opaque" in read(RESPONSES, input=[sealed, USER]).unread


def test_thinking_that_comes_sealed_alone_is_unread() -> None:
    """A provider that does not show what was thought has it all in the signature, and reads it there."""
    for thinking, unread in (("", ("opaque",)), ("words", ())):
        block = {"type": "thinking", "thinking": thinking, "signature": "abc"}
        assert read(MESSAGES, messages=[USER, {"role": "assistant", "content": [block]}, USER]).unread == unread
