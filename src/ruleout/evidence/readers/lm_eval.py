# SPDX-License-Identifier: Apache-2.0
"""lm-evaluation-harness: a results file, and a samples file per task beside it (E-1).

`results_<stamp>.json` holds aggregates of every task; `samples_<task>_<stamp>.jsonl` the documents of one. Each task
makes one measurement. A task whose samples are not there is one too: all its attempts are missing, and a problem says
that a figure without samples decides nothing. Rows of groups are means of tasks, and are no measurement.

Compared: the number of samples with `n-samples`; means and standard errors with those of the results, where they are
means; the digest of the samples' hashes with `task_hashes`; targets with their hashes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

import msgspec

from ruleout.errors import UnreadableLog
from ruleout.evidence.json_text import Value, decode, plain_value
from ruleout.evidence.limits import DEFAULT_LIMITS
from ruleout.evidence.readers.lm_eval_rows import ConfigShape, ResultsShape, Samples, TaskShape, read_samples
from ruleout.evidence.readers.stated import (
    Identity,
    absent,
    differ,
    gathered,
    identity_of,
    instant_of_seconds,
    mean,
    mean_problems,
    printable,
    some,
)
from ruleout.evidence.readers.stated import standard_error as error_of_mean
from ruleout.evidence.source import Log, Part, whole
from ruleout.model.evidence import Attempt, Measurement

FORMAT = "lm-eval"
NO_SAMPLES = "no samples beside the results: a figure without its attempts decides nothing"
PICKED = "samples were picked by id, so the rest of the data set is left out by choice"

_STAMP = r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d{1,9})?"
_MAIN_NAME = re.compile(rf"(?!samples_).*_({_STAMP})\.json")
_SAMPLES_NAME = re.compile(rf"samples_(.+)_({_STAMP})\.jsonl")
_HEAD = re.compile(rb'\s*\{\s*"results"\s*:\s*\{')
_MODEL_ARGUMENT = re.compile(r"(?:^|,)\s*(?:pretrained|model)=([^,]+)")
_DECODER = msgspec.json.Decoder(ResultsShape)
#: Metrics that the harness averages where a task's configuration does not say otherwise.
_AVERAGED = frozenset({"acc", "acc_norm", "exact_match"})


def claims(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield each results file with the samples files of its stamp. Pure."""
    for name in names:
        found = _MAIN_NAME.fullmatch(name)
        if found is None:
            continue
        beside = [n for n in names if (s := _SAMPLES_NAME.fullmatch(n)) is not None and s[2] == found[1]]
        if beside or name.startswith("results_"):
            yield (name, *beside)


def is_results(head: bytes, _log: Log) -> bool:
    """Return whether the first bytes are those of a results file: an object that begins with its results. Pure."""
    return _HEAD.match(head) is not None


def read_results(log: Log) -> tuple[Measurement, ...]:
    """Return a measurement per task, read wholly and cross-checked.

    Memory is that of the results file and of one line of samples.

    Raises:
        UnreadableLog: not-a-log, bad-json, wrong-shape or too-large.

    Source: E-1 to E-4.
    """
    if log.main.source.size > DEFAULT_LIMITS.member_bytes:
        raise UnreadableLog(log.name, "too-large", f"expected at most {DEFAULT_LIMITS.member_bytes} bytes of results")
    results = decode(whole(log.main.source), _DECODER, log=log.name, part=log.main.name)
    tasks = [name for name in results.results if not _is_group(results, name)]
    if not tasks:
        raise UnreadableLog(log.name, "wrong-shape", "expected at least one task in the results, got none")
    strays = _strays(log, tasks)
    identity = identity_of(log)
    return gathered(log.name, (_measurement(log, identity, results, task, strays) for task in tasks))


def _is_group(results: ResultsShape, name: str) -> bool:
    return bool(results.group_subtasks.get(name)) or (name in results.groups and name not in results.configs)


