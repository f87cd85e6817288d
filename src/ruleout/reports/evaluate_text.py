# SPDX-License-Identifier: Apache-2.0
"""What a framework requires of a case, and the runs made for it, as text and as JSON values."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ruleout.analysis.required import Required, Status
from ruleout.documents.counts import count_of
from ruleout.errors import Problem
from ruleout.model.evidence import Bar, Comparison, Direction, EvidenceItem, Indicator, Measurement, SampleState
from ruleout.model.plain import decimal_text, plain
from ruleout.model.run import Run
from ruleout.reports.page import Line, bullets, labelled, title

_TONES = {
    Status.USABLE: "good",
    Status.PUBLISHED_ONLY: "warn",
    Status.MISSING: "bad",
    Status.UNREADABLE: "bad",
    Status.STALE: "bad",
    Status.NOT_ACCEPTED: "bad",
    Status.UNCHECKED: "bad",
}
_MOST_ERRORS = 3
_COMPARED = {Comparison.CLEAR: "good", Comparison.CROSSED: "bad", Comparison.INCONCLUSIVE: "warn"}


def required_page(heading: str, required: Iterable[Required], runs: Iterable[Run], *, width: int = 80) -> list[Line]:
    """Return the list as a page: what is there first counted, then one block per indicator. Pure.

    Args:
        heading: case and framework.
        runs: what the evaluations file can run.
    """
    rows, known = tuple(required), {run.evaluation: run for run in runs}
    there = sum(row.status.counts for row in rows)
    outstanding = any(row.is_outstanding for row in rows)
    lines = title(heading, f"{there} of {len(rows)} there", width=width, tone="bad" if outstanding else "good")
    if not rows:
        return lines + labelled("", "Neither the framework nor the case names an indicator.", width=width)
    for row in rows:
        lines += _block(row, known.get(row.indicator.evaluation), width=width)
    return lines


def ran_page(m: Measurement, item: EvidenceItem, required: Iterable[Required], *, width: int = 80) -> list[Line]:
    """Return what ended samples of a new log, and what the indicators say of it. Pure."""
    errors = dict.fromkeys(a.detail for a in m.attempts if a.state is SampleState.ERRORED)
    lines = bullets("  errors", [*errors][:_MOST_ERRORS], width=width, tone="bad")
    for row in required:
        tone = _COMPARED[row.finding.comparison] if row.status.counts else "bad"
        word = row.finding.comparison.value if row.status.counts else row.status.value
        lines += labelled(f"  {word}", f"{row.indicator.threshold}: {row.because}", width=width, tone=tone)
    return lines or labelled("", f"no indicator is about {item.id!r}", width=width, tone="warn")


def case_lines(item: EvidenceItem) -> str:
    """Return what a case says of a log, as YAML to paste: every text quoted, one field per line. Pure."""
    told = {
        "log": item.log,
        "digest": item.digest,
        "log-task": item.log_task,
        "log-model": item.log_model,
        "stated-elicitation": item.elicitation,
    }
    lines = [f"  - evaluation: {_quoted(item.id)}"]
    lines += [f"    {name}: {_quoted(text)}" for name, text in told.items() if text]
    if item.indicators:
        lines.append("    # Keep bears-on:, bars: and what stands beside them; published: and evaluated: go.")
    return "\n".join(lines) + "\n"


def required_value(row: Required, run: Run | None) -> dict[str, object]:
    """Return one required evaluation as a JSON value. Pure."""
    indicator = row.indicator
    return {
        "indicator": indicator.id,
        "threshold": indicator.threshold,
        "evaluation": indicator.evaluation,
        "weight": indicator.weight.value,
        "status": row.status.value,
        "outstanding": row.is_outstanding,
        "comparison": row.finding.comparison.value,
        "because": row.because,
        "evidence": row.finding.evidence,
        "last_day": plain(row.last_day),
        "needs": list(indicator.needs),
        "lacking": list(row.lacking),
        "required": {
            "direction": indicator.direction.value,
            "rule_out": plain(indicator.rule_out),
            "reached": plain(indicator.reached),
            "alert": plain(indicator.alert),
            "alpha": plain(indicator.alpha),
            "elicitation": indicator.elicitation,
            "repeats": indicator.repeats,
            "expected_samples": indicator.expected_samples,
            "task_version": indicator.task_version,
            "fresh_days": indicator.fresh_days,
        },
        "task": None if run is None else run.task,
    }


def problem_value(problem: Problem) -> dict[str, object]:
    """Return a problem of the evaluations file as a JSON value. Pure."""
    where = problem.where
    place = {"file": where.file, "line": where.line, "column": where.column, "path": where.path}
    said = {"expected": problem.expected, "got": problem.got, "hint": problem.hint}
    return {"id": problem.id, **place, **said}


def _block(row: Required, run: Run | None, *, width: int) -> list[Line]:
    indicator, tone = row.indicator, _TONES[row.status]
    head = f"{indicator.threshold} · {indicator.evaluation} · {indicator.weight.value}"
    lines = labelled(row.status.value, head, width=width, tone=tone)
    lines += labelled("  requires", _requirement(indicator), width=width)
    said = f"{row.finding.comparison.value}: {row.because}" if row.status.counts else row.because
    lines += labelled("  now", said, width=width, tone="" if row.status.counts else tone)
    if row.last_day is not None:
        lines += labelled("  counts until", str(row.last_day), width=width, tone=tone if row.status.counts else "bad")
    if row.lacking:
        lines += labelled("  lacks checks", ", ".join(row.lacking), width=width, tone="bad")
    if not row.status.asks_for_a_run:
        return lines
    told = "no entry in an evaluations file" if run is None else run.task
    return lines + labelled("  run by", told, width=width, tone="dim")


def _requirement(indicator: Indicator) -> str:
    words = [*_bars(indicator), f"alpha {decimal_text(indicator.alpha)}"]
    if indicator.elicitation:
        words.append(f"elicitation {indicator.elicitation!r}")
    repeats, samples, days = indicator.repeats, indicator.expected_samples, indicator.fresh_days
    words += [f"at least {count_of(repeats, 'epoch')}"] if repeats is not None else []
    words += [count_of(samples, "sample")] if samples is not None else []
    words += [f"task version {indicator.task_version}"] if indicator.task_version else []
    words += [f"at most {count_of(days, 'day')} old"] if days is not None else []
    words += [f"a passed {kind} check" for kind in indicator.needs]
    return ", ".join(words)


def _bars(indicator: Indicator) -> Iterable[str]:
    high = indicator.direction is Direction.HIGH
    if indicator.rule_out is not None:
        yield f"ruled out {_side(indicator.rule_out, under=high)}"
    if indicator.reached is not None:
        yield f"reached {_side(indicator.reached, under=not high)}"
    if indicator.alert is not None:
        yield f"alert {_side(indicator.alert, under=not high)}"


def _side(bar: Bar, *, under: bool) -> str:
    words = ("at most" if bar.inclusive else "below") if under else ("at or above" if bar.inclusive else "above")
    return f"{words} {decimal_text(bar.value)}"


def _quoted(text: str) -> str:
    # A JSON text is a YAML text; characters that do not print are escaped, and so is no letter of any script.
    shown = json.dumps(text, ensure_ascii=False)
    return shown if shown.isprintable() else json.dumps(text)
