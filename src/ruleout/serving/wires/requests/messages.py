# SPDX-License-Identifier: Apache-2.0
"""What an Anthropic message asks for."""

from __future__ import annotations

from collections.abc import Mapping

from ruleout.model.permit import Endpoint
from ruleout.serving.asked import Asked
from ruleout.serving.wires.requests import messages_fields as fields
from ruleout.serving.wires.requests.bad_request import BadRequest
from ruleout.serving.wires.requests.built_in import ANTHROPIC, family_of
from ruleout.serving.wires.requests.choice import chosen
from ruleout.serving.wires.requests.field import Plain, Table, known, list_of, object_of, shown, table_of, whole_of
from ruleout.serving.wires.requests.found import Found


def read_message(plain: Plain, found: Found) -> Asked:
    """Return what is asked. Raises: BadRequest. Pure. Source: G-5."""
    known(plain, fields.REQUEST, "the request")
    turns = plain.get("messages")
    if not turns:
        raise BadRequest("messages must hold at least one turn")
    for turn in turns:
        known(object_of(turn, "a turn"), fields.TURN, "a turn")
        if turn.get("role") not in fields.ROLES:
            raise BadRequest(f"a turn has a role that is not known here: {shown(turn.get('role'))}")
        _blocks(turn.get("content"), fields.BLOCKS, found)
    _blocks(plain.get("system"), fields.TEXT_BLOCKS, found)
    for tool in plain.get("tools") or ():
        _tool(object_of(tool, "a tool"), found)
    chosen(plain.get("tool_choice"), found)
    return found.asked(Endpoint.ANTHROPIC_MESSAGES, plain, whole_of(plain, "max_tokens"))


def _blocks(content: object, tables: Mapping[str, Table], found: Found) -> None:
    if type(content) is str:
        return
    for block in list_of(content, "content"):
        known(object_of(block, "a block"), table_of(block, "type", tables, "a block"), "a block")
        if block["type"] != "text":
            _block(block, block["type"], found)


def _block(block: Plain, kind: str, found: Found) -> None:
    if kind in ("image", "document"):
        _source(object_of(block.get("source"), "source"), kind, found)
    elif kind in ("tool_use", "server_tool_use"):
        found.call(block.get("id"), block.get("name"))
        found.caller(block.get("caller"))
    elif kind == "tool_result":
        found.result_of(block.get("tool_use_id"))
        _blocks(block.get("content"), fields.INNER, found)
    elif kind.endswith("_tool_result"):
        _found(block, kind.removesuffix("_tool_result"), found)
    elif kind == "search_result":
        _blocks(block.get("content"), fields.TEXT_BLOCKS, found)
    elif kind == "redacted_thinking" or (kind == "thinking" and not block.get("thinking")):
        found.unread_part("opaque")


def _source(source: Plain, kind: str, found: Found) -> None:
    found.source(source.get("url"), kind)
    if source.get("data") is not None and source.get("type") != "text":
        found.unread_part(kind)
    _blocks(source.get("content"), fields.INNER, found)


def _found(block: Plain, tool: str, found: Found) -> None:
    """Look at what a tool of the provider's found: it counts by its own tool, and by that of the call that it answers."""
    found.result_of(block.get("tool_use_id"))
    found.result(tool)
    found.caller(block.get("caller"))
    content = block.get("content")
    for one in content if type(content) is list else [content]:
        told = object_of(one, "a result")
        known(told, table_of(told, "type", fields.FOUND[tool], "a result"), "a result")
        if told.get("encrypted_content"):
            found.unread_part("opaque")
        if any(type(line) is not str for line in list_of(told.get("lines"), "lines")):
            raise BadRequest("lines of a result must be texts")
        inner = told.get("content")
        _blocks([inner] if type(inner) is dict else inner, fields.MADE, found)


def _tool(tool: Plain, found: Found) -> None:
    found.callers(tool.get("allowed_callers"))
    kind = tool.get("type")
    family = family_of(kind) if type(kind) is str else ""
    if family:
        names, table = ANTHROPIC[family]
        known(tool, table, "a tool")
        if tool.get("name") not in names:
            raise BadRequest("a tool of the provider must have the name that goes with its type")
        found.built_in(str(kind), str(tool["name"]))
        return
    if kind is not None and kind != "custom":
        raise BadRequest(f"a tool has a type that is not known here: {shown(kind)}")
    known(tool, fields.TOOL, "a tool")
    found.own_tool(tool.get("name"))
