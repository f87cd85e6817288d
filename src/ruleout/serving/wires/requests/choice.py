# SPDX-License-Identifier: Apache-2.0
"""Which tools a request's choice of tools names: they count as offered, so that a choice opens nothing unseen."""

from __future__ import annotations

from ruleout.serving.wires.requests.bad_request import BadRequest
from ruleout.serving.wires.requests.built_in import OPENAI
from ruleout.serving.wires.requests.field import (
    FLAG,
    LIST,
    OBJECT,
    TEXT,
    Field,
    Plain,
    known,
    list_of,
    object_of,
    shown,
)
from ruleout.serving.wires.requests.found import Found

_WORDS = frozenset(("none", "auto", "required"))
_TYPES = ("auto", "any", "none", "allowed_tools")
_NAME = {"name": Field(TEXT, "judged")}
_ALLOWED = {"mode": Field(TEXT, "tunes the answer"), "tools": Field(LIST, "judged")}
_FIELDS = {
    **_NAME,
    **_ALLOWED,
    "type": Field(TEXT, "judged"),
    "function": Field(OBJECT, "judged", _NAME),
    "custom": Field(OBJECT, "judged", _NAME),
    "allowed_tools": Field(OBJECT, "judged", _ALLOWED),
    "server_label": Field(TEXT, "a name for a server among the tools"),
    "disable_parallel_tool_use": Field(FLAG, "tunes the answer"),
}


def chosen(choice: object, found: Found) -> None:
    """Note the tools that a choice names. Raises: BadRequest: a choice that is not known."""
    if choice is None or (type(choice) is str and choice in _WORDS):
        return
    if type(choice) is str:
        raise BadRequest(f"tool_choice has a word that is not known here: {shown(choice)}")
    told = object_of(choice, "tool_choice")
    known(told, _FIELDS, "tool_choice")
    for tool in list_of((told.get("allowed_tools") or told).get("tools"), "the tools of tool_choice"):
        known(object_of(tool, "a tool"), _FIELDS, "a tool of tool_choice")
        _named(tool, found)
    _named(told, found)


def _named(told: Plain, found: Found) -> None:
    names = [one["name"] for one in (told, told.get("function"), told.get("custom")) if one and one.get("name")]
    for name in names:
        found.choice(name)
    kind = told.get("type")
    if type(kind) is str and kind in OPENAI:
        found.built_in(kind)
    elif not names and kind not in _TYPES:
        raise BadRequest(f"tool_choice has a type that is not known here: {shown(kind)}")
