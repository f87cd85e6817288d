# SPDX-License-Identifier: Apache-2.0
"""What an answer shows that no hook can read is told beside its text, in each format (G-5, G-9)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ruleout.model.permit import Endpoint
from ruleout.serving.wires import reader_of, whole_of

RESPONSES, MESSAGES, MCP = Endpoint.OPENAI_RESPONSES, Endpoint.ANTHROPIC_MESSAGES, Endpoint.MCP_TOOLS_CALL
RESPONSE = {"id": "r", "object": "response", "created_at": 1, "status": "completed", "model": "m"}
IMAGE = {"type": "image_generation_call", "id": "g", "status": "completed"}
CODE = {"type": "code_interpreter_call", "id": "k", "status": "completed", "code": "1", "container_id": "c"}
OUTPUT = {"type": "function_call_output", "id": "o", "call_id": "c"}
PICTURE = "data:image/png;base64,eA=="

ITEMS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({**IMAGE, "result": "eA=="}, ("image",)),
    ({**IMAGE, "result": None}, ()),
    ({**CODE, "outputs": [{"type": "image", "url": PICTURE}]}, ("image",)),
    ({**CODE, "outputs": [{"type": "image", "url": "https://a.example/one.png"}, {"type": "logs", "logs": "1"}]}, ()),
    ({**OUTPUT, "output": [{"type": "input_image", "image_url": PICTURE}]}, ("image",)),
    ({**OUTPUT, "output": [{"type": "input_file", "file_data": PICTURE}]}, ("document",)),
    ({**OUTPUT, "output": "data: and other words"}, ()),
]
RESULTS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"content": [{"type": "image", "data": "eA==", "mimeType": "image/png"}]}, ("image",)),
    ({"content": [{"type": "audio", "data": "eA==", "mimeType": "audio/wav"}]}, ("audio",)),
    ({"content": [{"type": "resource", "resource": {"uri": "file:///a", "blob": "eA=="}}]}, ("document",)),
    ({"content": [{"type": "resource", "resource": {"uri": "file:///a", "text": "words"}}]}, ()),
    ({"content": [{"type": "text", "text": "x"}], "structuredContent": {"data": "words"}}, ()),
]
FETCHED: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"type": "base64", "media_type": "application/pdf", "data": "eA=="}, ("document",)),
    ({"type": "text", "media_type": "text/plain", "data": "words"}, ()),
]


def item_events(item: dict[str, Any], *inside: tuple[str, dict[str, Any]]) -> bytes:
    """Return a streamed response up to the end of this item."""
    events = [
        ("response.created", {"response": {**RESPONSE, "status": "in_progress", "output": []}}),
        ("response.output_item.added", {"output_index": 0, "item": item}),
        *inside,
        ("response.output_item.done", {"output_index": 0, "item": item}),
    ]
    return b"".join(f"event: {kind}\ndata: {json.dumps({'type': kind, **told})}\n\n".encode() for kind, told in events)


@pytest.mark.parametrize(("item", "unread"), ITEMS)
def test_a_response_tells_what_is_no_text(item: dict[str, Any], unread: tuple[str, ...]) -> None:
    assert whole_of(RESPONSES, json.dumps({**RESPONSE, "output": [item]}).encode()).unread == unread
    pieces = reader_of(RESPONSES).feed(item_events(item))
    assert {one.unread for one in pieces} <= {(), unread}
    assert any(one.unread == unread for one in pieces)


def test_a_picture_that_is_shown_before_it_is_finished_is_told() -> None:
    event = {"output_index": 0, "item_id": "g", "partial_image_index": 0, "partial_image_b64": "eA=="}
    pieces = reader_of(RESPONSES).feed(item_events(IMAGE, ("response.image_generation_call.partial_image", event)))
    assert [(len(one.tool_calls), one.unread) for one in pieces] == [(0, ()), (1, ("image",))]


@pytest.mark.parametrize(("result", "unread"), RESULTS)
def test_a_tool_server_tells_what_is_no_text(result: dict[str, Any], unread: tuple[str, ...]) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()
    assert whole_of(MCP, body, 1).unread == unread
    assert [one.unread for one in reader_of(MCP, 1).feed(b"data: " + body + b"\n\n")] == [unread]


@pytest.mark.parametrize(("source", "unread"), FETCHED)
def test_a_message_tells_what_is_no_text(source: dict[str, Any], unread: tuple[str, ...]) -> None:
    fetched = {
        "type": "web_fetch_result",
        "url": "https://a.example",
        "content": {"type": "document", "source": source},
    }
    block = {"type": "web_fetch_tool_result", "tool_use_id": "s", "content": fetched}
    told = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": []}
    assert whole_of(MESSAGES, json.dumps({**told, "content": [block]}).encode()).unread == unread
    events = [("message_start", {"message": told}), ("content_block_start", {"index": 0, "content_block": block})]
    sent = "".join(f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n" for kind, fields in events)
    assert [one.unread for one in reader_of(MESSAGES).feed(sent.encode())] == [(), unread]
