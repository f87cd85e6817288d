# SPDX-License-Identifier: Apache-2.0
"""An incident as a page and as a value: facts, every regime's classes and clocks, acts with what they changed (A-4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from ruleout.accountability.changes import Change
from ruleout.accountability.incidents.classify import ClassAnswer
from ruleout.accountability.incidents.due import Clock, ClockState, Counted
from ruleout.accountability.incidents.fold import IncidentAct, IncidentState
from ruleout.accountability.incidents.report import Report, report_value
from ruleout.accountability.incidents.standing import Standing
from ruleout.model.incident import INSTANTS
from ruleout.model.plain import instant_text
from ruleout.model.verdict import Verdict
from ruleout.reports.page import Line, bullets, labelled, title

_VERDICTS = {Verdict.YES: "yes", Verdict.NO: "no", Verdict.UNKNOWN: "cannot be excluded"}
_TONES = {
    ClockState.MISSED: "bad",
    ClockState.REPORTED_LATE: "warn",
    ClockState.DUE: "warn",
    ClockState.REPORTED: "good",
}
#: Classes that only name a kind of a wider one are shown where they are not excluded.
_QUIET = (ClockState.NOT_OWED,)


def incident_page(
    state: IncidentState,
    standings: Sequence[Standing],
    changed: Mapping[str, Sequence[Change]],
    *,
    at: datetime,
    width: int,
) -> list[Line]:
    """Return the page of one incident. Pure.

    Args:
        state: how it stands.
        standings: under each regime.
        changed: what each act changed, by the act's entry id.
        at: the instant from which it is seen.
        width: columns.
    """
    incident = state.incident
    word = "resolved" if state.is_resolved else "open"
    lines = title(f"incident {incident.id}: {incident.title}", word, width=width, tone="title")
    lines += labelled("happened", incident.happened, width=width)
    lines += labelled("seen at", minute(at), width=width, tone="dim")
    if state.merged_into:
        lines += labelled("merged into", state.merged_into, width=width)
    lines += bullets("facts", [f"{name}: {v.value}" for name, v in incident.facts.items()], width=width)
    if incident.unknown:
        lines += labelled("unknown", ", ".join(sorted(incident.unknown)), width=width)
    lines += bullets("instants", _instants(state), width=width)
    for standing in standings:
        lines += [Line(""), *_standing(standing, width=width)]
    lines += [Line(""), Line("acts", "title")]
    for act in state.acts:
        lines += labelled(minute(act.ts), _act(act), width=width)
        lines += bullets("", [_change(one) for one in changed.get(act.id, ())], width=width, tone="dim")
    return lines


def minute(when: datetime) -> str:
    """Return an instant to the minute in UTC: `2026-11-20 09:30Z`. Pure."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def clock_line(clock: Clock, authorities: Mapping[str, str]) -> str:
    """Return one clock in words: what is owed to whom, until when, counted from what, and how it stands. Pure."""
    to = ", ".join(authorities[one] for one in clock.rule.to)
    head = f"{clock.rule.clock} {clock.rule.stage} report to {to} ({clock.rule.provision.section}): {clock.state.value}"
    counted = clock.governs
    if counted is None:
        return f"{head}, starts with {' or '.join(clock.rule.starts)}"
    text = f"{head}, by {_until(counted)}, counted from {_start(counted)}"
    if clock.safe is not None:
        text += " (safe reading"
        other = clock.by_text if clock.by_text is not None and clock.by_text != clock.safe else None
        text += f"; by the text {_until(other)} from {_start(other)})" if other is not None else ")"
    if clock.given:
        text += "; given " + ", ".join(minute(when) for when in clock.given)
    if clock.is_told_late and clock.recorded is not None:
        text += f"; told late, recorded {minute(clock.recorded)}"
    return text


