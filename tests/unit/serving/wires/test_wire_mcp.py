# SPDX-License-Identifier: Apache-2.0
"""MCP messages: calls are judged, a short list passes, everything else is refused (G-4, G-5)."""

from __future__ import annotations

import json

import anyio
import httpx2
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from ruleout.model.permit import Endpoint
from ruleout.serving.refusal import Refusal, Why
from ruleout.serving.wires import BadRequest, CutShort, method_of, read_request, reader_of, refuse, whole_of

_MCP = Endpoint.MCP_TOOLS_CALL
_REFUSAL = Refusal(Why.TOOL, "the tool is denied", "req-1", ("get_weather/tier",))


def _rpc(method: str, **params: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).encode()


def test_a_call_is_named_with_its_arguments_and_its_id():
    """The arguments are JSON text, as a model's call has them."""
    request = read_request(_MCP, _rpc("tools/call", name="get_weather", arguments={"city": "Oslo"}))
    assert request.asked == (_MCP, "", False, 0, ("get_weather",), ())
    assert request.call == ("get_weather", '{"city":"Oslo"}', True)
    assert request.rpc_id == 7
    assert request.texts() == ("get_weather", '{"city":"Oslo"}')


@pytest.mark.parametrize(
    "body",
    [
        b"[" + _rpc("tools/call", name="x") + b"]",
        _rpc("resources/read", uri="file:///etc/passwd"),
        _rpc("Tools/Call", name="x"),
        _rpc("tasks/result", taskId="1"),
        b'{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}',
        b'{"jsonrpc":"1.0","id":1,"method":"ping"}',
        b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"x"}}',
    ],
)
def test_what_is_neither_a_call_nor_on_the_list_is_refused(body):
    """Batches, answers to the server, other methods, and a method that comes twice."""
    with pytest.raises(BadRequest):
        method_of(body)


@pytest.mark.parametrize(
    "params",
    [
        {"name": "x", "task": {"ttl": 1}},
        {"name": "x", "inputResponses": {"a": {}}},
        {"name": "x", "Arguments": {}},
        {"name": "x", "arguments": "text"},
        {"name": ""},
        {"name": "pаy"},
        {},
    ],
)
def test_a_call_that_cannot_be_judged_is_refused(params):
    """Later results, unseen questions, look-alikes, wrong types."""
    with pytest.raises(BadRequest):
        read_request(_MCP, _rpc("tools/call", **params))


_SAMPLING = {"method": "sampling/createMessage", "params": {"messages": [], "maxTokens": 9}}
_ASKS = [
    {"resultType": "input_required", "inputRequests": {"a": _SAMPLING}},
    {"inputRequests": {"a": _SAMPLING}},
    {"resultType": "input_required", "requestState": "opaque"},
    {"requestState": "opaque"},
    {"resultType": "task", "task": {"taskId": "t"}},
    {"task": {"taskId": "t", "status": "working"}},
    {"resultType": "complete", "content": [], "inputRequests": {"a": _SAMPLING}},
]


@pytest.mark.parametrize("result", _ASKS)
def test_a_result_that_asks_the_client_for_something_is_cut_short(result):
    """The SDK would ask its model or its user, and call again with what nobody judged; a task would be fetched unseen."""
    body = json.dumps({"jsonrpc": "2.0", "id": 7, "result": result}).encode()
    with pytest.raises(CutShort):
        whole_of(_MCP, body, 7)
    with pytest.raises(CutShort):
        reader_of(_MCP, 7).feed(b"data: " + body + b"\n\n")


def test_an_error_that_sends_the_user_to_an_address_is_cut_short():
    """MCP 2025-11-25: the client would have its user go there, and call again."""
    asked = [{"mode": "url", "elicitationId": "a", "url": "https://evil.example", "message": "Sign in."}]
    error = {"code": -32042, "message": "more is needed", "data": {"elicitations": asked}}
    body = json.dumps({"jsonrpc": "2.0", "id": 7, "error": error}).encode()
    with pytest.raises(CutShort):
        whole_of(_MCP, body, 7)
    with pytest.raises(CutShort):
        reader_of(_MCP, 7).feed(b"data: " + body + b"\n\n")
    other = json.dumps({"jsonrpc": "2.0", "id": 7, "error": {**error, "code": -32602}}).encode()
    assert whole_of(_MCP, other, 7).ended


@pytest.mark.parametrize(
    "more", [{}, {"resultType": "complete"}, {"resultType": None}, {"inputRequests": None, "requestState": None}]
)
def test_a_result_that_is_complete_is_read(more):
    """As servers of every version write it."""
    result = {"content": [{"type": "text", "text": "4"}], "isError": False, **more}
    assert whole_of(_MCP, json.dumps({"jsonrpc": "2.0", "id": 7, "result": result}).encode(), 7).ended


def test_a_refusal_keeps_the_id_and_is_an_error_of_json_rpc():
    """Status 200 where the id is known; without an id the status tells."""
    status, _, body = refuse(_MCP, _REFUSAL, rpc_id="a")
    told = json.loads(body)
    assert (status, told["id"], told["error"]["data"]["ruleout"]["why"]) == (200, "a", "tool")
    assert refuse(_MCP, _REFUSAL)[0] == 403


class Server:
    """An MCP server whose calls the gateway refuses; keeps what the SDK sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one HTTP request."""
        if request.method != "POST":
            return httpx2.Response(405)
        self.bodies.append(request.read())
        told = json.loads(self.bodies[-1])
        if "id" not in told:
            return httpx2.Response(202)
        if told["method"] == "tools/call":
            status, headers, body = refuse(_MCP, _REFUSAL, rpc_id=told["id"])
            return httpx2.Response(status, headers=headers, content=body)
        result = {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": "s", "version": "1"}}
        return httpx2.Response(200, json={"jsonrpc": "2.0", "id": told["id"], "result": result})


def test_the_sdk_is_read_and_raises_its_own_error_with_the_ground():
    """A session opens, and the refused call is an `MCPError` that holds `ruleout`."""
    server, raised = Server(), list[MCPError]()

    async def use() -> None:
        async with (
            httpx2.AsyncClient(transport=httpx2.MockTransport(server)) as http,
            streamable_http_client("https://gateway.test/mcp", http_client=http) as streams,
            ClientSession(*streams[:2]) as session,
        ):
            await session.initialize()
            try:
                await session.call_tool("get_weather", {"city": "Oslo"})
            except MCPError as error:
                raised.append(error)

    anyio.run(use)
    assert raised[0].error.data["ruleout"]["rules"] == ["get_weather/tier"]
    assert [method_of(body) for body in server.bodies] == ["initialize", "notifications/initialized", "tools/call"]
    assert read_request(_MCP, server.bodies[-1]).asked.tools == ("get_weather",)
