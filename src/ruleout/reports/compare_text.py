# SPDX-License-Identifier: Apache-2.0
"""A comparison of two versions as a page of text: outcomes with states, clauses, what was not coded (D-15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ruleout.analysis.compare.result import (
    ActivityComparison,
    ClauseChange,
    Comparison,
    Direction,
    FieldChange,
    Standing,
    Witness,
)
from ruleout.model.decision import Decision
from ruleout.model.mapping import Announced, ChangeKind
from ruleout.model.outcome import Activity
from ruleout.reports.page import Line, bullets, labelled, title

_TONES = {
    Standing.EQUIVALENT: "good",
    Standing.LOOSER: "bad",
    Standing.INCOMPARABLE: "warn",
    Standing.NOT_PROVED: "bad",
}
_CHANGE_TONES = {ChangeKind.REMOVED: "bad", ChangeKind.WEAKENED: "bad", None: "warn"}
_MOST_STATES = 5
_MOST_WORDS = 200


def comparison_page(comparison: Comparison, *, width: int = 80) -> list[Line]:
    """Return the page of a comparison, wrapped to `width` columns. Pure."""
    lines = title(f"{comparison.old} → {comparison.new}", verdict_words(comparison), width=width, tone="title")
    lines += bullets("Note", comparison.warnings, width=width, tone="warn")
    for activities, one in grouped(comparison.activities):
        lines += _activity(activities, one, width=width)
    lines += bullets("Not proved", comparison.not_proved, width=width, tone="bad")
    lines += _lapses(comparison, width=width)
    lines += _clauses(comparison, width=width)
    lines += bullets("Changelog", (f"{a.version}: {a.says}" for a in comparison.announcements), width=width, tone="dim")
    return [*lines, *labelled("", comparison.disclaimer, width=width, tone="dim")]


def verdict_words(comparison: Comparison) -> str:
    """Return in how many activities the new version is what: `3 looser, 1 equivalent`. Pure."""
    counts = Counter(one.verdict for one in comparison.activities)
    return ", ".join(f"{counts[v]} {v.value}" for v in Standing if counts[v]) or "no activity in common"


def grouped(
    activities: Iterable[ActivityComparison],
) -> tuple[tuple[tuple[Activity, ...], ActivityComparison], ...]:
    """Return the activities, those of which exactly the same is told together. Pure."""
    groups: dict[tuple[object, ...], list[ActivityComparison]] = {}
    for one in activities:
        forces = tuple(w.text if w is not None else "" for w in (one.weaker_in_force, one.stronger_in_force))
        told = (one.verdict, _texts(one.looser), _texts(one.stricter), forces, one.uncovered, one.not_proved)
        groups.setdefault(told, []).append(one)
    return tuple((tuple(one.activity for one in group), group[0]) for group in groups.values())


def _texts(witnesses: Iterable[Witness]) -> tuple[str, ...]:
    return tuple(w.text for w in witnesses)


def clause_names(change: ClauseChange) -> str:
    """Return which clauses a change is about, in one line: `pause-training`, `cbrn-3 → cb-1`. Pure."""
    old, new = (", ".join(clause.id for clause in side) for side in (change.old, change.new))
    return f"{old} → {new}" if old and new and old != new else old or new


def clause_counts(told: Iterable[ClauseChange], *, retained: int) -> str:
    """Return how many clauses became what: `2 removed · 1 changed, not coded · 7 retained`. Pure."""
    counts = Counter(f"{change_word(change)}{'' if change.coded else ', not coded'}" for change in told)
    return " · ".join([*(f"{count} {word}" for word, count in counts.items()), f"{retained} retained"])


def change_word(change: ClauseChange) -> str:
    """Return what a clause is coded as; `changed` for what differs without being coded. Pure."""
    return "changed" if change.change is None else change.change.value


def field_words(field: FieldChange) -> str:
    """Return one datum's change in words. Pure."""
    meaning = "" if field.direction is Direction.UNCLEAR else f" ({field.direction.value})"
    return f"{field.clause}, {field.field}: {_short(field.was)} → {_short(field.now)}{meaning}"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_WORDS else f"{text[: _MOST_WORDS - 1]}…"


