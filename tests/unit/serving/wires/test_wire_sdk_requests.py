# SPDX-License-Identifier: Apache-2.0
"""What the official SDKs send is read, and refusals become the SDKs' own exceptions with the ground in reach (G-5)."""

from __future__ import annotations

import json

import anthropic
import httpx2
import openai
import pytest
from openai.types.chat import ParsedChatCompletionMessage
from openai.types.responses import (
    ResponseApplyPatchToolCall,
    ResponseCustomToolCall,
    ResponseFunctionShellToolCall,
    ResponseFunctionToolCall,
    ResponseOutputMessage,
)
from pydantic import BaseModel

from ruleout.model.permit import Endpoint
from ruleout.serving.refusal import Refusal, Why
from ruleout.serving.wires import BadRequest, Request, read_request, refuse

_CHAT, _RESPONSES, _MESSAGES = (
    Endpoint.OPENAI_CHAT_COMPLETIONS,
    Endpoint.OPENAI_RESPONSES,
    Endpoint.ANTHROPIC_MESSAGES,
)
_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
_REFUSAL = Refusal(Why.NOT_PERMITTED, "not permitted", "req-1", ("permit-tool",), permit="p-1")


class Wire:
    """An HTTP transport that keeps the body and answers with a refusal."""

    def __init__(self, endpoint: Endpoint, refusal: Refusal = _REFUSAL) -> None:
        self.bodies: list[bytes] = []
        self._answer = refuse(endpoint, refusal)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request."""
        self.bodies.append(request.read())
        status, headers, body = self._answer
        return httpx2.Response(status, headers=headers, content=body)

    @property
    def client(self) -> httpx2.Client:
        """An HTTP client over this."""
        return httpx2.Client(transport=httpx2.MockTransport(self))


def _openai(wire: Wire) -> openai.OpenAI:
    return openai.OpenAI(api_key="sk-test", base_url="https://gateway.test/v1", http_client=wire.client)


def _anthropic(wire: Wire) -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key="sk-test", base_url="https://gateway.test", http_client=wire.client)


class Capital(BaseModel):
    """A structured answer."""

    city: str


_USER = {"role": "user", "content": "Weather in Oslo?"}
_CALL = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Oslo"}'}}
_CHATS = [
    ({}, (), ()),
    ({"stream": True}, (), ()),
    ({"stream": True, "stream_options": {"include_usage": True}}, (), ()),
    ({"max_completion_tokens": 9, "temperature": 0.2, "seed": 3, "stop": ["x"], "n": 2, "user": "u", "store": False}, (), ()),
    ({"tools": [{"type": "function", "function": {"name": "get_weather", "parameters": _SCHEMA, "strict": True}}],
      "tool_choice": "auto", "parallel_tool_calls": False}, ("get_weather",), ()),
    ({"tools": [{"type": "custom", "custom": {"name": "sql_text", "format": {"type": "text"}}}]}, ("sql_text",), ()),
    ({"functions": [{"name": "get_weather", "parameters": _SCHEMA}], "function_call": {"name": "get_weather"}},
     ("get_weather",), ()),
    ({"response_format": {"type": "json_schema", "json_schema": {"name": "c", "schema": _SCHEMA, "strict": True}}}, (), ()),
    ({"web_search_options": {"search_context_size": "low"}}, ("web_search",), ()),
    ({"messages": [_USER, {"role": "assistant", "tool_calls": [_CALL]},
                   {"role": "tool", "tool_call_id": "c1", "content": "4 degrees"}]}, (), ("get_weather",)),
    ({"messages": [{"role": "user", "content": [
        {"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": "https://e.test/a.png"}}]}]},
     ("fetch-url",), ()),
    ({"messages": [{"role": "user", "content": [
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,eA=="}}]}]}, (), ()),
]  # fmt: skip


@pytest.mark.parametrize(("told", "tools", "results"), _CHATS)
def test_a_chat_completion_that_the_sdk_makes_is_read(told, tools, results):
    """Its tools and results are named; the call ends as the SDK's own exception."""
    wire = Wire(_CHAT)
    with pytest.raises(openai.PermissionDeniedError):
        _openai(wire).chat.completions.create(**{"model": "northlight-2", "messages": [_USER], **told})
    asked = read_request(_CHAT, wire.bodies[0]).asked
    assert (asked.model, asked.tools, asked.results) == ("northlight-2", tools, results)
    assert asked.stream is bool(told.get("stream"))


