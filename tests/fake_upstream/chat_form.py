# SPDX-License-Identifier: Apache-2.0
"""OpenAI chat completions, as the fake provider writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def error(status: int) -> bytes:
    """Return the body of an error."""
    return json.dumps({"error": {"message": "asked for", "type": "fake", "param": None, "code": str(status)}}).encode()


def _finish(told: dict[str, Any]) -> str:
    return "content_filter" if told["refuse"] else "tool_calls" if told["tools"] else "stop"


def _call(at: int, name: str, arguments: str) -> dict[str, Any]:
    return {"id": f"call_{at}", "type": "function", "function": {"name": name, "arguments": arguments}}


def whole(told: dict[str, Any]) -> dict[str, Any]:
    """Return the body of an answer that is not streamed."""
    message: dict[str, Any] = {"role": "assistant", "content": "".join(told["texts"]) or None, "refusal": None}
    if told["tools"]:
        message["tool_calls"] = [_call(at, *one) for at, one in enumerate(told["tools"])]
    choice = {"index": 0, "message": message, "finish_reason": _finish(told), "logprobs": None}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": told["model"]}
    return {**head, "choices": [choice], "usage": _USAGE}


def events(told: dict[str, Any], asked: dict[str, Any]) -> Iterator[bytes]:
    """Return the events of a streamed answer."""
    yield _chunk(told, {"role": "assistant", "content": ""})
    for text in told["texts"]:
        yield _chunk(told, {"content": text})
    for at, (name, arguments) in enumerate(told["tools"]):
        yield _chunk(told, {"tool_calls": [{"index": at, **_call(at, name, "")}]})
        for start in range(0, len(arguments), 5):
            part = {"index": at, "function": {"arguments": arguments[start : start + 5]}}
            yield _chunk(told, {"tool_calls": [part]})
    yield _chunk(told, {}, _finish(told))
    if (asked.get("stream_options") or {}).get("include_usage"):
        yield _chunk(told, None)
    yield b"data: [DONE]\n\n"


def _chunk(told: dict[str, Any], delta: dict[str, Any] | None, finish: str | None = None) -> bytes:
    made: dict[str, Any] = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": told["model"]}
    made["choices"] = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    if delta is None:
        made["usage"] = _USAGE
    return b"data: " + json.dumps(made).encode() + b"\n\n"
