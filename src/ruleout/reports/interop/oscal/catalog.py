# SPDX-License-Identifier: Apache-2.0
"""A framework's clauses, or a set of outside criteria, as an OSCAL catalog: one control each, told in our own words."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from ruleout.framework.criteria_document import Criteria, Item
from ruleout.framework.summary import clauses_by_kind
from ruleout.model.clause import Clause
from ruleout.model.framework import Framework
from ruleout.reports.interop.names import token
from ruleout.reports.interop.oscal.parts import About, back_matter, document, metadata, one_line, prop, props, resource
from ruleout.reports.interop.shown import FrameworkShown

YAML = "application/yaml"


def catalog_name(framework: str) -> str:
    """Return the file of a framework's catalog; `@` stays, since names and versions may hold hyphens. Pure."""
    return f"catalog-{framework}.json"


def criteria_name(criteria: str) -> str:
    """Return the file of the catalog of a set of criteria. Pure."""
    return f"catalog-criteria-{criteria}.json"


def control_id(clause: str) -> str:
    """Return the control id of a clause. Pure."""
    return token(clause)


def item_id(criteria: str, item: str) -> str:
    """Return the control id of an outside item. Pure."""
    return token(item, prefix=f"{criteria}-")


def statement_id(clause: str) -> str:
    """Return the id of a control's statement, which findings aim at. Pure."""
    return f"{control_id(clause)}_smt"


def framework_catalog(shown: FrameworkShown, about: About) -> dict[str, Any]:
    """Return the catalog of a framework: a group for each kind of clause. Pure."""
    framework, document_ = shown.framework, shown.framework.document
    title = framework.title
    told = metadata(title, version=framework.id.version, about=about, more=_of_framework(framework))
    resources = (
        resource(f"{framework.id}, the encoding", shown.sha256, media_type=YAML),
        resource(f"{title}, as published", document_.sha256, media_type="application/octet-stream", href=document_.url),
    )
    return document("catalog", {"metadata": told, "groups": _groups(framework), **back_matter(resources)})


def _of_framework(framework: Framework) -> list[dict[str, Any]]:
    return props(
        {
            "framework": framework.id,
            "developer": framework.developer,
            "effective": framework.effective.isoformat(),
            "supersedes": framework.supersedes,
            "force": framework.force.value,
        }
    )


def _groups(framework: Framework) -> list[dict[str, Any]]:
    titles = _titles(framework)
    kinds = groupby(clauses_by_kind(framework), key=lambda pair: pair[0])
    return [
        {
            "id": f"kind-{kind}",
            "class": "kind",
            "title": kind,
            "controls": [_control(c, kind, titles) for _, c in clauses],
        }
        for kind, clauses in kinds
    ]


def _titles(framework: Framework) -> dict[str, str]:
    thresholds = {one.clause.id: one.title for one in framework.thresholds}
    safeguards = {one.clause.id: one.title for one in framework.safeguards}
    return {**thresholds, **safeguards, **{one.clause.id: one.title for one in framework.arguments}}


def _control(clause: Clause, kind: str, titles: dict[str, str]) -> dict[str, Any]:
    told = {
        "clause": clause.id,
        "kind": kind,
        "force": clause.force.value,
        "section": clause.section,
        "anchor-sha256": clause.anchor or "",
        "gates": "yes" if clause.force.gates else "no",
    }
    parts = [{"id": statement_id(clause.id), "name": "statement", "prose": clause.says}]
    if clause.note:
        parts.append({"id": f"{control_id(clause.id)}_gdn", "name": "guidance", "prose": clause.note})
    title = one_line(titles.get(clause.id, "")) or clause.id
    return {"id": control_id(clause.id), "class": kind, "title": title, "props": props(told), "parts": parts}


def criteria_catalog(criteria: Criteria, sha256: str, about: About) -> dict[str, Any]:
    """Return the catalog of a set of outside criteria; `sha256` (hex) is that of its file. Pure."""
    more = [*props({"criteria": criteria.id, "kind": criteria.kind}), prop("edition", criteria.edition)]
    told = metadata(criteria.title, version=one_line(criteria.edition), about=about, more=more)
    resources = (resource(f"{criteria.title}, as data", sha256, media_type=YAML, more={"published-at": criteria.url}),)
    controls = [_item_control(criteria, item) for item in criteria.items]
    return document("catalog", {"metadata": told, "controls": controls, **back_matter(resources)})


def _item_control(criteria: Criteria, item: Item) -> dict[str, Any]:
    made = item_id(criteria.id, item.id)
    told = {
        "item": item.id,
        "parent-item": item.parent,
        "weight-percent": item.weight,
        "wording": item.provenance.value,
        "wording-compared-with": item.checked,
    }
    statement = {"id": f"{made}_smt", "name": "statement", "prose": item.text}
    return {"id": made, "class": criteria.kind, "title": item.id, "props": props(told), "parts": [statement]}
