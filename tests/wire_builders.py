# SPDX-License-Identifier: Apache-2.0
"""Builders of requests: one abstract request written in each wire format, and attempts to spoil what was written."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass
from typing import Any

from ruleout.model.permit import Endpoint

Plain = dict[str, Any]
MODELS = (Endpoint.OPENAI_CHAT_COMPLETIONS, Endpoint.OPENAI_RESPONSES, Endpoint.ANTHROPIC_MESSAGES)
_TOOLS = ("get_weather", "send_mail", "look_up", "pay", "run_query")
_WORDS = ("what", "is", "über", "the", "weather", "\U0001f600", "in\n", '"Oslo"', "\\", "today", "東京", " ")
_IMAGE = "iVBORw0KGgo="


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstract:
    """A request without a format: turns are ("user", text), ("call", id, tool, arguments) or ("result", id, text)."""

    model: str
    stream: bool
    tokens: int
    system: str
    turns: tuple[tuple[str, ...], ...]
    tools: tuple[str, ...]
    choice: str
    image: str


def drawn(rng: random.Random) -> Abstract:
    """Return a random request."""
    turns: list[tuple[str, ...]] = [("user", _text(rng))]
    for number in range(rng.randrange(4)):
        tool = rng.choice(_TOOLS)
        turns.append(("call", f"call_{number % 2}", tool, json.dumps({"q": _text(rng)})))
        if rng.random() < 0.9:
            turns.append(("result", f"call_{number % 2}", _text(rng)))
    if rng.random() < 0.1:
        turns.append(("result", "call_unknown", _text(rng)))
    turns.append(("user", _text(rng)))
    tools = tuple(rng.sample(_TOOLS, rng.randrange(len(_TOOLS))))
    return Abstract(
        model=rng.choice(("northlight-2", "fjord:1.5", "org/model-x")),
        stream=rng.random() < 0.5,
        tokens=rng.choice((0, 1, 256, 100_000)),
        system=rng.choice(("", _text(rng))),
        turns=tuple(turns),
        tools=tools,
        choice=rng.choice(("", "auto", rng.choice(tools) if tools else "")),
        image=rng.choice(("", "", "data:image/png;base64," + _IMAGE, "https://images.example/one.png")),
    )


def _text(rng: random.Random) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(rng.randrange(1, 8)))


def rendered(endpoint: Endpoint, one: Abstract) -> Plain:
    """Return the body of a request in one format."""
    writers = {
        Endpoint.OPENAI_CHAT_COMPLETIONS: _chat,
        Endpoint.OPENAI_RESPONSES: _response,
        Endpoint.ANTHROPIC_MESSAGES: _message,
    }
    body: Plain = {"model": one.model, **writers[endpoint](one)}
    if one.stream:
        body["stream"] = True
    return body


_SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}


def _chat(one: Abstract) -> Plain:
    turns: list[Plain] = [{"role": "system", "content": one.system}] if one.system else []
    for kind, *told in one.turns:
        if kind == "user":
            turns.append({"role": "user", "content": told[0]})
        elif kind == "call":
            call = {"id": told[0], "type": "function", "function": {"name": told[1], "arguments": told[2]}}
            turns.append({"role": "assistant", "content": None, "tool_calls": [call]})
        else:
            turns.append({"role": "tool", "tool_call_id": told[0], "content": told[1]})
    if one.image:
        turns.append({"role": "user", "content": [{"type": "image_url", "image_url": {"url": one.image}}]})
    body: Plain = {"messages": turns}
    if one.tokens:
        body["max_completion_tokens"] = one.tokens
    if one.tools:
        body["tools"] = [{"type": "function", "function": {"name": t, "parameters": _SCHEMA}} for t in one.tools]
    if one.choice:
        body["tool_choice"] = "auto" if one.choice == "auto" else {"type": "function", "function": {"name": one.choice}}
    return body


def _response(one: Abstract) -> Plain:
    items: list[Plain] = []
    for kind, *told in one.turns:
        if kind == "user":
            items.append({"role": "user", "content": told[0]})
        elif kind == "call":
            items.append({"type": "function_call", "call_id": told[0], "name": told[1], "arguments": told[2]})
        else:
            items.append({"type": "function_call_output", "call_id": told[0], "output": told[1]})
    if one.image:
        part = {"type": "input_image", "image_url": one.image, "detail": "auto"}
        items.append({"type": "message", "role": "user", "content": [part]})
    body: Plain = {"input": items}
    if one.system:
        body["instructions"] = one.system
    if one.tokens:
        body["max_output_tokens"] = one.tokens
    if one.tools:
        body["tools"] = [{"type": "function", "name": t, "parameters": _SCHEMA, "strict": False} for t in one.tools]
    if one.choice:
        body["tool_choice"] = "auto" if one.choice == "auto" else {"type": "function", "name": one.choice}
    return body


def _message(one: Abstract) -> Plain:
    turns: list[Plain] = []
    for kind, *told in one.turns:
        if kind == "user":
            turns.append({"role": "user", "content": told[0]})
        elif kind == "call":
            block = {"type": "tool_use", "id": told[0], "name": told[1], "input": json.loads(told[2])}
            turns.append({"role": "assistant", "content": [block]})
        else:
            block = {"type": "tool_result", "tool_use_id": told[0], "content": told[1]}
            turns.append({"role": "user", "content": [block]})
    if one.image:
        source = (
            {"type": "base64", "media_type": "image/png", "data": _IMAGE}
            if one.image.startswith("data:")
            else {"type": "url", "url": one.image}
        )
        turns.append({"role": "user", "content": [{"type": "image", "source": source}]})
    body: Plain = {"messages": turns}
    if one.system:
        body["system"] = [{"type": "text", "text": one.system}]
    if one.tokens:
        body["max_tokens"] = one.tokens
    if one.tools:
        body["tools"] = [{"name": t, "input_schema": _SCHEMA} for t in one.tools]
    if one.choice:
        body["tool_choice"] = {"type": "auto"} if one.choice == "auto" else {"type": "tool", "name": one.choice}
    return body


_KEYS = (
    "tools", "Tools", "TOOLS", "tооls", "tool", "functions", "function_call", "tool_choice", "model", "Model", "models",
    "stream", "Stream", "max_tokens", "max_completion_tokens", "max_output_tokens", "n", "web_search_options",
    "mcp_servers", "container", "background", "previous_response_id", "conversation", "prompt", "plugins", "extra_body",
    "messages", "input", "system", "role", "type", "content", "name", "file_id", "image_url", "url", "caller", "metadata",
    "guardrails", "disable_global_guardrails", "ruleout", "policy", "tags", "user", "store", "__proto__", "",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, 10**40, 1e300, 0.5, "", "x", "auto", "required", "web_search",
    "bash_20250124", "fetch-url", "get_weather", "https://evil.example/x", "data:text/plain;base64,eA==", [], {}, [[]],
    ["text", "audio"], [None], [{}], {"type": "web_search"}, [{"type": "web_search"}], [{"type": "mcp", "server_url": "https://e.example"}],
    {"type": "function", "function": {"name": "pay"}}, [{"type": "function", "function": {"name": "pay"}}],
    {"type": "function", "name": "pay"}, [{"type": "function", "name": "pay"}], [{"name": "pay", "input_schema": {}}],
    [{"type": "bash_20250124", "name": "bash"}], {"type": "tool", "name": "pay"}, {"name": "pay"},
    {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "pay"}]},
    [{"type": "text", "text": "x"}], [{"type": "tool_result", "tool_use_id": "call_9", "content": "x"}],
    [{"role": "tool", "tool_call_id": "call_9", "content": "x"}], {"enabled": True}, "\u0430uto", "pаy",
)  # fmt: skip


def spoilt(rng: random.Random, body: Plain) -> bytes:
    """Return a body with one to three fields changed, added, renamed, taken away or written twice."""
    body = json.loads(json.dumps(body))
    for _ in range(rng.randrange(1, 4)):
        _spoil(rng, rng.choice(_objects(body)))
    text = json.dumps(body, ensure_ascii=rng.random() < 0.5, separators=rng.choice(((",", ":"), (", ", ": "))))
    if rng.random() < 0.2:
        twice = json.dumps(rng.choice(_KEYS)) + ":" + json.dumps(rng.choice(_VALUES))
        text = "{" + twice + "," + text[1:] if rng.random() < 0.5 else text[:-1] + "," + twice + "}"
    return text.encode()


def _objects(value: object) -> list[Plain]:
    inner = list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list) else []
    found = [one for each in inner for one in _objects(each)]
    return [value, *found] if isinstance(value, dict) else found


def _spoil(rng: random.Random, plain: Plain) -> None:
    kind, keys = rng.randrange(5), list(plain)
    if kind == 0 and keys:
        plain[rng.choice(keys)] = copy.deepcopy(rng.choice(_VALUES))
    elif kind == 1 and keys:
        old = rng.choice(keys)
        plain[rng.choice((old.upper(), old.title(), old + " ", "\u200b" + old, old.replace("o", "о")))] = plain.pop(old)
    elif kind == 2 and keys:
        del plain[rng.choice(keys)]
    else:
        plain[rng.choice(_KEYS)] = copy.deepcopy(rng.choice(_VALUES))


def lenient_tools(body: bytes) -> set[str]:
    """Return tools that a careless upstream would find in a body: whatever case its keys have, whatever comes twice."""
    found: set[str] = set()
    top = json.loads(body, object_pairs_hook=list)
    for key, value in top:
        if key.casefold() in ("tools", "functions"):
            found |= {_named(tool) for tool in value or ()}
        elif (
            key.casefold() in ("web_search_options", "mcp_servers", "plugins")
            and value is not None
            and value is not False
        ):
            found |= {"web_search"} if key.casefold() == "web_search_options" else {key} if value else set()
    return found


def _named(tool: list[tuple[str, Any]]) -> str:
    told = dict(tool)
    kind = told.get("type")
    if kind in (None, "function", "custom"):
        inner = dict(told.get(kind) or tool) if kind else told
        return str(inner.get("name"))
    return str(kind)
