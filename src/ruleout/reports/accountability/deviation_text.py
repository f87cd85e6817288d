# SPDX-License-Identifier: Apache-2.0
"""Deviations as a page and as a value: what practice departed from, since when, and what is being done (A-6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ruleout.accountability.changes import Change
from ruleout.accountability.deviations.fold import DeviationState
from ruleout.model.deviation import Deviation, Step
from ruleout.model.plain import instant_text, plain
from ruleout.reports.accountability.incident_text import minute
from ruleout.reports.page import Line, bullets, labelled, title


def deviations_page(states: Iterable[DeviationState], *, hidden: int, at: datetime, width: int) -> list[Line]:
    """Return deviations in a few lines each: whether open, steps that are overdue, where disclosed. Pure.

    Args:
        hidden: how many closed ones are not among the states.
    """
    lines: list[Line] = []
    for state in states:
        lines += _head(state, width=width)
        lines += labelled("  departs from", departs_from(state.deviation), width=width)
        lines += bullets("  overdue", [_step(one) for one in state.overdue(at)], width=width, tone="bad")
        if state.is_undisclosed:
            lines += labelled("  disclosed", "in no report yet", width=width, tone="warn")
    if hidden:
        lines.append(Line(f"{hidden} closed; --closed lists {'it' if hidden == 1 else 'them'} too", "dim"))
    return lines or [Line("no deviation in the record")]


def deviation_page(
    state: DeviationState, changed: Mapping[str, Sequence[Change]], *, at: datetime, width: int
) -> list[Line]:
    """Return the page of one deviation. Pure.

    Args:
        state: how it stands.
        changed: what each act changed, by the act's entry id.
        at: aware instant from which it is seen.
        width: columns.
    """
    one = state.deviation
    lines = _head(state, width=width)
    lines += labelled("says", one.says, width=width)
    lines += labelled("departs from", departs_from(one), width=width)
    lines += labelled("discovered", minute(state.discovered), width=width)
    lines += labelled("since", "unknown" if one.since is None else minute(one.since), width=width)
    lines += labelled("scope", one.scope, width=width)
    lines += labelled("correction", one.correction or "none stated", width=width)
    if one.corrected is not None:
        lines += labelled("corrected", minute(one.corrected), width=width, tone="good")
    overdue = state.overdue(at)
    for step in one.steps:
        lines += labelled("step", _step(step), width=width, tone="bad" if step in overdue else "")
    lines += labelled("disclosed in", ", ".join(one.disclosed_in) or "no report yet", width=width)
    if one.incident:
        lines += labelled("incident", one.incident, width=width)
    lines += [Line(""), Line("acts", "title")]
    for act in state.acts:
        why = f": {act.reason}" if act.reason else ""
        lines += labelled(minute(act.ts), f"{act.act} by {', '.join(act.by)}{why}", width=width)
        texts = [f"{c.path}: {c.old or 'not stated'} -> {c.new or 'not stated'}" for c in changed.get(act.id, ())]
        lines += bullets("", texts, width=width, tone="dim")
    return lines


def departs_from(deviation: Deviation) -> str:
    """Return what practice departed from: a clause of a version, or an entry. Pure."""
    return f"report {deviation.report}" if deviation.report else f"{deviation.clause} of {deviation.framework}"


def deviation_value(
    state: DeviationState, changed: Mapping[str, Sequence[Change]], *, at: datetime
) -> dict[str, object]:
    """Return a deviation as a JSON value. Pure."""
    one = state.deviation
    return {
        "deviation": one.id,
        "open": not state.is_closed,
        "says": one.says,
        "framework": one.framework,
        "clause": one.clause,
        "report": one.report,
        "discovered": instant_text(state.discovered),
        "since": "unknown" if one.since is None else instant_text(one.since),
        "scope": one.scope,
        "correction": one.correction,
        "corrected": None if one.corrected is None else instant_text(one.corrected),
        "steps": plain(one.steps),
        "overdue": plain(state.overdue(at)),
        "disclosed-in": list(one.disclosed_in),
        "incident": one.incident,
        "acts": [
            {
                "entry": act.id,
                "act": act.act,
                "ts": instant_text(act.ts),
                "by": list(act.by),
                "reason": act.reason,
                "changes": plain(tuple(changed.get(act.id, ()))),
            }
            for act in state.acts
        ],
    }


def _head(state: DeviationState, *, width: int) -> list[Line]:
    word = "closed" if state.is_closed else "open"
    tone = "good" if state.is_closed else "warn"
    return title(f"deviation {state.deviation.id}", word, width=width, tone=tone)


def _step(step: Step) -> str:
    done = f", done {step.done}" if step.done is not None else ""
    return f"{step.says} ({step.owner}, by {step.due}{done})"
