# SPDX-License-Identifier: Apache-2.0
"""The fields we use of a HELM run, and its three large files, element by element (E-1).

Aggregates are made as HELM makes them: within a trial, sums and counts of the instances are added and divided; the
mean of the trials' means is the figure. Statistics that HELM derives over instances or over perturbed copies
("worst" cases, calibration) have no counterpart per instance and are not compared.

Source: `run_spec.py`, `scenario_state.py`, `metrics/statistic.py`, `metrics/metric_name.py` and `metrics/metric.py` under
`src/helm/benchmark` of stanford-crfm/helm.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import msgspec

from ruleout.evidence.json_stream import elements, members
from ruleout.evidence.json_text import Scalar, Value, decode, one_spelling, plain_value
from ruleout.evidence.readers.stated import (
    check_count,
    differ,
    fingerprint,
    float_text,
    instant_of_seconds,
    printable,
    some,
)
from ruleout.evidence.source import Part, pieces

Count = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
Trials = Annotated[int, msgspec.Meta(ge=1, le=10**6)]


class AdapterShape(msgspec.Struct):
    """How instances became requests."""

    model: str = ""
    model_deployment: str = ""
    method: str = ""
    max_eval_instances: Count | None = None
    max_train_instances: Count | None = None
    num_train_trials: Trials = 1
    num_trials: Trials = 1


class RunSpecShape(msgspec.Struct):
    """`run_spec.json`: what the run was asked to do."""

    name: str
    adapter_spec: AdapterShape


class InstanceShape(msgspec.Struct):
    """One instance: what was asked. `perturbation` marks a changed copy of the instance with the same id."""

    id: str | None = None
    split: str | None = None
    input: msgspec.Raw = msgspec.Raw()
    references: msgspec.Raw = msgspec.Raw()
    perturbation: msgspec.Raw = msgspec.Raw()


class ResultShape(msgspec.Struct):
    """What the model's service gave back; what does not say that it succeeded did not."""

    success: bool = False
    error: str | None = None
    request_datetime: Scalar = None


class RequestStateShape(msgspec.Struct):
    """One element of `scenario_state.json`'s `request_states`."""

    instance: InstanceShape
    train_trial_index: Count = 0
    result: ResultShape | None = None


class MetricNameShape(msgspec.Struct):
    """What a statistic is of."""

    name: str
    split: str | None = None
    sub_split: str | None = None
    perturbation: msgspec.Raw = msgspec.Raw()


class StatShape(msgspec.Struct):
    """A statistic. HELM leaves the mean out where nothing was counted."""

    name: MetricNameShape
    count: Count = 0
    sum: Scalar = None
    mean: Scalar = None


class PerInstanceShape(msgspec.Struct):
    """One element of `per_instance_stats.json`."""

    instance_id: str
    train_trial_index: Count = 0
    perturbation: msgspec.Raw = msgspec.Raw()
    stats: list[StatShape] = []


_ADAPTER = msgspec.json.Decoder(AdapterShape)
_STATE = msgspec.json.Decoder(RequestStateShape)
_PER_INSTANCE = msgspec.json.Decoder(PerInstanceShape)
_STAT = msgspec.json.Decoder(StatShape)
_PERTURBATION = msgspec.json.Decoder(dict[str, Value])
_ADAPTER_MEMBER, _STATES_MEMBER = "adapter_spec", "request_states"
#: Times the largest count of each of two million attempts, it still adds up below the largest float.
_LARGEST_SUMMED = 1e290

#: (instance id, index of the trial, from 0).
Key = tuple[str, int]
#: (statistic, split, name of the perturbation or "").
Figure = tuple[str, str, str]


