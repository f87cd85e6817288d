# SPDX-License-Identifier: Apache-2.0
"""A file of watched rates -> watches, or all its problems at once (G-11)."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ruleout.documents.fields import Doc, Id, Number, Says, Whole
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.permit import EVERYBODY, LimitKind
from ruleout.serving.monitoring.drift import Counted, Tightening, Watch

MOST_BYTES = 1024 * 1024
FrameworkName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*@[0-9A-Za-z][0-9A-Za-z.-]{0,30}$")]


class TighteningDoc(Doc):
    """A limit that a breach makes smaller; `everybody` is every tenant."""

    limit: LimitKind
    tenant: Id
    at_most: Annotated[Whole, Field(ge=0, le=2**53 - 1)]


class WatchDoc(Doc):
    """One watched rate."""

    watch: Id
    hook: Id
    counts: Counted
    bar: Annotated[Number, Field(ge=Decimal("0.000001"), le=Decimal("0.999999"))]
    alpha: Annotated[Number, Field(ge=Decimal("0.000001"), le=Decimal("0.5"))]
    clause: Id
    scope: Says
    tightens: Annotated[tuple[TighteningDoc, ...], Field(max_length=20)] = ()


class WatchesDoc(Doc):
    """A file of watched rates, under one version of a framework."""

    kind: Literal["watches"]
    framework: FrameworkName
    watches: Annotated[tuple[WatchDoc, ...], Field(min_length=1, max_length=100)]


def parse_watches(
    data: bytes, *, file: str, hooks: Collection[str] | None = None, tenants: Collection[str] | None = None
) -> tuple[Watch, ...]:
    """Return the watches of a file. Pure.

    Args:
        hooks: those that a gateway has, and its tenants; None where the file is read without a gateway's settings.

    Raises:
        BadInput: the file is refused; holds its problems in file order.
    """
    document = read_yaml(data, file=file)
    doc, findings = validate(WatchesDoc, document), Findings(document)
    seen: set[str] = set()
    for index, one in enumerate(doc.watches):
        if one.watch in seen:
            where, hint = ("watches", index, "watch"), "Give each a name of its own: deviations are named after it."
            findings.note("T006", where, expected="each watch once", got=repr(one.watch), hint=hint)
        seen.add(one.watch)
        _check_names(one, index, findings, hooks=hooks, tenants=tenants)
    findings.raise_any()
    return tuple(_watch(one, doc.framework) for one in doc.watches)


def _check_names(
    one: WatchDoc, index: int, findings: Findings, *, hooks: Collection[str] | None, tenants: Collection[str] | None
) -> None:
    """A name that the gateway does not have would watch nothing, or tighten nothing."""
    at = ("watches", index)
    if hooks is not None and one.hook not in hooks:
        findings.note_unknown((*at, "hook"), expected="a hook of the gateway", name=one.hook, known=hooks, id_="N004")
    for place, limit in enumerate(one.tightens):
        if tenants is not None and limit.tenant != EVERYBODY and limit.tenant not in tenants:
            where = (*at, "tightens", place, "tenant")
            expected = "everybody or a tenant of the gateway"
            findings.note_unknown(where, expected=expected, name=limit.tenant, known=tenants, id_="N004")


def _watch(doc: WatchDoc, framework: str) -> Watch:
    return Watch(
        id=doc.watch,
        hook=doc.hook,
        counted=doc.counts,
        bar=doc.bar,
        alpha=doc.alpha,
        framework=framework,
        clause=doc.clause,
        scope=doc.scope,
        tightens=tuple(
            Tightening(kind=one.limit, tenant="" if one.tenant == EVERYBODY else one.tenant, at_most=one.at_most)
            for one in doc.tightens
        ),
    )
