# SPDX-License-Identifier: Apache-2.0
"""What peers may and may not change for a case, as one self-contained HTML page: no scripts, no outside resources.

Every word of a file is escaped; addresses become links only where they begin with https.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

from ruleout.analysis.peer_effects import ClauseUse, FactUse, PeerEffects, QuestionUse
from ruleout.model.landscape import LandscapeFact, conflicts_in
from ruleout.reports.landscape_text import DISCLAIMER, marks, outcome_words

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border:1px solid #bbb;padding:.4rem .6rem;text-align:left;
vertical-align:top}th{background:#f2f2f2}.weak{color:#8a3b00}.off{color:#595959}caption{text-align:left;font-weight:600}
@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}th{background:#2a2a2a}.weak{color:#ffb27a}
.off{color:#b0b0b0}a{color:#9cc4ff}}
"""


def effects_html(effects: Sequence[PeerEffects], facts: Sequence[LandscapeFact], *, case: str, on: date) -> str:
    """Return the page. Pure; the same input gives the same bytes."""
    body = [f"<h1>Peers and {escape(case)}</h1>", f"<p>As of {on}. {escape(DISCLAIMER)}</p>"]
    body += [_framework(one) for one in effects]
    body += [_conflicts(facts, on=on), _facts(facts, on=on)]
    head = f'<meta charset="utf-8"><title>Peers and {escape(case)}</title><style>{_STYLE}</style>'
    view = '<meta name="viewport" content="width=device-width,initial-scale=1">'
    return f'<!doctype html>\n<html lang="en"><head>{head}{view}</head><body>\n{chr(10).join(body)}\n</body></html>\n'


def _framework(one: PeerEffects) -> str:
    parts = [f"<h2>{escape(one.framework)}, {escape(one.activity.value)}</h2>", f"<p>{escape(outcome_words(one))}</p>"]
    if one.clauses:
        heads = ("Clause", "May", "May not", "Costs")
        parts.append(_table("Clauses about peers", heads, [_clause(clause) for clause in one.clauses]))
    else:
        parts.append("<p>The framework has no clause about peers: such facts change nothing.</p>")
    if one.questions:
        heads = ("Question", "Asked grade", "Answer", "Facts")
        parts.append(_table("Questions about peers", heads, [_question(question) for question in one.questions]))
    if one.never:
        parts.append(f"<p>Never touched by facts about peers: {escape(', '.join(one.never))}.</p>")
    return "\n".join(parts)


def _clause(clause: ClauseUse) -> tuple[str, ...]:
    used = " (invoked)" if clause.invoked else ""
    name = f"<b>{escape(clause.id)}</b>{used}<br>{escape(clause.kind.value)}, s. {escape(clause.section)}"
    return (f"{name}<br>{escape(clause.says)}", _list(clause.may), _list(clause.may_not), _list(clause.costs))


def _question(question: QuestionUse) -> tuple[str, ...]:
    answer = f"{escape(question.verdict.value)}<br><span class=off>{escape(question.because)}</span>"
    name = f"<b>{escape(question.id)}</b><br>{escape(question.says)}"
    return (name, escape(question.grade.value), answer, "".join(_use(use) for use in question.facts) or "none")


def _use(use: FactUse) -> str:
    tone, counts = ("", "counts") if use.counts else (" class=off", "does not count")
    return f"<div{tone}>{escape(use.fact.id)} {counts}: {escape(use.because)}</div>"


def _conflicts(facts: Sequence[LandscapeFact], *, on: date) -> str:
    groups = conflicts_in(facts, on=on)
    rows = [tuple(_said(fact) for fact in group) for group in groups]
    if not rows:
        return ""
    width = max(len(row) for row in rows)
    heads = tuple(f"Source {number}" for number in range(1, width + 1))
    return _table("In conflict, side by side", heads, [(*row, *[""] * (width - len(row))) for row in rows])


def _said(fact: LandscapeFact) -> str:
    head = f"{escape(fact.developer)}: <b>{escape(fact.holds.value)}</b> as of {fact.as_of} ({fact.counts_as.value})"
    return f"{head}<br>{escape(fact.says)}<br>{_link(fact)}"


def _facts(facts: Sequence[LandscapeFact], *, on: date) -> str:
    rows = [
        (
            f"<b>{escape(fact.id)}</b><br>{escape(fact.developer)} {escape(fact.model)}",
            escape(fact.says),
            f"{fact.grade.value}<br>counts as {fact.counts_as.value}",
            f"{fact.as_of} to {fact.last_day}",
            f"<span class=weak>{', '.join(marks(fact, on=on))}</span>",
            _link(fact),
        )
        for fact in facts
    ]
    return _table("Every fact at hand", ("Fact", "Says", "Grade", "Counts", "Weakened by", "Source"), rows)


def _link(fact: LandscapeFact) -> str:
    title = escape(fact.source.title)
    url = fact.source.url
    return f'<a href="{escape(url, quote=True)}">{title}</a>' if url.startswith("https://") else title


def _list(items: Iterable[str]) -> str:
    return "".join(f"<div>{escape(item)}</div>" for item in items) or "nothing"


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th scope=col>{escape(head)}</th>" for head in heads)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tr>{top}</tr>\n{body}</table>"
