# SPDX-License-Identifier: Apache-2.0
"""Anthropic messages, as the fake provider writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def error(status: int) -> bytes:
    """Return the body of an error."""
    kind = "rate_limit_error" if status == 429 else "api_error"
    return json.dumps({"type": "error", "error": {"type": kind, "message": "asked for"}}).encode()


def _stop(told: dict[str, Any]) -> str:
    return "refusal" if told["refuse"] else "tool_use" if told["tools"] else "end_turn"


def _message(told: dict[str, Any], content: list[Any], stop: str | None, out: int) -> dict[str, Any]:
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": told["model"], "content": content}
    return {**head, "stop_reason": stop, "stop_sequence": None, "usage": {"input_tokens": 11, "output_tokens": out}}


def whole(told: dict[str, Any]) -> dict[str, Any]:
    """Return the body of an answer that is not streamed."""
    content: list[Any] = [{"type": "text", "text": "".join(told["texts"])}] if told["texts"] else []
    for at, (name, arguments) in enumerate(told["tools"]):
        content.append({"type": "tool_use", "id": f"toolu_{at}", "name": name, "input": json.loads(arguments)})
    return _message(told, content, _stop(told), 7)


def events(told: dict[str, Any], asked: dict[str, Any]) -> Iterator[bytes]:
    """Return the events of a streamed answer."""
    yield _event("message_start", message=_message(told, [], None, 1))
    index = 0
    if told["texts"]:
        yield _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        for text in told["texts"]:
            yield _event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})
        yield _event("content_block_stop", index=0)
        index = 1
    for at, (name, arguments) in enumerate(told["tools"]):
        block = {"type": "tool_use", "id": f"toolu_{at}", "name": name, "input": {}}
        yield _event("content_block_start", index=index + at, content_block=block)
        for start in range(0, len(arguments), 5):
            delta = {"type": "input_json_delta", "partial_json": arguments[start : start + 5]}
            yield _event("content_block_delta", index=index + at, delta=delta)
        yield _event("content_block_stop", index=index + at)
    ending = {"stop_reason": _stop(told), "stop_sequence": None}
    yield _event("message_delta", delta=ending, usage={"output_tokens": 7})
    yield _event("message_stop")


def _event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()
