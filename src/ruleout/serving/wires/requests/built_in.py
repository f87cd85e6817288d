# SPDX-License-Identifier: Apache-2.0
"""Tools that a provider itself defines, told by their type: known types, and what each may say.

Read from the official Python SDKs (openai 3.57 `types/responses/tool_param.py`, anthropic 2.14 `types/tool_union_param.py`
and `types/beta/`). Types that are left out offer more tools than the request names (`tool_search`, `namespace`,
`programmatic_tool_calling`, toolsets), and are refused as not known.
"""

from __future__ import annotations

from collections.abc import Mapping

from ruleout.serving.wires.requests.common_fields import CALLERS
from ruleout.serving.wires.requests.field import (
    CLOSED,
    FLAG,
    LIST,
    OBJECT,
    TEXT,
    TEXT_OR_OBJECT,
    WHOLE,
    Field,
    Table,
)

_TUNES = "tunes the tool"
_NARROWS = "narrows what the tool reaches"
_PLACE = {name: Field(TEXT, _TUNES) for name in ("type", "city", "country", "region", "timezone")}
_TYPE = {"type": Field(TEXT, "judged: the tool's name"), "allowed_callers": CALLERS}
_SEARCH: Table = {
    **_TYPE,
    "filters": Field(OBJECT, _NARROWS, {"allowed_domains": Field(LIST, _NARROWS)}),
    "user_location": Field(OBJECT, _TUNES, _PLACE),
    "search_context_size": Field(TEXT, _TUNES),
    "search_content_types": Field(LIST, _TUNES),
    "external_web_access": Field(FLAG, _NARROWS),
}
_CONTAINER: Table = {
    "type": Field(TEXT, _TUNES),
    "memory_limit": Field(TEXT, _TUNES),
    "file_ids": Field(CLOSED, "it points at files that are kept elsewhere"),
    "network_policy": Field(CLOSED, "it opens a network to code that the provider runs"),
}
_IMAGES: Table = {
    **_TYPE,
    **{
        name: Field(TEXT, _TUNES)
        for name in ("action", "background", "input_fidelity", "moderation", "output_format", "quality", "size")
    },
    "output_compression": Field(WHOLE, _TUNES),
    "partial_images": Field(WHOLE, _TUNES),
    "model": Field(CLOSED, "it names another model"),
    "input_image_mask": Field(CLOSED, "it points at an image that is kept elsewhere"),
}
_SCREEN = {name: Field(WHOLE, _TUNES) for name in ("display_width", "display_height")}
#: OpenAI's, by type.
OPENAI: Mapping[str, Table] = {
    **dict.fromkeys(
        ("web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"), _SEARCH
    ),
    "code_interpreter": {**_TYPE, "container": Field(OBJECT, "where the provider runs code", _CONTAINER)},
    "file_search": {
        **_TYPE,
        "vector_store_ids": Field(LIST, "which stores the tool searches"),
        "filters": Field(OBJECT, _NARROWS),
        "max_num_results": Field(WHOLE, _TUNES),
        "ranking_options": Field(OBJECT, _TUNES),
    },
    "computer": _TYPE,
    "computer_use_preview": {**_TYPE, **_SCREEN, "environment": Field(TEXT, _TUNES)},
    "mcp": {
        **_TYPE,
        "server_label": Field(TEXT, "a name for the server"),
        "server_description": Field(TEXT, "told to the model"),
        "server_url": Field(TEXT, "judged: a second name of the tool"),
        "connector_id": Field(TEXT, "judged: a second name of the tool"),
        "tunnel_id": Field(TEXT, "judged: a second name of the tool"),
        "authorization": Field(TEXT, "a secret for the server"),
        "headers": Field(OBJECT, "secrets for the server"),
        "allowed_tools": Field(LIST | OBJECT, _NARROWS),
        "require_approval": Field(TEXT_OR_OBJECT, "whether the provider asks the client before a call"),
    },
    "image_generation": _IMAGES,
    "local_shell": _TYPE,
    "shell": {**_TYPE, "environment": Field(OBJECT, "where it runs", {"type": Field(TEXT, "judged: local only")})},
    "apply_patch": _TYPE,
}

_NAMED: Table = {
    **_TYPE,
    "name": Field(TEXT, "judged: must be the one that goes with the type"),
    "cache_control": Field(OBJECT, "tunes what is kept", {"type": Field(TEXT, _TUNES), "ttl": Field(TEXT, _TUNES)}),
    "strict": Field(FLAG, _TUNES),
    "input_examples": Field(LIST, "told to the model"),
}
_WEB: Table = {
    **_NAMED,
    "max_uses": Field(WHOLE, _NARROWS),
    "allowed_domains": Field(LIST, _NARROWS),
    "blocked_domains": Field(LIST, _NARROWS),
    "user_location": Field(OBJECT, _TUNES, _PLACE),
    "citations": Field(OBJECT, _TUNES, {"enabled": Field(FLAG, _TUNES)}),
    "max_content_tokens": Field(WHOLE, _TUNES),
    "response_inclusion": Field(CLOSED, "it leaves results out of the answer"),
    "use_cache": Field(FLAG, _TUNES),
}
_COMPUTER: Table = {
    **_NAMED,
    "display_width_px": Field(WHOLE, _TUNES),
    "display_height_px": Field(WHOLE, _TUNES),
    "display_number": Field(WHOLE, _TUNES),
    "enable_zoom": Field(FLAG, _TUNES),
}
#: Anthropic's, by the type without its date: names under which they are called, and their fields.
ANTHROPIC: Mapping[str, tuple[frozenset[str], Table]] = {
    "web_search": (frozenset(("web_search",)), _WEB),
    "web_fetch": (frozenset(("web_fetch",)), _WEB),
    "code_execution": (frozenset(("code_execution",)), _NAMED),
    "bash": (frozenset(("bash",)), _NAMED),
    "text_editor": (
        frozenset(("str_replace_editor", "str_replace_based_edit_tool")),
        {**_NAMED, "max_characters": Field(WHOLE, _TUNES)},
    ),
    "computer": (frozenset(("computer",)), _COMPUTER),
    "memory": (frozenset(("memory",)), _NAMED),
}
_DATE_CHARS = 8
#: What the name of a remote MCP server among the tools begins with; its address follows.
SERVER = "mcp:"


def family_of(kind: str) -> str:
    """Return the type of an Anthropic tool without its date, "" where it is not a known one. Pure."""
    family, _, date = kind.rpartition("_")
    return family if family in ANTHROPIC and len(date) == _DATE_CHARS and date.isascii() and date.isdigit() else ""


def is_built_in(name: str) -> bool:
    """Tell whether a name is the type of a provider's own tool, or that of a server which the provider asks. Pure."""
    return name in OPENAI or family_of(name) != "" or name.startswith(SERVER)
