# SPDX-License-Identifier: Apache-2.0
"""HELM: the directory of one run (E-1).

| file | what is read from it |
|---|---|
| `run_spec.json` | the run's name, model, numbers of instances and trials |
| `scenario_state.json` | model and numbers once more; the instances that were asked, with input and references; errors; the time of the first request |
| `per_instance_stats.json` | the statistics of each instance and trial: the scores |
| `stats.json` | aggregates, for comparison |

An attempt is an instance in one trial. A perturbed copy of an instance is not another sample: copies are left out and
counted in a note. Instances are drawn from several splits; each split makes a measurement, `test` (or else `valid`)
under the run's own name, the others under that name and the split's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from ruleout.errors import UnreadableLog
from ruleout.evidence.json_text import decode
from ruleout.evidence.readers.helm_rows import Run, RunSpecShape, read_run
from ruleout.evidence.readers.stated import (
    Identity,
    check_absent,
    gathered,
    identity_of,
    missing_attempt,
    printable,
    some,
)
from ruleout.evidence.source import Log, Part, whole
from ruleout.model.evidence import Attempt, Measurement, SampleState

FORMAT = "helm"

_SPEC = "run_spec.json"
_STATE, _PER_INSTANCE, _STATS = "scenario_state.json", "per_instance_stats.json", "stats.json"
_COMPANIONS = ("per_instance_stats.json", "scenario.json", "scenario_state.json", "stats.json")
_MAX_SPLITS = 20
_SPEC_BYTES = 16 * 2**20
_DECODER = msgspec.json.Decoder(RunSpecShape)
_MAIN_SPLITS = ("test", "valid")
# A run is named `scenario:key=value,…`; the model stands among the arguments, and apart in the adapter.
_MODEL_ARGUMENT = re.compile(r"(?:(?<=:)|,)(?:model|model_deployment)=[^,]*")


def claims(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the files of a run's directory, its specification first. Pure."""
    if _SPEC in names:
        yield (_SPEC, *(name for name in _COMPANIONS if name in names))


def is_run(head: bytes, _log: Log) -> bool:
    """Return whether the first bytes look like a run's specification. Pure."""
    return head.lstrip().startswith(b"{") and b'"scenario_spec"' in head and b'"adapter_spec"' in head


def read_directory(log: Log) -> tuple[Measurement, ...]:
    """Return a measurement per split, read wholly and cross-checked.

    Memory is that of the attempts with their statistics, and of the largest element of each file.

    Raises:
        UnreadableLog: bad-json, wrong-shape, truncated or too-large.

    Source: E-1 to E-4.
    """
    if log.main.source.size > _SPEC_BYTES:
        raise UnreadableLog(log.name, "too-large", f"expected at most {_SPEC_BYTES} bytes of specification")
    spec = decode(whole(log.main.source), _DECODER, log=log.name, part=log.main.name)
    state, per_instance, stats = _part(log, _STATE), _part(log, _PER_INSTANCE), _part(log, _STATS)
    run = read_run(log.name, state, per_instance, stats)
    absences = tuple(_absences(state, stats))
    if state is not None and run.adapter != spec.adapter_spec:
        absences += (f"{_SPEC} and {_STATE} are of different runs: they differ in model, method, limit or trials",)
    main = next((s for s in _MAIN_SPLITS if s in run.splits), next(iter(run.splits), ""))
    order = [main, *(split for split in run.splits if split != main)]
    if len(order) > _MAX_SPLITS:
        raise UnreadableLog(log.name, "wrong-shape", f"expected at most {_MAX_SPLITS} splits, got {len(order)}")
    found = _Run(
        name=log.name,
        identity=identity_of(log),
        spec=spec,
        run=run,
        finished=per_instance is not None,
        absences=absences,
    )
    return gathered(log.name, (_measurement(found, split, main=main) for split in order))


def _part(log: Log, name: str) -> Part | None:
    return next((part for part in log.others if part.name == name), None)