@dataclass(slots=True, kw_only=True)
class Run:
    """What the files of a run hold.

    Attributes:
        adapter: how instances became requests, as it stands beside the requests.
        asked: instance -> its split, in the order of asking; perturbed copies aside.
        content: instance -> digest of its input and references.
        errors: attempts whose request failed, or has no result.
        rows: attempt -> statistic -> value, in the file's order; perturbed copies aside.
        found_splits: split of instances that only the statistics name.
        sums: (figure, trial) -> sum and count over the instances, perturbed copies among them under their name.
        stated: the aggregates of `stats.json`.
        copies: perturbed copies per split.
        contradicting: instances with two values of one statistic.
        moved: instances with a statistic of another split than the one they were asked in.
    """

    adapter: AdapterShape = field(default_factory=AdapterShape)
    asked: dict[str, str] = field(default_factory=dict)
    content: dict[str, str] = field(default_factory=dict)
    errors: dict[Key, str] = field(default_factory=dict)
    rows: dict[Key, dict[str, object]] = field(default_factory=dict)
    found_splits: dict[str, str] = field(default_factory=dict)
    sums: dict[tuple[Figure, int], list[tuple[float, int]]] = field(default_factory=dict)
    stated: dict[Figure, object] = field(default_factory=dict)
    copies: Counter[str] = field(default_factory=Counter)
    contradicting: dict[str, None] = field(default_factory=dict)
    moved: dict[str, None] = field(default_factory=dict)
    first_request: datetime | None = None
    bad_instants: int = 0

    @property
    def splits(self) -> list[str]:
        """Splits in the order in which they appear; one without a name if nothing was asked."""
        return list(dict.fromkeys([*self.asked.values(), *self.found_splits.values()])) or [""]

    def split_of(self, name: str) -> str:
        """Return the split of an instance."""
        return self.asked.get(name, self.found_splits.get(name, ""))

    def reported(self, split: str) -> Iterator[tuple[str, str, object]]:
        """Yield (statistic, "mean", value) of each aggregate of a split, perturbations aside."""
        yield from ((n, "mean", value) for (n, s, copy), value in self.stated.items() if s == split and not copy)

    def aggregate_problems(self, split: str) -> Iterator[str]:
        """Yield each aggregate of a split that the instances do not give."""
        trials: dict[Figure, list[float]] = {}
        for (figure, _), pairs in self.sums.items():
            count = sum(n for _, n in pairs)
            if count and figure[1] == split:
                trials.setdefault(figure, []).append(math.fsum(value for value, _ in pairs) / count)
        untold = [f[0] for f in trials if not f[2] and not isinstance(self.stated.get(f), int | float)]
        if untold and self.stated:
            yield f"stats say nothing of {some(untold)}, of which the instances have values"
        for figure, means in trials.items():
            stated, found = self.stated.get(figure), math.fsum(means) / len(means)
            if isinstance(stated, int | float) and (abs(stated) > 1e300 or differ(float(stated), found)):
                what = printable(figure[0] + (f" under {figure[2]}" if figure[2] else ""))
                yield f"stats claim {float_text(stated)} for {what}, the instances give {found:.6g}"
        asked = sum(1 for asked_split in self.asked.values() if asked_split == split)
        counted = self.stated.get(("num_instances", split, ""))
        if asked and self.stated and not isinstance(counted, int | float):
            yield f"stats do not say how many instances there are, {asked} were asked"
        elif asked and isinstance(counted, int | float) and counted != asked:
            yield f"stats count another number of instances than the {asked} that were asked"


def read_run(log: str, state: Part | None, per_instance: Part | None, stats: Part | None) -> Run:
    """Return what the files hold; those that are not there hold nothing.

    Raises:
        UnreadableLog: bad-json, wrong-shape, truncated or too-large.

    Source: E-1.
    """
    run = Run()
    if state is not None:
        _read_state(run, log, state)
    if per_instance is not None:
        for number, element in enumerate(elements(pieces(per_instance.source), log=log, part=per_instance.name)):
            row = decode(element, _PER_INSTANCE, log=log, part=f"{per_instance.name}, element {number}")
            _take_row(run, row, log=log)
    if stats is not None:
        for number, element in enumerate(elements(pieces(stats.source), log=log, part=stats.name)):
            stat = decode(element, _STAT, log=log, part=f"{stats.name}, element {number}")
            if (copy := _perturbation(stat.name.perturbation, log=log)) is not None and stat.name.sub_split is None:
                run.stated[stat.name.name, stat.name.split or "", copy] = plain_value(stat.mean)
    return run


