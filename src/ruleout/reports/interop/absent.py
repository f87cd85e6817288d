# SPDX-License-Identifier: Apache-2.0
"""What an audience does not see of what an export tells: holes with the record's reasons, told and never left out (L-4, A-8). Pure.

Holes of one entry for one reason are told together. How many digests they have says nothing of how many values there are, for decoys are
among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from ruleout.ledger.disclosure import Hidden, Tree
from ruleout.ledger.holes import Hole, Standing

Told = dict[str, Any]


def hole_words(hole: Hole) -> str:
    """Return in words why something is absent. Pure."""
    if hole.standing is Standing.WITHHELD:
        return "withheld, and no entry says why"
    return f"{hole.standing.value} by {hole.by} ({hole.class_}): {hole.justification}"


def hole_values(holes: Iterable[Hole]) -> list[Told]:
    """Return holes as JSON values, one for each entry and reason, in order of entry and digest. Pure."""
    kept = sorted(holes, key=lambda hole: (hole.entry, hole.by, hole.standing, hole.digest))
    groups = groupby(kept, key=lambda hole: (hole.entry, hole.by, hole.standing))
    return [_value(list(same)) for _, same in groups]


def _value(same: list[Hole]) -> Told:
    first = same[0]
    reason: Told = {}
    if first.standing is not Standing.WITHHELD:
        told = {
            "class": first.class_,
            "justification": first.justification,
            "by": first.by,
            "authority": first.authority,
            "location": first.location,
            "reviewBy": "" if first.review_by is None else first.review_by.isoformat(),
        }
        reason = {name: value for name, value in told.items() if value}
        if first.material is not None:
            reason["material"] = first.material
    digests = list(dict.fromkeys(hole.digest for hole in same))
    return {"entry": first.entry, "standing": first.standing.value, **reason, "digests": digests}


def tree_value(tree: Tree) -> Any:
    """Return a disclosed value as JSON; what is hidden in it stands as its digest under `hole`. Pure."""
    if isinstance(tree, Hidden):
        return {"hole": tree.digest}
    if isinstance(tree, Mapping):
        return {name: tree_value(value) for name, value in sorted(tree.items())}
    return [tree_value(value) for value in tree] if isinstance(tree, tuple) else tree
