# SPDX-License-Identifier: Apache-2.0
"""The record's evidence as a list: one block per measurement, with how it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ruleout.documents.counts import count_of
from ruleout.evidence.summary import Summary
from ruleout.reports.page import Line, labelled

TONES = {"counts": "good", "unusable": "warn", "expired": "bad", "withdrawn": "bad"}
_SHOWN = 3


def summary_value(summary: Summary) -> dict[str, object]:
    """Return a measurement's summary as a JSON value. Pure."""
    return {
        "digest": summary.digest,
        "task": summary.task,
        "task_version": summary.task_version,
        "model": summary.model,
        "model_digest": summary.model_digest,
        "evaluated": summary.evaluated or None,
        "status": summary.status,
        "tool": summary.tool,
        "tool_version": summary.tool_version,
        "revision": summary.revision,
        "partial": summary.partial,
        "attempts": dict(summary.states),
        "problems": summary.problems,
    }


def counted(summary: Summary) -> str:
    """Return how the attempts are spread, states without any left out; the total first. Pure."""
    total = sum(count for _, count in summary.states)
    states = " · ".join(f"{state} {count}" for state, count in summary.states if count)
    return f"{total} attempts: {states}" if total else "no attempts"


def evidence_block(
    summary: Summary, standing: str, because: str, *, facts: Sequence[str], decisions: Sequence[str], width: int
) -> list[Line]:
    """Return the lines of one measurement in a list. Pure.

    Args:
        standing: counts, unusable, expired or withdrawn, and `because` why.
        facts: receipt, owner and last day, in words.
        decisions: ids of the decisions that rest on it.
    """
    head = f"{summary.digest[:12]}  {standing.upper() if standing != 'counts' else standing}"
    lines = [Line(f"{head}  {summary.task} · {summary.model}", TONES[standing])]
    lines += labelled("  why", because, width=width, tone=TONES[standing]) if because else []
    evaluated = summary.evaluated or "on a day the log does not say"
    lines += labelled("  evaluated", f"{evaluated} · {counted(summary)}", width=width)
    lines += labelled("  received", " · ".join(facts), width=width)
    return lines + labelled("  used by", used_by(decisions), width=width, tone="dim")


def used_by(decisions: Sequence[str]) -> str:
    """Return which decisions rest on something, the last few by name. Pure."""
    if not decisions:
        return "no decision"
    shown = ", ".join(decisions[-_SHOWN:])
    return shown if len(decisions) <= _SHOWN else f"{len(decisions)} decisions, last {shown}"


def listing_page(blocks: Iterable[list[Line]], *, origin: str, count: int) -> list[Line]:
    """Return the page of a list under its heading. Pure."""
    heading = Line(f"{origin} · {count_of(count, 'piece of evidence', 'pieces of evidence')}", "title")
    return [heading, *(line for block in blocks for line in block)]
