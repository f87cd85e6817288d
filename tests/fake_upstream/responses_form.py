# SPDX-License-Identifier: Apache-2.0
"""OpenAI responses, as the fake provider writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.fake_upstream.chat_form import error

__all__ = ["error", "events", "whole"]

_DETAILS = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
_USAGE = {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18, **_DETAILS}


def _items(told: dict[str, Any]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    if told["texts"] or told["refuse"]:
        part: dict[str, Any] = {"type": "output_text", "text": "".join(told["texts"]), "annotations": []}
        if told["refuse"]:
            part = {"type": "refusal", "refusal": "no"}
        made.append({"type": "message", "id": "m_0", "role": "assistant", "status": "completed", "content": [part]})
    for at, (name, arguments) in enumerate(told["tools"]):
        call = {"type": "function_call", "id": f"fc_{at}", "call_id": f"call_{at}", "name": name}
        made.append({**call, "arguments": arguments, "status": "completed"})
    return made


def whole(told: dict[str, Any], status: str = "completed") -> dict[str, Any]:
    """Return the body of an answer that is not streamed."""
    done = status == "completed"
    head = {"id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": told["model"]}
    rest = {"error": None, "incomplete_details": None, "instructions": None, "metadata": {}, "tools": []}
    options = {"parallel_tool_calls": True, "tool_choice": "auto", "temperature": 1, "top_p": 1}
    return {**head, **rest, **options, "output": _items(told) if done else [], "usage": _USAGE if done else None}


def events(told: dict[str, Any], asked: dict[str, Any]) -> Iterator[bytes]:
    """Return the events of a streamed answer, numbered."""
    for number, (kind, fields) in enumerate(_plain(told)):
        data = json.dumps({"type": kind, "sequence_number": number, **fields})
        yield f"event: {kind}\ndata: {data}\n\n".encode()


def _plain(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("response.created", "response.in_progress"):
        yield kind, {"response": whole(told, "in_progress")}
    for at, item in enumerate(_items(told)):
        yield from _item(told, at, item)
    yield "response.completed", {"response": whole(told)}


def _item(told: dict[str, Any], at: int, item: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    place = {"output_index": at, "item_id": item["id"]}
    if item["type"] == "function_call":
        yield "response.output_item.added", {"output_index": at, "item": {**item, "arguments": ""}}
        for start in range(0, len(item["arguments"]), 5):
            delta = item["arguments"][start : start + 5]
            yield "response.function_call_arguments.delta", {**place, "delta": delta}
        done = {**place, "name": item["name"], "arguments": item["arguments"]}
        yield "response.function_call_arguments.done", done
    else:
        yield "response.output_item.added", {"output_index": at, "item": {**item, "content": []}}
        yield from _part({**place, "content_index": 0}, item["content"][0], told["texts"])
    yield "response.output_item.done", {"output_index": at, "item": item}


def _part(place: dict[str, Any], part: dict[str, Any], texts: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    key = "text" if part["type"] == "output_text" else "refusal"
    yield "response.content_part.added", {**place, "part": {**part, key: ""}}
    for text in texts if key == "text" else ["no"]:
        yield f"response.{part['type']}.delta", {**place, "delta": text, "logprobs": []}
    yield f"response.{part['type']}.done", {**place, key: part[key], "logprobs": []}
    yield "response.content_part.done", {**place, "part": part}
