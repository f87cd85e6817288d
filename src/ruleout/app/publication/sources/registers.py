# SPDX-License-Identifier: Apache-2.0
"""What the registers say: incidents, deviations, requests by count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from ruleout.accountability.reporting.fact import Fact
from ruleout.accountability.reporting.publication import Hole
from ruleout.accountability.requests.consistency import consistency_of
from ruleout.accountability.requests.counts import Header, counted_in
from ruleout.app.accountability.acts import STATEMENT
from ruleout.app.accountability.deviations import deviations_of
from ruleout.app.accountability.incidents import register_of
from ruleout.app.accountability.request_status import stood_in
from ruleout.app.publication.context import Context, Source, titled
from ruleout.app.publication.holes import hole_in
from ruleout.ledger import EntryType
from ruleout.ledger.holes import Explanations
from ruleout.model.plain import decimal_text


def _day(instant: datetime | None) -> str:
    return "" if instant is None else instant.date().isoformat()


def _statement_hole(
    ask: Context, explanations: Explanations, acts: Iterable[tuple[str, str]], *, by_default: bool
) -> Hole | None:
    """The hole that stands for words of an act's statement, where one of the document's readers may not read it.

    Args:
        acts: ids of acts that state something, with the words; each tells the whole file anew, the last one counts.
    """
    told = tuple(acts)
    same = {act for act, words in told if words.split() == told[-1][1].split()}
    entries = (entry for entry in reversed(ask.record.entries) if entry.content.id in same)
    holes = (hole_in(one, STATEMENT, ask.record, explanations, ask.audiences, by_default=by_default) for one in entries)
    return next((hole for hole in holes if hole is not None), None)


def _incidents(ask: Context) -> Iterator[Fact]:
    """Headers are for everybody; the title stands in the statement and goes where that goes (A-4, A-8)."""
    register, explanations = register_of(ask.record), ask.explanations()
    for name, state in register.states.items():
        titles = ((act.id, act.incident.title) for act in state.acts if act.incident is not None)
        hole = _statement_hole(ask, explanations, titles, by_default=True)
        values = {
            "incident": name,
            "title": "" if hole else state.incident.title,
            "discovered": _day(state.instant("discovered")),
            "recorded": _day(state.opened),
            "standing": "resolved" if state.is_resolved else "open",
        }
        about = (name, *(model.name for model in state.incident.models))
        hidden = {"title": hole} if hole else {}
        yield Fact(entries=tuple(act.id for act in state.acts), values=values, about=about, hidden=hidden)


def _deviations(ask: Context) -> Iterator[Fact]:
    """What departed is told to everybody, since reports are where deviations are disclosed, until a redaction hides it (A-6)."""
    explanations = ask.explanations()
    for name, state in deviations_of(ask.record).states.items():
        one = state.deviation
        words = ((act.id, act.deviation.says) for act in state.acts if act.deviation is not None)
        hole = _statement_hole(ask, explanations, words, by_default=False)
        clause = f"{one.framework} {one.clause}" if one.framework else one.report
        values = {
            "deviation": name,
            "departs-from": clause,
            "says": "" if hole else one.says,
            "discovered": _day(state.discovered),
            "corrected": _day(one.corrected),
            "standing": "closed" if state.is_closed else "open",
        }
        acts, about = tuple(act.id for act in state.acts), (name, one.clause, one.framework)
        yield Fact(entries=acts, values=values, about=about, hidden={"says": hole} if hole else {})


def _requests(ask: Context) -> Iterator[Fact]:
    """How many requests of each kind stand how; texts and requesters are no part of it (A-5)."""
    headers: dict[str, list[tuple[datetime, Header]]] = {}
    entries: dict[str, list[str]] = {}
    for entry in ask.record.of_type(EntryType.REQUEST):
        name = str(entry.content.subject["request"])
        headers.setdefault(name, []).append((datetime.fromisoformat(entry.content.ts), entry.content.subject))
        entries.setdefault(name, []).append(entry.content.id)
    found: dict[tuple[str, str], list[str]] = {}
    for name, told in headers.items():
        for one in counted_in(told, ask.at):
            found.setdefault((one.kind, one.standing.value), []).append(name)
    for (kind, standing), names in sorted(found.items()):
        values = {"kind": kind, "standing": standing, "requests": str(len(names))}
        yield Fact(entries=tuple(e for name in names for e in entries[name]), values=values, about=(kind,))


def _rates(ask: Context) -> Iterator[Fact]:
    """How often each kind of requester was given way to, with the exact interval; no requester is named (A-5)."""
    stood = stood_in(ask.record, at=ask.at)
    entries: dict[str, list[str]] = {}
    for entry in ask.record.of_type(EntryType.REQUEST):
        entries.setdefault(str(entry.content.subject["request"]), []).append(entry.content.id)
    for rate in consistency_of(stood, on=ask.at.date()).rates:
        names = [one.request.id for one in stood if one.request.requester_kind is rate.kind]
        values = {
            "requester": rate.kind.value,
            "answered": str(rate.answered),
            "given-way": str(rate.granted + rate.partly + rate.complied),
            "refused-by-rule": str(rate.refused_by_rule),
            "pending": str(rate.pending),
            "rate-from": decimal_text(rate.lower),
            "rate-to": decimal_text(rate.upper),
        }
        yield Fact(entries=tuple(e for n in names for e in entries.get(n, ())), values=values, about=(rate.kind.value,))


RATES = Source(
    says="How often each kind of requester was given way to, with an exact interval of 95 percent.",
    columns=titled("requester answered given-way refused-by-rule pending rate-from rate-to"),
    read=_rates,
)
INCIDENTS = Source(
    says="Every incident, and whether it is resolved.",
    columns=titled("incident title discovered recorded standing"),
    read=_incidents,
)
DEVIATIONS = Source(
    says="Every departure of practice from the framework or from a document.",
    columns=titled("deviation departs-from says discovered corrected standing"),
    read=_deviations,
)
REQUESTS = Source(
    says="How many requests of each kind were answered how.",
    columns=titled("kind standing requests"),
    read=_requests,
)
