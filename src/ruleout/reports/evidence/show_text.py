# SPDX-License-Identifier: Apache-2.0
"""One measurement whole, two measurements compared, and logs that share samples: as text and as JSON values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ruleout.documents.counts import count_of
from ruleout.evidence.difference import Difference
from ruleout.evidence.overlap import Overlap, Relation
from ruleout.model.evidence import Measurement, SampleState
from ruleout.reports.page import Line, bullets, labelled

_MOST_ROWS = 20
_MOST_VALUES = 8
_WORDS = {
    Relation.SAME_LOG: "the same log",
    Relation.SAME_ATTEMPTS: "the same attempts under another name",
    Relation.SUBSET: "every attempt of one is in the other",
    Relation.SHARED_ATTEMPTS: "attempts of one are in the other",
    Relation.RERUN: "another run of the same task",
    Relation.SHARED_TASKS: "another task that asks the same",
}


def results_of(measurement: Measurement) -> list[dict[str, object]]:
    """Return how often each score took each value, by score and value as they print. Pure."""
    seen = Counter((name, repr(value)) for a in measurement.attempts for name, value in a.scores)
    return [{"score": name, "value": value, "count": count} for (name, value), count in sorted(seen.items())]


def result_words(measurement: Measurement) -> str:
    """Return the same in one line, the most frequent values first. Pure."""
    seen = Counter((name, repr(value)) for a in measurement.attempts for name, value in a.scores)
    shown = [f"{name} {value} {count}" for (name, value), count in seen.most_common(_MOST_VALUES)]
    more = len(seen) - len(shown)
    return (" · ".join(shown) + (f" · and {more} other values" if more else "")) or "no scores"


def measurement_lines(m: Measurement, *, width: int) -> list[Line]:
    """Return what a measurement holds beyond its summary: provenance, results, attempts without a score. Pure."""
    dirty = {None: "", True: ", with changes not committed", False: ""}[m.dirty]
    code = f"{m.revision}{dirty}" if m.revision else "revision not stated"
    lines = labelled("  provenance", f"{m.format} · {m.tool} {m.tool_version} · {code}".strip(), width=width)
    lines += labelled("  model digest", m.model_digest or "not stated", width=width)
    lines += labelled("  elicitation", m.elicitation or "not stated", width=width)
    lines += labelled("  results", result_words(m), width=width)
    rest = [f"{a.sample} epoch {a.epoch}: {a.state.value} {a.detail}".strip() for a in m.attempts if _is_noted(a.state)]
    lines += bullets("  not scored", _some(rest), width=width, tone="warn")
    lines += labelled("  partial", m.partial, width=width, tone="warn") if m.partial else []
    lines += bullets("  problems", m.problems, width=width, tone="bad")
    lines += bullets("  notes", m.notes, width=width)
    lines += bullets("  parts", (f"{name} {digest[:12]}" for name, digest in m.parts), width=width, tone="dim")
    return lines + labelled("  digest", m.digest, width=width, tone="dim")


def _is_noted(state: SampleState) -> bool:
    return state is not SampleState.SCORED


def _some(rows: Sequence[str]) -> list[str]:
    more = len(rows) - _MOST_ROWS
    return [*rows[:_MOST_ROWS], *([f"… and {more} more (--json)"] if more > 0 else [])]


def measurement_value(m: Measurement) -> dict[str, object]:
    """Return a whole measurement as a JSON value, scores as they print. Pure."""
    return {
        "digest": m.digest,
        "reader": m.format,
        "dataset_samples": m.dataset_samples,
        "expected": m.expected,
        "epochs": m.epochs,
        "dirty": m.dirty,
        "elicitation": m.elicitation,
        "problems": list(m.problems),
        "notes": list(m.notes),
        "parts": [list(part) for part in m.parts],
        "results": results_of(m),
        "attempts": [
            {
                "sample": a.sample,
                "epoch": a.epoch,
                "state": a.state.value,
                "scores": {name: repr(value) for name, value in a.scores},
                "detail": a.detail,
                "content": a.content,
            }
            for a in m.attempts
        ],
    }


def overlap_words(overlap: Overlap) -> str:
    """Return how two logs are related, in words. Pure."""
    shared = f"{count_of(overlap.tasks, 'task')}, {count_of(overlap.attempts, 'attempt')} with the same result"
    return f"{overlap.first.name} and {overlap.second.name}: {_WORDS[overlap.relation]} ({shared})"


def overlap_value(overlap: Overlap) -> dict[str, object]:
    """Return the same as a JSON value. Pure."""
    pair = [{"name": p.name, "digest": p.digest, "task": p.task} for p in (overlap.first, overlap.second)]
    return {
        "logs": pair,
        "model": overlap.first.model,
        "relation": overlap.relation.value,
        "tasks": overlap.tasks,
        "attempts": overlap.attempts,
    }


def overlaps_page(overlaps: Iterable[Overlap], *, width: int) -> list[Line]:
    """Return the page about logs that share samples. Pure."""
    lines: list[Line] = []
    for overlap in overlaps:
        tone = "" if overlap.relation in (Relation.RERUN, Relation.SHARED_TASKS) else "bad"
        lines += labelled(overlap.relation.value, overlap_words(overlap), width=width, tone=tone)
    return lines or [Line("no two logs of one model share a task", "good")]


def difference_page(difference: Difference, *, width: int) -> list[Line]:
    """Return the page about two measurements. Pure."""
    d = difference
    tone = "good" if d.is_empty else "warn"
    count = len({(c.sample, c.epoch) for c in d.changed})
    head = f"{d.same} alike, {count} changed, {len(d.only_first)} only in the first, {len(d.only_second)} in the second"
    lines = [Line(f"attempts: {head}", tone)]
    lines += bullets("header", (f"{name}: {one} → {other}" for name, one, other in d.header), width=width)
    rows = [f"{c.sample} epoch {c.epoch}: {c.what} {c.first} → {c.second}" for c in d.changed]
    lines += bullets("changed", _some(rows), width=width, tone="warn")
    for label, keys in (("only first", d.only_first), ("only second", d.only_second), ("twice", d.twice)):
        lines += bullets(label, _some([f"{s} epoch {e}" for s, e in keys]), width=width, tone="warn")
    return lines


def difference_value(difference: Difference) -> dict[str, object]:
    """Return the same as a JSON value. Pure."""
    d = difference
    return {
        "same_results": d.is_empty,
        "same": d.same,
        "header": [{"field": name, "first": one, "second": other} for name, one, other in d.header],
        "changed": [
            {"sample": c.sample, "epoch": c.epoch, "what": c.what, "first": c.first, "second": c.second}
            for c in d.changed
        ],
        "only_first": [list(key) for key in d.only_first],
        "only_second": [list(key) for key in d.only_second],
        "twice": [list(key) for key in d.twice],
    }
