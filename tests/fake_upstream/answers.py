# SPDX-License-Identifier: Apache-2.0
"""What the fake provider answers: chosen by lines of the last user text, rendered in each wire format.

Lines: `say:TEXT`, `tool:NAME {json}` (may repeat), `tools:N`, `refuse`, `error:STATUS`, `slow:SECONDS` (between events),
`silent`, `garbage`, `cut`, `long:N`, `split`, `together` (all events at once). Without any, it says `hello`. Lines after `then` count, in place of those
before, once a tool's result follows that text; `result` says that result.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from tests.fake_upstream import anthropic_form, chat_form, mcp_form, responses_form


class Plan(NamedTuple):
    """One answer: a whole body, or the events of a stream and how they are sent."""

    status: int = 200
    body: bytes = b""
    stream: tuple[bytes, ...] | None = None
    pause: float = 0.0
    split: bool = False
    silent: bool = False
    cut: bool = False
    headers: tuple[tuple[str, str], ...] = ()


_FORMS = {
    "/v1/chat/completions": chat_form,
    "/v1/responses": responses_form,
    "/v1/messages": anthropic_form,
}


def answer(path: str, body: bytes) -> Plan:
    """Return the answer to one request. Pure."""
    path = path.partition("?")[0]
    if path == "/mcp":
        return _mcp(body)
    form = _FORMS.get(path)
    if form is None:
        return Plan(404, b'{"error":{"message":"no such path"}}')
    asked = json.loads(body)
    wish = _wish(_part_due(*_last_text(asked)))
    if "error" in wish:
        status = int(wish["error"])
        return Plan(status, form.error(status), headers=(("retry-after", "1"),) if status == 429 else ())
    told = {"texts": _texts(wish), "tools": _tools(wish), "refuse": "refuse" in wish, "model": asked.get("model", "")}
    pause = float(wish.get("slow", 0))
    if not asked.get("stream"):
        whole = b"{garbage" if "garbage" in wish else json.dumps(form.whole(told)).encode()
        return Plan(body=whole, pause=pause)
    return _streamed(tuple(form.events(told, asked)), wish, pause)


def _streamed(events: tuple[bytes, ...], wish: dict[str, Any], pause: float) -> Plan:
    if "silent" in wish:
        events = events[:2]
    if "garbage" in wish:
        events = (*events[:2], b"data: {garbage\n\n")
    if "together" in wish:
        events = (b"".join(events),)
    if "cut" in wish:
        events = (*events[:2], events[2][: len(events[2]) // 2])
    return Plan(stream=events, pause=pause, split="split" in wish, silent="silent" in wish, cut="cut" in wish)


def _mcp(body: bytes) -> Plan:
    asked = json.loads(body)
    if not isinstance(asked, dict) or "id" not in asked:
        return Plan(202)
    told = json.dumps(mcp_form.reply(asked)).encode()
    params = asked.get("params") or {}
    if params.get("name") == "sse" and asked["method"] == "tools/call":
        return Plan(stream=(b"event: message\ndata: " + told + b"\n\n",))
    return Plan(body=told)


def _last_text(asked: dict[str, Any]) -> tuple[str, str | None]:
    """The last user text, and the last result of a tool that follows it."""
    turns, result = asked.get("messages", asked.get("input", "")), None
    if isinstance(turns, str):
        return turns, None
    for turn in reversed(turns):
        content = turn.get("content", "")
        if turn.get("role") == "tool" or turn.get("type") == "function_call_output":
            result = result or _text(content or turn.get("output", ""))
        elif turn.get("role") == "user":
            texts = [content] if isinstance(content, str) else [part["text"] for part in content if "text" in part]
            if texts:
                return "\n".join(texts), result
            result = result or _text(content[0].get("content", ""))
    return "", result


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _part_due(text: str, result: str | None) -> str:
    first, _, then = text.partition("\nthen\n")
    if result is None or not then:
        return first
    return "\n".join(f"say:{result}" if line == "result" else line for line in then.splitlines())


def _wish(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"tool": []}
    for line in text.splitlines():
        name, _, value = line.strip().partition(":")
        if name == "tool":
            found["tool"].append(value)
        else:
            found[name] = value
    return found


def _texts(wish: dict[str, Any]) -> list[str]:
    if "long" in wish:
        return [f"piece {at} " for at in range(int(wish["long"]))]
    if "say" not in wish:
        return [] if wish["tool"] or "tools" in wish else ["hello"]
    words = wish["say"].split(" ")
    return [word if not at else " " + word for at, word in enumerate(words)]


def _tools(wish: dict[str, Any]) -> list[tuple[str, str]]:
    named = [(one.partition(" ")[0], one.partition(" ")[2] or "{}") for one in wish["tool"]]
    return named + [(f"tool_{at}", json.dumps({"n": at})) for at in range(int(wish.get("tools", 0) or 0))]