def _activity(activities: Sequence[Activity], one: ActivityComparison, *, width: int) -> list[Line]:
    names = ", ".join(activity.value for activity in activities)
    lines = [Line(""), *title(names, one.verdict.value.upper(), width=width, tone=_TONES.get(one.verdict, ""))]
    for name in one.uncovered:
        lines += labelled(
            "", f"{name} has no rule for this; what no rule covers holds (D-7).", width=width, tone="warn"
        )
    lines += _states("  looser", one.looser, width=width)
    lines += _states("  stricter", one.stricter, width=width)
    for label, found in (("  weaker force", one.weaker_in_force), ("  more force", one.stronger_in_force)):
        if found is not None:
            text = f"{found.text}; {found.old.force.value} → {found.new.force.value}"
            lines += labelled(label, text, width=width, tone="warn")
    return [*lines, *bullets("  not proved", one.not_proved, width=width, tone="bad")]


def _states(label: str, witnesses: Sequence[Witness], *, width: int) -> list[Line]:
    lines = bullets(label, (w.text for w in witnesses[:_MOST_STATES]), width=width)
    more = len(witnesses) - _MOST_STATES
    return (
        [*lines, *labelled("", f"… and {more} more (--json, --html)", width=width, tone="dim")] if more > 0 else lines
    )


def _lapses(comparison: Comparison, *, width: int) -> list[Line]:
    if not comparison.lapses:
        return []
    lines = [Line(""), Line("Findings that lapse under one version only", "title")]
    for lapse in comparison.lapses:
        lines += labelled(f"  {lapse.clause}", lapse.says, width=width)
        lines += labelled("", f"{lapse.witness.activity.value}: {lapse.witness.text}", width=width, tone="dim")
    return lines


def _clauses(comparison: Comparison, *, width: int) -> list[Line]:
    told = [
        change for change in comparison.clauses if change.change is not ChangeKind.RETAINED or change.contradictions
    ]
    lines = [Line(""), Line("Clauses", "title")]
    lines += labelled("", clause_counts(told, retained=len(comparison.clauses) - len(told)), width=width)
    for change in told:
        lines += _clause(change, width=width, stepped=len(comparison.steps) > 2)
    return [*lines, Line("")]


def _clause(change: ClauseChange, *, width: int, stepped: bool) -> list[Line]:
    about = [] if change.coded else ["NOT CODED"]
    about += [dimension.value for dimension in change.dimensions]
    about += [] if change.announced is None else [_ANNOUNCED[change.announced]]
    step = f"[{change.step}] " if stepped else ""
    aside = f" ({'; '.join(about)})" if about else ""
    tone = _CHANGE_TONES.get(change.change, "")
    lines = labelled(f"  {change_word(change)}", f"{step}{clause_names(change)}{aside}", width=width, tone=tone)
    both = [f"was: {c.says}" for c in change.old] + [f"is: {c.says}" for c in change.new]
    texts = [change.says] if change.says else list(dict.fromkeys(both))
    lines += bullets("", texts, width=width, tone="dim")
    lines += bullets("", (field_words(field) for field in change.fields), width=width)
    lines += bullets("  contradicted", change.contradictions, width=width, tone="bad")
    shown = (
        "; ".join(part for part in (f"{g.witness.activity.value}: {g.witness.text}", g.says) if part)
        for g in change.gated[:1]
    )
    return [*lines, *bullets("  state", shown, width=width)]


_ANNOUNCED = {
    Announced.ANNOUNCED: "announced",
    Announced.PARTLY: "partly announced",
    Announced.SILENT: "not announced",
}


def forces_line(decided: Iterable[tuple[Decision, bool]], *, width: int = 80) -> list[Line]:
    """Return what force stands behind each of several decisions, and which version was in force then. Pure.

    Args:
        decided: decisions, each with whether its version was in force at its instant.
        width: columns.
    """
    shown = (
        f"{decision.framework.rpartition('@')[2]} {decision.stands_behind.value}{' (in force then)' if was else ''}"
        for decision, was in decided
    )
    return [*labelled("  Force behind", " · ".join(shown), width=width, tone="dim"), Line("")]