def listing_page(rows: Iterable[tuple[IncidentState, Sequence[Standing]]], *, width: int) -> list[Line]:
    """Return every incident with what it owes or may owe next. Pure."""
    lines: list[Line] = []
    for state, standings in rows:
        word = "resolved" if state.is_resolved else "open"
        lines += title(f"{state.incident.id}: {state.incident.title}", word, width=width, tone="title")
        for standing in standings:
            open_clocks = [c for c in standing.clocks if c.state in (ClockState.DUE, ClockState.MISSED)]
            for clock in open_clocks:
                words = clock_line(clock, standing.regime.authorities)
                lines += labelled(f"  {standing.regime.name}", words, width=width, tone=_TONES.get(clock.state, ""))
    return lines or [Line("no incident in the record")]


def report_page(report: Report, authorities: Mapping[str, str], *, width: int) -> list[Line]:
    """Return a report's fields as text; what is unknown says so. Pure."""
    to = ", ".join(authorities[one] for one in report.to)
    lines = title(f"{report.stage} report of incident {report.incident}", report.regime, width=width, tone="title")
    lines += labelled("to", to, width=width)
    lines += labelled("given", minute(report.given), width=width)
    lines += labelled("rests on", report.rests_on, width=width)
    for one in report.fields:
        if one.value:
            lines += [Line(""), *labelled("", f"{one.asks} ({one.section})", width=width, tone="dim")]
            lines += labelled(one.name, one.value, width=width)
    return lines


def incident_value(
    state: IncidentState, standings: Sequence[Standing], changed: Mapping[str, Sequence[Change]]
) -> dict[str, object]:
    """Return an incident as a JSON value. Pure."""
    incident = state.incident
    return {
        "incident": incident.id,
        "title": incident.title,
        "happened": incident.happened,
        "resolved": state.is_resolved,
        "merged-into": state.merged_into,
        "facts": {name: verdict.value for name, verdict in incident.facts.items()},
        "unknown": sorted(incident.unknown),
        "instants": {name: instant_text(when) for name in INSTANTS if (when := state.instant(name)) is not None},
        "stated": {name: _stated_value(state, name) for name in INSTANTS if state.stated(name)},
        "regimes": [standing_value(one) for one in standings],
        "acts": [_act_value(act, changed.get(act.id, ())) for act in state.acts],
    }


def standing_value(standing: Standing) -> dict[str, object]:
    """Return how an incident stands under a regime as a JSON value. Pure."""
    return {
        "regime": standing.regime.name,
        "as-of": standing.regime.as_of.isoformat(),
        "in-force-from": standing.regime.since.isoformat(),
        "group": list(standing.group),
        "classes": [_class_value(answer) for answer in standing.answers],
        "clocks": [_clock_value(clock) for clock in standing.clocks],
        "keep-until": None if standing.keep_until is None else standing.keep_until.isoformat(),
        "amended-since-report": standing.amended_since,
    }


__all__ = [
    "clock_line", "incident_page", "incident_value", "listing_page", "minute", "report_page", "report_value",
    "standing_value",
]  # fmt: skip


def _standing(standing: Standing, *, width: int) -> list[Line]:
    regime = standing.regime
    lines = title(regime.name, f"as of {regime.as_of}", width=width, tone="title")
    classes = [answer for answer in standing.answers if answer.verdict is not Verdict.NO]
    lines += bullets("class", [_class_line(a) for a in classes], width=width)
    if not classes:
        excluded = dict.fromkeys(f"{n} {v.value}" for a in standing.answers for n, v in a.because)
        lines += labelled("class", f"none of this regime's: {', '.join(excluded)}", width=width, tone="good")
    for clock in standing.clocks:
        if clock.state not in _QUIET:
            lines += labelled(
                "clock", clock_line(clock, regime.authorities), width=width, tone=_TONES.get(clock.state, "")
            )
    if len(standing.group) > 1:
        lines += labelled("together", f"{', '.join(standing.group)}, under the earliest clock", width=width)
    if standing.amended_since:
        lines += labelled("amended", "facts were stated after the last report here: amend it", width=width, tone="warn")
    if standing.keep_until is not None and regime.keeping is not None:
        words = f"at least until {standing.keep_until} ({regime.keeping.clock}, {regime.keeping.provision.section})"
        lines += labelled("keep", words, width=width)
    return lines


