# SPDX-License-Identifier: Apache-2.0
"""Fields of OpenAI responses (openai 3.57, `types/responses/`), and what each is to the gateway."""

from __future__ import annotations

from collections.abc import Mapping

from ruleout.serving.wires.requests.common_fields import (
    BREAKPOINT,
    CALLER,
    CALLERS,
    JUDGED,
    KEPT,
    OPENAI,
    SCHEMA,
    TOLD,
    TUNES,
    TYPE,
)
from ruleout.serving.wires.requests.field import (
    CLOSED,
    FLAG,
    LIST,
    OBJECT,
    TEXT,
    TEXT_OR_LIST,
    WHOLE,
    Field,
    Table,
)

_ELSEWHERE = "it points at content that is kept elsewhere"
_FORMAT: Table = {
    **TYPE,
    "name": Field(TEXT, TOLD),
    "description": Field(TEXT, TOLD),
    "schema": SCHEMA,
    "strict": Field(FLAG, TUNES),
}
REQUEST: Table = {
    **OPENAI,
    "input": Field(TEXT_OR_LIST, "judged: every item"),
    "instructions": Field(TEXT, TOLD),
    "max_output_tokens": Field(WHOLE, JUDGED),
    "max_tool_calls": Field(WHOLE, "narrows how often the provider's own tools run"),
    "include": Field(LIST, "adds to the answer what the answer's reader knows"),
    "truncation": Field(TEXT, "may leave out turns that were judged"),
    "text": Field(OBJECT, TOLD, {"format": Field(OBJECT, TOLD, _FORMAT), "verbosity": Field(TEXT, TUNES)}),
    "reasoning": Field(
        OBJECT,
        TUNES,
        {name: Field(TEXT, TUNES) for name in ("effort", "summary", "generate_summary", "context", "mode")},
    ),
    "stream_options": Field(OBJECT, TUNES, {"include_obfuscation": Field(FLAG, TUNES)}),
    "image": Field(OBJECT, TUNES, {"context_compression": Field(TEXT, TUNES)}),
    "previous_response_id": Field(CLOSED, "it points at turns that are kept elsewhere"),
    "conversation": Field(CLOSED, "it points at turns that are kept elsewhere"),
    "prompt": Field(CLOSED, "it points at instructions that are kept elsewhere"),
    "background": Field(CLOSED, "the answer would be made after the gateway has looked"),
    "background_options": Field(CLOSED, "the answer would be made after the gateway has looked"),
    "context_management": Field(CLOSED, "it has turns written anew after the gateway has looked"),
    "access_programs": Field(CLOSED, "it asks for other rules of use"),
}

_ITEM: Table = {**TYPE, **dict.fromkeys(("id", "status", "created_by"), Field(TEXT, KEPT))}
_CALL: Table = {**_ITEM, "call_id": Field(TEXT, JUDGED), "caller": CALLER}
_NAMED: Table = {
    **_CALL,
    "name": Field(TEXT, JUDGED),
    "namespace": Field(CLOSED, "it is of a namespace: tools that the request does not name"),
    "async": Field(CLOSED, "its result would come after the gateway has looked"),
}
_OUTPUT: Table = {**_CALL, "output": Field(TEXT_OR_LIST, JUDGED)}
_FREE = Field(OBJECT, TOLD)
_FREE_LIST = Field(LIST, TOLD)
#: Items of input, by type.
ITEMS: Mapping[str, Table] = {
    "message": {
        **_ITEM,
        "role": Field(TEXT, JUDGED),
        "content": Field(TEXT_OR_LIST, JUDGED),
        "phase": Field(TEXT, TUNES),
    },
    "reasoning": {
        **_ITEM,
        "summary": _FREE_LIST,
        "content": _FREE_LIST,
        "encrypted_content": Field(TEXT, "the provider's own, not to be read here"),
    },
    "function_call": {**_NAMED, "arguments": Field(TEXT, TOLD)},
    "function_call_output": {**_OUTPUT, "name": Field(TEXT, JUDGED)},
    "custom_tool_call": {**_NAMED, "input": Field(TEXT, TOLD)},
    "custom_tool_call_output": _OUTPUT,
    "computer_call": {**_CALL, "action": _FREE, "actions": _FREE_LIST, "pending_safety_checks": _FREE_LIST},
    "computer_call_output": {
        **_CALL,
        "output": Field(
            OBJECT,
            JUDGED,
            {**TYPE, "image_url": Field(TEXT, JUDGED), "file_id": Field(CLOSED, _ELSEWHERE)},
        ),
        "acknowledged_safety_checks": _FREE_LIST,
    },
    "local_shell_call": {**_CALL, "action": _FREE},
    "local_shell_call_output": {**_CALL, "output": Field(TEXT, TOLD)},
    "shell_call": {
        **_CALL,
        "action": _FREE,
        "environment": Field(OBJECT, "where it ran", {"type": Field(TEXT, "judged: local only")}),
    },
    "shell_call_output": {**_CALL, "output": _FREE_LIST, "max_output_length": Field(WHOLE, TUNES)},
    "apply_patch_call": {**_CALL, "operation": _FREE},
    "apply_patch_call_output": {**_CALL, "output": Field(TEXT, TOLD)},
    "web_search_call": {**_ITEM, "action": _FREE},
    "file_search_call": {**_ITEM, "queries": _FREE_LIST, "results": _FREE_LIST},
}
#: Items that hold a call of a built-in tool: the tool's name among results.
BUILT_IN_CALLS: Mapping[str, str] = {
    "computer_call": "computer",
    "local_shell_call": "local_shell",
    "shell_call": "shell",
    "apply_patch_call": "apply_patch",
}
#: Items that hold what a tool found, with the tool that found it: the provider ran it.
BUILT_IN_RESULTS: Mapping[str, str] = {"web_search_call": "web_search", "file_search_call": "file_search"}
#: Items that hold the result of a call.
OUTPUTS = frozenset(kind for kind in ITEMS if kind.endswith("_output"))
ROLES = frozenset(("user", "assistant", "system", "developer"))

_TEXT: Table = {**TYPE, "text": Field(TEXT, TOLD), "prompt_cache_breakpoint": BREAKPOINT}
#: Parts of content, by type.
PARTS: Mapping[str, Table] = {
    "input_text": _TEXT,
    "output_text": {**_TEXT, "annotations": _FREE_LIST, "logprobs": Field(LIST, TUNES)},
    "refusal": {**TYPE, "refusal": Field(TEXT, TOLD)},
    "input_image": {
        **TYPE,
        "image_url": Field(TEXT, JUDGED),
        "detail": Field(TEXT, TUNES),
        "file_id": Field(CLOSED, _ELSEWHERE),
        "prompt_cache_breakpoint": BREAKPOINT,
    },
    "input_file": {
        **TYPE,
        "file_data": Field(TEXT, JUDGED),
        "file_url": Field(TEXT, JUDGED),
        "filename": Field(TEXT, TOLD),
        "detail": Field(TEXT, TUNES),
        "file_id": Field(CLOSED, _ELSEWHERE),
        "prompt_cache_breakpoint": BREAKPOINT,
    },
}
_OWN: Table = {
    **TYPE,
    "name": Field(TEXT, JUDGED),
    "description": Field(TEXT, TOLD),
    "allowed_callers": CALLERS,
}
#: Tools that a client defines, by type.
TOOLS: Mapping[str, Table] = {
    "function": {**_OWN, "parameters": SCHEMA, "strict": Field(FLAG, TUNES), "output_schema": SCHEMA},
    "custom": {**_OWN, "format": Field(OBJECT, TOLD)},
}
