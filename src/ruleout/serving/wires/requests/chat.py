# SPDX-License-Identifier: Apache-2.0
"""What an OpenAI chat completion asks for."""

from __future__ import annotations

from collections.abc import Mapping

from ruleout.model.permit import Endpoint
from ruleout.serving.asked import Asked
from ruleout.serving.wires.requests import chat_fields as fields
from ruleout.serving.wires.requests.bad_request import BadRequest
from ruleout.serving.wires.requests.choice import chosen
from ruleout.serving.wires.requests.field import MOST_WHOLE, Plain, Table, known, list_of, object_of, table_of, whole_of
from ruleout.serving.wires.requests.found import Found

MOST_ANSWERS = 128
#: Who may say something in words alone, in a turn that holds nothing else.
_SPEAKERS = ("user", "assistant", "system", "developer")
_OFFERS = frozenset(("tools", "functions", "tool_choice", "function_call", "web_search_options", "modalities"))


def read_chat(plain: Plain, found: Found) -> Asked:
    """Return what is asked. Raises: BadRequest. Pure. Source: G-5."""
    known(plain, fields.REQUEST, "the request")
    turns = plain.get("messages")
    if not turns:
        raise BadRequest("messages must hold at least one turn")
    for turn in turns:
        if not _only_says(turn):
            _turn(turn, found)
    if not _OFFERS.isdisjoint(plain):
        _offered(plain, found)
    return found.asked(Endpoint.OPENAI_CHAT_COMPLETIONS, plain, _tokens(plain))


def _only_says(turn: object) -> bool:
    """Whether a turn is the most common one, in which nothing has to be looked for; any other is read field by field."""
    return type(turn) is dict and len(turn) == 2 and type(turn.get("content")) is str and turn.get("role") in _SPEAKERS


def _offered(plain: Plain, found: Found) -> None:
    """Find the tools that a request offers or names."""
    for tool in plain.get("tools") or ():
        _tool(object_of(tool, "a tool"), found)
    for function in plain.get("functions") or ():
        known(object_of(function, "a function"), fields.FUNCTION, "a function")
        found.own_tool(function.get("name"))
    if "tool_choice" in plain or "function_call" in plain:
        chosen(plain.get("tool_choice"), found)
        chosen(plain.get("function_call"), found)
    if plain.get("web_search_options") is not None:
        found.built_in("web_search")
    if (plain.get("modalities") or ["text"]) != ["text"]:
        raise BadRequest("modalities is not served beyond text: an answer in sound cannot be looked at")


def _tokens(plain: Plain) -> int:
    most = max(whole_of(plain, "max_completion_tokens"), whole_of(plain, "max_tokens"))
    answers = (whole_of(plain, "n") or 1) if "n" in plain else 1
    if answers > MOST_ANSWERS:
        raise BadRequest(f"n must be at most {MOST_ANSWERS}")
    return min(most * answers, MOST_WHOLE)


def _turn(turn: object, found: Found) -> None:
    told = object_of(turn, "a turn")
    role = told.get("role")
    known(told, table_of(told, "role", fields.TURNS, "a turn"), "a turn")
    content = told.get("content")
    if type(content) is list:
        tables = fields.PARTS if role == "user" else fields.TEXT_PARTS
        for part in content:
            _part(object_of(part, "a part of content"), tables, found)
    if role == "assistant":
        _calls(told, found)
    elif role == "tool":
        found.result_of(told.get("tool_call_id"))
        if told.get("name") is not None:
            found.result(told["name"])
    elif role == "function":
        found.result(told.get("name"))


def _part(part: Plain, tables: Mapping[str, Table], found: Found) -> None:
    known(part, table_of(part, "type", tables, "content"), "content")
    kind = part["type"]
    if kind == "image_url":
        found.source(_inner(part, kind).get("url"), "image")
    elif kind == "input_audio":
        found.source(_inner(part, kind).get("data"), "audio", bare=True)
    elif kind == "file":
        found.source(_inner(part, kind).get("file_data"), "document", bare=True)


def _calls(turn: Plain, found: Found) -> None:
    for call in list_of(turn.get("tool_calls"), "tool_calls"):
        known(object_of(call, "a call"), table_of(call, "type", fields.CALLS, "a call"), "a call")
        found.call(call.get("id"), _inner(call, call["type"]).get("name"))


def _tool(tool: Plain, found: Found) -> None:
    known(tool, table_of(tool, "type", fields.TOOLS, "a tool"), "a tool")
    found.own_tool(_inner(tool, tool["type"]).get("name"))


def _inner(plain: Plain, kind: str) -> Plain:
    return object_of(plain.get(kind), kind)
