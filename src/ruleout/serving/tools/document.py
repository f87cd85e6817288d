# SPDX-License-Identifier: Apache-2.0
"""The shape of a file of tool rules (see docs/guide/tools.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ruleout.documents.fields import Doc, Flag, Id, Number, Says, Whole
from ruleout.serving.tools.classes import Effect, ToolClass

#: Names as the three wire formats carry them: OpenAI and Anthropic allow fewer characters, MCP servers more.
ToolName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./:-]{0,127}$")]
Pointer = Annotated[str, StringConstraints(pattern=r"^(/([^~/]|~[01])+)+$", max_length=300)]
Text = Annotated[str, StringConstraints(max_length=2000)]
_Prefixes = Annotated[tuple[Text, ...], Field(min_length=1, max_length=200)]
Scalar = Annotated[bool, Field(strict=True)] | Number | Text


class ArgumentDoc(Doc):
    """One argument by its JSON pointer (`*` for every item of a list) and what it may be: all that is said must hold."""

    at: Pointer
    any: Flag | None = None
    equals: Scalar | None = None
    one_of: Annotated[tuple[Scalar, ...], Field(min_length=1, max_length=200)] | None = None
    url_within: _Prefixes | None = None
    path_within: _Prefixes | None = None
    at_most: Number | None = None
    longest: Annotated[Whole, Field(ge=0, le=1_000_000)] | None = None
    required: Flag = False


class ToolDoc(Doc):
    """One tool: its class, what each tier may do with it, which arguments are allowed and which never."""

    name: ToolName
    class_: ToolClass
    although: Says | None = None
    tiers: Annotated[dict[Id, Effect], Field(min_length=1, max_length=50)]
    arguments: Annotated[tuple[ArgumentDoc, ...], Field(max_length=200)] = ()
    never: Annotated[tuple[ArgumentDoc, ...], Field(max_length=200)] = ()


class ToolRulesDoc(Doc):
    """A file of tool rules. What it does not list is denied."""

    kind: Literal["tool-rules"]
    tool_rules: Id
    version: Annotated[Whole, Field(ge=1, le=10**9)]
    tools: Annotated[tuple[ToolDoc, ...], Field(max_length=500)]
