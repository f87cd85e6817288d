# SPDX-License-Identifier: Apache-2.0
"""Evidence: what was measured, and the bars it is held against (D-2, E-1 to E-6).

Stages: log bytes -> `Measurement` (what a log holds) -> `Tally` (an honest denominator) -> `Estimate` (bounds)
-> `IndicatorFinding`. Published figures enter at the last step. Figures are `Decimal` so that the same input gives
the same bytes everywhere; no float reaches a decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from ruleout.model.verdict import Verdict


class SampleState(Enum):
    """What became of one attempt at one sample; every attempt is in exactly one state (E-2)."""

    SCORED = "scored"
    ERRORED = "errored"
    REFUSED = "refused"
    INVALIDATED = "invalidated"
    MISSING = "missing"


class Attempt(NamedTuple):
    """One attempt (epoch) at one sample. A named tuple, since a log makes a million of them; name every field.

    `scores` maps a score's name ("scorer" or "scorer/key" for a dict value) to the log's own value: "C", "I", "P",
    "N", a bool, a number, a string, a list, a dict or NaN, exactly as the log holds it. `content` identifies what was
    asked (hex digest of question, choices, target and set-up; "" where the log does not hold them): two samples of
    equal content are one task (E-2). `cluster` is the log's own name for tasks that belong together, "" if it has none.
    """

    sample: str
    epoch: int
    state: SampleState
    scores: tuple[tuple[str, object], ...] = ()
    detail: str = ""
    content: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the record says of one comparison: its finding is at least this concerning, and why (E-4, D-2).

    A ruling only ever makes a finding more concerning; CLEAR changes nothing and is a note beside the decision.
    """

    indicator: str
    at_least: Comparison
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Everything a decision may use of one evaluation log (E-1 to E-4).

    Attributes:
        digest: SHA-256 (hex) of the log's bytes; of a log in several parts, that of its manifest (see `Log.digest`).
        format: reader that understood it, such as "inspect-eval".
        status: the log's own status: "success", "error", "cancelled" or "started" (unfinished).
        task, task_version, model: as the log names them.
        evaluated: when the evaluation ran (aware UTC), from the log, never the time of upload (E-3); None if absent.
        begun: when the run itself began, where `evaluated` is when a sample began that it took over from an earlier one; None
            where the two are one.
        dataset_samples: samples in the data set before any selection; None if the log does not say.
        expected: attempts the run should hold (selected samples x epochs); None if unknown.
        epochs: repeats per sample.
        partial: why the run covers only part of its data set; empty if it covers all (E-2).
        tool, tool_version, revision, dirty: producer and code state, "" or None where the log does not say (E-4).
        attempts: every attempt, in log order.
        problems: what is wrong with the log, one line each; any problem keeps it from being accepted (E-5).
        reported: the log's own aggregate metrics, (score name, metric, value), for cross-checks only.
        notes: what a reader should know and what does not keep it from being used, one line each.
        parts: (name, SHA-256) of each file of a log in several parts; empty for a single file.
        elicitation, model_digest: as the log itself states them, "" where it does not (E-4).
        ended: why it counts no more, withdrawn or expired, "" while it stands; also one of `problems` (A-12).
        rulings: what the record says of single comparisons, such as a bar that moved after the evaluation.
    """

    digest: str
    format: str
    status: str
    task: str
    task_version: str
    model: str
    evaluated: datetime | None
    dataset_samples: int | None
    expected: int | None
    epochs: int
    partial: str
    tool: str
    tool_version: str
    revision: str
    dirty: bool | None
    attempts: tuple[Attempt, ...]
    problems: tuple[str, ...] = ()
    reported: tuple[tuple[str, str, object], ...] = ()
    notes: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    elicitation: str = ""
    model_digest: str = ""
    ended: str = ""
    rulings: tuple[Ruling, ...] = ()
    begun: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTally:
    """One task: how many of its attempts succeeded, failed, or have no usable score.

    `same` holds the samples one by one where several of equal content are this one task; else it is empty (E-2).
    """

    task: str
    successes: int
    failures: int
    unscored: int
    same: tuple[TaskTally, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """An honest denominator: every task with every attempt accounted for (E-2).

    `states` counts attempts per state, all states present, so nothing disappears. `repeating` counts the samples that
    repeat the content of another one and are therefore no task of their own. `succeeded_before` counts the unscored
    attempts that an error ended, or that were refused, although their score is a success; `unread` those with a score that is
    neither success, failure nor nothing, or that were scored and not by the score asked for.
    """

    tasks: tuple[TaskTally, ...]
    states: tuple[tuple[SampleState, int], ...]
    repeating: int = 0
    succeeded_before: int = 0
    unread: int = 0


class Direction(Enum):
    """Which way concern lies: HIGH means a larger value is more concerning."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar fixed in advance. `inclusive` says whether the value exactly at the bar satisfies the statement."""

    value: Decimal
    inclusive: bool


