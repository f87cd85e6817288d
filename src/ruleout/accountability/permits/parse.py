# SPDX-License-Identifier: Apache-2.0
"""Bytes of a permit's file -> what it asks for. Whether a decision allows it is not looked at here."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from ruleout.accountability.permits.document import ConditionDoc, LimitsDoc, PermitDoc
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.expiry import has_ended
from ruleout.model.permit import (
    COUNTED_OF_TOOLS,
    EVERYBODY,
    Condition,
    Hook,
    Limit,
    Only,
    PermitRequest,
    ServedModel,
    Tenant,
    Terms,
    Tool,
)


def parse_permit(data: bytes, *, file: str) -> PermitRequest:
    """Return what a permit's file asks for. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: G-1.
    """
    document = read_yaml(data, file=file)
    doc = validate(PermitDoc, document)
    findings = Findings(document)
    _check(doc, findings)
    findings.raise_any()
    return PermitRequest(id=doc.permit, title=doc.title, decision=doc.decision, terms=_terms(doc))


def _terms(doc: PermitDoc) -> Terms:
    return Terms(
        activity=doc.activity,
        scope=doc.scope,
        models=tuple(ServedModel(model=m.model, digest=m.digest, served_as=m.served_as) for m in doc.models),
        tenants=tuple(Tenant(tenant=t.tenant, customer=t.customer or "", tiers=t.tiers) for t in doc.tenants),
        endpoints=doc.endpoints,
        tools=tuple(Tool(tool=t.tool, human_approval=t.human_approval, limits=_limits(t.at_most)) for t in doc.tools),
        limits=_limits(doc.limits),
        hooks=tuple(
            Hook(safeguard=name, hook=one.hook or "", outside=one.outside or "") for name, one in doc.safeguards.items()
        ),
        conditions=tuple(_condition(name, one) for name, one in doc.conditions.items()),
        content=doc.content,
        not_before=doc.not_before,
        last_day=doc.expires,
    )


def _limits(doc: LimitsDoc) -> tuple[Limit, ...]:
    return tuple(Limit(kind=kind, at_most=count) for kind, count in doc.items())


def _condition(name: str, doc: ConditionDoc) -> Condition:
    return Condition(
        id=name,
        says=doc.says,
        limits=_limits(doc.at_most),
        only=tuple(Only(dimension=dimension, names=names) for dimension, names in doc.only.items()),
        hook=doc.hook or "",
        owner="" if doc.duty is None else doc.duty.owner,
    )


def _check(doc: PermitDoc, findings: Findings) -> None:
    _check_carried(doc, findings)
    _check_tools(doc, findings)
    _check_names(doc, findings)
    if has_ended(doc.expires, doc.not_before):
        hint = "A last day counts wholly, in UTC."
        got = doc.expires.isoformat()
        findings.note("P002", ("expires",), expected="a last day from `not-before` on", got=got, hint=hint)


def _check_carried(doc: PermitDoc, findings: Findings) -> None:
    for name, safeguard in doc.safeguards.items():
        if (safeguard.hook is None) == (safeguard.outside is None):
            hint = "Name the gateway's hook, or say under `outside:` how the safeguard is there without one."
            got = "both" if safeguard.hook is not None else "neither"
            findings.note("P001", ("safeguards", name), expected="`hook:` or `outside:`", got=got, hint=hint)
    for name, one in doc.conditions.items():
        enforced = bool(one.at_most or one.only or one.hook is not None)
        if enforced == (one.duty is not None):
            hint = "What a gateway can count or refuse is a limit; what it cannot is a duty of somebody."
            expected, got = "`at-most:`, `only:` or `hook:`, else `duty:`", "both" if enforced else "none"
            findings.note("P001", ("conditions", name), expected=expected, got=got, hint=hint)


def _check_tools(doc: PermitDoc, findings: Findings) -> None:
    known = ", ".join(kind.value for kind in COUNTED_OF_TOOLS)
    for n, tool in enumerate(doc.tools):
        for kind in (kind for kind in tool.at_most if kind not in COUNTED_OF_TOOLS):
            at, hint = ("tools", n, "at-most", kind.value), "Put it under `limits:`, for all that the tenant asks."
            findings.note("P005", at, expected=f"what is counted of a tool: {known}", got=kind.value, hint=hint)


def _check_names(doc: PermitDoc, findings: Findings) -> None:
    served = [
        (name, ("models", m, "served-as", n))
        for m, one in enumerate(doc.models)
        for n, name in enumerate(one.served_as)
    ]
    _once(((name.casefold(), path) for name, path in served), findings)
    _once(((t.tenant, ("tenants", n, "tenant")) for n, t in enumerate(doc.tenants)), findings)
    _once(((t.tool.casefold(), ("tools", n, "tool")) for n, t in enumerate(doc.tools)), findings)
    _once(((one, ("endpoints", n)) for n, one in enumerate(doc.endpoints)), findings)
    for n, one in enumerate(doc.tenants):
        if one.tenant == EVERYBODY and len(doc.tenants) > 1:
            hint = "Serve everybody, or list whom."
            findings.note("P004", ("tenants", n), expected="`everybody` alone", got="others beside it", hint=hint)


def _once(named: Iterable[tuple[Hashable, Path]], findings: Findings) -> None:
    seen: set[Hashable] = set()
    for name, path in named:
        if name in seen:
            hint = "Two names that differ in case alone count as one. Remove one of them."
            findings.note("P003", path, expected="each name once", got=repr(getattr(name, "value", name)), hint=hint)
        seen.add(name)