def _strays(log: Log, tasks: Sequence[str]) -> tuple[str, ...]:
    known = [found[1] for part in log.others if (found := _SAMPLES_NAME.fullmatch(part.name)) is not None]
    strangers = [task for task in known if task not in tasks]
    doubled = sorted({task for task in known if known.count(task) > 1})
    return (
        *([f"samples beside the results are of no task in them: {some(strangers)}"] if strangers else []),
        *([f"more than one samples file for a task: {some(doubled)}"] if doubled else []),
    )


def _part_of(log: Log, task: str) -> Part | None:
    return next((p for p in log.others if (f := _SAMPLES_NAME.fullmatch(p.name)) is not None and f[1] == task), None)


def _measurement(
    log: Log, identity: Identity, results: ResultsShape, task: str, strays: tuple[str, ...]
) -> Measurement:
    part = _part_of(log, task)
    pairs = _metric_pairs(results, task)
    metrics, filters = list(dict.fromkeys(m for m, _ in pairs)), list(dict.fromkeys(f for _, f in pairs))
    samples = read_samples(part, log=log.name, metrics=metrics, filters=filters) if part is not None else Samples()
    held = samples.attempts()
    sizes = results.n_samples.get(task)
    picked = bool(bytes(results.config.samples)) and bytes(results.config.samples) != b"null"
    lacking = absent(log.name, sizes.effective if sizes else 0, held, () if picked else map(str, range(10**9)))
    evaluated = None if results.date is None else instant_of_seconds(results.date)
    compared = _Compared(results, task, held)
    return Measurement(
        digest=identity.digest,
        format=FORMAT,
        status="success",
        task=task,
        task_version=str(results.versions.get(task, "")),
        model=_model(results),
        evaluated=evaluated,
        dataset_samples=sizes.original if sizes else None,
        expected=sizes.effective if sizes else None,
        epochs=1,
        partial=_partial(results, task, picked=picked),
        tool="lm_eval",
        tool_version=results.lm_eval_version or "",
        revision=results.git_hash or "",
        dirty=None,
        attempts=(*held, *lacking),
        problems=(
            *strays,
            *([] if part is not None else [NO_SAMPLES]),
            *([PICKED] if picked else []),
            *(["the date of the results is no instant"] if evaluated is None and results.date is not None else []),
            *_count_problems(results, task, held, there=part is not None),
            *samples.problems((results.task_hashes or {}).get(task, "")),
            *compared.problems(pairs),
        ),
        reported=tuple(_reported(results.results[task])),
        notes=(*_notes(results, task), *compared.notes(pairs)),
        parts=identity.parts,
        model_digest=_text(results.config.model_sha),
    )


def _metric_pairs(results: ResultsShape, task: str) -> list[tuple[str, str]]:
    """Return (metric, filter) of each aggregate of a task; aggregates are named `metric,filter`."""
    pairs = [name.rsplit(",", 1) for name in results.results[task] if "," in name]
    return [(metric, of) for metric, of in pairs if not metric.endswith("_stderr")]


def _count_problems(results: ResultsShape, task: str, held: Sequence[Attempt], *, there: bool) -> Iterator[str]:
    sizes = results.n_samples.get(task)
    found = len({attempt.sample for attempt in held})
    if there and sizes is not None and found != sizes.effective:
        yield f"expected {sizes.effective} samples, as the results say, got {found}"
    if sizes is not None and sizes.effective > sizes.original:
        yield f"results count {sizes.effective} samples out of {sizes.original}"