def test_a_chat_completion_with_a_structured_answer_is_read():
    """`parse` sends a schema made from a class."""
    wire = Wire(_CHAT)
    with pytest.raises(openai.PermissionDeniedError):
        _openai(wire).chat.completions.parse(model="m", messages=[_USER], response_format=Capital)
    assert read_request(_CHAT, wire.bodies[0]).asked.model == "m"


def test_what_a_parsed_chat_completion_said_may_be_given_back_as_the_sdk_writes_it():
    """`parse` adds what it made of the words; an answer that it gave goes back with that, and hooks read it."""
    wire = Wire(_CHAT)
    call = {**_CALL, "function": {**_CALL["function"], "parsed_arguments": {"city": "Oslo"}}}
    said = [{"role": "assistant", "content": '{"city":"Oslo"}', "parsed": {"town": "Bergen"}},
            {"role": "assistant", "content": None, "parsed": None, "tool_calls": [call]}]  # fmt: skip
    told = [ParsedChatCompletionMessage[object].model_validate(one) for one in said]
    result = {"role": "tool", "tool_call_id": "c1", "content": "4"}
    with pytest.raises(openai.PermissionDeniedError):
        _openai(wire).chat.completions.create(model="m", messages=[_USER, *told, result])
    request = read_request(_CHAT, wire.bodies[0])
    assert request.asked.results == ("get_weather",)
    assert b'"parsed":' in wire.bodies[0]
    assert b'"parsed_arguments":' in wire.bodies[0]
    assert '{"town":"Bergen"}' in request.texts()


_RESPONSES_CALLS = [
    ({}, (), ()),
    ({"stream": True, "instructions": "short", "max_output_tokens": 50, "reasoning": {"effort": "low"}}, (), ()),
    ({"tools": [{"type": "function", "name": "get_weather", "parameters": _SCHEMA, "strict": True}],
      "tool_choice": {"type": "function", "name": "get_weather"}}, ("get_weather",), ()),
    ({"tools": [{"type": "web_search"}, {"type": "code_interpreter", "container": {"type": "auto"}}]},
     ("code_interpreter", "web_search"), ()),
    ({"tools": [{"type": "mcp", "server_label": "d", "server_url": "https://d.test/mcp", "require_approval": "never"}]},
     ("mcp", "mcp:https://d.test/mcp"), ()),
    ({"tools": [{"type": "mcp", "server_label": "d", "server_url": "https://d.test/mcp", "require_approval": "never"}],
      "tool_choice": {"type": "mcp", "server_label": "d", "name": "look"}}, ("look", "mcp", "mcp:https://d.test/mcp"), ()),
    ({"tools": [{"type": "mcp", "server_label": "d", "server_url": "https://d.test/mcp", "require_approval": "never"}],
      "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp", "server_label": "d"}]}},
     ("mcp", "mcp:https://d.test/mcp"), ()),
    ({"input": [_USER, {"type": "function_call", "call_id": "c1", "name": "get_weather", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c1", "output": "4"}]}, (), ("get_weather",)),
    ({"text": {"format": {"type": "json_schema", "name": "c", "schema": _SCHEMA, "strict": True}}}, (), ()),
    ({"input": [{"role": "user", "content": [
        {"type": "input_text", "text": "x"},
        {"type": "input_image", "image_url": "data:image/png;base64,eA==", "detail": "auto"}]}]}, (), ()),
    ({"include": ["reasoning.encrypted_content"], "store": False, "truncation": "auto"}, (), ()),
]  # fmt: skip


@pytest.mark.parametrize(("told", "tools", "results"), _RESPONSES_CALLS)
def test_a_response_that_the_sdk_makes_is_read(told, tools, results):
    """As above, for responses."""
    wire = Wire(_RESPONSES)
    with pytest.raises(openai.PermissionDeniedError) as raised:
        _openai(wire).responses.create(**{"model": "northlight-2", "input": "Weather in Oslo?", **told})
    asked = read_request(_RESPONSES, wire.bodies[0]).asked
    assert (asked.model, asked.tools, asked.results) == ("northlight-2", tools, results)
    assert raised.value.body["ruleout"]["permit"] == "p-1"


_BLOCK = {"type": "tool_use", "id": "t1", "name": "get_weather", "input": {"city": "Oslo"}}
_MESSAGES_CALLS = [
    ({}, (), ()),
    ({"system": "short", "output_config": {"effort": "low"}, "stop_sequences": ["x"], "metadata": {"user_id": "u"}}, (), ()),
    ({"system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}]}, (), ()),
    ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, (), ()),
    ({"tools": [{"name": "get_weather", "description": "d", "input_schema": _SCHEMA}],
      "tool_choice": {"type": "tool", "name": "get_weather"}}, ("get_weather",), ()),
    ({"tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 2},
                {"type": "bash_20250124", "name": "bash"}],
      "tool_choice": {"type": "tool", "name": "bash"}}, ("bash_20250124", "web_search_20250305"), ()),
    ({"messages": [_USER, {"role": "assistant", "content": [{"type": "text", "text": "one moment"}, _BLOCK]},
                   {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": [
                       {"type": "text", "text": "4"}]}]}]}, (), ("get_weather",)),
    ({"messages": [{"role": "user", "content": [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "eA=="}},
        {"type": "document", "source": {"type": "url", "url": "https://e.test/a.pdf"}}]}]}, ("fetch-url",), ()),
]  # fmt: skip


