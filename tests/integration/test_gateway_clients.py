# SPDX-License-Identifier: Apache-2.0
"""The official SDKs as clients of a gateway in front of a fake provider: answers, tools, errors, refusals, cuts (G-5, G-10)."""

from __future__ import annotations

import asyncio
import json

import anthropic
import openai
import pytest
from tests.fake_upstream import start_fake
from tests.gateway_client import ask
from tests.gateway_world import KEY, OTHER_KEY, UPSTREAM_KEY, make_world, serve

from ruleout.model.permit import Tool

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}
CHAT_TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}
CALL = 'tool:get_weather {"city":"Paris"}'


@pytest.fixture(scope="module")
def fake():
    with start_fake() as one:
        yield one


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, fake):
    tools = tuple(Tool(tool=name, human_approval=False, limits=()) for name in ("get_weather", "echo", "sse", "fax"))
    world = make_world(tmp_path_factory.mktemp("gateway"), fake.url, tools=tools)
    rules = (world.folder / "tools.yaml").read_text("utf-8")
    for name in ("echo", "sse"):
        rules += f"""
  - name: {name}
    class: ordinary
    tiers: {{standard: allow}}
    arguments: [{{at: /city, any: true}}]
"""
    (world.folder / "tools.yaml").write_text(rules, "utf-8")
    world.settings["upstreams"]["tools"] = {"url": f"{fake.url}/mcp"}
    world.settings["tool-servers"] = {"lab": {"upstream": "tools", "model": "helper"}}
    with serve(world) as running:
        yield running


@pytest.fixture
def chat(gateway):
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=KEY, max_retries=0, timeout=60) as client:
        yield client


@pytest.fixture
def claude(gateway):
    with anthropic.Anthropic(base_url=gateway.url, api_key=KEY, max_retries=0, timeout=60) as client:
        yield client


def said(text):
    return [{"role": "user", "content": text}]


def test_chat_completions_whole_and_streamed(chat):
    whole = chat.chat.completions.create(model="helper", max_tokens=50, messages=said("say:hello world"))
    streamed = chat.chat.completions.create(
        model="helper", max_tokens=50, messages=said("say:hello world"), stream=True
    )
    text = "".join(c.choices[0].delta.content or "" for c in streamed if c.choices)

    assert whole.choices[0].message.content == "hello world"
    assert whole.usage.total_tokens > 0
    assert text.strip() == "hello world"


def test_responses_whole_and_streamed(chat):
    whole = chat.responses.create(model="helper", max_output_tokens=50, input="say:hello world")
    events = list(chat.responses.create(model="helper", max_output_tokens=50, input="say:hello world", stream=True))

    assert whole.output_text == "hello world"
    assert events[-1].type == "response.completed"
    assert "".join(e.delta for e in events if e.type == "response.output_text.delta").strip() == "hello world"


def test_messages_whole_and_streamed(claude):
    whole = claude.messages.create(model="helper", max_tokens=50, messages=said("say:hello world"))
    with claude.messages.stream(model="helper", max_tokens=50, messages=said("say:hello world")) as stream:
        text = stream.get_final_text()

    assert whole.content[0].text == "hello world"
    assert text.strip() == "hello world"


def test_calls_of_allowed_tools_arrive_whole_and_streamed(chat, claude):
    whole = chat.chat.completions.create(model="helper", max_tokens=50, messages=said(CALL), tools=[CHAT_TOOL])
    parts = list(
        chat.chat.completions.create(model="helper", max_tokens=50, messages=said(CALL), tools=[CHAT_TOOL], stream=True)
    )
    tool = {"name": "get_weather", "input_schema": WEATHER}
    with claude.messages.stream(model="helper", max_tokens=50, messages=said(CALL), tools=[tool]) as stream:
        message = stream.get_final_message()

    call = whole.choices[0].message.tool_calls[0].function
    arguments = [
        c.choices[0].delta.tool_calls[0].function.arguments
        for c in parts
        if c.choices and c.choices[0].delta.tool_calls
    ]
    assert (call.name, json.loads(call.arguments)) == ("get_weather", {"city": "Paris"})
    assert json.loads("".join(a or "" for a in arguments)) == {"city": "Paris"}
    assert [b.input for b in message.content if b.type == "tool_use"] == [{"city": "Paris"}]


def test_a_tool_that_the_permit_does_not_name_cannot_be_offered(chat):
    tool = {"type": "function", "function": {"name": "rm", "parameters": {"type": "object"}}}

    with pytest.raises(openai.PermissionDeniedError) as refused:
        chat.chat.completions.create(model="helper", max_tokens=50, messages=said("say:hi"), tools=[tool])

    told = refused.value.response.json()["error"]["ruleout"]
    assert (told["why"], told["rules"], told["permit"]) == ("not-permitted", ["permit-tool"], "general")
    assert told["request"] == refused.value.response.headers["x-ruleout-request"]


