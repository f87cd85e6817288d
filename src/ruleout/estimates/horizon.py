# SPDX-License-Identifier: Apache-2.0
"""Time horizons: the human time of tasks at which a model succeeds half of the time, or at another rate (S-5).

Rules
- Success against log2 of human minutes, fitted by logistic regression with a small penalty on the slope: the
  conventions of METR's analysis of 2025-02-25 (weights sum to 1; penalty 0.1; intercept free).
- The interval comes from a hierarchical bootstrap: families, then tasks of each drawn family, then runs of each drawn
  task, all with replacement. A task that is drawn twice counts as two tasks. Weights are scaled to sum to 1 again, which
  is what working them out anew would give.
- A resample without a finite horizon is counted by its reason and shown. It is left out of the interval; where more of
  them are than the interval leaves outside, there is no interval.

Weights come from the structure of the runs; weights that the file states are compared with them, not used.
Source: Kwa et al. (2025), Measuring AI Ability to Complete Long Tasks, section 4 and appendix; S-5.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ruleout.documents.counts import count_of
from ruleout.estimates.distributions import Floats
from ruleout.estimates.logistic import Fits, fit_rows
from ruleout.estimates.results import Horizon, HorizonPoint, Weighting
from ruleout.estimates.rounding import figures
from ruleout.estimates.task_groups import Tasks, group_runs, resample, weights_of
from ruleout.evidence.tables.metr_rows import Run

#: Rows fitted at once hold about so many numbers: a few dozen MiB, whatever the number of resamples.
_BLOCK_NUMBERS = 400_000
_MOST_LOG2 = 1000.0
_WEIGHT_TOLERANCE = 1e-6
_DIGITS, _PLACES = 3, 2
ALL_SUCCEED, ALL_FAIL = "every run succeeded", "every run failed"
NOT_FALLING = "success does not fall with length"
NO_OPTIMUM = "the fit has no finite optimum"


@dataclass(frozen=True, slots=True, kw_only=True)
class HorizonSettings:
    """How to make horizons.

    Attributes:
        weighting: how runs share the weight.
        penalty: on the square of the slope, >= 0.
        levels: success probabilities, in (0, 1).
        confidence: of the two-sided interval, in (0, 1).
        resamples: how many to draw; 0 gives no interval.
        seed: the seed of the generator handed in; stated, not used.
    """

    weighting: Weighting = Weighting.INVSQRT
    penalty: Decimal = Decimal("0.1")
    levels: tuple[Decimal, ...] = (Decimal("0.5"), Decimal("0.8"))
    confidence: Decimal = Decimal("0.95")
    resamples: int = 1000
    seed: int = 0


def horizon_of(
    runs: Sequence[Run],
    *,
    settings: HorizonSettings,
    rng: np.random.Generator,
    told: Callable[[int], object] = lambda _: None,
) -> Horizon:
    """Return the horizons of one model.

    Pure but for the generator, which is advanced, and `told`. Takes about a second for a thousand resamples of a
    hundred thousand runs. The same generator state gives the same figures, with the same version of numpy.

    Args:
        runs: of one model, as `runs_of` gives them.
        told: called with the number of resamples done so far, after each block of them.

    Raises:
        ValueError: runs of several models, or a setting out of range.

    Source: S-5.
    """
    models = sorted({run.model for run in runs})
    if len(models) != 1:
        raise ValueError(f"expected runs of one model, got {len(models)}")
    _check(settings)
    tasks = group_runs(runs, settings.weighting)
    reason, fits = _point_fit(tasks, settings)
    if fits is None:
        return _result(models[0], runs, tasks, settings, because=reason)
    samples, without = _bootstrap(tasks, settings, rng, told)
    points = tuple(
        _point(level, _log2_at(fits, float(level))[0], _log2_at(samples, float(level)), without, settings)
        for level in settings.levels
    )
    return _result(models[0], runs, tasks, settings, points=points, slope=float(fits.slope[0]), without=without)


def _check(settings: HorizonSettings) -> None:
    within = all(0 < level < 1 for level in (*settings.levels, settings.confidence))
    if not within or settings.penalty < 0 or settings.resamples < 0:
        raise ValueError(f"expected levels and confidence in (0, 1), penalty and resamples >= 0, got {settings}")


def _point_fit(tasks: Tasks, settings: HorizonSettings) -> tuple[str, Fits | None]:
    # Equal where every run succeeded, to the last bit, as in `resample`.
    share = tasks.successes / tasks.runs
    success = tasks.weight * share
    if reason := _one_sided(tasks.weight, success):
        return reason, None
    fits = fit_rows(tasks.length, tasks.weight[None], success[None], penalty=float(settings.penalty))
    if not fits.converged[0]:
        return NO_OPTIMUM, None
    return ("", fits) if _falls(fits)[0] else (NOT_FALLING, None)


def _one_sided(weight: Floats, success: Floats) -> str:
    if not success.any():
        return ALL_FAIL
    return ALL_SUCCEED if bool((success == weight).all()) else ""


def _bootstrap(
    tasks: Tasks, settings: HorizonSettings, rng: np.random.Generator, told: Callable[[int], object]
) -> tuple[Fits, tuple[tuple[str, int], ...]]:
    """The fits of all resamples that have a finite horizon, and how many have none, by reason."""
    block = max(1, _BLOCK_NUMBERS // len(tasks.length))
    kept: list[Fits] = []
    without: Counter[str] = Counter()
    done = 0
    while done < settings.resamples:
        rows = min(block, settings.resamples - done)
        weight, success = resample(tasks, rows, rng)
        failed, succeeded = ~success.any(axis=1), (success == weight).all(axis=1)
        without.update({ALL_FAIL: int(failed.sum()), ALL_SUCCEED: int(succeeded.sum())})
        mixed = ~failed & ~succeeded
        fits = fit_rows(tasks.length, weight[mixed], success[mixed], penalty=float(settings.penalty))
        falls = _falls(fits)
        without[NO_OPTIMUM] += int((~fits.converged).sum())
        without[NOT_FALLING] += int((fits.converged & ~falls).sum())
        good = fits.converged & falls
        kept.append(Fits(intercept=fits.intercept[good], slope=fits.slope[good], converged=fits.converged[good]))
        done += rows
        told(done)
    return _joined(kept), tuple((reason, count) for reason, count in without.items() if count)


def _falls(fits: Fits) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Whether success falls with length, steeply enough for a horizon that can be written down."""
    return np.asarray((fits.slope < 0) & (np.abs(fits.intercept) + 20 < _MOST_LOG2 * np.abs(fits.slope)))


