# SPDX-License-Identifier: Apache-2.0
"""Whether two measurements rest on the same tasks or the same attempts (E-2, E-4).

Two attempts ask the same where their contents are equal; where a log holds no content, or the two are of formats that tell
content differently, where the same task of the same name has a sample of the same id. They are one attempt where epoch,
state and scores are equal too, unless two runs of one task began at different instants: then equal results are a rerun's.
Only runs of one model are compared, that two models were asked the same is what an evaluation is for; but `shared_by` does
not look at the name, where it is known that both are about one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import combinations

from ruleout.model.evidence import Attempt, Measurement

#: Formats that tell of the same question the same content.
_ALIKE = {"inspect-json": "inspect-eval"}
#: Formats take the start of a run from other instants (made, begun, first asked), and round them.
_ONE_START = timedelta(minutes=1)


class Relation(Enum):
    """How two logs of one model are related, the closest first."""

    SAME_LOG = "same-log"
    SAME_ATTEMPTS = "same-attempts"
    SUBSET = "subset"
    SHARED_ATTEMPTS = "shared-attempts"
    RERUN = "rerun"
    SHARED_TASKS = "shared-tasks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prints:
    """What is compared of one measurement; `name` is what to call it. `tasks` and `attempts` are keys, not counts.

    `evaluated` and `begun` are those of the measurement; `has_content` says whether the log tells of every attempt what was
    asked, and `format` in what way: by contents only logs of one format can be told apart.
    """

    name: str
    digest: str
    format: str
    task: str
    model: str
    evaluated: datetime | None
    begun: datetime | None
    has_content: bool
    tasks: frozenset[str]
    samples: frozenset[str]
    attempts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Two measurements, how they are related, and how much they share: tasks, and attempts with the same result."""

    first: Prints
    second: Prints
    relation: Relation
    tasks: int
    attempts: int


def prints_of(measurement: Measurement, *, name: str = "") -> Prints:
    """Return what is compared of a measurement. Pure; linear in its attempts."""
    m = measurement
    has_content = bool(m.attempts) and all(attempt.content for attempt in m.attempts)
    return Prints(
        name=name or m.digest[:12],
        digest=m.digest,
        format=_ALIKE.get(m.format, m.format),
        task=m.task,
        model=m.model,
        evaluated=m.evaluated,
        begun=m.begun,
        has_content=has_content,
        tasks=frozenset(a.content for a in m.attempts if a.content),
        samples=frozenset(f"{m.task}\0{a.sample}" for a in m.attempts),
        attempts=frozenset(_result(m, a) for a in m.attempts),
    )


def _result(m: Measurement, a: Attempt) -> str:
    """An attempt with its result. Scores are compared as they print, so that NaN equals itself."""
    asked = a.content or f"{m.task}\0{a.sample}"
    return f"{asked}\0{a.epoch}\0{a.state.value}\0{sorted((n, repr(v)) for n, v in a.scores)!r}"


def overlap_of(first: Prints, second: Prints) -> Overlap | None:
    """Return what two measurements of one model share; None for nothing, or for different models. Pure."""
    return shared_by(first, second) if first.model == second.model else None


def shared_by(first: Prints, second: Prints) -> Overlap | None:
    """Return what two measurements share, by whatever names they call the model; None for nothing. Pure."""
    tasks = len(first.tasks & second.tasks)
    # What does not tell its content, or not in the other's way, is known by its name.
    if not (first.has_content and second.has_content and first.format == second.format):
        tasks = max(tasks, len(first.samples & second.samples))
    attempts = len(first.attempts & second.attempts)
    if not max(tasks, attempts):
        return None
    return Overlap(
        first=first, second=second, relation=_relation(first, second, attempts), tasks=tasks, attempts=attempts
    )


def is_one_run(first: Prints, second: Prints) -> bool:
    """Whether two logs tell of one run of one model: begun at the same instant, and sharing tasks.

    Pure. However its results were edited, a run has one start; two formats may tell it up to a minute apart. One that was
    tried again may be told by its own or by that of the first sample it kept. Where one of the two does not tell it, all
    attempts of one must stand in the other with their results.

    Source: A-12, E-2.
    """
    overlap = overlap_of(first, second)
    if overlap is None:
        return False
    if first.evaluated is not None and second.evaluated is not None:
        apart = min(abs(one - other) for one in _starts(first) for other in _starts(second))
        return not apart or (first.format != second.format and apart <= _ONE_START)
    return overlap.attempts == min(len(first.attempts), len(second.attempts))


def _starts(prints: Prints) -> list[datetime]:
    return [start for start in (prints.evaluated, prints.begun) if start is not None]


def _relation(first: Prints, second: Prints, shared: int) -> Relation:
    if (first.digest, first.task) == (second.digest, second.task):
        return Relation.SAME_LOG
    if first.task == second.task and None not in (begun := {first.evaluated, second.evaluated}) and len(begun) > 1:
        return Relation.RERUN
    if first.attempts == second.attempts:
        return Relation.SAME_ATTEMPTS
    if shared and shared == min(len(first.attempts), len(second.attempts)):
        return Relation.SUBSET
    if first.task == second.task:
        return Relation.RERUN
    return Relation.SHARED_ATTEMPTS if shared else Relation.SHARED_TASKS


def overlaps_among(prints: Sequence[Prints]) -> tuple[Overlap, ...]:
    """Return every pair that shares anything, in order. Pure; only pairs that share a key are compared."""
    pairs: set[tuple[int, int]] = set()
    for group in _sharing(prints):
        pairs.update(combinations(group, 2))
    found = (overlap_of(prints[one], prints[other]) for one, other in sorted(pairs))
    return tuple(overlap for overlap in found if overlap is not None)


def _sharing(prints: Iterable[Prints]) -> Iterator[tuple[int, ...]]:
    """Groups of measurements that hold one key of one model, each group once."""
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, one in enumerate(prints):
        for key in one.tasks | one.samples:
            holders[one.model, key].append(number)
    yield from {tuple(group) for group in holders.values() if len(group) > 1}
