# SPDX-License-Identifier: Apache-2.0
"""Fields of Anthropic messages (anthropic 2.14, `types/`), and what each is to the gateway."""

from __future__ import annotations

from collections.abc import Mapping

from ruleout.serving.wires.requests.common_fields import (
    CACHE_CONTROL,
    CALLER,
    CALLERS,
    JUDGED,
    SCHEMA,
    TOLD,
    TRACES,
    TUNES,
    TYPE,
)
from ruleout.serving.wires.requests.field import (
    CLOSED,
    FLAG,
    LIST,
    NUMBER,
    OBJECT,
    TEXT,
    TEXT_OR_LIST,
    WHOLE,
    Field,
    Table,
)

_ELSEWHERE = "it points at content that is kept elsewhere"
_CITED = Field(OBJECT, TUNES, {"enabled": Field(FLAG, TUNES)})
_FORMAT = Field(OBJECT, TOLD, {**TYPE, "schema": SCHEMA})
REQUEST: Table = {
    "model": Field(TEXT, "judged: the name under which the model is asked for"),
    "messages": Field(LIST, "judged: every turn"),
    "system": Field(TEXT_OR_LIST, TOLD),
    "max_tokens": Field(WHOLE, JUDGED),
    "stream": Field(FLAG, JUDGED),
    "tools": Field(LIST, "judged: every tool is named"),
    "tool_choice": Field(OBJECT, "judged: a tool that it names counts as offered"),
    "temperature": Field(NUMBER, TUNES),
    "top_p": Field(NUMBER, TUNES),
    "top_k": Field(WHOLE, TUNES),
    "stop_sequences": Field(LIST, TUNES),
    "metadata": Field(OBJECT, TRACES, {"user_id": Field(TEXT, TRACES)}),
    "service_tier": Field(TEXT, TUNES),
    "speed": Field(TEXT, TUNES),
    "inference_geo": Field(TEXT, "where the provider computes"),
    "cache_control": CACHE_CONTROL,
    "thinking": Field(OBJECT, TUNES, {**TYPE, "budget_tokens": Field(WHOLE, TUNES), "display": Field(TEXT, TUNES)}),
    "output_config": Field(OBJECT, TOLD, {"effort": Field(TEXT, TUNES), "format": _FORMAT}),
    "output_format": _FORMAT,
    "container": Field(CLOSED, "it points at files and skills that are kept elsewhere"),
    "mcp_servers": Field(CLOSED, "it opens tools that the request does not name"),
    "context_management": Field(CLOSED, "it has turns written anew after the gateway has looked"),
    "compaction": Field(CLOSED, "it has turns written anew after the gateway has looked"),
    "fallbacks": Field(CLOSED, "it names other models"),
    "thread": Field(CLOSED, "it points at turns that are kept elsewhere"),
    "diagnostics": Field(CLOSED, "it points at an answer that is kept elsewhere"),
}
TURN: Table = {"role": Field(TEXT, JUDGED), "content": Field(TEXT_OR_LIST, JUDGED)}
ROLES = frozenset(("user", "assistant", "system"))

