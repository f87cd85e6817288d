# SPDX-License-Identifier: Apache-2.0
"""The fields we use of an Inspect log, as typed structs; shared by the `.eval` and the `.json` reader (E-1).

Only what an `Attempt` or a `Measurement` needs is declared. Where the format changed over the years, both spellings
are declared and `rows` and `header` reconcile them. What stands in a log once per sample is left out of
cycle collection (`gc=False`): a tree of JSON has no cycles, and looking for them costs a tenth of the reading.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from ruleout.evidence.json_text import Scalar, Value

# Far above any real run, and small enough for every later form of a number.
Count = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
Epochs = Annotated[int, msgspec.Meta(ge=1, le=10**6)]


class Blank(msgspec.Struct, gc=False):
    """An object whose presence alone matters."""


class ScoreNote(msgspec.Struct, gc=False):
    """A score's metadata: logs from before the `reason` field kept the reason here."""

    unscored_reason: msgspec.Raw = msgspec.Raw()


class ScoreShape(msgspec.Struct, gc=False):
    """One score of one sample; `history` lists later edits."""

    value: Value = None
    reason: str | None = None
    metadata: ScoreNote | None = None
    history: list[Blank] | None = None


class Fault(msgspec.Struct, gc=False):
    """The error that ended a sample."""

    message: str = ""


class LimitShape(msgspec.Struct, gc=False):
    """The limit that ended a sample."""

    type: str = ""


class ChoiceShape(msgspec.Struct, gc=False):
    """One answer of the model: why it stopped."""

    stop_reason: str = ""


class OutputShape(msgspec.Struct, gc=False):
    """The model's last output."""

    choices: list[ChoiceShape] = []


class SampleShape(msgspec.Struct, gc=False):
    """A sample as its own member holds it. `score` is the spelling of the oldest logs, and stands in place of `scores`.

    `input` to `setup` say what was asked; they only ever become a digest.
    """

    id: int | str
    epoch: Count
    input: Any = None
    choices: Any = None
    target: Any = None
    sandbox: Any = None
    files: Any = None
    setup: Any = None
    output: OutputShape | None = None
    scores: dict[str, ScoreShape] | None = None
    score: ScoreShape | None = None
    error: Fault | str | None = None
    invalidation: Blank | None = None
    limit: LimitShape | None = None
    error_retries: list[Blank] | None = None
    started_at: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError: both spellings."""
        if self.score is not None and self.scores is not None:
            raise ValueError("Expected either `score` or `scores`, got both")


class SummaryShape(msgspec.Struct, gc=False):
    """A sample as the summaries hold it: a copy, with fewer fields; invalidation is not among them."""

    id: int | str
    epoch: Count
    scores: dict[str, ScoreShape] | None = None
    error: str | None = None
    limit: str | None = None
    retries: Count | None = None


class MetricShape(msgspec.Struct):
    """An aggregate the tool computed; `params` say that it counts otherwise than by default."""

    value: Scalar = None
    params: Any = None


class ResultShape(msgspec.Struct):
    """The aggregates of one score; `scorer` gave it, or an object with it."""

    name: str
    scorer: str = ""
    metrics: dict[str, MetricShape] = {}


class ResultsShape(msgspec.Struct):
    """All aggregates. `scorer` and `metrics` are the spelling of the oldest logs."""

    scores: list[ResultShape] = []
    scorer: ResultShape | None = None
    metrics: dict[str, MetricShape] = {}


class DatasetShape(msgspec.Struct):
    """The data set: `samples` before any selection, `sample_ids` after it."""

    samples: Count | None = None
    sample_ids: list[int | str] | None = None


class ConfigShape(msgspec.Struct):
    """What was asked of the run."""

    limit: Count | list[Count] | None = None
    sample_id: int | str | list[int | str] | None = None
    epochs: Epochs | None = None
    epochs_reducer: list[str] | None = None


class RevisionShape(msgspec.Struct):
    """State of the code."""

    commit: str = ""
    dirty: bool | None = None


class StatedShape(msgspec.Struct):
    """What whoever ran it stated about the run; nothing else of the metadata is used."""

    elicitation: Any = None
    model_digest: Any = None


class EvalShape(msgspec.Struct):
    """Identity and configuration of the run."""

    created: str
    task: str
    model: str
    dataset: DatasetShape
    config: ConfigShape
    eval_id: str = ""
    run_id: str = ""
    task_id: str = ""
    task_version: int | str = 0
    revision: RevisionShape | None = None
    packages: dict[str, str] = {}
    metadata: StatedShape | None = None


class StatsShape(msgspec.Struct):
    """When the run ran."""

    started_at: str = ""


class HeaderShape(msgspec.Struct):
    """The header of a finished log, or its start record, which lacks status, results and stats."""

    eval: EvalShape
    status: Literal["started", "success", "cancelled", "error"] = "started"
    results: ResultsShape | None = None
    stats: StatsShape = msgspec.field(default_factory=StatsShape)
    invalidated: bool = False
