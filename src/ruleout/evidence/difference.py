# SPDX-License-Identifier: Apache-2.0
"""Two measurements, attempt by attempt: what only one holds, and what became of the rest (E-2, E-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ruleout.model.evidence import Attempt, Measurement
from ruleout.model.plain import instant_text

_FIELDS = (
    *("digest", "format", "status", "task", "task_version", "model", "model_digest", "evaluated"),
    *("dataset_samples", "expected", "epochs", "partial", "tool", "tool_version", "revision", "dirty"),
    *("elicitation", "ended"),
)

Key = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One attempt that both hold, with what differs: its state, its scores or what was asked; as text."""

    sample: str
    epoch: int
    what: str
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How two measurements differ.

    `header` holds (field, in the first, in the second); the `only_` fields hold (sample, epoch); `same` counts attempts
    that both hold alike. An attempt that stands in a log twice is compared by its first standing and listed in `twice`.
    """

    header: tuple[tuple[str, str, str], ...]
    only_first: tuple[Key, ...]
    only_second: tuple[Key, ...]
    changed: tuple[Changed, ...]
    same: int
    twice: tuple[Key, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the two hold the same attempts with the same results, whatever their headers say."""
        return not (self.only_first or self.only_second or self.changed or self.twice)


def difference_of(first: Measurement, second: Measurement) -> Difference:
    """Return how two measurements differ. Pure. Attempts are the same by sample id and epoch."""
    one, twice = _by_key(first)
    other, again = _by_key(second)
    changed = [c for key, attempt in one.items() if key in other for c in _changes(attempt, other[key])]
    touched = {(c.sample, c.epoch) for c in changed}
    return Difference(
        header=tuple(
            (name, _text(getattr(first, name)), _text(getattr(second, name)))
            for name in _FIELDS
            if getattr(first, name) != getattr(second, name)
        ),
        only_first=tuple(key for key in one if key not in other),
        only_second=tuple(key for key in other if key not in one),
        changed=tuple(changed),
        same=sum(key in other and key not in touched for key in one),
        twice=tuple(dict.fromkeys((*twice, *again))),
    )


def _by_key(measurement: Measurement) -> tuple[dict[Key, Attempt], list[Key]]:
    held: dict[Key, Attempt] = {}
    twice = []
    for attempt in measurement.attempts:
        key = (attempt.sample, attempt.epoch)
        if key in held:
            twice.append(key)
        held.setdefault(key, attempt)
    return held, twice


def _changes(one: Attempt, other: Attempt) -> list[Changed]:
    rows = [("state", one.state.value, other.state.value), ("content", one.content[:12], other.content[:12])]
    scores, others = dict(one.scores), dict(other.scores)
    names = dict.fromkeys((*scores, *others))
    rows += [(f"score {name}", score_text(scores, name), score_text(others, name)) for name in names]
    return [
        Changed(sample=one.sample, epoch=one.epoch, what=what, first=first, second=second)
        for what, first, second in rows
        if first != second
    ]


def score_text(scores: dict[str, object], name: str) -> str:
    """Return a score as it prints, "none" where there is none: NaN then equals itself. Pure."""
    return repr(scores[name]) if name in scores else "none"


def _text(value: object) -> str:
    if value is None:
        return "none"
    return instant_text(value) if isinstance(value, datetime) else str(value)
