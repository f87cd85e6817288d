# SPDX-License-Identifier: Apache-2.0
"""Whether anything known bears the name that was killed: a misspelt one is in force like any other, and switches nothing off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleout.app.ledger import read_record
from ruleout.app.permits.register import permits_in
from ruleout.app.workspace import Workspace
from ruleout.errors import RuleoutError
from ruleout.model.permit import Endpoint, Permit
from ruleout.serving.epoch import Target
from ruleout.serving.epoch.document import folded

#: Names that are shown beside the one that nothing bears.
_SHOWN = 10


def nobody_named(place: Workspace, kind: Target, name: str) -> str:
    """Return that no endpoint, or no permit of this record, bears a name, "" where one does or that is not known. Effect: reads the record.

    Of models, tools and surfaces alone: who is a tenant and what a capability is, a gateway's settings say. Never raises for the record.
    """
    if kind is Target.SURFACE:
        known = {one.value for one in Endpoint}
    elif kind in (Target.MODEL, Target.TOOL):
        known = set(_names(kind, _permits(place)))
    else:
        return ""
    if not known or folded(name) in {folded(one) for one in known}:
        return ""
    by = "no endpoint is called" if kind is Target.SURFACE else f"no permit of this record names the {kind.value}"
    there = sorted(known)
    more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
    return f"{by} {name!r}; known are: {', '.join(there[:_SHOWN])}{more}"


def _permits(place: Workspace) -> list[Permit]:
    try:
        return [one.permit for one in permits_in(read_record(place)).values() if one.permit is not None]
    except (RuleoutError, OSError):
        return []


def _names(kind: Target, permits: Iterable[Permit]) -> Iterator[str]:
    for permit in permits:
        if kind is Target.TOOL:
            yield from (one.tool for one in permit.terms.tools)
        else:
            for model in permit.terms.models:
                yield from (model.model, model.digest, *model.served_as)
