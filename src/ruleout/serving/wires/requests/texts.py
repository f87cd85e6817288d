# SPDX-License-Identifier: Apache-2.0
"""Every text of a request that the model, or a tool, would see: what hooks on input are asked about (G-9).

Descriptions and schemas of tools count: a model reads them too. What is free in its form comes as its JSON text, keys and
all. Images, sound and other data are not text; `Request.unread` says that there are some.
"""

from __future__ import annotations

from typing import Any

from ruleout.model.permit import Endpoint
from ruleout.serving.wires.requests.decoding import written

Plain = dict[str, Any]

#: Fields of a request that the model sees.
_SEEN = {
    Endpoint.OPENAI_CHAT_COMPLETIONS: frozenset(
        ("messages", "tools", "functions", "response_format", "prediction", "stop", "web_search_options")
    ),
    Endpoint.OPENAI_RESPONSES: frozenset(("instructions", "input", "tools", "text")),
    Endpoint.ANTHROPIC_MESSAGES: frozenset(
        ("system", "messages", "tools", "output_config", "output_format", "stop_sequences")
    ),
    Endpoint.MCP_TOOLS_CALL: frozenset(("params",)),
}
#: Fields whose value is free in its form.
_FREE = frozenset(
    (
        "input", "input_schema", "parameters", "schema", "output_schema", "arguments", "input_examples", "action",
        "actions", "operation", "annotations", "citations", "format", "queries", "results", "_meta",
        "parsed", "parsed_arguments",
    )
)  # fmt: skip
#: Fields that the reader checks against closed lists, ids, and what only a provider can read.
_QUIET = frozenset(
    (
        "type", "role", "id", "call_id", "tool_call_id", "tool_use_id", "cache_control", "prompt_cache_breakpoint",
        "signature", "encrypted_content",
    )
)  # fmt: skip
_DATA = frozenset(("data", "file_data"))
#: Where an address stands that the reader took for an image or a document (`Found.source`), by its field and the field around
#: it, "" for any: what follows `data:` there is bytes. Everywhere else `data:` begins a text like any other.
_ADDRESSES = frozenset((("image_url", "url"), ("source", "url"), ("", "image_url"), ("", "file_url")))


def texts_of(endpoint: Endpoint, plain: Plain) -> tuple[str, ...]:
    """Return the texts of a request that was read, in the order of its body. Pure."""
    found: list[str] = []
    seen = _SEEN[endpoint]
    for name, value in plain.items():
        if name in seen:
            _gather(value, found, name)
    return tuple(found)


def _gather(value: object, found: list[str], within: str) -> None:
    if type(value) is str:
        if value:
            found.append(value)
    elif type(value) is list:
        for inner in value:
            _gather(inner, found, within)
    elif type(value) is dict:
        _gather_fields(value, found, within)


def _gather_fields(plain: Plain, found: list[str], within: str) -> None:
    for name, value in plain.items():
        if name in _QUIET or (name in _DATA and plain.get("type") != "text"):
            continue
        if name in _FREE and type(value) in (dict, list):
            found.append(written(value).decode())
        elif not (type(value) is str and value.startswith("data:") and _is_address(within, name)):
            _gather(value, found, name)


def _is_address(within: str, name: str) -> bool:
    return (within, name) in _ADDRESSES or ("", name) in _ADDRESSES
