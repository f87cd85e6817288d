# SPDX-License-Identifier: Apache-2.0
"""A tool server that hangs, dies or lies: each call ends in MCP's own terms, is on record, and the next one is served (G-4, G-5)."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.fake_upstream import mcp_form
from tests.gateway_client import Stream, ask, of, until, why
from tests.gateway_world import KEY, Running, make_world, serve
from tests.integration.test_gateway_kill import give_back, strike
from tests.raw_upstream import Answer, RawUpstream, framed, raw_upstream, sends, waits

from ruleout.app.kill.proof import wait_for
from ruleout.model.permit import Tool
from ruleout.serving.epoch import Target

NAMES = ("echo", "sse", "fax")
SSE_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(message: object) -> bytes:
    return chunk(b"event: message\ndata: " + json.dumps(message).encode() + b"\n\n")


def reply(rpc_id: object, text: str = "done") -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": rpc_id, "result": {"content": [{"type": "text", "text": text}], "isError": False}}


PROGRESS = event({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1, "progress": 1}})
SAMPLING = {"jsonrpc": "2.0", "id": 1, "method": "sampling/createMessage", "params": {"messages": [], "maxTokens": 1}}
ASKS = {
    "resultType": "input_required",
    "inputRequests": {"a": {"method": SAMPLING["method"], "params": SAMPLING["params"]}},
}

#: What a tool server may do with a call. The id of calls is 7.
FAULTS: dict[str, Answer] = {
    "hangs": waits(),
    "hangs in mid-stream": waits(SSE_HEAD + PROGRESS),
    "closes at once": sends(b""),
    "dies in mid-stream": sends(SSE_HEAD + PROGRESS),
    "dies in mid-event": sends(SSE_HEAD + PROGRESS + chunk(event(reply(7))[:40])),
    "ends without a reply": sends(SSE_HEAD + PROGRESS + b"0\r\n\r\n"),
    "no HTTP": sends(b"\x16\x03\x01garbage\r\n\r\n"),
    "no JSON": sends(framed(b"<html>")),
    "garbage in a stream": sends(SSE_HEAD + PROGRESS + chunk(b"data: {garbage\n\n") + b"0\r\n\r\n"),
    "answers another id": sends(framed(json.dumps(reply(8)).encode())),
    "answers another id in a stream": sends(SSE_HEAD + event(reply(8)) + b"0\r\n\r\n"),
    "answers in a batch": sends(framed(json.dumps([reply(7)]).encode())),
    "result and error": sends(framed(json.dumps({**reply(7), "error": {"code": 1, "message": "x"}}).encode())),
    "asks the client's model": sends(SSE_HEAD + event(SAMPLING) + event(reply(7)) + b"0\r\n\r\n"),
    "asks the client's model in place of a result": sends(framed(json.dumps({**reply(7), "result": ASKS}).encode())),
    "too large": sends(framed(json.dumps(reply(7, "a" * (2 << 20))).encode())),
    "an event too large": sends(SSE_HEAD + event(reply(7, "a" * (5 << 20))) + b"0\r\n\r\n"),
    "a server's error": sends(framed(b"oops", "500 Oops")),
    "a redirect": sends(framed(b"", "302 Found", "location: http://evil.example/")),
}  # fmt: skip


class ToolServer:
    """Speaks MCP as it should, but for calls of tools, which it answers with `fault` where there is one."""

    def __init__(self, raw: RawUpstream) -> None:
        self.raw, self.fault = raw, None
        raw.answer = self._answer
        self.fault: Answer | None = None

    def _answer(self, to: socket.socket, data: bytes) -> None:
        asked = json.loads(self.raw.asked[-1].partition(b"\r\n\r\n")[2])
        if "id" not in asked:
            to.sendall(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
        elif asked["method"] == "tools/call" and self.fault is not None:
            self.fault(to, data)
        else:
            to.sendall(framed(json.dumps(mcp_form.reply(asked)).encode()))

    def called(self, tool: str) -> int:
        """How many calls of a tool reached it."""
        return sum(b"tools/call" in one and json.dumps(tool).encode() in one for one in tuple(self.raw.asked))


@pytest.fixture(scope="module")
def tools() -> Iterator[ToolServer]:
    with raw_upstream() as raw:
        yield ToolServer(raw)


@pytest.fixture(scope="module")
def running(tools: ToolServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    permitted = tuple(Tool(tool=name, human_approval=False, limits=()) for name in ("get_weather", *NAMES))
    world = make_world(tmp_path_factory.mktemp("world"), tools.raw.url, tools=permitted)
    rules = (world.folder / "tools.yaml").read_text("utf-8")
    for name in ("echo", "sse"):
        rules += f"  - name: {name}\n    class: ordinary\n    tiers: {{standard: allow}}\n"
        rules += "    arguments: [{at: /city, one-of: [Paris, Oslo]}]\n"
    (world.folder / "tools.yaml").write_text(rules, "utf-8")
    world.settings["tool-servers"] = {}
    for name, silent in (("lab", 300), ("hasty", 1)):
        world.settings["upstreams"][f"tools-{name}"] = {"url": f"{tools.raw.url}/mcp", "silent-seconds": silent}
        world.settings["tool-servers"][name] = {"upstream": f"tools-{name}", "model": "helper"}
    world.settings["most-body-bytes"] = 1 << 20
    with serve(world) as one:
        yield one


@pytest.fixture(autouse=True)
def well(tools: ToolServer) -> Iterator[None]:
    yield
    tools.fault = None


def call(tool: str = "echo", city: str = "Paris") -> dict[str, Any]:
    return {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "tools/call",
        "params": {"name": tool, "arguments": {"city": city}},
    }


def server_for(fault: str) -> str:
    """The short bound on silence is for what is silent: all else is to be told whatever a machine is busy with."""
    return "hasty" if fault.startswith("hangs") else "lab"


def asked(running: Running, body: object, server: str = "lab") -> Stream:
    return ask(running, body, path=f"/mcp/{server}", headers={"accept": "application/json, text/event-stream"})


def error_of(one: Stream) -> dict[str, Any]:
    """The JSON-RPC error that an answer is or ends with."""
    last = one.body.rpartition(b"data: ")[2] if b"data: " in one.body else one.body
    told = json.loads(last)
    assert (told["jsonrpc"], told["id"]) == ("2.0", 7)
    return dict(told["error"])


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_an_error_to_its_own_id_on_record_and_over(running: Running, tools: ToolServer, name: str) -> None:
    tools.fault = FAULTS[name]
    one = asked(running, call(), server_for(name))
    error = error_of(one)
    assert error["data"]["ruleout"]["why"] == why(one) == "upstream", one.body[-300:]
    assert b"evil.example" not in one.data
    until(lambda: len(of(running.world, one.request)) == 2)
    began_record, ended = of(running.world, one.request)
    assert (ended.why, ended.how in ("failed", "cut")) == ("upstream", True)
    assert began_record.tools == ("echo",)
    tools.fault = None
    assert b"Paris" in asked(running, call()).body


def in_sdk(running: Running, *calls: tuple[str, str], server: str = "lab") -> list[object]:
    """What the official SDK makes of these calls, one after the other in one session."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client
    from mcp.shared._httpx_utils import create_mcp_http_client

    async def run() -> list[object]:
        found: list[object] = []
        async with (
            create_mcp_http_client(headers={"authorization": f"Bearer {KEY}"}) as http,
            streamable_http_client(f"{running.url}/mcp/{server}", http_client=http) as streams,
            ClientSession(streams[0], streams[1]) as session,
        ):
            await session.initialize()
            for tool, city in calls:
                try:
                    found.append(await asyncio.wait_for(session.call_tool(tool, {"city": city}), 60))
                except Exception as error:  # noqa: BLE001 - whatever the SDK makes of it
                    found.append(error)
        return found

    return asyncio.run(asyncio.wait_for(run(), 200))


