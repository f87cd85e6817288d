# SPDX-License-Identifier: Apache-2.0
"""The landscape of peers as text: the facts with what weakens them, and what they may change for a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from ruleout.analysis.peer_effects import ClauseUse, PeerEffects, QuestionUse
from ruleout.model.landscape import LandscapeFact, conflicts_in
from ruleout.reports.page import Line, bullets, labelled, title

#: Said wherever the page speaks of a case.
DISCLAIMER = (
    "What peers do says nothing about whether this model is safe; it says what the framework's rules make of it."
)


def landscape_page(facts: Sequence[LandscapeFact], *, on: date, width: int = 80) -> list[Line]:
    """Return every fact, grouped by developer, with grade, dates and what weakens it; then the conflicts. Pure."""
    lines = [Line(f"Peers as of {on}: {len(facts)} facts, {_tally(facts, on=on)}", "title")]
    for developer in dict.fromkeys(fact.developer for fact in facts):
        lines += [Line(""), Line(developer, "title")]
        for fact in facts:
            if fact.developer == developer:
                lines += _fact(fact, on=on, width=width)
    groups = conflicts_in(facts, on=on)
    if groups:
        lines += [Line(""), Line("In conflict, side by side", "title")]
    for group in groups:
        says = [f"{fact.id} ({fact.holds.value}, {fact.counts_as.value}, {fact.as_of}): {fact.says}" for fact in group]
        lines += bullets(f"  {group[0].developer}", says, width=width, tone="warn")
    return lines


def effects_page(effects: Sequence[PeerEffects], case: str, *, width: int = 80) -> list[Line]:
    """Return, per framework, what facts about peers may and may not change for the case. Pure."""
    lines: list[Line] = []
    for one in effects:
        heading = f"{case} · {one.activity.value} · {one.framework}"
        lines += title(heading, one.with_landscape.value.upper(), width=width, tone="title")
        lines += labelled("  Outcome", outcome_words(one), width=width)
        if not one.clauses:
            lines += labelled(
                "  Peers", "the framework has no clause about peers: such facts change nothing", width=width
            )
        for clause in one.clauses:
            lines += _clause(clause, width=width)
        for question in one.questions:
            lines += _question(question, width=width)
        lines += bullets("  Never touches", one.never, width=width, tone="dim")
        lines.append(Line(""))
    return [*lines, *labelled("", DISCLAIMER, width=width, tone="dim")]


def outcome_words(one: PeerEffects) -> str:
    """Return the three outcomes in a sentence. Pure."""
    return (
        f"{one.as_stated.value} as stated; {one.with_landscape.value} with the facts at hand; {one.at_most.value} if every "
        "question about peers were answered yes and every permission used, approvals given anew aside"
    )


def marks(fact: LandscapeFact, *, on: date) -> tuple[str, ...]:
    """Return what weakens a fact on a day, one word each. Pure."""
    found: Mapping[str, bool] = {
        "stale": fact.is_stale(on),
        "later": fact.is_later(on),
        "second-hand": fact.second_hand,
        "contested": bool(fact.contested),
    }
    return tuple(word for word, holds in found.items() if holds)


def _tally(facts: Sequence[LandscapeFact], *, on: date) -> str:
    every = [mark for fact in facts for mark in marks(fact, on=on)]
    return ", ".join(f"{every.count(word)} {word}" for word in ("stale", "later", "second-hand", "contested"))


def _fact(fact: LandscapeFact, *, on: date, width: int) -> list[Line]:
    weak = marks(fact, on=on)
    graded = (
        fact.grade.value if fact.counts_as is fact.grade else f"{fact.grade.value}, counts as {fact.counts_as.value}"
    )
    head = f"  {fact.id}  [{graded}] {fact.as_of} to {fact.last_day}" + (f"  {', '.join(weak).upper()}" if weak else "")
    lines = [Line(head, "warn" if weak else "")]
    about = f"{fact.model}: " if fact.model else ""
    lines += labelled("", f"{about}{fact.says}", width=width)
    lines += labelled("", f"Disputed: {fact.contested}", width=width, tone="warn") if fact.contested else []
    return lines + labelled("", f"{fact.source.title}, {fact.source.url}", width=width, tone="dim")


def _clause(clause: ClauseUse, *, width: int) -> list[Line]:
    used = ", invoked" if clause.invoked else ""
    lines = labelled(
        "  Clause", f"{clause.id} ({clause.kind.value}, s. {clause.section}{used}): {clause.says}", width=width
    )
    lines += bullets("  May", clause.may, width=width, tone="warn")
    lines += bullets("  May not", clause.may_not, width=width)
    return lines + bullets("  Costs", clause.costs, width=width)


def _question(question: QuestionUse, *, width: int) -> list[Line]:
    text = f"{question.id} ({question.grade.value} or better): {question.verdict.value}, {question.because}"
    lines = labelled("  Question", text, width=width)
    for use in question.facts:
        tone = "" if use.counts else "dim"
        counts = "counts" if use.counts else "does not count"
        lines += labelled("", f"{use.fact.id} {counts}: {use.because}", width=width, tone=tone)
    return lines
