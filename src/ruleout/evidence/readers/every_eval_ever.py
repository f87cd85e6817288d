# SPDX-License-Identifier: Apache-2.0
"""every_eval_ever: a record of results, and a file of samples beside it (E-1).

`<stem>.json` is the record (schema `eval.schema.json`, versions 0.2 and 0.3), `<stem>_samples.jsonl` its samples
(`instance_level_eval.schema.json`). Results of one evaluation name make one measurement, which is called so. A
record without samples holds figures of others: its measurements have no attempts and are never used for a gate.

The schema knows no epochs: lines of one sample are its repeats, in file order. `retrieved_timestamp` says when
somebody copied a figure and is no date of an evaluation (E-3).

Compared: the samples' digest and number of lines with `detailed_evaluation_results`; run and model of each line with
the record's; the mean of the samples with the score, where that is a mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ruleout.errors import UnreadableLog
from ruleout.evidence.json_text import decode
from ruleout.evidence.limits import DEFAULT_LIMITS
from ruleout.evidence.readers.every_eval_ever_rows import (
    RecordShape,
    ResultShape,
    Samples,
    is_mean,
    read_samples,
    score_name,
)
from ruleout.evidence.readers.stated import (
    Identity,
    absent,
    gathered,
    identity_of,
    instant_of_text,
    mean,
    mean_problems,
    printable,
    some,
)
from ruleout.evidence.source import Log, whole
from ruleout.model.evidence import Attempt, Measurement

FORMAT = "every-eval-ever"
NO_SAMPLES = "no samples of this result: a figure without its attempts decides nothing"

_SAMPLES_SUFFIX, _SUFFIX = "_samples.jsonl", ".json"
_HEAD = (re.compile(rb'"schema_version"\s*:\s*"'), re.compile(rb'"evaluation_id"\s*:\s*"'))
_DECODER = msgspec.json.Decoder(RecordShape)
_UNKNOWN = "unknown"


def claims(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield each record that has its samples beside it; a record alone is known by its content. Pure."""
    there = set(names)
    for name in names:
        samples = name.removesuffix(_SUFFIX) + _SAMPLES_SUFFIX
        if name.endswith(_SUFFIX) and samples in there:
            yield (name, samples)


def is_record(head: bytes, _log: Log) -> bool:
    """Return whether the first bytes look like a record: an object that soon names its schema and evaluation. Pure."""
    return head.lstrip().startswith(b"{") and all(pattern.search(head) for pattern in _HEAD)


def read_record(log: Log) -> tuple[Measurement, ...]:
    """Return a measurement per evaluation name, read wholly and cross-checked.

    Memory is that of the record and of one line of samples.

    Raises:
        UnreadableLog: bad-json, wrong-shape or too-large.

    Source: E-1 to E-4.
    """
    if log.main.source.size > DEFAULT_LIMITS.member_bytes:
        raise UnreadableLog(log.name, "too-large", f"expected at most {DEFAULT_LIMITS.member_bytes} bytes of record")
    record = decode(whole(log.main.source), _DECODER, log=log.name, part=log.main.name)
    if not record.schema_version.startswith("0."):
        raise UnreadableLog(
            log.name,
            "wrong-shape",
            f"expected schema version 0.x, got {printable(record.schema_version)!r}",
            hint="Ask for the record in a version that is read.",
        )
    if not record.evaluation_results:
        raise UnreadableLog(log.name, "wrong-shape", "expected at least one evaluation result, got none")
    part = log.others[0] if log.others else None
    samples = read_samples(part, record, log=log.name) if part is not None else Samples()
    named: dict[str, list[ResultShape]] = {}
    for result in record.evaluation_results:
        named.setdefault(result.evaluation_name, []).append(result)
    problems = (*_detail_problems(log, record, samples), *samples.problems())
    of = _Record(name=log.name, identity=identity_of(log), record=record, samples=samples, problems=problems)
    return gathered(log.name, (_measurement(of, results) for results in named.values()))


