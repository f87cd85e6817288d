# SPDX-License-Identifier: Apache-2.0
"""What an evaluation log holds, as text and as JSON values: denominators first."""

from __future__ import annotations

from collections import Counter

from ruleout.model.evidence import Measurement, SampleState
from ruleout.model.plain import instant_text
from ruleout.reports.page import Line, bullets, labelled, title

_FILES_SHOWN = 6


def states_of(m: Measurement) -> tuple[tuple[SampleState, int], ...]:
    """Return how many attempts are in each state, all states present, so that nothing disappears. Pure."""
    counted = Counter(attempt.state for attempt in m.attempts)
    return tuple((state, counted[state]) for state in SampleState)


def is_usable(m: Measurement) -> bool:
    """Whether any gate may use a log as far as the log itself goes: finished, no problems, something scored. Pure."""
    return m.status == "success" and not m.problems and any(a.state is SampleState.SCORED for a in m.attempts)


def measurement_page(m: Measurement, name: str, *, width: int = 80) -> list[Line]:
    """Return a page about one measurement: what it is, every attempt counted, and what is wrong with it. Pure."""
    usable = is_usable(m)
    lines = title(name, "usable" if usable else "NOT FOR GATES", width=width, tone="good" if usable else "bad")
    task = f"{m.task} {m.task_version}".rstrip()
    named = f"{task or 'not stated'} · model {m.model or 'not stated'} · status {m.status}"
    lines += bullets("  why", _why_not(m), width=width, tone="bad")
    lines += labelled("  task", named, width=width)
    when = "unknown" if m.evaluated is None else instant_text(m.evaluated)
    lines += labelled(
        "  evaluated", f"{when} · {f'{m.tool} {m.tool_version}'.strip() or 'tool not stated'}", width=width
    )
    counted = " · ".join(f"{state.value} {count}" for state, count in states_of(m))
    expected = "unknown" if m.expected is None else str(m.expected)
    lines += labelled("  attempts", f"{len(m.attempts)} of {expected} expected: {counted}", width=width)
    names = sorted({name for attempt in m.attempts for name, _ in attempt.scores})
    lines += labelled("  scores", ", ".join(names) or "none", width=width)
    lines += labelled("  partial", m.partial, width=width, tone="warn") if m.partial else []
    lines += labelled("  elicitation", m.elicitation, width=width) if m.elicitation else []
    lines += bullets("  problems", m.problems, width=width, tone="bad")
    lines += bullets("  notes", m.notes, width=width, tone="dim")
    lines += bullets("  files", _files(m), width=width, tone="dim")
    digest = m.digest or "not computed for a quick look"
    return lines + labelled("  digest", digest, width=width, tone="dim")


def _why_not(m: Measurement) -> list[str]:
    """Why no gate may use a log, as far as nothing among its problems says so."""
    ended = [] if m.status == "success" else [f"the run did not end in success: {m.status}"]
    scored = any(a.state is SampleState.SCORED for a in m.attempts)
    return ended + ([] if scored or m.problems else ["no attempt has a usable score"])


def _files(m: Measurement) -> list[str]:
    """The files of a log in several parts, the first few by name."""
    names = [f"{digest[:12]} {name}" for name, digest in m.parts[:_FILES_SHOWN]]
    more = len(m.parts) - _FILES_SHOWN
    return [*names, f"and {more} more"] if more > 0 else names


def measurement_value(m: Measurement, name: str) -> dict[str, object]:
    """Return the same as a JSON value. Pure."""
    return {
        "log": name,
        "digest": m.digest,
        "reader": m.format,
        "status": m.status,
        "usable": is_usable(m),
        "task": m.task,
        "task_version": m.task_version,
        "model": m.model,
        "evaluated": None if m.evaluated is None else instant_text(m.evaluated),
        "expected": m.expected,
        "attempts": {state.value: count for state, count in states_of(m)},
        "partial": m.partial,
        "problems": list(m.problems),
        "notes": list(m.notes),
        "elicitation": m.elicitation,
        "files": [{"name": name, "sha256": digest} for name, digest in m.parts],
    }