def _joined(parts: Sequence[Fits]) -> Fits:
    if not parts:
        return Fits(intercept=np.empty(0), slope=np.empty(0), converged=np.empty(0, dtype=np.bool_))
    return Fits(
        intercept=np.concatenate([p.intercept for p in parts]),
        slope=np.concatenate([p.slope for p in parts]),
        converged=np.concatenate([p.converged for p in parts]),
    )


def _log2_at(fits: Fits, level: float) -> Floats:
    return np.asarray((np.log(level / (1 - level)) - fits.intercept) / fits.slope)


def _point(
    level: Decimal, log2: float, samples: Floats, without: Sequence[tuple[str, int]], settings: HorizonSettings
) -> HorizonPoint:
    minutes = figures(float(np.exp2(log2)), _DIGITS, places=_PLACES)
    tail = (1 - float(settings.confidence)) / 2
    lost = sum(count for _, count in without)
    if samples.size == 0 or lost > 2 * tail * settings.resamples:
        return HorizonPoint(success=level, minutes=minutes, low=None, high=None)
    low, high = np.exp2(np.quantile(samples, [tail, 1 - tail]))
    return HorizonPoint(
        success=level,
        minutes=minutes,
        low=figures(float(low), _DIGITS, places=_PLACES),
        high=figures(float(high), _DIGITS, places=_PLACES),
    )


def _result(
    model: str,
    runs: Sequence[Run],
    tasks: Tasks,
    settings: HorizonSettings,
    *,
    points: tuple[HorizonPoint, ...] = (),
    slope: float | None = None,
    without: tuple[tuple[str, int], ...] = (),
    because: str = "",
) -> Horizon:
    return Horizon(
        model=model,
        points=points,
        slope=None if slope is None else figures(slope, 4),
        runs=len(runs),
        successes=sum(run.success for run in runs),
        tasks=len(tasks.length),
        families=len(tasks.family),
        weighting=settings.weighting,
        penalty=settings.penalty,
        confidence=settings.confidence,
        resamples=settings.resamples,
        seed=settings.seed,
        without=without,
        because=because,
        notes=_notes(runs, tasks, points, settings),
    )


def _notes(
    runs: Sequence[Run], tasks: Tasks, points: Sequence[HorizonPoint], settings: HorizonSettings
) -> tuple[str, ...]:
    notes = []
    if any(point.low is None for point in points) and settings.resamples:
        notes.append("no interval: too many resamples gave no finite horizon")
    longest, shortest = 2 ** float(tasks.length.max()), 2 ** float(tasks.length.min())
    outside = [p for p in points if not shortest <= float(p.minutes) <= longest]
    notes += [f"the horizon at {p.success} lies outside the lengths of the tasks: an extrapolation" for p in outside]
    if len(tasks.family) < 5:
        notes.append(f"only {len(tasks.family)} family(ies) of tasks: the interval is too narrow")
    ended = sum(bool(run.fatal_error_from) for run in runs)
    if ended:
        notes.append(
            f"{count_of(ended, 'run')} ended early (limits or errors) and {'counts' if ended == 1 else 'count'} as scored"
        )
    for weighting in (Weighting.INVSQRT, Weighting.EQUAL):
        if _differs(runs, weighting):
            notes.append(f"the {weighting.value} weights that the file states are not those of these runs")
    return tuple(notes)


def _differs(runs: Sequence[Run], weighting: Weighting) -> bool:
    stated = [run.invsqrt_weight if weighting is Weighting.INVSQRT else run.equal_weight for run in runs]
    ours = weights_of(runs, weighting)
    return any(s is not None and abs(s - o) > _WEIGHT_TOLERANCE for s, o in zip(stated, ours, strict=True))