def _read_state(run: Run, log: str, part: Part) -> None:
    number = 0
    for name, value in members(pieces(part.source), streamed=_STATES_MEMBER, log=log, part=part.name):
        if name == _STATES_MEMBER:
            row = decode(value, _STATE, log=log, part=f"{part.name}, request {number}")
            number += 1
            check_count(log, number)
            _take_state(run, row, log=log)
        elif name == _ADAPTER_MEMBER:
            run.adapter = decode(value, _ADAPTER, log=log, part=f"{part.name}, {name}")


def _take_state(run: Run, row: RequestStateShape, *, log: str) -> None:
    instance, split = row.instance, row.instance.split or ""
    if row.result is not None:
        _take_instant(run, row.result.request_datetime)
    if _perturbation(instance.perturbation, log=log) != "":
        return
    name = instance.id or ""
    run.asked.setdefault(name, split)
    run.content.setdefault(name, _content(instance))
    error = _error(row.result)
    if error:
        run.errors.setdefault((name, row.train_trial_index), error)


def _error(result: ResultShape | None) -> str:
    if result is None:
        return "the request has no result"
    return result.error or ("" if result.success else "the request failed")


def _take_instant(run: Run, stated: Scalar) -> None:
    if stated is None:
        return
    instant = instant_of_seconds(stated) if isinstance(stated, int | float) and abs(stated) < 1e300 else None
    if instant is None:
        run.bad_instants += 1
    elif run.first_request is None or instant < run.first_request:
        run.first_request = instant


def _take_row(run: Run, row: PerInstanceShape, *, log: str) -> None:
    copy = _perturbation(row.perturbation, log=log)
    key = (row.instance_id, row.train_trial_index)
    check_count(log, len(run.rows) + 1)
    for stat in row.stats:
        value = plain_value(stat.mean if stat.mean is not None else stat.sum) if stat.count else None
        split = stat.name.split or ""
        if copy is not None and isinstance(value, int | float) and abs(value) < _LARGEST_SUMMED:
            figure = (stat.name.name, split, copy)
            run.sums.setdefault((figure, key[1]), []).append((float(value) * stat.count, stat.count))
        if copy == "":
            run.found_splits.setdefault(row.instance_id, split)
            if split and run.asked.get(row.instance_id, split) != split:
                run.moved.setdefault(row.instance_id)
            _take_score(run, key, stat.name.name, value)
    if copy == "":
        run.rows.setdefault(key, {})
    else:
        run.copies[run.asked.get(row.instance_id, row.stats[0].name.split or "" if row.stats else "")] += 1


def _take_score(run: Run, key: Key, name: str, value: object) -> None:
    scores = run.rows.setdefault(key, {})
    if value is None:
        return
    if name in scores and scores[name] != value:
        run.contradicting.setdefault(key[0])
    scores.setdefault(name, value)


def _perturbation(raw: msgspec.Raw, *, log: str) -> str | None:
    """Return the name of a perturbation, "" for none, None for a figure that is derived over several copies."""
    if bytes(raw) in {b"", b"null"}:
        return ""
    shape = decode(bytes(raw), _PERTURBATION, log=log, part="a perturbation")
    if shape.get("computed_on", "perturbed") != "perturbed":
        return None
    # White space differs between files; the fields tell copies of one kind with other settings apart.
    return f"{shape.get('name')} {fingerprint(msgspec.json.encode(shape, order='sorted'))[:8]}"


def _content(instance: InstanceShape) -> str:
    """Return the digest of what was asked: of its values, since a question spelled otherwise is the same one."""
    asked = (bytes(instance.input), bytes(instance.references))
    return fingerprint(*(one_spelling(part) for part in asked)) if asked[0] else ""
