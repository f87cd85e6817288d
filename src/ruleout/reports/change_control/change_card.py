# SPDX-License-Identifier: Apache-2.0
"""One announced change as HTML: what it is and why, both texts, and a case that both versions decide (D-15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ruleout.model.change_log import AnnouncedChange
from ruleout.model.framework import Framework
from ruleout.model.listed_clauses import clauses_of
from ruleout.model.outcome import Outcome
from ruleout.reports.change_control.words import both_marked

if TYPE_CHECKING:
    from ruleout.analysis.announced.differences import Difference
    from ruleout.analysis.compare.result import Side, Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The two versions of a change, by label and by the section in which each clause stands."""

    old: str
    new: str
    old_sections: Mapping[str, str]
    new_sections: Mapping[str, str]


def pair_of(old: Framework, new: Framework) -> Pair:
    """Return two versions as a pair. Pure."""
    before, after = ({one.id: one.clause.section for one in clauses_of(version)} for version in (old, new))
    return Pair(old=old.id.version, new=new.id.version, old_sections=before, new_sections=after)


def tag(text: str, tone: str = "") -> str:
    """Return a small label; `tone` is its class, by default its own word. Pure."""
    return f'<span class="tag {escape(tone or text)}">{escape(text)}</span>'


def card(change: AnnouncedChange, found: Mapping[str, Difference], pair: Pair) -> str:
    """Return one announced change. Pure; every value is escaped.

    Args:
        change: as announced.
        found: what differs, by clause.
        pair: the two versions.
    """
    call = f"{'material' if change.material else 'not material'}, called by {change.called_by} on {change.called_on}"
    mine = [found[clause] for clause in change.clauses if clause in found]
    return "\n".join(
        [
            f"<article><h3>{escape(', '.join(change.clauses))}</h3>",
            f"{tag(change.kind.value)}{tag(call, 'quiet')}",
            f"<p>{escape(change.how)}</p>",
            f'<p><span class="quiet">Why:</span> {escape(change.why)}</p>',
            *(_texts(difference, pair, is_named=len(mine) > 1) for difference in mine),
            *_states(mine, pair),
            "</article>",
        ]
    )


def _texts(one: Difference, pair: Pair, *, is_named: bool) -> str:
    """Both texts of a clause, and every datum that differs under its own side."""
    data = [field for field in one.fields if field.field != "says"]
    was, now = both_marked(one.was, one.now)
    name = f"{one.clause}, " if is_named else ""
    left = _side(
        f"{name}{_where(pair.old, pair.old_sections.get(one.clause))}", was, [f"{f.field}: {f.was}" for f in data]
    )
    right = _side(
        f"{name}{_where(pair.new, pair.new_sections.get(one.clause))}", now, [f"{f.field}: {f.now}" for f in data]
    )
    return f'<div class="sides">{left}{right}</div>'


def _where(version: str, section: str | None) -> str:
    return f"version {version}" + (f", section {section}" if section else "")


def _side(heading: str, html: str, data: list[str]) -> str:
    """One side; `html` is escaped already."""
    rows = "".join(f"<br><code>{escape(row)}</code>" for row in data)
    text = html or '<span class="quiet">nothing</span>'
    return f"<div><b>{escape(heading)}</b>{text}{rows}</div>"


def _states(mine: list[Difference], pair: Pair) -> Iterator[str]:
    """The states that a weakening lets pass, each once, as both versions decide them."""
    looser = [one.witness for one in mine if one.witness is not None]
    looser += [
        gated.witness
        for one in mine
        if one.less and one.witness is None
        for gated in one.gated
        if gated.witness.old.outcome > gated.witness.new.outcome
    ]
    for witness in {(one.activity, one.text): one for one in looser}.values():
        yield _state(witness, pair)


def _state(witness: Witness, pair: Pair) -> str:
    answers = f"{', '.join(witness.answers)}; everything else in order." if witness.answers else "Everything in order."
    return (
        f'<div class="state"><b>What it lets pass: {escape(witness.activity.value)}</b>'
        f"<br>{escape(answers)}"
        f'<div class="sides">{_outcome(pair.old, witness.old)}{_outcome(pair.new, witness.new)}</div></div>'
    )


def _outcome(version: str, side: Side) -> str:
    # What lets something proceed is every clause that is in order: no news.
    stands = side.determined_by if side.outcome is not Outcome.PROCEED else ()
    by = f"<br>by {escape(', '.join(stands))}" if stands else ""
    return f"<div><b>version {escape(version)} says</b><strong>{escape(side.outcome.value)}</strong>{by}</div>"
