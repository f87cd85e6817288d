# SPDX-License-Identifier: Apache-2.0
"""The shape of a tenant's bundle file, `bundle.yaml`; its rules stand beside it in `policy.cedar` (docs/guide/policy.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ruleout.documents.fields import Doc, Flag, Id, Line, Whole
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.policy.bundle import Bundle, Kind
from ruleout.policy.calls import SCHEMA_ID
from ruleout.policy.floor_document import Number, ToolName, ToolNames
from ruleout.policy.trial import Trial

_Names = Annotated[tuple[Id, ...], Field(max_length=200)]
_RuleIds = Annotated[tuple[Line, ...], Field(max_length=200)]


class CallDoc(Doc):
    """A call of a test. What is left out is missing from the call, and what asks for it fails."""

    tenant: Id
    tier: Id
    action: Literal["generate", "use-tool"]
    model: Line
    activity: Id | None = None
    endpoint: Line | None = None
    uses: _Names | None = None
    capabilities: _Names | None = None
    tools: ToolNames | None = None
    stream: Flag | None = None
    tokens: Annotated[Whole, Field(ge=0)] | None = None
    approved: Flag | None = None
    tool: ToolName | None = None

    def plain(self) -> dict[str, Any]:
        """Return the call in its plain form, without what is left out. Pure."""
        said = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in said if value is not None}


class TrialDoc(Doc):
    """A test: a call, its answer, and exactly the rules that decide."""

    name: Line
    call: CallDoc
    expect: Literal["allow", "deny"]
    rules: _RuleIds = ()


class BundleDoc(Doc):
    """A tenant's bundle: whose it is, its version, and its tests."""

    bundle: Id
    version: Number
    tenants: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)]
    tests: Annotated[tuple[TrialDoc, ...], Field(min_length=1, max_length=2000)]


def parse_bundle_file(data: bytes, policy: str, *, file: str) -> Bundle:
    """Return the bundle of a file and the text of its rules. Pure.

    Raises:
        BadInput: the file is refused; holds its problems in file order.

    Source: G-3.
    """
    document = read_yaml(data, file=file)
    doc = validate(BundleDoc, document)
    findings, names = Findings(document), [test.name for test in doc.tests]
    at: Path
    for number, test in enumerate(doc.tests):
        if test.name in names[:number]:
            at = ("tests", number, "name")
            findings.note("B006", at, expected="a name of its own", got=repr(test.name), hint="Call it something else.")
        if test.call.tenant not in doc.tenants:
            hint = "Name one of the bundle's tenants: it decides about no other."
            at = ("tests", number, "call", "tenant")
            findings.note("B007", at, expected="a tenant of the bundle", got=repr(test.call.tenant), hint=hint)
    findings.raise_any()
    trials = tuple(
        Trial(name=t.name, call=t.call.plain(), allowed=t.expect == "allow", rules=t.rules) for t in doc.tests
    )
    about = {"tenants": list(doc.tenants)}
    return Bundle(
        kind=Kind.TENANT,
        name=doc.bundle,
        version=doc.version,
        schema=SCHEMA_ID,
        policy=policy,
        trials=trials,
        about=about,
    )


def parse_call(data: bytes, *, file: str) -> dict[str, Any]:
    """Return the call of a file, in its plain form. Pure. Raises BadInput with the file's problems."""
    return validate(CallDoc, read_yaml(data, file=file)).plain()