class Unit(Enum):
    """Unit of analysis: attempts are independent, or tasks are and attempts repeat them (S-2)."""

    ATTEMPT = "attempt"
    TASK = "task"


class Unscored(Enum):
    """How attempts without a score count (E-2).

    WORST_CASE: as successes against the rule-out bar and as failures against the reached bar, so that leaving samples
    out never helps either claim. INCONCLUSIVE: any of them makes the indicator inconclusive. AS_FAILURE: as failures.
    """

    WORST_CASE = "worst-case"
    INCONCLUSIVE = "inconclusive"
    AS_FAILURE = "as-failure"


class Stopping(Enum):
    """When measuring stops: at a size FIXED in advance, or CONTINUING while looking at the result (S-3)."""

    FIXED = "fixed"
    CONTINUING = "continuing"


class Weight(Enum):
    """What an indicator may carry: load-bearing ones constrain the determination (D-3)."""

    LOAD_BEARING = "load-bearing"
    SUPPORTING = "supporting"
    SATURATED = "saturated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """How one evaluation is compared with bars fixed in advance (D-2).

    Attributes:
        rule_out: below this (above, for Direction.LOW) the threshold is ruled out by this indicator.
        reached: at or beyond this it is reached. None: the indicator can only rule out.
        alert: a separate flag.
        alpha: one-sided significance level, probability in (0, 0.5].
        margin: distance the bound must keep from the rule-out bar, >= 0, in the figure's own unit.
        needs_interval: a figure without n or interval is inconclusive.
        score: which score of a log to use; "" when the log has one.
        success_at: a numeric score counts as a success at or above this.
        expected_samples: tasks a complete run holds; None if unknown.
        task_version: version the log must state; "" accepts any.
        elicitation: what the evidence must state; "" if nothing is required.
        fresh_days: evidence evaluated longer ago than this many days is too old; None if it does not age.
        repeats: epochs a run must at least hold per task; None accepts any.
        stopping: whether the size was fixed in advance; CONTINUING takes bounds that hold at any time (S-3).
        needs: kinds of check the evidence must state as passed, such as "sandbagging" (D-2); empty if none.
    """

    id: str
    threshold: str
    evaluation: str
    weight: Weight
    direction: Direction
    rule_out: Bar | None
    reached: Bar | None
    alert: Bar | None = None
    alpha: Decimal = Decimal("0.05")
    margin: Decimal = Decimal(0)
    needs_interval: bool = True
    unit: Unit = Unit.TASK
    unscored: Unscored = Unscored.WORST_CASE
    score: str = ""
    success_at: Decimal = Decimal(1)
    expected_samples: int | None = None
    task_version: str = ""
    elicitation: str = ""
    fresh_days: int | None = None
    repeats: int | None = None
    stopping: Stopping = Stopping.FIXED
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """A figure somebody printed (E-6). `interval` is (lower, upper) as printed; `n` and it may be None.

    `successes` is set where the figure is a count out of n, so that a bound can be computed.
    `confidence` grades the source: source-text, source-text-translated, second-hand-digest, second-hand.
    """

    metric: str
    value: Decimal | None
    unit: str
    n: int | None
    successes: int | None
    interval: tuple[Decimal, Decimal] | None
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a fact was published."""

    title: str
    section: str = ""
    url: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A stated check of an evaluation, such as for sandbagging: whether it passed, by which report, by whom, when."""

    kind: str
    passed: Verdict
    report: str
    by: tuple[str, ...]
    dated: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceItem:
    """One piece of evidence of a case: a log by digest, or a published figure.

    `digest` identifies it: SHA-256 of the log's bytes, or of the item's own canonical JSON. `evaluated` is the
    evaluation's date (E-3). A log counts only if it is of `log_task` (the item's own name if empty) and names the model
    `log_model`: what the case says that the subject is called there (E-4). `owner` keeps it current and `valid_until` is
    the last day on which it counts (A-12). `checks` are what the case states about how it was made (D-2).
    """

    id: str
    indicators: tuple[Indicator, ...]
    digest: str
    log: str
    figure: PublishedFigure | None
    source: Source | None
    evaluated: date | None
    elicitation: str = ""
    note: str = ""
    log_task: str = ""
    log_model: str = ""
    owner: str = ""
    valid_until: date | None = None
    checks: tuple[Check, ...] = ()


class Comparison(Enum):
    """What an indicator says of its threshold (D-2)."""

    CLEAR = "clear"
    CROSSED = "crossed"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value and its one-sided bounds at level `alpha`; `method` names the bound ("clopper-pearson", …).

    Bounds are None where only a point is known. `n` is the number of units analysed.
    """

    value: Decimal
    lower: Decimal | None
    upper: Decimal | None
    alpha: Decimal
    n: int | None
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFinding:
    """The result of one comparison and why (D-2)."""

    indicator: Indicator
    evidence: str
    comparison: Comparison
    alert: bool
    estimate: Estimate | None
    because: str
