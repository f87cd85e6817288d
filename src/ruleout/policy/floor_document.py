# SPDX-License-Identifier: Apache-2.0
"""The shape of a floor file, `floor.yaml`: what at run time shows that a red line is crossed (see docs/guide/policy.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from ruleout.documents.fields import Doc, Id, Says, Version, Whole
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml

Number = Annotated[Whole, Field(ge=1, le=10**9)]
_Names = Annotated[tuple[Id, ...], Field(max_length=200)]
#: A tool as a permit names it: a provider's own have names such as `web_search` or `mcp:https://…`.
ToolName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$")]
ToolNames = Annotated[tuple[ToolName, ...], Field(max_length=200)]


class SignsDoc(Doc):
    """What a call must carry for a question to be answered yes: any one of these."""

    uses: _Names = ()
    capabilities: _Names = ()
    tools: ToolNames = ()
    tenants: _Names = ()
    activities: _Names = ()


class LineDoc(Doc):
    """One red line: its questions with their signs, or why nothing at run time can show it."""

    shown_by: Annotated[dict[Id, SignsDoc], Field(min_length=1, max_length=10)] | None = None
    not_shown: Says | None = None


class FloorDoc(Doc):
    """A floor file: one version of the floor under one version of a framework."""

    floor: Id
    framework: Id
    framework_version: Version
    version: Number
    red_lines: Annotated[dict[Id, LineDoc], Field(max_length=50)]


def framework_named_in(data: bytes, *, file: str) -> str:
    """Return the framework that a floor file is under, as `ID@VERSION`. Pure. Raises BadInput with its problems."""
    doc = validate(FloorDoc, read_yaml(data, file=file))
    return f"{doc.framework}@{doc.framework_version}"
