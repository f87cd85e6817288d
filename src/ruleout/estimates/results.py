# SPDX-License-Identifier: Apache-2.0
"""What estimates are: values with stated digits, without numpy, so that pages can be made of them anywhere.

No figure here decides. A figure that could not be made is None, and `because` says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from ruleout.model.evidence import Stopping


class Weighting(Enum):
    """How runs share the weight of a fit.

    INVSQRT: a task counts 1 / sqrt(tasks of its family), so that a family of many variants does not drown the rest.
    EQUAL: tasks count alike. RUNS: runs count alike. Within a task, runs always count alike.
    """

    INVSQRT = "invsqrt"
    EQUAL = "equal"
    RUNS = "runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class HorizonPoint:
    """The length of task, in human minutes, at which a model succeeds with probability `success`.

    `low` and `high` are the percentile interval; None where there is none.
    """

    success: Decimal
    minutes: Decimal
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """A model's time horizons and how they were made (S-5).

    Attributes:
        points: one for each probability asked for; empty where there is no horizon, and then `because` says why.
        slope: change of the log-odds of success for each doubling of human time.
        runs, successes, tasks, families: what the fit saw.
        penalty: on the square of the slope; weights sum to 1.
        confidence: of the intervals, two-sided.
        resamples: how many were drawn; `seed` says from which stream.
        without: resamples that gave no finite horizon, by reason; they are left out of the intervals.
        notes: what a reader should know, one line each.
    """

    model: str
    points: tuple[HorizonPoint, ...]
    slope: Decimal | None
    runs: int
    successes: int
    tasks: int
    families: int
    weighting: Weighting
    penalty: Decimal
    confidence: Decimal
    resamples: int
    seed: int
    without: tuple[tuple[str, int], ...] = ()
    because: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What the trend says of a new model at a day: minutes, with the prediction interval."""

    day: date
    minutes: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """When the trend crosses a bar, in minutes.

    `earliest`: first day on which the upper end of the prediction interval reaches it; `central`: the line; `latest`:
    first day from which the lower end stays at it. None: not by `until`.
    """

    bar_minutes: Decimal
    earliest: date | None
    central: date | None
    latest: date | None
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A straight line through the logarithms of horizons over time (S-5).

    Attributes:
        models: how many points; `first` and `last` are their days.
        doubling_days: days in which horizons double; negative where they shrink; None where the line is level.
        low, high: its interval; `high` None where the data do not exclude a level line, both where it is not rising.
        spread: residual standard deviation in doublings.
        determination: share of the variance that the line explains (R^2).
        because: why there is no line; "" where there is one.
    """

    models: int
    first: date | None
    last: date | None
    doubling_days: Decimal | None
    low: Decimal | None
    high: Decimal | None
    spread: Decimal | None
    determination: Decimal | None
    confidence: Decimal
    forecasts: tuple[Forecast, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCell:
    """One size of run: how many successes (in whole tasks) still rule out, None if none, and how probable that is.

    `by_spread`: power by the engine's bound for repeated tasks, at least that; None where it is not used.
    """

    tasks: int
    repeats: int
    allowed: int | None
    power: Decimal
    by_spread: Decimal | None = None

    @property
    def attempts(self) -> int:
        """What the run costs, in attempts."""
        return self.tasks * self.repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """How many tasks it takes under one assumption.

    `first` is the smallest number that reaches the power, `steady` the smallest from which it is never lost again up to
    `searched`; None: not up to that. `cell` is the run of `steady` tasks, or of `first` where there is no steady one.
    `by_spread` is a run that suffices by the spread between repeated tasks, if every attempt gets a score; None where
    that bound is not used or none suffices.
    """

    rate: Decimal
    repeats: int
    first: int | None
    steady: int | None
    cell: PlanCell | None
    searched: int
    by_spread: PlanCell | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How large a run must be to rule out a bar (S-1, S-2).

    Attributes:
        bar: what the bound must lie below, margin taken off.
        alpha, power: error probability of the bound; wanted probability of ruling out.
        rate: assumed true rate; `correlation` that between attempts at one task.
        rule: name of the bound; `stopping`: whether the size is fixed in advance.
        by_repeats: the answer for each number of repeats; `by_rate`: for other true rates, at the first of these.
        cells: power of stated sizes.
        because: why no number suffices; "" where one does.
    """

    bar: Decimal
    alpha: Decimal
    power: Decimal
    rate: Decimal
    correlation: Decimal
    rule: str
    stopping: Stopping
    by_repeats: tuple[PlanRow, ...]
    by_rate: tuple[PlanRow, ...]
    cells: tuple[PlanCell, ...]
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Two models, or two levels of elicitation, on the same tasks: second less first.

    Attributes:
        tasks: how many are on both sides; only these are compared.
        only_first, only_second: tasks of one side only, with the reason where it is not mere absence.
        unscored: attempts without a usable score, first and second side; they are in no mean.
        first, second: mean over tasks of the share of successes.
        difference, low, high: second less first; the interval takes tasks as units.
        p_value: two-sided, of the hypothesis that which side is which does not matter; None where nothing differs.
        test: how it was made. better, worse: tasks on which the second side did better, or worse.
        because: why there is no comparison; "" where there is one.
    """

    tasks: int
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    unscored: tuple[int, int]
    first: Decimal | None
    second: Decimal | None
    difference: Decimal | None
    low: Decimal | None
    high: Decimal | None
    interval: str
    p_value: Decimal | None
    test: str
    better: int
    worse: int
    confidence: Decimal
    because: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One arm of a trial: its size and its mean (a proportion, where outcomes are yes or no)."""

    n: int
    mean: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """Treated against control (S-4).

    Attributes:
        ratio: of the means, None where the control's is 0. `ratio_low`, `ratio_high`: its interval; None: unbounded.
        difference, difference_low, difference_high: treated less control; no ends where nothing tells the spread.
        ratio_method, difference_method: names of the intervals.
        notes: what a reader should know, one line each.
    """

    treated: Arm
    control: Arm
    ratio: Decimal | None
    ratio_low: Decimal | None
    ratio_high: Decimal | None
    ratio_method: str
    difference: Decimal
    difference_low: Decimal | None
    difference_high: Decimal | None
    difference_method: str
    confidence: Decimal
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a run that goes on: trials and successes so far, and the bound that holds at any time (S-3)."""

    n: int
    successes: int
    upper: Decimal
    is_below_bar: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A count out of n with its one-sided exact bounds, each at level `alpha`, held against a bar (S-2, S-4).

    `needed`: about how many trials would put the bound below the bar at this rate; None where the bound is below it
    already, where there is no bar, or where no number up to 100 000 would.
    """

    successes: int
    n: int
    lower: Decimal
    upper: Decimal
    alpha: Decimal
    bar: Decimal | None
    needed: int | None

    @property
    def is_below(self) -> bool:
        """Whether the upper bound lies below the bar."""
        return self.bar is not None and self.upper < self.bar

    @property
    def is_reached(self) -> bool:
        """Whether the lower bound lies at or above the bar."""
        return self.bar is not None and self.lower >= self.bar