def _absences(state: Part | None, stats: Part | None) -> Iterator[str]:
    if state is None:
        yield f"no {_STATE}: nothing says which instances were asked"
    if stats is None:
        yield f"no {_STATS}: no aggregates to compare the instances with"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A run with its specification, and whether its files are all there."""

    name: str
    identity: Identity
    spec: RunSpecShape
    run: Run
    finished: bool
    absences: tuple[str, ...]


def _measurement(of: _Run, split: str, *, main: str) -> Measurement:
    spec, run = of.spec, of.run
    adapter = spec.adapter_spec
    trials = adapter.num_train_trials
    held = [_attempt(run, key) for key in run.rows if run.split_of(key[0]) == split]
    there = {(attempt.sample, attempt.epoch) for attempt in held}
    asked = [name for name, asked_split in run.asked.items() if asked_split == split]
    check_absent(of.name, len(asked) * trials - len(there))
    lacking = [missing_attempt(n, t) for n in asked for t in range(1, trials + 1) if (n, t) not in there]
    plain = _MODEL_ARGUMENT.sub("", spec.name).replace(":,", ":").rstrip(":") or spec.name
    return Measurement(
        digest=of.identity.digest,
        format=FORMAT,
        status="success" if of.finished else "started",
        task=plain if split == main else f"{plain} ({split})",
        task_version="",
        model=adapter.model or adapter.model_deployment,
        evaluated=run.first_request,
        dataset_samples=None,
        expected=len(asked) * trials if asked else None,
        epochs=trials,
        partial=_partial(spec, run),
        tool="helm",
        tool_version="",
        revision="",
        dirty=None,
        attempts=(*held, *lacking),
        problems=(*of.absences, *_problems(run, split, asked, trials), *run.aggregate_problems(split)),
        reported=tuple(run.reported(split)),
        notes=tuple(_notes(spec, run, split)),
        parts=of.identity.parts,
    )


def _attempt(run: Run, key: tuple[str, int]) -> Attempt:
    name, trial = key
    scores, error = tuple(run.rows[key].items()), run.errors.get(key)
    state = SampleState.ERRORED if error is not None else SampleState.SCORED if scores else SampleState.MISSING
    detail = f"error: {printable(error)}" if error is not None else "" if scores else "no score"
    content = run.content.get(name, "")
    return Attempt(sample=name, epoch=trial + 1, state=state, scores=scores, detail=detail, content=content)


def _partial(spec: RunSpecShape, run: Run) -> str:
    """Return the limit that ended the drawing of instances; whether the data set holds more, HELM does not say."""
    limit, drawn = spec.adapter_spec.max_eval_instances, len(run.asked)
    if limit is not None and drawn >= limit:
        return f"at most {limit} instances were drawn (max_eval_instances): {drawn} of an unknown number"
    return ""


def _problems(run: Run, split: str, asked: Sequence[str], trials: int) -> Iterator[str]:
    here = [key for key in run.rows if run.split_of(key[0]) == split]
    promised = set(asked)
    strangers = [name for name, trial in here if name not in promised or trial >= trials]
    if promised and strangers:
        yield f"{len(strangers)} attempt(s) with statistics that nothing says were asked: {some(strangers)}"
    contradicting = [name for name in run.contradicting if run.split_of(name) == split]
    if contradicting:
        yield f"{len(contradicting)} instance(s) with two values of one statistic: {some(contradicting)}"
    if run.moved:
        yield (
            f"{len(run.moved)} instance(s) with statistics of another split than they were asked in: {some(list(run.moved))}"
        )
    if run.bad_instants:
        yield f"{run.bad_instants} request(s) with a time that is no instant"


def _notes(spec: RunSpecShape, run: Run, split: str) -> Iterator[str]:
    adapter = spec.adapter_spec
    if run.first_request is None:
        yield "the run does not say when it was evaluated"
    if adapter.max_train_instances is not None:
        yield f"up to {adapter.max_train_instances} examples in the prompt"
    if adapter.num_trials > 1:
        yield f"{adapter.num_trials} answers per request, of which the statistics are means"
    if copies := run.copies.get(split, 0):
        yield f"{copies} perturbed copies of instances are not counted as samples"
    if len(run.splits) > 1:
        others = [other for other in run.splits if other != split]
        yield f"split {split!r} alone; other splits of the run: {some(others)}"
