# SPDX-License-Identifier: Apache-2.0
"""Pages and JSON values of requests: how each stands, what forums say, and what is counted. Pure (A-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from ruleout.accountability.requests.counts import Counts
from ruleout.accountability.requests.proceedings import ForumStatus, status_of
from ruleout.accountability.requests.standing import Standing, Stood
from ruleout.documents.counts import count_of
from ruleout.model.expiry import utc_day
from ruleout.model.plain import plain
from ruleout.model.request import Attested, Proceeding, Report, RequestAnswer
from ruleout.reports.page import Line, bullets, labelled, title

_TONES = {
    Standing.PENDING: "warn",
    Standing.GRANTED: "good",
    Standing.PARTLY_GRANTED: "good",
    Standing.REFUSED_BY_RULE: "bad",
    Standing.EXPIRED: "bad",
}


def list_page(stood: Sequence[Stood], *, at: datetime, width: int) -> list[Line]:
    """Return a page with a few lines per request."""
    lines = [Line(f"{count_of(len(stood), 'request')} as of {utc_day(at)}", "title")]
    for one in stood:
        lines += _head(one, width=width)
        asked = f"{one.request.requester} ({one.request.requester_kind.value}) on {one.request.asked_on}"
        lines += labelled(
            "  asked", f"{asked}: {one.request.kind.value} by {one.request.instrument.value}", width=width
        )
        told = (f"{status.proceeding.name}: {status.words}" for status in _statuses(one, at))
        lines += bullets("  forums", told, width=width)
    return lines


def request_page(one: Stood, *, at: datetime, width: int) -> list[Line]:
    """Return the page of one request, whole."""
    asked = one.request
    lines = _head(one, width=width)
    facts = (
        ("asked", f"{asked.requester} ({asked.requester_kind.value}), {asked.asked_on}"),
        ("by", asked.instrument.value),
        ("kind", asked.kind.value),
        ("authority", asked.authority or "none claimed"),
        ("models", ", ".join(asked.models) or "none named"),
        ("for", f"{asked.customer} ({asked.customer_kind.value})"),
        ("touches", ", ".join(dict.fromkeys((*asked.clauses, *asked.uses)))),
        ("asks", asked.asks),
    )
    for label, text in facts:
        lines += labelled(f"  {label}", text, width=width)
    lines += bullets("  red line", (f"{line.id}: {line.says}" for line in one.crossed), width=width, tone="bad")
    lines += _answer_lines(one, at=at, width=width)
    waiting = (f"{answer.kind.value}: {', '.join(roles)} must sign too" for answer, roles in one.waiting)
    lines += bullets("  waiting", waiting, width=width, tone="warn")
    events = sorted((e for e in asked.events if e.on <= utc_day(at)), key=lambda e: e.on)
    lines += bullets("  events", (f"{e.on} {e.kind.value}: {e.says} {_mark(e.attested)}" for e in events), width=width)
    for status in _statuses(one, at):
        lines += _forum_lines(status, width=width)
    lines += bullets("  no effect", (f"{entry}: {why}" for entry, why in one.ignored), width=width, tone="warn")
    return lines + bullets("  note", [asked.note] if asked.note else [], width=width, tone="dim")


def _head(one: Stood, *, width: int) -> list[Line]:
    word = one.standing.value
    if one.standing in (Standing.GRANTED, Standing.PARTLY_GRANTED) and one.answer and one.answer.expires:
        word = f"{word} until {one.answer.expires}"
    if one.standing is Standing.EXPIRED and one.answer:
        word = f"expired after {one.answer.expires}"
    return title(f"{one.request.id}  {one.request.title}", word.upper(), width=width, tone=_TONES.get(one.standing, ""))


def _answer_lines(one: Stood, *, at: datetime, width: int) -> list[Line]:
    answer = one.answer
    if answer is None:
        if one.standing is not Standing.PENDING:
            return []
        days = (utc_day(at) - one.request.asked_on).days
        return labelled("  answer", f"none after {count_of(days, 'day')}", width=width, tone="warn")
    when = one.answered_on or answer.on
    lines = labelled(
        "  answer", f"{answer.kind.value}{f', {when}' if when else ''} {_mark(answer.attested)}", width=width
    )
    facts = (
        ("ground", answer.ground),
        ("approvers", ", ".join(answer.approvers)),
        ("offered", answer.transition_offer),
        ("stated", answer.public_statement),
        ("sanction", answer.sanction),
    )
    for label, text in facts:
        lines += labelled(f"  {label}", text, width=width) if text else []
    return lines + bullets("  conditions", (f"{name}: {says}" for name, says in answer.conditions), width=width)


def _forum_lines(status: ForumStatus, *, width: int) -> list[Line]:
    told = status.proceeding
    docket = f", {told.docket}" if told.docket else ""
    known = f"{status.words}; nothing known after {status.as_of}" if status.as_of else "nothing known"
    lines = labelled("  forum", f"{told.name}{docket}: {told.about}", width=width)
    lines += labelled("    status", known, width=width, tone="warn" if status.conflict else "")
    lines += bullets("    conflict", (_report_words(r) for r in status.conflict), width=width, tone="bad")
    rest = (r for r in told.reports if r not in status.conflict and status.as_of and r.as_of <= status.as_of)
    return lines + bullets("    reports", (_report_words(r) for r in rest), width=width, tone="dim")


def _report_words(report: Report) -> str:
    favours = f" for the {report.favours.value}" if report.favours else ""
    return f"{report.as_of} {report.stage.value}{favours}: {report.says} {_mark(report.attested)}"


def _mark(attested: Attested) -> str:
    """How a statement is known, where it stands in a public record."""
    source = attested.source
    return f"[{attested.known.value}: {source.title}]" if source is not None else ""


def _statuses(one: Stood, at: datetime) -> tuple[ForumStatus, ...]:
    return tuple(status_of(proceeding, on=utc_day(at)) for proceeding in one.proceedings)


def stood_value(one: Stood, *, at: datetime) -> dict[str, object]:
    """Return one request as a JSON value."""
    asked = plain(one.request)
    told = {name: asked[name] for name in asked if name not in ("answer", "proceedings", "attested", "events")}
    return {
        **told,
        "attested": attested_value(one.request.attested),
        "standing": one.standing.value,
        "red_lines": [{"id": line.id, "says": line.says} for line in one.crossed],
        "answer": None if one.answer is None else answer_value(one.answer),
        "answered_on": one.answered_on,
        "days_to_answer": one.days_to_answer,
        "waiting": [{"answer": answer.kind.value, "roles": list(roles)} for answer, roles in one.waiting],
        "events": [plain(event) for event in one.request.events if event.on <= utc_day(at)],
        "forums": [forum_value(status) for status in _statuses(one, at)],
        "no_effect": [{"entry": entry, "because": why} for entry, why in one.ignored],
    }


def answer_value(answer: RequestAnswer) -> dict[str, object]:
    """Return an answer as a JSON value."""
    value: dict[str, object] = plain(answer)
    return {**value, "conditions": dict(answer.conditions)}


def attested_value(attested: Attested) -> dict[str, object]:
    """Return where a statement comes from as a JSON value."""
    return {"known": attested.known.value, "source": plain(attested.source)}


def forum_value(status: ForumStatus) -> dict[str, object]:
    """Return how far a proceeding is known to be as a JSON value; stage None means unknown."""
    told: Proceeding = status.proceeding
    return {
        "forum": told.forum,
        "name": told.name,
        "about": told.about,
        "docket": told.docket,
        "status": status.words,
        "stage": plain(status.stage),
        "favours": plain(status.favours),
        "as_of": status.as_of,
        "conflict": [plain(report) for report in status.conflict],
        "reports": [plain(report) for report in told.reports if status.as_of and report.as_of <= status.as_of],
    }


def counts_page(counts: Counts, *, on: date, width: int) -> list[Line]:
    """Return the page of the public counts."""
    lines = [Line(f"{count_of(counts.total, 'request')} as of {on}", "title")]
    lines += labelled("standing", _counted_words(counts.by_standing) or "none", width=width)
    for label, found in (
        ("by kind", counts.by_kind),
        ("by requester", counts.by_requester_kind),
        ("by means", counts.by_instrument),
    ):
        rows: Iterable[str] = (f"{sort}: {_counted_words(words)}" for sort, words in found.items())
        lines += bullets(label, rows, width=width)
    return lines


def _counted_words(words: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {word}" for word, n in words.items())
