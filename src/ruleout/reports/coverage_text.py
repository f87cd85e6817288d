# SPDX-License-Identifier: Apache-2.0
"""Coverage as a page of text: four columns side by side, and the clause that claims each item (A-11)."""

from __future__ import annotations

from ruleout.framework.coverage import Coverage, ItemCoverage
from ruleout.framework.criteria_document import Provenance
from ruleout.reports.page import Line, labelled

_HEADS = ("claimed", "confirmed", "in operation", "grader")
_WIDTHS = (10, 11, 14, 10)


def coverage_page(found: Coverage, *, width: int = 80) -> list[Line]:
    """Return the page, wrapped to `width` columns. Pure."""
    criteria, counts = found.criteria, found.count()
    lines = [Line(f"{found.framework} against {criteria.title}, {criteria.edition}", "title")]
    lines += labelled("Source", criteria.url, width=width, tone="dim")
    if not found.mapped:
        lines += labelled(
            "", "No claims file maps this framework to these criteria: nothing is claimed yet.", width=width
        )
    lines += labelled("Counts", _counts(counts), width=width)
    for score in found.scores:
        lines += labelled(
            "Grader", f"{score.score} as of {score.as_of} ({score.source.title}). {score.note}", width=width
        )
    lines += [Line(""), Line("".join(h.ljust(w) for h, w in zip(_HEADS, _WIDTHS, strict=True)) + "item", "title")]
    for item in found.items:
        lines += _item(item, width=width)
    advice = "The columns are different things and are never added up. None says that a model is safe."
    return [*lines, Line(""), *labelled("", advice, width=width, tone="dim")]


def _counts(counts: dict[str, int]) -> str:
    of = counts["items"]
    return (
        f"claimed {counts['claimed']} of {of} ({counts['claimed_in_part']} of these in part; {counts['claimed_weakly']} more by "
        f"words that do not bind) · confirmed {counts['confirmed']} · seen in operation {counts['in_operation']} · scored by "
        f"the grader {counts['scored_by_grader']} · wording unverified {counts['wording_unverified']}"
    )


def _item(one: ItemCoverage, *, width: int) -> list[Line]:
    if not one.is_leaf:
        score = f"  grader: {one.scores[0].score}" if one.scores else ""
        return [Line(f"{one.item.id} {one.item.text}{score}", "title")]
    cells = (_claimed(one), _confirmed(one), str(len(one.operated)) if one.operated else "-", _score(one))
    row = "".join(cell.ljust(w) for cell, w in zip(cells, _WIDTHS, strict=True))
    unverified = " [wording unverified]" if one.item.provenance is Provenance.RECALLED else ""
    lines = [Line(f"{row}{one.item.id} {one.item.text}{unverified}", "" if one.is_claimed else "warn")]
    if one.clauses:
        lines += labelled(
            "", ", ".join(f"{c.id} ({c.force}, s. {c.section})" for c in one.clauses), width=width, tone="dim"
        )
    if one.leaves_open:
        lines += labelled("", f"Leaves open: {one.leaves_open}", width=width, tone="warn")
    return lines


def _claimed(one: ItemCoverage) -> str:
    if one.is_claimed:
        return "in part" if one.leaves_open else "yes"
    return "weakly" if one.clauses else "no"


def _confirmed(one: ItemCoverage) -> str:
    answers = sorted({seen.agrees for seen in one.confirmed})
    return "/".join(answers) or "-"


def _score(one: ItemCoverage) -> str:
    return " | ".join(score.score for score in one.scores) or "-"
