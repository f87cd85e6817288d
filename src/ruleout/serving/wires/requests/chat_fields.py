# SPDX-License-Identifier: Apache-2.0
"""Fields of OpenAI chat completions (openai 3.57, `types/chat/`), and what each is to the gateway."""

from __future__ import annotations

from collections.abc import Mapping

from ruleout.serving.wires.requests.common_fields import BREAKPOINT, JUDGED, OPENAI, SCHEMA, TOLD, TUNES, TYPE
from ruleout.serving.wires.requests.field import (
    ANY,
    CLOSED,
    FLAG,
    LIST,
    NUMBER,
    OBJECT,
    TEXT,
    TEXT_OR_LIST,
    TEXT_OR_OBJECT,
    WHOLE,
    Field,
    Table,
)

_ELSEWHERE = "it points at content that is kept elsewhere"
_PLACE: Table = {name: Field(TEXT, TUNES) for name in ("city", "country", "region", "timezone")}
_SCHEMA: Table = {
    "name": Field(TEXT, TOLD),
    "description": Field(TEXT, TOLD),
    "schema": SCHEMA,
    "strict": Field(FLAG, TUNES),
}
REQUEST: Table = {
    **OPENAI,
    "messages": Field(LIST, "judged: every turn"),
    "functions": Field(LIST, "judged: every tool is named"),
    "function_call": Field(TEXT_OR_OBJECT, "judged: a tool that it names counts as offered"),
    "max_tokens": Field(WHOLE, "judged: the larger of the two counts"),
    "max_completion_tokens": Field(WHOLE, "judged: the larger of the two counts"),
    "n": Field(WHOLE, "judged: so many times the tokens"),
    "stream_options": Field(
        OBJECT,
        "the gateway asks for the count of tokens itself",
        {"include_usage": Field(FLAG, TUNES), "include_obfuscation": Field(FLAG, TUNES)},
    ),
    "stop": Field(TEXT_OR_LIST, TUNES),
    "seed": Field(WHOLE, TUNES),
    "presence_penalty": Field(NUMBER, TUNES),
    "frequency_penalty": Field(NUMBER, TUNES),
    "logit_bias": Field(OBJECT, TUNES),
    "logprobs": Field(FLAG, TUNES),
    "reasoning_effort": Field(TEXT, TUNES),
    "verbosity": Field(TEXT, TUNES),
    "response_format": Field(OBJECT, TOLD, {**TYPE, "json_schema": Field(OBJECT, TOLD, _SCHEMA)}),
    "prediction": Field(OBJECT, TOLD, {**TYPE, "content": Field(TEXT_OR_LIST, TOLD)}),
    "modalities": Field(LIST, "judged: text only"),
    "web_search_options": Field(
        OBJECT,
        "judged: counts as the tool web_search",
        {
            "search_context_size": Field(TEXT, TUNES),
            "user_location": Field(OBJECT, TUNES, {**TYPE, "approximate": Field(OBJECT, TUNES, _PLACE)}),
        },
    ),
    "audio": Field(CLOSED, "an answer in sound cannot be looked at"),
}

_NAME = {"name": Field(TEXT, TOLD)}
_PARSED = Field(ANY, "what OpenAI's SDKs made of the words beside it, and send back with them")
_ROLE = {"role": Field(TEXT, JUDGED), "content": Field(TEXT_OR_LIST, JUDGED)}
#: Turns, by role.
TURNS: Mapping[str, Table] = {
    "user": {**_ROLE, **_NAME},
    "system": {**_ROLE, **_NAME},
    "developer": {**_ROLE, **_NAME},
    "assistant": {
        **_ROLE,
        **_NAME,
        "refusal": Field(TEXT, TOLD),
        "tool_calls": Field(LIST, JUDGED),
        "function_call": Field(OBJECT, JUDGED, {**_NAME, "arguments": Field(TEXT, TOLD)}),
        "annotations": Field(LIST, TOLD),
        "reasoning_content": Field(TEXT, TOLD),
        "reasoning": Field(TEXT, TOLD),
        "parsed": _PARSED,
        "audio": Field(CLOSED, _ELSEWHERE),
    },
    "tool": {**_ROLE, "tool_call_id": Field(TEXT, JUDGED), "name": Field(TEXT, "judged: must be that of the call")},
    "function": {**_ROLE, "name": Field(TEXT, JUDGED)},
}
#: Parts of content, by type.
PARTS: Mapping[str, Table] = {
    "text": {**TYPE, "text": Field(TEXT, TOLD), "prompt_cache_breakpoint": BREAKPOINT},
    "refusal": {**TYPE, "refusal": Field(TEXT, TOLD)},
    "image_url": {
        **TYPE,
        "image_url": Field(OBJECT, JUDGED, {"url": Field(TEXT, JUDGED), "detail": Field(TEXT, TUNES)}),
        "prompt_cache_breakpoint": BREAKPOINT,
    },
    "input_audio": {
        **TYPE,
        "input_audio": Field(OBJECT, JUDGED, {"data": Field(TEXT, JUDGED), "format": Field(TEXT, TUNES)}),
        "prompt_cache_breakpoint": BREAKPOINT,
    },
    "file": {
        **TYPE,
        "file": Field(
            OBJECT,
            JUDGED,
            {
                "file_data": Field(TEXT, JUDGED),
                "filename": Field(TEXT, TOLD),
                "file_id": Field(CLOSED, _ELSEWHERE),
            },
        ),
        "prompt_cache_breakpoint": BREAKPOINT,
    },
}
#: Parts that every turn may have; only a user's turn has the others.
TEXT_PARTS: Mapping[str, Table] = {name: PARTS[name] for name in ("text", "refusal")}

FUNCTION: Table = {**_NAME, "description": Field(TEXT, TOLD), "parameters": SCHEMA, "strict": Field(FLAG, TUNES)}
_CUSTOM: Table = {**_NAME, "description": Field(TEXT, TOLD), "format": Field(OBJECT, TOLD)}
#: Tools that a client defines, by type.
TOOLS: Mapping[str, Table] = {
    "function": {**TYPE, "function": Field(OBJECT, JUDGED, FUNCTION)},
    "custom": {**TYPE, "custom": Field(OBJECT, JUDGED, _CUSTOM)},
}
_CALL: Table = {**TYPE, "id": Field(TEXT, JUDGED), "index": Field(WHOLE, TUNES)}
#: Calls in an assistant's turn, by type.
CALLS: Mapping[str, Table] = {
    "function": {
        **_CALL,
        "function": Field(OBJECT, JUDGED, {**_NAME, "arguments": Field(TEXT, TOLD), "parsed_arguments": _PARSED}),
    },
    "custom": {**_CALL, "custom": Field(OBJECT, JUDGED, {**_NAME, "input": Field(TEXT, TOLD)})},
}
