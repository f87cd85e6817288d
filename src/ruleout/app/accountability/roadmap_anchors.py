# SPDX-License-Identifier: Apache-2.0
"""Check a roadmap's anchors against copies of its page that the user brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ruleout.accountability.roadmap.parse import parse_roadmap
from ruleout.adapters.files import read_bounded
from ruleout.app.anchors import AnchorReport, search_copies
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.model.roadmap import Goal, InvariantsRule, Roadmap, Rule

#: An anchored thing: the path that names it, the section it stands in, its anchor.
_Anchored = tuple[str, str, str | None]


def check_roadmap_anchors(file: Path, documents: Sequence[Path]) -> AnchorReport:
    """Return which anchored sentences of a roadmap's file the copies hold. Effect: reads the file and the copies.

    Raises:
        BadInput: the file has problems.
        RuleoutError: a copy cannot be read, is empty of text, or too long.
    """
    data = read_bounded(file, limit_bytes=MOST_DOCUMENT_BYTES, what="roadmap")
    roadmap = parse_roadmap(data, file=str(file))
    anchored = tuple(_anchored(roadmap))
    wanted = frozenset(anchor for _, _, anchor in anchored if anchor is not None)
    found = search_copies(documents, wanted, named=roadmap.document.sha256 if roadmap.document else "")
    return AnchorReport(
        framework=roadmap.id,
        copies=found.copies,
        words=found.words,
        clauses=len(anchored),
        found=tuple(name for name, _, anchor in anchored if anchor is not None and anchor not in found.missing),
        missing=tuple((name, section) for name, section, anchor in anchored if anchor in found.missing),
        unanchored=tuple(name for name, _, anchor in anchored if anchor is None),
    )


def _anchored(roadmap: Roadmap) -> Iterator[_Anchored]:
    for goal in roadmap.goals:
        for name, anchor in _of_goal(goal):
            yield f"{goal.id}{name}", goal.section, anchor
    for one in roadmap.expectations:
        yield f"expectations.{one.id}", "", one.anchor


def _of_goal(goal: Goal) -> Iterator[tuple[str, str | None]]:
    yield "", goal.anchor
    yield from _of_rule("", goal.rule)
    for part in goal.parts:
        yield f".{part.id}", part.anchor
        yield from _of_rule(f".{part.id}", part.rule)
    yield from ((f".{one.id}", one.anchor) for one in goal.candidates)
    yield from ((f".{one.id}", one.anchor) for one in goal.then)


def _of_rule(name: str, rule: Rule | None) -> Iterator[tuple[str, str | None]]:
    if isinstance(rule, InvariantsRule):
        yield from ((f"{name}.{one.id}", one.anchor) for one in rule.invariants)
