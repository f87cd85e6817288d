# SPDX-License-Identifier: Apache-2.0
"""Which clauses claim which outside items, as an OSCAL mapping collection: one map for each item that is claimed.

A claim does not say that a clause equals, contains or overlaps an item, so the relationship is our own word in our own namespace:
`claims`, and `claims-weakly` where no clause among them binds (A-1). What a claim leaves open is a remark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ruleout.framework.coverage import Coverage, ItemCoverage
from ruleout.reports.interop.names import OSCAL_NS, uuid_of
from ruleout.reports.interop.oscal.catalog import YAML, catalog_name, control_id, criteria_name, item_id
from ruleout.reports.interop.oscal.parts import About, back_matter, document, metadata, props, resource, resource_link

_DESCRIPTION = (
    "Our reading of which clauses of a framework claim which items of outside criteria. The claims stand in files beside the "
    "record and are not proved by it. Nothing follows from what is not mapped."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A framework held against one set of criteria, and the SHA-256 (hex) of the file of its claims."""

    coverage: Coverage
    claims: str


def mapping_collection(mapped: Sequence[Mapped], about: About) -> dict[str, Any]:
    """Return the mapping collection of claims, at least one of which names a clause that there is. Pure."""
    told = metadata("Clauses of frameworks and the outside criteria they claim", version=str(about.size), about=about)
    method = {"method": "human", "matching-rationale": "semantic", "status": "not-complete"}
    resources = (resource("claims, as data", one.claims, media_type=YAML) for one in mapped)
    body = {
        "metadata": told,
        "provenance": {**method, "mapping-description": _DESCRIPTION},
        "mappings": [_mapping(one) for one in mapped],
        **back_matter(resources),
    }
    return document("mapping-collection", body)


def claimed_items(coverage: Coverage) -> tuple[ItemCoverage, ...]:
    """Return the items that any clause of the version claims, weakly or not. Pure."""
    return tuple(item for item in coverage.items if item.clauses)


def _mapping(one: Mapped) -> dict[str, Any]:
    coverage, criteria = one.coverage, one.coverage.criteria.id
    name = (coverage.framework, criteria)
    made = {
        "uuid": uuid_of("mapping", *name),
        "source-resource": {"type": "catalog", "href": catalog_name(coverage.framework)},
        "target-resource": {"type": "catalog", "href": criteria_name(criteria)},
        "maps": [_map(item, name) for item in claimed_items(coverage)],
        "props": props({"framework": coverage.framework, "criteria": criteria}),
        "links": [{"href": resource_link(one.claims), "rel": "reference"}],
    }
    open_items = [item_id(criteria, i.item.id) for i in coverage.items if i.is_leaf and not i.clauses]
    if open_items:
        made["target-gap-summary"] = {
            "uuid": uuid_of("gap", *name),
            "unmapped-controls": [{"with-ids": open_items}],
        }
    return made


def _map(item: ItemCoverage, name: tuple[str, str]) -> dict[str, Any]:
    target = item_id(name[1], item.item.id)
    made = {
        "uuid": uuid_of("map", *name, item.item.id),
        "ns": OSCAL_NS,
        "relationship": "claims" if item.is_claimed else "claims-weakly",
        "sources": [_source(clause.id, binds=clause.binds) for clause in item.clauses],
        "targets": [{"type": "control", "id-ref": target}],
        "props": props({"wording": item.item.provenance.value}),
    }
    if item.leaves_open:
        made["remarks"] = f"Left open: {item.leaves_open}"
    return made


def _source(clause: str, *, binds: bool) -> dict[str, Any]:
    return {"type": "control", "id-ref": control_id(clause), "props": props({"binds": "yes" if binds else "no"})}
