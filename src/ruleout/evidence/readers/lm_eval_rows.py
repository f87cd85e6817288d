# SPDX-License-Identifier: Apache-2.0
"""The fields we use of lm-evaluation-harness, and its samples -> attempts, one per document (E-1, E-2).

A samples file has one line per document and filter. The filters of one document are scores of one attempt, named as
the results name them: `exact_match,strict-match`. Answers repeated per document are folded by the filter before they
are scored, so an attempt is a document.

State: scored if the line holds a score; else missing. The harness writes nothing of errors or refusals.

Releases 0.4.0 to 0.4.9 differ in what they write: `n-samples`, `date`, `lm_eval_version`, `filter`, `metrics` and the
hashes came one after the other. What a release does not write keeps its default here.

Source: `lm_eval/evaluator.py` and `lm_eval/loggers/evaluation_tracker.py` of EleutherAI/lm-evaluation-harness.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from ruleout.evidence.json_stream import lines
from ruleout.evidence.json_text import Scalar, Value, decode, one_spelling, plain_value
from ruleout.evidence.readers.stated import check_count, fingerprint, printable, some
from ruleout.evidence.source import Part, pieces
from ruleout.model.evidence import Attempt, SampleState

Count = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
DocumentId = Annotated[int, msgspec.Meta(ge=-(10**15), le=10**15)]


class MetricShape(msgspec.Struct):
    """A metric as the task's configuration lists it; functions stand there as texts."""

    metric: Value = None
    aggregation: Value = None


class TaskShape(msgspec.Struct):
    """A task's configuration."""

    repeats: Scalar = None
    num_fewshot: Scalar = None
    metric_list: list[MetricShape] | None = None


class SizeShape(msgspec.Struct):
    """Samples of the data set, and how many of them were asked."""

    original: Count
    effective: Count


class ConfigShape(msgspec.Struct):
    """What was asked of the run."""

    model: Scalar = None
    model_args: str | dict[str, Value] | None = None
    model_sha: Scalar = None
    limit: Value = None
    samples: msgspec.Raw = msgspec.Raw()


class ResultsShape(msgspec.Struct, rename={"n_samples": "n-samples", "n_shot": "n-shot"}):
    """A results file."""

    results: dict[str, dict[str, Value]]
    configs: dict[str, TaskShape]
    config: ConfigShape
    groups: dict[str, msgspec.Raw] = {}
    group_subtasks: dict[str, list[str]] = {}
    versions: dict[str, Scalar] = {}
    n_shot: dict[str, Scalar] = {}
    n_samples: dict[str, SizeShape] = {}
    task_hashes: dict[str, str] | None = None
    git_hash: str | None = None
    date: float | None = None
    lm_eval_version: str | None = None
    model_name: str | None = None
    chat_template_sha: str | None = None
    system_instruction_sha: str | None = None


class RowShape(msgspec.Struct):
    """One line of a samples file: one document under one filter. Its scores stand beside these fields, by name."""

    doc_id: DocumentId | str
    target: msgspec.Raw = msgspec.Raw()
    arguments: msgspec.Raw = msgspec.Raw()
    filter: str | None = None
    metrics: list[str] | None = None
    doc_hash: str = ""
    prompt_hash: str = ""
    target_hash: str = ""


_ROW = msgspec.json.Decoder(RowShape)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VALUE: msgspec.json.Decoder[Value] = msgspec.json.Decoder(Value)
#: Written for every answer when a run only predicts and scores nothing.
_NO_SCORE = "bypass"


