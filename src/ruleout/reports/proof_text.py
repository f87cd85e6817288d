# SPDX-License-Identifier: Apache-2.0
"""A proof as a page: one line per property; below it what failed, was not settled, or was found, with its state."""

from __future__ import annotations

from collections.abc import Iterable

from ruleout.analysis.properties.result import Proof, Result, Status, Tried
from ruleout.reports.page import Line, labelled, title

_TONES = {Status.PROVED: "good", Status.FINDING: "warn", Status.FAILED: "bad", Status.NOT_PROVED: "bad"}
_WORDS = {
    Status.PROVED: "proved",
    Status.FINDING: "finding",
    Status.FAILED: "FAILED",
    Status.NOT_PROVED: "not proved",
}
#: The most serious first: a property is shown as its worst result.
_ORDER = (Status.FAILED, Status.NOT_PROVED, Status.FINDING, Status.PROVED)


def proof_page(proof: Proof, *, width: int) -> list[Line]:
    """Return a proof's page. Pure.

    Args:
        width: columns.
    """
    worst = _worst(proof.results)
    lines = title(proof.framework, _count_words(proof), width=width, tone=_TONES[worst])
    for tried in proof.tried:
        lines += _property(tried, width=width)
    note = "Proved of this encoding, in every state a case can bring about. It does not say that a model is safe."
    return [*lines, *labelled("", note, width=width, tone="dim"), Line("")]


def _property(tried: Tried, *, width: int) -> list[Line]:
    """The property's line, then each thing said of it once, however many places it was said of."""
    worst = _worst(tried.results)
    if not tried.results:
        return labelled("not asked", f"{tried.id}: {tried.says}", width=width, tone="dim")
    lines = labelled(_WORDS[worst], f"{tried.id}: {tried.says}", width=width, tone=_TONES[worst])
    for same in _grouped(tried.results):
        lines += _told(same, width=width)
    return lines


def _told(same: list[Result], *, width: int) -> list[Line]:
    first = same[0]
    text = f"- {', '.join(dict.fromkeys(result.subject for result in same))}: {first.says}"
    if first.clauses:
        text += f" [{', '.join(first.clauses)}]"
    lines = labelled("", text, width=width, tone=_TONES[first.status])
    if first.witness is not None:
        lines += labelled("", f"  {first.witness.words}", width=width)
    return lines


def _grouped(results: Iterable[Result]) -> list[list[Result]]:
    groups: dict[tuple[object, ...], list[Result]] = {}
    for result in results:
        if result.status is not Status.PROVED:
            groups.setdefault((result.status, result.says, result.clauses), []).append(result)
    return list(groups.values())


def _worst(results: Iterable[Result]) -> Status:
    found = {result.status for result in results}
    return next((status for status in _ORDER if status in found), Status.PROVED)


def _count_words(proof: Proof) -> str:
    counts = ((status, len(proof.with_status(status))) for status in reversed(_ORDER))
    return ", ".join(f"{count} {_WORDS[status]}" for status, count in counts if count) or "nothing to prove"
