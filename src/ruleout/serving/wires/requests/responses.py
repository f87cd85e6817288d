# SPDX-License-Identifier: Apache-2.0
"""What an OpenAI response asks for."""

from __future__ import annotations

from ruleout.model.permit import Endpoint
from ruleout.serving.asked import Asked
from ruleout.serving.wires.requests import responses_fields as fields
from ruleout.serving.wires.requests.bad_request import BadRequest
from ruleout.serving.wires.requests.built_in import OPENAI, SERVER
from ruleout.serving.wires.requests.choice import chosen
from ruleout.serving.wires.requests.field import Plain, known, list_of, name_of, object_of, shown, table_of, whole_of
from ruleout.serving.wires.requests.found import Found

_ELSEWHERE = "the provider would look it up by its id, and what is kept there was not judged"
_SERVER = ("server_url", "connector_id", "tunnel_id")


def read_response(plain: Plain, found: Found) -> Asked:
    """Return what is asked. Raises: BadRequest. Pure. Source: G-5."""
    known(plain, fields.REQUEST, "the request")
    items = plain.get("input")
    if not items:
        raise BadRequest("input must hold at least one turn")
    if type(items) is list:
        for item in items:
            _item(object_of(item, "an item of input"), found)
    for tool in plain.get("tools") or ():
        _tool(object_of(tool, "a tool"), found)
    chosen(plain.get("tool_choice"), found)
    return found.asked(Endpoint.OPENAI_RESPONSES, plain, whole_of(plain, "max_output_tokens"))


def _item(item: Plain, found: Found) -> None:
    kind = item.get("type", "message")
    known(item, table_of({"type": kind}, "type", fields.ITEMS, "an item of input"), "an item of input")
    found.caller(item.get("caller"))
    if kind == "message":
        if item.get("role") not in fields.ROLES:
            raise BadRequest(f"an item of input has a role that is not known here: {shown(item.get('role'))}")
        if item.get("content") is None:
            raise BadRequest(f"a turn without content: {_ELSEWHERE}")
        _parts(item["content"], found)
    elif kind in fields.OUTPUTS:
        _output(item, kind, found)
    elif kind in fields.BUILT_IN_CALLS:
        found.call(item.get("call_id"), fields.BUILT_IN_CALLS[kind])
        _local((item.get("environment") or {}).get("type"))
    elif kind in fields.BUILT_IN_RESULTS:
        found.result(fields.BUILT_IN_RESULTS[kind])
    elif kind == "reasoning":
        if not item.get("encrypted_content"):
            raise BadRequest(f"reasoning without encrypted_content: {_ELSEWHERE}")
        found.unread_part("opaque")
    else:
        found.call(item.get("call_id"), item.get("name"))


def _output(item: Plain, kind: str, found: Found) -> None:
    found.result_of(item.get("call_id"))
    if item.get("name") is not None:
        found.result(item["name"])
    if kind == "computer_call_output":
        found.source(object_of(item.get("output"), "output").get("image_url"), "image")
    elif kind != "shell_call_output":
        _parts(item.get("output"), found)


def _parts(content: object, found: Found) -> None:
    if type(content) is str:
        return
    for part in list_of(content, "content"):
        known(object_of(part, "a part of content"), table_of(part, "type", fields.PARTS, "content"), "content")
        if part["type"] == "input_image":
            found.source(part.get("image_url"), "image")
        elif part["type"] == "input_file":
            found.source(part.get("file_data"), "document", bare=True)
            found.source(part.get("file_url"), "document")


def _tool(tool: Plain, found: Found) -> None:
    found.callers(tool.get("allowed_callers"))
    kind = tool.get("type")
    if type(kind) is str and kind in OPENAI:
        known(tool, OPENAI[kind], "a tool")
        found.built_in(kind)
        if kind == "mcp":
            _servers(tool, found)
        elif kind == "shell":
            _local((tool.get("environment") or {}).get("type"))
        return
    known(tool, table_of(tool, "type", fields.TOOLS, "a tool"), "a tool")
    found.own_tool(tool.get("name"))


def _servers(tool: Plain, found: Found) -> None:
    servers = [tool[key] for key in _SERVER if tool.get(key) is not None]
    if not servers:
        raise BadRequest("a tool of type mcp must name its server")
    for server in servers:
        found.built_in(SERVER + name_of(server, "the server of a tool"))


def _local(environment: object) -> None:
    if environment not in (None, "local"):
        raise BadRequest("a shell is served only where the client runs it: its environment must be of type local")