@dataclass(slots=True, kw_only=True)
class Samples:
    """What a samples file holds.

    Attributes:
        scores: document -> score name -> value, in the file's order.
        content: document -> digest of its prompts and target.
        rows: lines of each filter.
        repeated: documents that stand more than once under one filter.
        nameless: lines that do not say their filter while the results know several.
        task_hash: what the harness makes of the lines' hashes; "" if any line lacks them.
        wrong_targets: documents whose target is not that of their `target_hash`.
    """

    scores: dict[str, dict[str, Value]] = field(default_factory=dict)
    content: dict[str, str] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    repeated: list[str] = field(default_factory=list)
    nameless: int = 0
    task_hash: str = ""
    wrong_targets: list[str] = field(default_factory=list)

    def attempts(self) -> list[Attempt]:
        """Return an attempt per document, in the file's order; one that stands twice stands twice here too."""
        found = [_attempt(name, scores, self.content[name]) for name, scores in self.scores.items()]
        return found + [_attempt(name, self.scores[name], self.content[name]) for name in self.repeated]

    def problems(self, stated_hash: str) -> Iterator[str]:
        """Yield where the lines contradict each other or the results' digest of them."""
        if self.repeated:
            yield f"{len(self.repeated)} sample(s) stand more than once under one filter: {some(self.repeated)}"
        if self.nameless:
            yield f"{self.nameless} sample line(s) do not say which of several filters they are of"
        if len(set(self.rows.values())) > 1:
            counts = [f"{name} {count}" for name, count in self.rows.items()]
            yield f"filters have different numbers of samples: {some(counts)}"
        if self.wrong_targets:
            yield f"{len(self.wrong_targets)} sample(s) whose target is not that of their hash: {some(self.wrong_targets)}"
        if stated_hash and self.task_hash and stated_hash != self.task_hash:
            yield "the samples are not those the results were made of: their hashes give another task hash"


def read_samples(part: Part, *, log: str, metrics: Sequence[str], filters: Sequence[str]) -> Samples:
    """Return what a samples file holds, read line by line.

    Args:
        metrics, filters: those the results name for this task; lines of old releases name neither.

    Raises:
        UnreadableLog: bad-json, wrong-shape or too-large.

    Source: E-1, E-2.
    """
    samples, digest, seen = Samples(), hashlib.sha256(), set[tuple[str, str]]()
    complete, known = True, frozenset(metrics)
    for number, line in lines(pieces(part.source), log=log, part=part.name):
        place = f"{part.name}, line {number}"
        row = decode(line, _ROW, log=log, part=place)
        held = decode(line, _FIELDS, log=log, part=place)
        name, of = str(row.doc_id), _filter(row, filters, samples)
        check_count(log, len(seen) + len(samples.repeated))
        samples.rows[of] += 1
        if (name, of) in seen:
            samples.repeated.append(name)
        seen.add((name, of))
        into = samples.scores.setdefault(name, {})
        for metric in row.metrics if row.metrics is not None else [name for name in held if name in known]:
            if metric in held and metric != _NO_SCORE:
                value = decode(bytes(held[metric]), _VALUE, log=log, part=f"{place}, {printable(metric)}")
                into[f"{metric},{of}"] = plain_value(value)
        samples.content.setdefault(name, _content(row))
        hashes = row.doc_hash + row.prompt_hash + row.target_hash
        complete = complete and bool(hashes)
        digest.update(hashes.encode())
        if row.target_hash and not _is_target(row):
            samples.wrong_targets.append(name)
    samples.task_hash = digest.hexdigest() if complete and seen else ""
    return samples


def _filter(row: RowShape, filters: Sequence[str], samples: Samples) -> str:
    if row.filter is not None:
        return row.filter
    if len(filters) > 1:
        samples.nameless += 1
    return filters[0] if filters else "none"


def _content(row: RowShape) -> str:
    """Return the digest of what was asked: of its values, since a question spelled otherwise is the same one."""
    if not bytes(row.arguments):
        return ""
    return fingerprint(one_spelling(bytes(row.arguments)), one_spelling(bytes(row.target)))


def _is_target(row: RowShape) -> bool:
    """Return whether the target is the one that was hashed; only texts are compared."""
    raw = bytes(row.target)
    if not raw.startswith(b'"'):
        return True
    try:
        text = msgspec.json.decode(raw, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return True
    return hashlib.sha256(text.encode()).hexdigest() == row.target_hash


def _attempt(name: str, scores: dict[str, Value], content: str) -> Attempt:
    return Attempt(
        sample=name,
        epoch=1,
        state=SampleState.SCORED if scores else SampleState.MISSING,
        scores=tuple(scores.items()),
        detail="" if scores else "no score",
        content=content,
    )
