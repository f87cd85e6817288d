# SPDX-License-Identifier: Apache-2.0
"""The public record as a page for a terminal and as a plain value for JSON. Decides nothing: every word is given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ruleout.analysis.record import BarJudged, CaseJudged
from ruleout.analysis.record_outcomes import RecordOutcome
from ruleout.analysis.record_totals import Group, Tally, Totals
from ruleout.documents.counts import count_of
from ruleout.model.plain import plain
from ruleout.model.published import PublishedCase
from ruleout.model.verdict import Verdict
from ruleout.reports.page import Line, bullets, labelled, title

DISCLAIMER = (
    "Published figures against published bars: whether the two and the determination agree. Nothing here says that a "
    "model is safe, or who was right."
)


@dataclass(frozen=True, slots=True)
class CaseShown:
    """One case as published, as judged, and its outcomes."""

    published: PublishedCase
    judged: CaseJudged
    outcomes: tuple[RecordOutcome, ...]


def record_value(cases: Iterable[CaseShown], totals: Totals) -> dict[str, Any]:
    """Return the whole as plain values, decimals as text. Pure. The shape is that of docs/guide/public-record.md."""
    return {"cases": [_case_value(case) for case in cases], "totals": plain(totals), "disclaimer": DISCLAIMER}


def record_page(cases: Iterable[CaseShown], totals: Totals, *, width: int) -> list[Line]:
    """Return the lines of the page. Pure.

    Args:
        cases: in the file's order.
        totals: their counts.
        width: columns.
    """
    lines: list[Line] = []
    for case in cases:
        lines += [*_case_lines(case, width=width), Line("")]
    lines += [Line("Totals", "title"), *_tally_lines("all", totals.all, width=width)]
    for name, groups in (
        ("By developer", totals.by_developer),
        ("By version", totals.by_framework),
        ("By domain", totals.by_domain),
    ):
        lines += [Line(""), Line(name, "title"), *_group_lines(groups, width=width)]
    return [*lines, Line(""), *labelled("", DISCLAIMER, width=width, tone="dim")]


def _case_value(case: CaseShown) -> dict[str, Any]:
    published, judged = case.published, case.judged
    return {
        "id": judged.id,
        "developer": judged.developer,
        "model": judged.model,
        "domain": judged.domain,
        "released": plain(judged.released),
        "figures": [_bar_value(bar) for bar in judged.figures],
        "figures_say": judged.figures_say.value,
        "figures_support": judged.figures_support.value,
        "determined": judged.determined.value,
        "precaution": judged.precaution,
        "departures": [plain(departure) for departure in judged.departures],
        "in_zone": judged.in_zone,
        "outcomes": {one.framework: one.outcome.value for one in case.outcomes},
        "outcomes_because": {one.framework: one.because for one in case.outcomes},
        "in_force": next((one.framework for one in case.outcomes if one.in_force), None),
        "other_fields": [{"at": at, "value": _ascii_keys(plain(value))} for at, value in published.other],
    }


def _bar_value(bar: BarJudged) -> dict[str, Any]:
    return {
        "evaluation": bar.evaluation,
        "bar": bar.bar,
        "kind": bar.kind,
        "crossed": bar.crossed.value,
        "supported": bar.supported.value,
        "crossed_when": bar.crossed_when,
        "value": bar.value,
        "bearing": bar.bearing.value,
        "because": bar.because,
    }


def _ascii_keys(value: Any) -> Any:
    """The value with keys that canonical JSON allows: others are written as escapes."""
    if isinstance(value, dict):
        return {k.encode("ascii", "backslashreplace").decode("ascii"): _ascii_keys(v) for k, v in value.items()}
    return [_ascii_keys(item) for item in value] if isinstance(value, list) else value


def _case_lines(case: CaseShown, *, width: int) -> list[Line]:
    judged = case.judged
    when = "no date" if judged.released is None else judged.released.isoformat()
    tone = "warn" if judged.in_zone else ""
    lines = title(judged.id, f"determined: {judged.determined.value}", width=width, tone=tone or "title")
    subject = f"{judged.developer}, {judged.model}, {judged.domain}, {when}"
    lines += labelled("", subject, width=width, tone="dim")
    lines += bullets("figures", (_bar_words(bar) for bar in judged.figures), width=width)
    precaution = "; safeguards of the tier taken as a precaution" if judged.precaution else ""
    says = f"{judged.figures_say.value} as printed, {judged.figures_support.value} with their uncertainty{precaution}"
    lines += labelled("figures say", says, width=width)
    departures = (
        f"{d.evaluation}: determined {d.direction.value} what {d.kind} {d.bar} says ({d.bearing.value})"
        for d in judged.departures
    )
    lines += bullets("departures", departures, width=width, tone="warn")
    return lines + _outcome_lines(case, width=width)


def _bar_words(bar: BarJudged) -> str:
    held = "" if bar.crossed is Verdict.UNKNOWN else f", supported: {bar.supported.value}"
    sides = f"{bar.value or 'not printed'} {bar.crossed_when} {bar.bar or 'no number'}"
    return f"{bar.evaluation}: {bar.kind}, {sides}? crossed: {bar.crossed.value}{held} - {bar.because}"


def _outcome_lines(case: CaseShown, *, width: int) -> list[Line]:
    if not case.outcomes:
        return labelled("outcomes", "none: no framework, date or release decision to tell", width=width, tone="dim")
    current = [one for one in case.outcomes if one.in_force]
    lines: list[Line] = []
    for one in current:
        lines += labelled("in force", f"{one.framework}: {one.outcome.value} - {one.because}", width=width)
    rest = ", ".join(f"{one.framework} {one.outcome.value}" for one in case.outcomes if not one.in_force)
    return lines + (labelled("other versions", rest, width=width, tone="dim") if rest else [])


def _group_lines(groups: tuple[Group, ...], *, width: int) -> list[Line]:
    lines: list[Line] = []
    for group in groups:
        lines += _tally_lines(group.name, group.tally, width=width)
    return lines


def _tally_lines(name: str, tally: Tally, *, width: int) -> list[Line]:
    parts = [f"{count_of(tally.cases, 'case')}, {count_of(tally.figures, 'comparison')}"]
    if tally.figures:
        parts += [f"as printed {_answers(tally.crossed)}", f"with their uncertainty {_answers(tally.supported)}"]
    counted = (
        (tally.in_zone, "case{s} with a tier's own bar crossed and a determination that did not follow"),
        (tally.departures_below, "departure{s} below a figure"),
        (tally.departures_above, "departure{s} above a figure"),
        (tally.departures_indicative, "against human baselines"),
        (tally.precautions, "precaution{s}"),
    )
    parts += [f"{count} {what.format(s='s' * (count != 1))}" for count, what in counted if count]
    words = "; ".join(parts)
    return labelled(name, words, width=width)


def _answers(counts: dict[str, int]) -> str:
    return f"{counts['yes']} crossed, {counts['no']} not, {counts['unknown']} unknown"