def _detail_problems(log: Log, record: RecordShape, samples: Samples) -> Iterator[str]:
    stated, part = record.detailed_evaluation_results, log.others[0] if log.others else None
    if len(log.others) > 1:
        yield f"expected one file of samples, got {len(log.others)}"
    if stated is None:
        return
    if part is None:
        yield f"the record's samples, {printable(stated.file_path)!r}, are not beside it"
        return
    if stated.file_path.rsplit("/", 1)[-1] != part.name:
        yield f"the record's samples are called {printable(stated.file_path)!r}, beside it is {printable(part.name)!r}"
    if stated.checksum and stated.hash_algorithm == "sha256" and stated.checksum.lower() != part.source.sha256:
        yield "the samples are not those of the record: their SHA-256 differs"
    if stated.total_rows is not None and stated.total_rows != samples.lines:
        yield f"expected {stated.total_rows} lines of samples, as the record says, got {samples.lines}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """A record with its samples, and what is wrong with all of it."""

    name: str
    identity: Identity
    record: RecordShape
    samples: Samples
    problems: tuple[str, ...]


def _measurement(of: _Record, results: Sequence[ResultShape]) -> Measurement:
    """Return the measurement that the results of one evaluation name make."""
    record, name = of.record, results[0].evaluation_name
    held = of.samples.attempts.get(name, [])
    epochs = max((attempt.epoch for attempt in held), default=1)
    ids = [i for result in results for i in result.source_data.sample_ids or []][: DEFAULT_LIMITS.attempts]
    expected = _expected(results)
    lacking = absent(of.name, expected or 0, held, ids) if held or ids else ()
    library = record.eval_library
    dated, date_problems = _evaluated(record, results)
    return Measurement(
        digest=of.identity.digest,
        format=FORMAT,
        status="success",
        task=name,
        task_version="",
        model=record.model_info.id or record.model_info.name,
        evaluated=dated,
        dataset_samples=next((r.source_data.samples_number for r in results if r.source_data.samples_number), None),
        expected=expected,
        epochs=epochs,
        partial=_partial(results, held),
        tool="" if library is None or library.name == _UNKNOWN else library.name,
        tool_version="" if library is None or library.version == _UNKNOWN else library.version,
        revision="",
        dirty=None,
        attempts=(*held, *lacking),
        problems=(
            *of.problems,
            *([] if held else [NO_SAMPLES]),
            *date_problems,
            *_stranger_problems(held, ids),
            *_score_problems(results, held),
        ),
        reported=tuple(_reported(results)),
        notes=(*_notes(record, results, held, dated), *_odd_notes(of.samples.at_odds.get(name, []))),
        parts=of.identity.parts,
    )


def _expected(results: Sequence[ResultShape]) -> int | None:
    """Return how many samples the record says were asked: listed, or counted for the uncertainty of a score."""
    listed = [len(set(r.source_data.sample_ids)) for r in results if r.source_data.sample_ids]
    counted = [u.num_samples for r in results if (u := r.score_details.uncertainty) is not None and u.num_samples]
    return max([*listed, *counted], default=None)


def _partial(results: Sequence[ResultShape], held: Sequence[Attempt]) -> str:
    total = max((r.source_data.samples_number or 0 for r in results), default=0)
    asked = _expected(results)
    found = asked if asked is not None else len({attempt.sample for attempt in held})
    return f"{found} of {total} samples" if held and found < total else ""


def _evaluated(record: RecordShape, results: Sequence[ResultShape]) -> tuple[datetime | None, tuple[str, ...]]:
    """Return the earliest instant at which the record says that the evaluation ran."""
    texts = [t for t in (*(r.evaluation_timestamp for r in results), record.evaluation_timestamp) if t]
    instants = [instant_of_text(text) for text in texts]
    wrong = [text for text, instant in zip(texts, instants, strict=True) if instant is None]
    known = [instant for instant in instants if instant is not None]
    problem = f"expected Unix seconds or an instant with an offset as evaluation_timestamp, got {some(wrong)}"
    return min(known, default=None), (problem,) if wrong else ()


def _stranger_problems(held: Sequence[Attempt], ids: Sequence[str]) -> Iterator[str]:
    promised = set(ids)
    strangers = [attempt.sample for attempt in held if promised and attempt.sample not in promised]
    if strangers:
        yield f"{len(strangers)} sample(s) that the record does not list: {some(strangers)}"


def _score_problems(results: Sequence[ResultShape], held: Sequence[Attempt]) -> Iterator[str]:
    """Yield the scores that are not the mean of their samples; a score in percent may be of samples from 0 to 1."""
    by_score: dict[str, list[object]] = {}
    for attempt in held:
        for score, value in attempt.scores:
            by_score.setdefault(score, []).append(value)
    for result in results:
        name = score_name(result)
        values = by_score.get(name, [])
        stated = result.score_details.score
        if not values or not is_mean(result):
            continue
        of_percent = result.metric_config.metric_unit == "percent" and mean(values) is not None
        scaled = stated / 100 if of_percent and max(map(_number, values)) <= 1 else stated
        yield from mean_problems(name, scaled, values)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _reported(results: Sequence[ResultShape]) -> Iterator[tuple[str, str, object]]:
    for result in results:
        name, uncertainty = score_name(result), result.score_details.uncertainty
        yield name, "score", result.score_details.score
        if uncertainty is not None and uncertainty.standard_error is not None:
            yield name, "stderr", uncertainty.standard_error.value


def _notes(
    record: RecordShape, results: Sequence[ResultShape], held: Sequence[Attempt], dated: datetime | None
) -> Iterator[str]:
    if dated is None:
        yield "the record does not say when the evaluation ran; when it was copied does not count"
    source = record.source_metadata
    yield f"recorded by {printable(source.source_organization_name)!r}, {printable(source.evaluator_relationship)}"
    if not held:
        yield "figures only: the record holds no samples of this evaluation"
    stated = record.detailed_evaluation_results
    if stated is not None and stated.checksum and stated.hash_algorithm != "sha256":
        yield f"the samples' {printable(stated.hash_algorithm or 'unnamed')} checksum was not compared"
    others = [score_name(result) for result in results if not is_mean(result)]
    if held and others:
        yield f"scores that are not means of the samples were not compared: {some(others)}"
    if any(attempt.epoch > 1 for attempt in held):
        yield "samples that stand more than once are taken as repeats, in file order"


def _odd_notes(samples: Sequence[str]) -> Iterator[str]:
    if samples:
        yield f"is_correct is left out: lines of one attempt differ in it, as those of {some(samples)}"
