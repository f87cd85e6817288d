# SPDX-License-Identifier: Apache-2.0
"""The fields we use of every_eval_ever, and its samples -> attempts (E-1, E-2).

A line belongs to the result whose id it states, else to the results of its evaluation's name. Lines of one sample under
one result are repeats. Lines of one sample under several results of an evaluation are scores of one attempt.

A line is refused, if its error is the word `refusal`; errored, if it has another error; else scored. An attempt is in
the worst state of its lines. Tools write a line per metric and judge `is_correct` by the metric, so lines of one attempt
may differ in it: then it says nothing, and no attempt of the evaluation has that score.

Source: `every_eval_ever/schemas/eval.schema.json` and `instance_level_eval.schema.json`, version 0.3.0, and records of
versions 0.2.0 and 0.2.2, which lack `eval_library` and ids of results.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from ruleout.evidence.json_stream import lines
from ruleout.evidence.json_text import Value, decode, plain_value
from ruleout.evidence.readers.stated import check_count, fingerprint, printable, some
from ruleout.evidence.source import Part, pieces
from ruleout.model.evidence import Attempt, SampleState

Count = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class SourceMetadataShape(msgspec.Struct):
    """Who recorded the figures."""

    source_organization_name: str = ""
    evaluator_relationship: str = ""


class LibraryShape(msgspec.Struct):
    """The tool that ran the evaluation."""

    name: str = ""
    version: str = ""


class ModelShape(msgspec.Struct):
    """The model: its name at the source, and its id."""

    name: str = ""
    id: str = ""


class SourceDataShape(msgspec.Struct):
    """The data set."""

    samples_number: Count | None = None
    sample_ids: list[str] | None = None


class MetricShape(msgspec.Struct):
    """What a score is."""

    metric_id: str | None = None
    metric_name: str | None = None
    metric_kind: str | None = None
    metric_unit: str | None = None
    score_type: str | None = None
    metric_parameters: dict[str, Value] | None = None


class StandardErrorShape(msgspec.Struct):
    """A stated standard error."""

    value: float


class UncertaintyShape(msgspec.Struct):
    """How sure the source is of a score."""

    standard_error: StandardErrorShape | None = None
    num_samples: Count | None = None


class ScoreShape(msgspec.Struct):
    """The score of one result."""

    score: float
    uncertainty: UncertaintyShape | None = None


class ResultShape(msgspec.Struct):
    """One result: an evaluation under a metric."""

    evaluation_name: str
    metric_config: MetricShape
    score_details: ScoreShape
    source_data: SourceDataShape = msgspec.field(default_factory=SourceDataShape)
    evaluation_result_id: str | None = None
    evaluation_timestamp: str | None = None


class DetailShape(msgspec.Struct):
    """Where the samples are, and what they must be."""

    file_path: str
    hash_algorithm: str | None = None
    checksum: str | None = None
    total_rows: Count | None = None


class RecordShape(msgspec.Struct):
    """A record."""

    schema_version: str
    evaluation_id: str
    source_metadata: SourceMetadataShape
    model_info: ModelShape
    evaluation_results: list[ResultShape]
    eval_library: LibraryShape | None = None
    evaluation_timestamp: str | None = None
    detailed_evaluation_results: DetailShape | None = None


class InputShape(msgspec.Struct):
    """What was asked."""

    raw: str = ""
    reference: list[str] = []
    choices: list[str] | None = None


class EvaluationShape(msgspec.Struct):
    """How the answer was scored."""

    score: Value
    is_correct: bool | None = None


class RowShape(msgspec.Struct):
    """One line of samples."""

    evaluation_id: str
    model_id: str
    evaluation_name: str
    sample_id: str
    evaluation: EvaluationShape
    input: InputShape = msgspec.field(default_factory=InputShape)
    evaluation_result_id: str | None = None
    error: str | None = None


_ROW = msgspec.json.Decoder(RowShape)
_REFUSAL = "refusal"
_CORRECT = "is_correct"
#: States of lines, each worse than the one before.
_WORSE = (SampleState.SCORED, SampleState.REFUSED, SampleState.ERRORED)
#: Kinds of figure that are no mean of what the samples hold, as far as the schema's examples name them.
_NO_MEANS = frozenset({"f1_macro", "f1_micro", "auroc", "rmse", "mae", "elo", "bleu", "perplexity", "mcc", "rank"})


@dataclass(slots=True, kw_only=True)
class Samples:
    """What a samples file holds, by evaluation name, and where it disagrees with its record.

    Attributes:
        at_odds: evaluation name -> samples whose lines give more than one answer to `is_correct`.
    """

    attempts: dict[str, list[Attempt]] = field(default_factory=dict)
    lines: int = 0
    other_runs: list[str] = field(default_factory=list)
    other_models: list[str] = field(default_factory=list)
    of_no_result: list[str] = field(default_factory=list)
    misnamed: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    at_odds: dict[str, list[str]] = field(default_factory=dict)

    def problems(self) -> Iterator[str]:
        """Yield one line per kind of disagreement."""
        for what, names in (
            ("that belong to another evaluation_id than the record", self.other_runs),
            ("of another model than the record", self.other_models),
            ("of no result in the record", self.of_no_result),
            ("that name another evaluation than the result they are of", self.misnamed),
            ("that do not say of which of several results they are", self.ambiguous),
        ):
            if names:
                yield f"{len(names)} sample line(s) {what}: {some(names)}"


def score_name(result: ResultShape) -> str:
    """Return what a result's score is called: the metric's id, else its name, else "score". Pure."""
    return result.metric_config.metric_id or result.metric_config.metric_name or "score"


def is_mean(result: ResultShape) -> bool:
    """Return whether a result's score should be the mean of its samples' scores. Pure."""
    metric = result.metric_config
    named = {(text or "").lower() for text in (metric.metric_id, metric.metric_name, metric.metric_kind)}
    many = (metric.metric_parameters or {}).get("k", 1)
    return metric.score_type != "levels" and many == 1 and not named & _NO_MEANS


def read_samples(part: Part, record: RecordShape, *, log: str) -> Samples:
    """Return what a samples file holds, read line by line.

    Raises:
        UnreadableLog: bad-json, wrong-shape or too-large.

    Source: E-1, E-2.
    """
    samples = Samples()
    join = _Join(record)
    rows: dict[tuple[str, str], list[_Turn]] = {}
    turns: Counter[tuple[str, str, str]] = Counter()
    for number, line in lines(pieces(part.source), log=log, part=part.name):
        row = decode(line, _ROW, log=log, part=f"{part.name}, line {number}")
        samples.lines += 1
        check_count(log, samples.lines)
        _compare(samples, row, record)
        of = join.result(samples, row)
        if of is not None:
            key, score = (of.evaluation_name, row.sample_id), score_name(of)
            _take(rows.setdefault(key, []), row, score, turns[(*key, score)])
            turns[(*key, score)] += 1
    for (name, sample), found in rows.items():
        if any(len(turn.correct) > 1 for turn in found):
            samples.at_odds.setdefault(name, []).append(sample)
    for (name, _), found in rows.items():
        told = name not in samples.at_odds
        attempts = (_attempt(turn, number, told=told) for number, turn in enumerate(found, 1))
        samples.attempts.setdefault(name, []).extend(attempts)
    return samples


class _Join:
    """Which result a line belongs to."""

    def __init__(self, record: RecordShape) -> None:
        self.by_id: dict[str, ResultShape] = {}
        self.by_name: dict[str, ResultShape] = {}
        self.counts: Counter[str] = Counter()
        self.with_ids: set[str] = set()
        for result in record.evaluation_results:
            self.by_name.setdefault(result.evaluation_name, result)
            self.counts[result.evaluation_name] += 1
            if result.evaluation_result_id:
                self.by_id[result.evaluation_result_id] = result
                self.with_ids.add(result.evaluation_name)

    def result(self, samples: Samples, row: RowShape) -> ResultShape | None:
        """Return the result of a line; None, noted, if there is none."""
        stated, name = row.evaluation_result_id, row.evaluation_name
        if stated is not None and stated in self.by_id:
            # Some tools name the data set in the line; but a line that names one result and is of another was moved.
            if self.by_id[stated].evaluation_name != name and name in self.by_name:
                samples.misnamed.append(row.sample_id)
            return self.by_id[stated]
        if name not in self.by_name or (stated and name in self.with_ids):
            samples.of_no_result.append(row.sample_id)
            return None
        if self.counts[name] > 1:
            samples.ambiguous.append(row.sample_id)
        return self.by_name[name]


@dataclass(slots=True, kw_only=True)
class _Turn:
    """One attempt while its lines are read: the worst state among them, and a score and a truth value from each."""

    sample: str
    content: str
    state: SampleState = SampleState.SCORED
    detail: str = ""
    scores: dict[str, Value] = field(default_factory=dict)
    correct: set[bool] = field(default_factory=set)


def _compare(samples: Samples, row: RowShape, record: RecordShape) -> None:
    if row.evaluation_id != record.evaluation_id:
        samples.other_runs.append(row.sample_id)
    if row.model_id not in {record.model_info.id, record.model_info.name}:
        samples.other_models.append(row.sample_id)


def _take(turns: list[_Turn], row: RowShape, score: str, at: int) -> None:
    """Add a line: as another score of the attempt that is there under this number, or as a new one."""
    if at == len(turns):
        turns.append(_Turn(sample=row.sample_id, content=_content(row)))
    turn, (state, detail) = turns[at], _state(row)
    if _WORSE.index(state) > _WORSE.index(turn.state):
        turn.state, turn.detail = state, detail
    if row.evaluation.score is not None:
        turn.scores[score] = plain_value(row.evaluation.score)
    if row.evaluation.is_correct is not None:
        turn.correct.add(row.evaluation.is_correct)
        turn.scores.setdefault(_CORRECT, row.evaluation.is_correct)


def _attempt(turn: _Turn, epoch: int, *, told: bool) -> Attempt:
    """Return the attempt of a turn; `told` says whether `is_correct` may be one of its scores."""
    scores = {name: value for name, value in turn.scores.items() if told or name != _CORRECT}
    return Attempt(
        sample=turn.sample,
        epoch=epoch,
        state=turn.state if scores or turn.state is not SampleState.SCORED else SampleState.MISSING,
        scores=tuple(scores.items()),
        detail=turn.detail or ("" if scores else "no score"),
        content=turn.content,
    )


def _state(row: RowShape) -> tuple[SampleState, str]:
    if row.error is None:
        return SampleState.SCORED, ""
    if row.error.strip().lower() == _REFUSAL:
        return SampleState.REFUSED, "the record gives refusal as the error"
    return SampleState.ERRORED, f"error: {printable(row.error)}"


def _content(row: RowShape) -> str:
    """Return the digest of what was asked; the file's own `sample_hash` is not taken on trust."""
    if not row.input.raw:
        return ""
    return fingerprint(msgspec.json.encode([row.input.raw, row.input.reference, row.input.choices]))