def _class_line(answer: ClassAnswer) -> str:
    facts = ", ".join(f"{name} {verdict.value}" for name, verdict in answer.because)
    where = f"{answer.rule.provision.section}, {answer.rule.provision.grade}"
    return f"{answer.rule.id}: {_VERDICTS[answer.verdict]} ({where}), by {facts}"


def _until(counted: Counted) -> str:
    if counted.deadline.last_day is not None:
        return f"the end of {counted.deadline.last_day} in {counted.deadline.zone}"
    return minute(counted.deadline.ends)


def _start(counted: Counted) -> str:
    return f"{counted.name} {minute(counted.start)}"


def _instants(state: IncidentState) -> list[str]:
    lines = []
    for name in INSTANTS:
        counts = state.instant(name)
        for one in state.stated(name):
            text = f"{name}: {minute(one.value)}, by {one.act}"
            if one.correction is not None:
                text += f"; taken back: {one.correction.because}"
            elif one.value != counts:
                text += "; the earlier one counts until it is taken back with a reason"
            lines.append(text)
    return lines


def _act(act: IncidentAct) -> str:
    what = {"report": f"{act.stage} report to {act.regime}", "merge": f"merged into {act.into}"}.get(act.act, act.act)
    if act.given is not None and act.given != act.ts:
        what += f", given {minute(act.given)}"
    why = f": {act.reason}" if act.reason else ""
    return f"{what} by {', '.join(act.by)}{why}"


def _change(change: Change) -> str:
    return f"{change.path}: {change.old or 'not stated'} -> {change.new or 'not stated'}"


def _stated_value(state: IncidentState, name: str) -> list[dict[str, object]]:
    return [
        {
            "value": instant_text(one.value),
            "by": one.act,
            "taken-back": None if one.correction is None else one.correction.because,
        }
        for one in state.stated(name)
    ]


def _class_value(answer: ClassAnswer) -> dict[str, object]:
    provision = answer.rule.provision
    return {
        "class": answer.rule.id,
        "verdict": answer.verdict.value,
        "because": [{"fact": name, "answer": verdict.value} for name, verdict in answer.because],
        "section": provision.section,
        "source": provision.source,
        "grade": provision.grade,
    }


def _clock_value(clock: Clock) -> dict[str, object]:
    counted = clock.governs
    return {
        "report": clock.rule.id,
        "clock": clock.rule.clock,
        "stage": clock.rule.stage,
        "to": list(clock.rule.to),
        "section": clock.rule.provision.section,
        "state": clock.state.value,
        "ends": None if counted is None else instant_text(counted.deadline.ends),
        "last-day": None if counted is None or counted.deadline.last_day is None else str(counted.deadline.last_day),
        "counted-from": None if counted is None else counted.name,
        "by-the-text": None if clock.by_text is None else instant_text(clock.by_text.deadline.ends),
        "safe-reading": None if clock.safe is None else instant_text(clock.safe.deadline.ends),
        "given": [instant_text(when) for when in clock.given],
        "told-late": clock.is_told_late,
    }


def _act_value(act: IncidentAct, changed: Sequence[Change]) -> dict[str, object]:
    return {
        "entry": act.id,
        "act": act.act,
        "ts": instant_text(act.ts),
        "by": list(act.by),
        "reason": act.reason,
        "regime": act.regime,
        "stage": act.stage,
        "into": act.into,
        "given": None if act.given is None else instant_text(act.given),
        "changes": [{"path": c.path, "old": c.old, "new": c.new} for c in changed],
    }