@pytest.mark.parametrize(("told", "tools", "results"), _MESSAGES_CALLS)
@pytest.mark.parametrize("stream", [False, True])
def test_a_message_that_the_sdk_makes_is_read(told, tools, results, stream):
    """As above, for messages, streamed and not."""
    wire = Wire(_MESSAGES)
    with pytest.raises(anthropic.PermissionDeniedError) as raised:
        _anthropic(wire).messages.create(
            **{"model": "northlight-2", "max_tokens": 2048, "messages": [_USER], "stream": stream, **told}
        )
    asked = read_request(_MESSAGES, wire.bodies[0]).asked
    assert asked == (_MESSAGES, "northlight-2", stream, 2048, tools, results)
    assert raised.value.body["error"]["ruleout"]["rules"] == ["permit-tool"]


_DIRECT = {"type": "direct"}
_TOLD_OPENAI = [
    {"type": "function_call", "id": "f", "call_id": "c1", "name": "get_weather", "arguments": "{}", "status": "completed",
     "caller": _DIRECT, "namespace": None},
    {"type": "custom_tool_call", "id": "g", "call_id": "c2", "name": "sql_text", "input": "x",
     "caller": None, "namespace": None},
    {"type": "message", "id": "m", "role": "assistant", "status": "completed", "phase": "commentary",
     "content": [{"type": "output_text", "text": "a", "annotations": [], "logprobs": []}]},
]  # fmt: skip
_MADE_BY = {"id": "i", "status": "completed", "created_by": "user_1"}
_TOLD_OPENAI += [
    {"type": "shell_call", "call_id": "c3", "action": {"commands": ["ls"], "timeout_ms": None, "max_output_length": None},
     "environment": {"type": "local"}, **_MADE_BY},
    {"type": "apply_patch_call", "call_id": "c4", "operation": {"type": "delete_file", "path": "a"},
     **_MADE_BY, "created_by": None},
]  # fmt: skip
_OUTPUT_ITEMS = (
    ResponseFunctionToolCall, ResponseCustomToolCall, ResponseOutputMessage, ResponseFunctionShellToolCall,
    ResponseApplyPatchToolCall,
)  # fmt: skip
_BACK = [
    {"type": "function_call_output", "call_id": "c1", "output": "4", "caller": _DIRECT},
    {"type": "custom_tool_call_output", "call_id": "c2", "output": "5", "caller": _DIRECT},
]


def test_what_a_response_said_may_be_given_back_as_the_sdk_writes_it():
    """Each field of a call that an answer may tell comes back with it."""
    wire = Wire(_RESPONSES)
    told = [item.model_validate(one) for item, one in zip(_OUTPUT_ITEMS, _TOLD_OPENAI, strict=True)]
    with pytest.raises(openai.PermissionDeniedError):
        _openai(wire).responses.create(model="m", input=[_USER, *told, *_BACK])
    assert read_request(_RESPONSES, wire.bodies[0]).asked.results == ("get_weather", "sql_text")