@pytest.mark.parametrize("name", ["hangs", "dies in mid-stream", "no JSON", "answers another id", "too large"])
def test_the_sdk_raises_its_own_error_and_its_session_goes_on(running: Running, tools: ToolServer, name: str) -> None:
    tools.fault = once(tools, FAULTS[name])
    failed, good = in_sdk(running, ("echo", "Paris"), ("echo", "Oslo"), server=server_for(name))
    assert type(failed).__name__.lower() == "mcperror", failed
    assert "upstream" in str(failed) or "answer" in str(failed)
    assert "Oslo" in good.content[0].text  # type: ignore[attr-defined]


def once(tools: ToolServer, fault: Answer) -> Answer:
    def answer(to: socket.socket, data: bytes) -> None:
        tools.fault = None
        fault(to, data)

    return answer


def test_a_call_that_rules_deny_is_never_forwarded(running: Running, tools: ToolServer) -> None:
    """A tool that no rule lists, and an argument that none allows: by SDK and by hand."""
    before = len(tools.raw.asked)
    for tool, city in (("fax", "Paris"), ("echo", "Berlin"), ("Echo", "Paris"), ("rm", "Paris")):
        one = asked(running, call(tool, city))
        assert error_of(one)["data"]["ruleout"]["why"] in ("tool", "not-permitted"), one.body
        assert [type(r).__name__ for r in of(running.world, one.request)] == ["Refused"]
    assert len(tools.raw.asked) == before
    denied, good = in_sdk(running, ("fax", "Paris"), ("echo", "Paris"))
    assert isinstance(denied, Exception)
    assert "Paris" in good.content[0].text  # type: ignore[attr-defined]
    assert (tools.called("fax"), tools.called("rm"), tools.called("Echo")) == (0, 0, 0)