def test_a_call_that_the_rules_for_tools_deny_is_cut_before_it_leaves(chat, claude):
    """`fax` is permitted, and no rule for tools lists it: the stream ends in its own terms, without the call."""
    wants = 'slow:0.03\nsay:Sending it.\ntool:fax {"to":"1234567"}'
    tool = {"type": "function", "function": {"name": "fax", "parameters": {"type": "object"}}}
    parts = list(
        chat.chat.completions.create(model="helper", max_tokens=50, messages=said(wants), tools=[tool], stream=True)
    )
    named = {"name": "fax", "input_schema": {"type": "object"}}
    with claude.messages.stream(model="helper", max_tokens=50, messages=said(wants), tools=[named]) as stream:
        message = stream.get_final_message()
    with pytest.raises(openai.PermissionDeniedError) as refused:
        chat.chat.completions.create(model="helper", max_tokens=50, messages=said(wants), tools=[tool])

    assert parts[-1].choices[0].finish_reason == "content_filter"
    assert not any(c.choices and c.choices[0].delta.tool_calls for c in parts)
    assert message.stop_reason == "refusal"
    assert not [b for b in message.content if b.type == "tool_use"]
    assert refused.value.response.json()["error"]["ruleout"]["why"] == "tool"


def test_the_upstreams_errors_are_told_and_its_key_is_not(chat, claude):
    for error, wanted in (("429", openai.RateLimitError), ("500", openai.InternalServerError)):
        with pytest.raises(wanted):
            chat.chat.completions.create(model="helper", max_tokens=50, messages=said(f"error:{error}"))
    with pytest.raises(openai.APIStatusError) as refused:
        chat.chat.completions.create(model="helper", max_tokens=50, messages=said("error:401"))
    with pytest.raises(anthropic.RateLimitError):
        claude.messages.create(model="helper", max_tokens=50, messages=said("error:429"))

    assert refused.value.status_code == 502
    assert UPSTREAM_KEY not in refused.value.response.text


@pytest.mark.parametrize("wish", ["cut", "garbage"])
def test_an_answer_that_breaks_off_is_an_error_and_no_end(chat, claude, wish):
    with pytest.raises(openai.OpenAIError):
        list(
            chat.chat.completions.create(
                model="helper", max_tokens=50, messages=said(f"{wish}\nsay:hello"), stream=True
            )
        )
    with (
        pytest.raises(anthropic.AnthropicError),
        claude.messages.stream(model="helper", max_tokens=50, messages=said(f"{wish}\nsay:hello")) as stream,
    ):
        stream.until_done()


def test_who_is_not_known_and_what_is_not_served_are_refused(gateway, chat):
    with (
        openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="rk-nobody", max_retries=0, timeout=60) as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        stranger.chat.completions.create(model="helper", max_tokens=50, messages=said("say:hi"))
    with pytest.raises(openai.PermissionDeniedError):
        chat.chat.completions.create(model="other-model", max_tokens=50, messages=said("say:hi"))
    with pytest.raises(openai.BadRequestError):
        chat.chat.completions.create(
            model="helper", max_tokens=50, messages=said("say:hi"), extra_body={"models": ["other-model"]}
        )


def test_the_upstream_sees_its_own_key_and_nothing_of_the_client(fake, chat):
    chat.chat.completions.create(
        model="helper", max_tokens=50, messages=said("say:seen"), extra_headers={"x-tenant": "other"}
    )

    last = fake.seen()[-1]
    headers = {name.lower(): value for name, value in last["headers"].items()}
    assert headers["authorization"] == f"Bearer {UPSTREAM_KEY}"
    assert KEY not in json.dumps(last)
    assert "x-tenant" not in headers


def test_tool_servers_by_the_mcp_sdk(gateway):
    """Listing passes; an allowed call is made, streamed or not; one that no rule lists is not."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client
    from mcp.shared._httpx_utils import create_mcp_http_client

    async def run():
        async with (
            create_mcp_http_client(headers={"authorization": f"Bearer {KEY}"}) as http,
            streamable_http_client(f"{gateway.url}/mcp/lab", http_client=http) as streams,
            ClientSession(streams[0], streams[1]) as session,
        ):
            await session.initialize()
            listed = await session.list_tools()
            plain = await session.call_tool("echo", {"city": "Paris"})
            streamed = await session.call_tool("sse", {"city": "Oslo"})
            denied = None
            try:
                denied = await session.call_tool("fax", {"to": "1"})
            except Exception as error:  # noqa: BLE001 - whatever the SDK makes of it
                denied = error
            return listed, plain, streamed, denied

    listed, plain, streamed, denied = asyncio.run(asyncio.wait_for(run(), 120))

    assert {tool.name for tool in listed.tools} == {"echo", "sse"}
    assert "Paris" in plain.content[0].text
    assert "Oslo" in streamed.content[0].text
    assert isinstance(denied, Exception)
    assert "denied" in str(denied)


def test_a_tool_server_is_told_what_the_body_says_and_not_what_the_client_does(gateway, fake):
    """Its own field names another method and another tool."""
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "echo", "arguments": {"city": "Oslo"}},
    }
    told = {"mcp-method": "tools/list", "mcp-name": "fax", "mcp-protocol-version": "2026-07-28"}
    assert ask(gateway, body, path="/mcp/lab", headers=told).status == 200

    headers = {name.lower(): value for name, value in fake.seen()[-1]["headers"].items()}
    assert (headers["mcp-method"], headers["mcp-name"]) == ("tools/call", "echo")
    assert headers["mcp-protocol-version"] == "2026-07-28"


def test_two_tenants_are_kept_apart(gateway):
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=OTHER_KEY, max_retries=0, timeout=60) as client:
        client.chat.completions.create(model="helper", max_tokens=50, messages=said("say:hi"))

    metrics = gateway.get("/metrics", "rk-test-operator")[1]
    assert 'tenant="other"' in metrics
    assert gateway.get("/metrics", KEY)[0] == 401