@pytest.mark.parametrize(
    "more", [{"caller": {"type": "program", "caller_id": "p"}}, {"namespace": "n"}, {"async": True}]
)
@pytest.mark.parametrize("at", [0, 1])
def test_a_call_that_was_not_the_models_own_is_refused(more, at):
    """One by a program that the provider runs, of a tool out of sight, or whose result comes when it likes."""
    with pytest.raises(BadRequest):
        read_request(_RESPONSES, json.dumps({"model": "m", "input": [{**_TOLD_OPENAI[at], **more}]}).encode())
    if "caller" in more:
        with pytest.raises(BadRequest):
            read_request(_RESPONSES, json.dumps({"model": "m", "input": [{**_BACK[at], **more}]}).encode())


def test_what_a_message_said_may_be_given_back_as_the_sdk_writes_it():
    """As above, for messages."""
    wire = Wire(_MESSAGES)
    said = anthropic.types.ToolUseBlock.model_validate({**_BLOCK, "caller": _DIRECT, "toolset_name": None})
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "4", "toolset_name": None}
    turns = [_USER, {"role": "assistant", "content": [said]}, {"role": "user", "content": [result]}]
    with pytest.raises(anthropic.PermissionDeniedError):
        _anthropic(wire).messages.create(model="m", max_tokens=9, messages=turns)
    assert read_request(_MESSAGES, wire.bodies[0]).asked.results == ("get_weather",)
    with pytest.raises(BadRequest, match="toolset_name"):
        read_request(_MESSAGES, wire.bodies[0].replace(b'"toolset_name":null', b'"toolset_name":"t"', 1))


def test_a_schema_in_the_field_that_it_once_had_is_read_and_told_to_hooks():
    """As inspect_ai asks for a structured answer beside the SDK's own fields."""
    wire = Wire(_MESSAGES)
    told = {"output_format": {"type": "json_schema", "schema": {**_SCHEMA, "description": "words"}}}
    with pytest.raises(anthropic.PermissionDeniedError):
        _anthropic(wire).messages.create(model="m", max_tokens=9, messages=[_USER], extra_body=told)
    assert "words" in "".join(read_request(_MESSAGES, wire.bodies[0]).texts())


def test_the_bytes_that_an_sdk_sends_are_forwarded_as_they_are():
    """What the SDKs write is what we write: reading costs no second look for keys that come twice."""
    chat, messages = Wire(_CHAT), Wire(_MESSAGES)
    with pytest.raises(openai.PermissionDeniedError):
        _openai(chat).chat.completions.create(model="m", messages=[{"role": "user", "content": 'Ærlig "talt"\n\x1f'}])
    with pytest.raises(anthropic.PermissionDeniedError):
        _anthropic(messages).messages.create(model="m", max_tokens=1, messages=[_USER])
    read: list[tuple[Request, bytes]] = [
        (read_request(_CHAT, chat.bodies[0]), chat.bodies[0]),
        (read_request(_MESSAGES, messages.bodies[0]), messages.bodies[0]),
    ]
    assert all(request.forward == body for request, body in read)


_GROUNDS = [
    (Why.UNAUTHENTICATED, openai.AuthenticationError, anthropic.AuthenticationError),
    (Why.MALFORMED, openai.BadRequestError, anthropic.BadRequestError),
    (Why.TOO_LARGE, openai.APIStatusError, anthropic.APIStatusError),
    (Why.RED_LINE, openai.PermissionDeniedError, anthropic.PermissionDeniedError),
    (Why.LIMIT, openai.RateLimitError, anthropic.RateLimitError),
    (Why.KILLED, openai.PermissionDeniedError, anthropic.PermissionDeniedError),
    (Why.UPSTREAM, openai.InternalServerError, anthropic.InternalServerError),
]


@pytest.mark.parametrize(("why", "of_openai", "of_anthropic"), _GROUNDS)
def test_each_ground_becomes_the_exception_that_clients_expect(why, of_openai, of_anthropic):
    """And is not asked for again by the SDK itself where that does not help."""
    refusal = Refusal(why, "no", "req-1")
    chat, messages = Wire(_CHAT, refusal), Wire(_MESSAGES, refusal)
    with pytest.raises(of_openai) as one:
        _openai(chat).chat.completions.create(model="m", messages=[_USER])
    with pytest.raises(of_anthropic) as other:
        _anthropic(messages).messages.create(model="m", max_tokens=1, messages=[_USER])
    assert one.value.body["ruleout"]["why"] == other.value.body["error"]["ruleout"]["why"] == why.value
    assert one.value.response.headers["x-ruleout-request"] == "req-1"
    assert len(chat.bodies) == len(messages.bodies) == 1