@pytest.mark.parametrize("how", ["flows", "silent", "whole"])
def test_a_kill_of_a_tool_ends_its_call_under_way_and_no_other(running: Running, tools: ToolServer, how: str) -> None:
    left: list[bool] = []

    def answer(to: socket.socket, _: bytes) -> None:
        begins = b"" if how == "whole" else SSE_HEAD + PROGRESS
        ends = time.monotonic() + 60
        to.sendall(begins)
        to.settimeout(0.05)
        try:
            while time.monotonic() < ends:
                try:
                    if not to.recv(1):
                        break
                except TimeoutError:
                    to.sendall(PROGRESS if how != "whole" and (how == "flows" or not left) else b"")
        finally:
            left.append(True)
        raise ConnectionAbortedError

    def by_tool(to: socket.socket, data: bytes) -> None:
        if b'"sse"' in tools.raw.asked[-1]:
            time.sleep(2)
            to.sendall(framed(json.dumps(reply(7, "the other one")).encode()))
        else:
            answer(to, data)

    if how == "silent":
        tools.fault = waits(SSE_HEAD + PROGRESS)
    else:
        tools.fault = by_tool
    headers = {"accept": "application/json, text/event-stream"}
    before = tools.called("echo")
    one = Stream(running, call(), path="/mcp/lab", headers=headers)
    until(lambda: tools.called("echo") > before)
    if how != "whole":
        one.began()
    try:
        epoch, _ = strike(running.world, Target.TOOL, "echo")
        proof = wait_for(running.world.site(), epoch, timeout_s=60)
        assert proof.holds, proof
        one.wait()
        assert error_of(one)["data"]["ruleout"]["why"] == "killed"
        refused = asked(running, call())
        assert why(refused) == "killed"
        tools.fault = None
        assert b"Oslo" in asked(running, call("sse", "Oslo")).body
    finally:
        give_back(running.world)
    running.until_ready()
    assert b"Paris" in asked(running, call()).body
