# SPDX-License-Identifier: Apache-2.0
"""Messages to tool servers: what hooks on input get to read of them, what upstream is told, what they cost (G-4, G-5, G-9)."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime

import pytest
from tests.gateway_world import KEY, TOOL_RULES, make_world, sha256
from tests.unit.gateway.test_known import asking_in

from ruleout.gateway.checks import Checks, Safeguards
from ruleout.gateway.exchange import Exchange
from ruleout.gateway.tool_servers import fields_of, read_message
from ruleout.model.permit import Endpoint, LimitKind, Tool
from ruleout.serving.refusal import Why

AT_NS = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) * 10**9


def message(method: str, **more: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, **more}).encode()


@pytest.mark.parametrize(
    "params",
    [
        {"cursor": "found"},
        {"clientInfo": {"name": "found", "version": "1"}},
        {"id": "found"},
        {"found": 1},
        {"type": {"data": ["data:found"]}},
    ],
)
def test_all_that_a_message_tells_the_server_is_read(params):
    """Whatever its fields are called: no table knows them."""
    request = read_message(message("tools/list", params=params), "helper")

    assert [json.loads(text) for text in request.texts()] == [params]
    assert json.loads(request.body)["params"] == params


@pytest.mark.parametrize("more", [{}, {"params": {}}])
def test_a_message_that_tells_nothing_has_no_text(more):
    assert read_message(message("ping", **more), "helper").texts() == ()


def test_a_call_is_read_as_ever():
    body = message("tools/call", params={"name": "echo", "arguments": {"city": "Oslo"}})

    assert read_message(body, "helper").texts() == ("echo", '{"city":"Oslo"}')


def test_upstream_is_told_of_a_message_what_its_body_says():
    """Servers of MCP 2026-07-28 refuse one whose header does not say the same; none of it is the client's own."""
    call = message("tools/call", params={"name": "echo", "arguments": {}})

    assert fields_of(read_message(message("server/discover"), "helper")) == "mcp-method: server/discover\r\n"
    assert fields_of(read_message(call, "helper")) == "mcp-method: tools/call\r\nmcp-name: echo\r\n"


@pytest.mark.parametrize("kind", [LimitKind.TOKENS_PER_REQUEST, LimitKind.TOKENS_PER_DAY])
@pytest.mark.parametrize(
    "body",
    [
        message("tools/list"),
        message("tools/call", params={"name": "get_weather", "arguments": {"city": "Oslo"}}),
    ],
)
def test_a_tool_server_writes_no_tokens_of_the_model(tmp_path, kind, body):
    """So a small limit of them refuses none of its messages."""
    for asking in asking_in(make_world(tmp_path, "http://127.0.0.1:9", last_day=date(2026, 8, 31))):
        asking.admission.budgets.tighten([(kind, "acme", 100)])
        it = Exchange(Endpoint.MCP_TOOLS_CALL, "0" * 24, AT_NS)

        assert asking.admission.admit(it, sha256(KEY), body, model="helper") is None
        assert it.taken.tokens == 0


CALL = message("tools/call", params={"name": "shell", "arguments": {"command": "ls"}})


class People:
    """Whoever is asked approves."""

    def __init__(self):
        self.asked = []

    async def ask(self, wanted, id_, at):
        self.asked.append(wanted.tool)


def decided(asking, people):
    """Return why a call is refused: at its admission, or once people were asked."""
    it = Exchange(Endpoint.MCP_TOOLS_CALL, "0" * 24, AT_NS)
    refused = asking.admission.admit(it, sha256(KEY), CALL, model="helper")
    if refused is not None:
        return refused
    checks = Checks(it, asking.admission, asking.admission.standing, Safeguards(approvals=people))
    return asyncio.run(checks.question(it.request))


@pytest.mark.parametrize("is_asked", [True, False])
def test_a_call_that_the_policy_permits_once_it_is_approved_reaches_a_person(tmp_path, is_asked):
    """As a model's call does; where no rule asks for a person, nobody approved it."""
    tools = (Tool(tool="shell", human_approval=is_asked, limits=()),)
    world = make_world(tmp_path, "http://127.0.0.1:9", last_day=date(2026, 8, 31), tools=tools)
    rules = TOOL_RULES.replace("get_weather", "shell").replace("ordinary", "code-execution").replace("city", "command")
    (tmp_path / "tools.yaml").write_text(rules, "utf-8")
    for asking in asking_in(world):
        people = People()
        refused = decided(asking, people)

        assert people.asked == (["shell"] if is_asked else [])
        assert (refused and refused.why) == (None if is_asked else Why.NOT_ALLOWED)