_BLOCK: Table = {**TYPE, "cache_control": CACHE_CONTROL}
_TOOLSET = Field(CLOSED, "it is of a toolset: tools that the request does not name")
_SOURCE: Table = {
    **TYPE,
    "media_type": Field(TEXT, TUNES),
    "data": Field(TEXT, JUDGED),
    "url": Field(TEXT, JUDGED),
    "content": Field(TEXT_OR_LIST, JUDGED),
    "file_id": Field(CLOSED, _ELSEWHERE),
}
_IMAGE: Table = {**_BLOCK, "source": Field(OBJECT, JUDGED, _SOURCE)}
_FAILED: Table = {**TYPE, "error_code": Field(TEXT, TOLD), "error_message": Field(TEXT, TOLD)}
_RAN: Table = {
    **TYPE,
    **dict.fromkeys(("stdout", "stderr"), Field(TEXT, TOLD)),
    "return_code": Field(WHOLE, TOLD),
    "content": Field(LIST, JUDGED),
}
_LINES = dict.fromkeys(("num_lines", "start_line", "total_lines"), Field(WHOLE, TOLD))
_EDITS = dict.fromkeys(("new_lines", "new_start", "old_lines", "old_start"), Field(WHOLE, TOLD))
_EDITOR = "text_editor_code_execution"
#: What the provider's own tools found, by the tool, then by type. Their results hold it, and count by the tool.
FOUND: Mapping[str, Mapping[str, Table]] = {
    "web_search": {
        "web_search_result": {
            **TYPE,
            **dict.fromkeys(("url", "title", "page_age"), Field(TEXT, TOLD)),
            "encrypted_content": Field(TEXT, "the provider's own, not to be read here"),
        },
        "web_search_tool_result_error": _FAILED,
    },
    "web_fetch": {
        "web_fetch_result": {
            **TYPE,
            **dict.fromkeys(("url", "retrieved_at"), Field(TEXT, TOLD)),
            "content": Field(OBJECT, JUDGED),
        },
        "web_fetch_tool_result_error": _FAILED,
    },
    **{
        tool: {f"{tool}_result": _RAN, f"{tool}_tool_result_error": _FAILED}
        for tool in ("code_execution", "bash_code_execution")
    },
    _EDITOR: {
        f"{_EDITOR}_view_result": {
            **TYPE,
            **dict.fromkeys(("file_type", "content"), Field(TEXT, TOLD)),
            **_LINES,
        },
        f"{_EDITOR}_create_result": {**TYPE, "is_file_update": Field(FLAG, TOLD)},
        f"{_EDITOR}_str_replace_result": {**TYPE, "lines": Field(LIST, TOLD), **_EDITS},
        f"{_EDITOR}_tool_result_error": _FAILED,
    },
}
_RESULT: Table = {
    **_BLOCK,
    "tool_use_id": Field(TEXT, JUDGED),
    "content": Field(LIST | OBJECT, JUDGED),
    "caller": CALLER,
}
#: Blocks of content, by type.
BLOCKS: Mapping[str, Table] = {
    "text": {**_BLOCK, "text": Field(TEXT, TOLD), "citations": Field(LIST, TOLD)},
    "image": _IMAGE,
    "document": {**_IMAGE, "title": Field(TEXT, TOLD), "context": Field(TEXT, TOLD), "citations": _CITED},
    "search_result": {
        **_BLOCK,
        "source": Field(TEXT, TOLD),
        "title": Field(TEXT, TOLD),
        "content": Field(LIST, JUDGED),
        "citations": _CITED,
    },
    "thinking": {**TYPE, "thinking": Field(TEXT, TOLD), "signature": Field(TEXT, "the provider's own")},
    "redacted_thinking": {**TYPE, "data": Field(TEXT, "the provider's own, not to be read here")},
    "tool_use": {
        **_BLOCK,
        "id": Field(TEXT, JUDGED),
        "name": Field(TEXT, JUDGED),
        "input": Field(OBJECT, TOLD),
        "caller": CALLER,
        "toolset_name": _TOOLSET,
    },
    "server_tool_use": {
        **_BLOCK,
        "id": Field(TEXT, JUDGED),
        "name": Field(TEXT, JUDGED),
        "input": Field(OBJECT, TOLD),
        "caller": CALLER,
    },
    **{f"{tool}_tool_result": _RESULT for tool in FOUND},
    "tool_result": {
        **_BLOCK,
        "tool_use_id": Field(TEXT, JUDGED),
        "content": Field(TEXT_OR_LIST, JUDGED),
        "is_error": Field(FLAG, TOLD),
        "toolset_name": _TOOLSET,
    },
}
#: Blocks inside of a result, a document or a search result: no calls and no results.
INNER: Mapping[str, Table] = {name: BLOCKS[name] for name in ("text", "image", "document", "search_result")}
_MADE: Table = {**TYPE, "file_id": Field(CLOSED, f"{_ELSEWHERE}; what code made has to be left out of its result")}
#: What stands inside of what a provider's own tool found: the document that was fetched, files that code made.
MADE: Mapping[str, Table] = {
    "document": BLOCKS["document"],
    "code_execution_output": _MADE,
    "bash_code_execution_output": _MADE,
}
TEXT_BLOCKS: Mapping[str, Table] = {"text": BLOCKS["text"]}
TOOL: Table = {
    **_BLOCK,
    "name": Field(TEXT, JUDGED),
    "description": Field(TEXT, TOLD),
    "input_schema": SCHEMA,
    "strict": Field(FLAG, TUNES),
    "eager_input_streaming": Field(FLAG, TUNES),
    "input_examples": Field(LIST, TOLD),
    "allowed_callers": CALLERS,
}
