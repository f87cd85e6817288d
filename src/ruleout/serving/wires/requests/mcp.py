# SPDX-License-Identifier: Apache-2.0
"""What an MCP message asks for: `tools/call` is judged, a short list of methods passes, everything else is refused."""

from __future__ import annotations

from ruleout.model.permit import Endpoint
from ruleout.serving.asked import Asked
from ruleout.serving.tools.call import Call
from ruleout.serving.wires.requests.bad_request import BadRequest
from ruleout.serving.wires.requests.decoding import decoded, written
from ruleout.serving.wires.requests.field import (
    CLOSED,
    NUMBER,
    OBJECT,
    TEXT,
    Field,
    Plain,
    Table,
    known,
    name_of,
    object_of,
    shown,
)
from ruleout.serving.wires.requests.request import Request

TOOLS_CALL = "tools/call"
#: Methods that call no tool, and what each does.
PASSES = {
    "initialize": "opens a session",
    "ping": "asks whether the other side is there",
    "server/discover": "asks what the server can do",
    "tools/list": "lists tools; each call is judged on its own",
    "logging/setLevel": "sets how much the server tells of itself",
    "notifications/initialized": "ends the opening of a session",
    "notifications/cancelled": "withdraws a request",
}
_HEAD: Table = {
    "jsonrpc": Field(TEXT, "judged: must be 2.0"),
    "id": Field(TEXT | NUMBER, "judged: repeated in the answer"),
    "method": Field(TEXT, "judged"),
    "params": Field(OBJECT, "judged"),
}
_PARAMS: Table = {
    "name": Field(TEXT, "judged: the tool"),
    "arguments": Field(OBJECT, "judged: like a model's call"),
    "_meta": Field(OBJECT, "labels of the protocol"),
    "task": Field(CLOSED, "the result would be fetched later, by a request that is not judged"),
    "inputResponses": Field(CLOSED, "it answers questions that the gateway has not seen"),
    "requestState": Field(CLOSED, "it points at a call that is kept elsewhere"),
}


def method_of(body: bytes) -> str:
    """Return the method of an MCP message: `tools/call`, for `read_request`, or one of `PASSES`. Pure.

    Raises:
        BadRequest: a batch, an answer to the server, a method that is not served, or not JSON-RPC 2.0.
    """
    plain = decoded(body)
    _check(plain)
    method = plain["method"]
    if method != TOOLS_CALL and method not in PASSES:
        raise BadRequest(f"this method is not served: {shown(method)}")
    return str(method)


def _check(plain: Plain) -> None:
    known(plain, _HEAD, "the message")
    if plain.get("jsonrpc") != "2.0" or plain.get("method") is None:
        raise BadRequest("the message must be one request or notification of JSON-RPC 2.0")


def read_call(plain: Plain, forward: bytes) -> Request:
    """Return what a `tools/call` asks for. Raises: BadRequest. Pure. Source: G-5."""
    _check(plain)
    if plain["method"] != TOOLS_CALL:
        raise BadRequest(f"this method is not a call of a tool: {shown(plain['method'])}")
    rpc_id = plain.get("id")
    if type(rpc_id) not in (str, int):
        raise BadRequest("a call of a tool must have an id")
    params = object_of(plain.get("params"), "params")
    known(params, _PARAMS, "params")
    name = name_of(params.get("name"), "the name of a tool")
    asked = Asked(Endpoint.MCP_TOOLS_CALL, "", False, 0, (name,), ())
    call = Call(name, written(params.get("arguments") or {}).decode(), True)
    return Request(asked, forward, rpc_id, plain, call=call)
