# SPDX-License-Identifier: Apache-2.0
"""What a list of evidence needs of a measurement, in some 600 bytes beside it (E-2, E-4).

A record may hold thousands of measurements of megabytes each. Their summaries are objects like them: named by the same
entry, by digest, and no header field of the entry, because a task or a model may not be public and a header field is
for good (L-1). Nothing is decided by a summary: what decides reads the measurement.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.evidence.ending import as_read
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.model.evidence import Measurement, SampleState
from ruleout.model.plain import instant_text

FORMAT = "ruleout-evidence-summary/1"
_MOST_BYTES = 64 * 1024
_TEXTS = ("digest", "status", "task", "task_version", "model", "model_digest", "evaluated")
_MORE_TEXTS = ("tool", "tool_version", "revision", "partial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A measurement's header and how its attempts are spread over the states, every state present.

    `evaluated` and `begun` are RFC 3339 in UTC, "" where the measurement has none; `problems` counts what keeps the log
    from being used.
    """

    digest: str
    status: str
    task: str
    task_version: str
    model: str
    model_digest: str
    evaluated: str
    tool: str
    tool_version: str
    revision: str
    partial: str
    states: tuple[tuple[str, int], ...]
    problems: int
    begun: str = ""

    @property
    def is_usable(self) -> bool:
        """Whether the log may be used at all, before any indicator is asked."""
        return self.status == "success" and not self.problems and self.has_scores

    @property
    def has_scores(self) -> bool:
        """Whether any attempt is scored; where none is, every indicator is inconclusive (E-2)."""
        return dict(self.states).get(SampleState.SCORED.value, 0) > 0


def states_of(measurement: Measurement) -> tuple[tuple[SampleState, int], ...]:
    """Return how many attempts are in each state, all states present. Pure. Source: E-2."""
    counted = Counter(attempt.state for attempt in measurement.attempts)
    return tuple((state, counted[state]) for state in SampleState)


def summary_of(measurement: Measurement) -> Summary:
    """Return the summary of a measurement as its log gave it, whatever a record has said of it since. Pure."""
    m = as_read(measurement)
    return Summary(
        digest=m.digest,
        status=m.status,
        task=m.task,
        task_version=m.task_version,
        model=m.model,
        model_digest=m.model_digest,
        evaluated="" if m.evaluated is None else instant_text(m.evaluated),
        tool=m.tool,
        tool_version=m.tool_version,
        revision=m.revision,
        partial=m.partial,
        states=tuple((state.value, count) for state, count in states_of(m)),
        problems=len(m.problems),
        begun="" if m.begun is None else instant_text(m.begun),
    )


def summary_bytes(measurement: Measurement) -> bytes:
    """Return the canonical bytes of a measurement's summary. Pure."""
    s = summary_of(measurement)
    texts = {name: getattr(s, name) for name in (*_TEXTS, *_MORE_TEXTS)}
    begun = {"begun": s.begun} if s.begun else {}
    rows = [list(row) for row in s.states]
    return canonical({"format": FORMAT, **texts, "states": rows, "problems": s.problems, **begun})


def summary_from(data: bytes) -> Summary:
    """Return the summary that these bytes hold. Pure; bounded.

    Raises:
        VerificationFailed: check "summary"; the bytes are not canonical or not a summary.
    """
    raw = parse_canonical(data, max_bytes=_MOST_BYTES)
    try:
        return _summary(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise VerificationFailed("summary", f"expected {FORMAT}, got {error}") from error


def _summary(raw: dict[str, Any]) -> Summary:
    if raw["format"] != FORMAT:
        raise ValueError(f"format {raw['format']!r}")
    states = tuple((str(state), int(count)) for state, count in raw["states"])
    texts = {name: str(raw[name]) for name in (*_TEXTS, *_MORE_TEXTS)}
    return Summary(**texts, states=states, problems=int(raw["problems"]), begun=str(raw.get("begun", "")))