class _Compared:
    """The aggregates of one task beside what its attempts give."""

    def __init__(self, results: ResultsShape, task: str, held: Sequence[Attempt]) -> None:
        self.stated = results.results[task]
        listed = results.configs.get(task, TaskShape()).metric_list or []
        self.aggregations = {m.metric: m.aggregation for m in listed if isinstance(m.metric, str)}
        self.values: dict[str, list[object]] = {}
        self.count = len(held)
        for attempt in held:
            for name, value in attempt.scores:
                self.values.setdefault(name, []).append(value)

    def problems(self, pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Yield the means and standard errors that the attempts cannot give."""
        for metric, of in pairs:
            name = f"{metric},{of}"
            values = self.values.get(name, [])
            if len(values) != self.count:
                yield f"{self.count - len(values)} of {self.count} samples have no score {printable(name)}"
            if values and self._is_mean(metric):
                yield from mean_problems(name, self.stated[name], values)
                yield from self._error_problems(metric, of, values)
        untold = sorted(self.values.keys() - {f"{metric},{of}" for metric, of in pairs})
        if untold:
            yield f"samples hold scores that the results say nothing of: {some(untold)}"

    def notes(self, pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Yield the aggregates that could not be compared."""
        others = [f"{m},{f}" for m, f in pairs if f"{m},{f}" in self.values and not self._is_mean(m)]
        plain = [f"{m},{f}" for m, f in pairs if self._is_mean(m)]
        odd = [name for name in plain if name in self.values and mean(self.values[name]) is None]
        if others or odd:
            yield f"aggregates that are not means of the samples were not compared: {some([*others, *odd])}"

    def _error_problems(self, metric: str, of: str, values: Sequence[object]) -> Iterator[str]:
        stated, found = self.stated.get(f"{metric}_stderr,{of}"), error_of_mean(values)
        if isinstance(stated, bool) or not isinstance(stated, float | int) or found is None:
            return
        if abs(stated) > 1e300 or differ(float(stated), found):
            yield f"results claim another standard error for {printable(metric)} than the samples give"

    def _is_mean(self, metric: str) -> bool:
        stated = self.aggregations.get(metric)
        return metric in _AVERAGED if stated is None else stated == "mean"


def _reported(stated: dict[str, Value]) -> Iterator[tuple[str, str, object]]:
    for name, value in stated.items():
        if "," in name:
            metric, of = name.rsplit(",", 1)
            kind = "stderr" if metric.endswith("_stderr") else "value"
            yield f"{metric.removesuffix('_stderr')},{of}", kind, plain_value(value)


def _partial(results: ResultsShape, task: str, *, picked: bool) -> str:
    sizes, limit = results.n_samples.get(task), results.config.limit
    if picked:
        return "samples picked by id"
    if sizes is not None and sizes.effective < sizes.original:
        return f"limit {_text(limit)}: {sizes.effective} of {sizes.original} samples"
    if sizes is not None and _most_asked(limit, sizes.original) < sizes.original:
        return f"limit {_text(limit)}, although {sizes.effective} of {sizes.original} samples were asked"
    if sizes is None and limit is not None:
        return f"limit {_text(limit)} of an unknown number of samples"
    return ""


def _most_asked(limit: Value, original: int) -> float:
    """How many samples a limit lets through: a fraction of the data set is rounded up, as the harness does."""
    if not isinstance(limit, int | float) or limit <= 0:
        return original
    return math.ceil(limit * original) if limit < 1 else limit


def _notes(results: ResultsShape, task: str) -> Iterator[str]:
    config = results.configs.get(task, TaskShape())
    if results.date is None:
        yield "the results do not say when the evaluation ran"
    shots = results.n_shot.get(task, config.num_fewshot)
    if shots is not None:
        yield f"{_text(shots)} examples in the prompt"
    if isinstance(config.repeats, int) and config.repeats > 1:
        yield f"{_text(config.repeats)} answers per sample, which a filter folded into one score"
    if task not in results.n_samples:
        yield "the results do not say how many samples were asked"
    if results.chat_template_sha:
        yield f"chat template {printable(results.chat_template_sha)}"
    if results.system_instruction_sha:
        yield f"system instruction {printable(results.system_instruction_sha)}"


def _model(results: ResultsShape) -> str:
    """Return the model's name: stated apart since 0.4.3, before that among the arguments."""
    return results.model_name or _argument(results.config) or _text(results.config.model)


def _argument(config: ConfigShape) -> str:
    if isinstance(config.model_args, dict):
        return _text(config.model_args.get("pretrained", config.model_args.get("model")))
    found = _MODEL_ARGUMENT.search(config.model_args or "")
    return found[1] if found else ""


def _text(value: Value) -> str:
    return "" if value is None else printable(str(value))
