# SPDX-License-Identifier: Apache-2.0
"""Make estimates of files: horizons, trends, paired comparisons, uplift, rates. They inform; none decides.

What was read is named by its digest beside every result, and random draws come from a stated seed. It imports numpy and
is itself imported only when a verb runs.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

from ruleout.adapters.files import MIB, read_bounded
from ruleout.app.sources import MOST_DOCUMENT_BYTES, read_measurements
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import RuleoutError
from ruleout.estimates.horizon import HorizonSettings, horizon_of
from ruleout.estimates.monitoring import looks
from ruleout.estimates.pairs import TaskScore, compare
from ruleout.estimates.results import Forecast, Horizon, Look, Pairs, Rate, Trend, Uplift
from ruleout.estimates.trend import trend_of
from ruleout.estimates.uplift import uplift_of_counts, uplift_of_scores
from ruleout.evidence.accept import is_success
from ruleout.evidence.tables.horizon_table import ModelHorizon, horizons_of_csv, horizons_of_metr
from ruleout.evidence.tables.metr_rows import Run, models_of, runs_of
from ruleout.evidence.tables.score_tables import arms_of_csv, results_of_csv
from ruleout.model.evidence import Attempt, Measurement, SampleState
from ruleout.stats import anytime_upper, clopper_pearson, single_shares, tasks_needed

_MOST_RUNS_BYTES = 512 * MIB
_MOST_TABLE_BYTES = 16 * MIB
_SHOWN = 12
_BAND_STEPS = 60
_FEWEST_SCORES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file that an estimate was made of: its name and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendQuestion:
    """What to ask of a table: which rows count, and what for.

    `since`: releases before this day are left out. `frontier`: only rows that the table marks as best of their day.
    """

    since: date | None = None
    frontier: bool = False
    confidence: Decimal = Decimal("0.95")
    days: tuple[date, ...] = ()
    bars: tuple[Decimal, ...] = ()
    years: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    read: Read
    results: Mapping[str, TaskScore]
    contents: Mapping[str, str]
    notes: tuple[str, ...]


def horizons(
    path: Path, models: Sequence[str], settings: HorizonSettings, *, told: Callable[[str, int], object]
) -> tuple[Read, tuple[Horizon, ...]]:
    """Return the horizons of some or all models of a runs file. Effect: reads the file; calls `told`.

    Args:
        models: by name; empty for all, in the order of the file.
        settings: its seed starts a generator anew for each model, so figures do not depend on which others are asked.
        told: called with a model and its number of resamples so far.

    Raises:
        UnreadableLog: the file is not one of runs; NotFound: there is none.
        RuleoutError: it has no runs of a model.
    """
    data = read_bounded(path, limit_bytes=_MOST_RUNS_BYTES, what="runs file")
    runs = runs_of(data, name=path.name)
    known = models_of(runs)
    unknown = [model for model in models if model not in known]
    if unknown:
        shown = ", ".join(known[:_SHOWN]) + (", …" if len(known) > _SHOWN else "")
        raise RuleoutError(f"{path.name}: no runs of {unknown[0]!r}", hint=f"Name one of: {shown}.")
    wanted = list(dict.fromkeys(models)) or list(known)
    return _read(path, data), tuple(_horizon(model, runs, settings, told) for model in wanted)


def _horizon(model: str, runs: Sequence[Run], settings: HorizonSettings, told: Callable[[str, int], object]) -> Horizon:
    own = [run for run in runs if run.model == model]
    rng = np.random.default_rng(settings.seed)
    return horizon_of(own, settings=settings, rng=rng, told=lambda done: told(model, done))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendAnswer:
    """The trend of a table: what was read, the rows that count, the line, and how many rows were left out."""

    read: Read
    rows: tuple[ModelHorizon, ...]
    trend: Trend
    left_out: int


def trend(path: Path, question: TrendQuestion) -> TrendAnswer:
    """Return the trend of a table of horizons, with the rows it is made of. Effect: reads the file.

    Raises:
        RuleoutError: the file is not such a table, or does not mark rows and only marked ones were asked for.
    """
    data = read_bounded(path, limit_bytes=_MOST_TABLE_BYTES, what="table of horizons")
    table = _table(data, path)
    if question.frontier and any(row.is_frontier is None for row in table):
        raise RuleoutError(f"{path.name}: its rows are not marked as frontier or not", hint="Leave out --frontier.")
    kept = tuple(
        row
        for row in table
        if (question.since is None or row.released >= question.since) and (row.is_frontier or not question.frontier)
    )
    found = trend_of(kept, confidence=question.confidence, days=question.days, bars=question.bars, years=question.years)
    return TrendAnswer(read=_read(path, data), rows=kept, trend=found, left_out=len(table) - len(kept))


def band_of(answer: TrendAnswer) -> tuple[Forecast, ...]:
    """Return the line and its prediction interval on evenly spaced days, for a picture; () where there is no line.

    Pure. From the first release to the last day that the answer speaks of.
    """
    trend = answer.trend
    if trend.first is None or trend.last is None or trend.because:
        return ()
    spoken_of = [day for c in trend.crossings for day in (c.earliest, c.central, c.latest) if day is not None]
    last = max([trend.last, *spoken_of, *(forecast.day for forecast in trend.forecasts)])
    steps = min(_BAND_STEPS, (last - trend.first).days)
    days = tuple(trend.first + (last - trend.first) * step // steps for step in range(steps + 1))
    return trend_of(answer.rows, confidence=trend.confidence, days=days).forecasts


def _table(data: bytes, path: Path) -> tuple[ModelHorizon, ...]:
    if path.suffix.lower() not in (".yaml", ".yml"):
        return horizons_of_csv(data, name=path.name)
    if len(data) > MOST_DOCUMENT_BYTES:
        raise RuleoutError(f"{path.name}: expected YAML of at most {MOST_DOCUMENT_BYTES} bytes", hint="Use a CSV.")
    return horizons_of_metr(read_yaml(data, file=path.name, own_keys=False).value, name=path.name)


def pairs(
    first: Path, second: Path, *, score: str, success_at: Decimal, seed: int, confidence: Decimal
) -> tuple[Read, Read, Pairs]:
    """Return the paired comparison of two files, each an evaluation log or a CSV of results. Effect: reads the files.

    Tasks of one name whose content differs between two logs are different tasks, and are listed.

    Raises:
        RuleoutError: a file cannot be read, holds several logs in one, or several scores and `score` names none.
    """
    one, other = _side(first, score, success_at), _side(second, score, success_at)
    changed = {t for t, c in one.contents.items() if c and other.contents.get(t) and c != other.contents[t]}
    found = compare(
        _apart(one.results, changed),
        _apart(other.results, changed),
        rng=np.random.default_rng(seed),
        confidence=confidence,
    )
    notes = [f"{path.name}: {note}" for path, side in ((first, one), (second, other)) for note in side.notes]
    return one.read, other.read, replace(found, notes=(*found.notes, *notes))


def _apart(results: Mapping[str, TaskScore], changed: set[str]) -> dict[str, TaskScore]:
    """The results with tasks set aside that are not the same question on both sides: they meet nothing then."""
    empty = TaskScore(successes=0, attempts=0)
    return {
        **{task: result for task, result in results.items() if task not in changed},
        **{f"{task} (other content)": empty for task in results if task in changed},
    }


def _side(path: Path, score: str, success_at: Decimal) -> _Side:
    if path.suffix.lower() == ".csv":
        data = read_bounded(path, limit_bytes=_MOST_TABLE_BYTES, what="table of results")
        rows = results_of_csv(data, name=path.name)
        results = {task: TaskScore(successes=k, attempts=n) for task, (k, n) in rows.items()}
        return _Side(read=_read(path, data), results=results, contents={}, notes=())
    return _side_of_log(_measurement(path), path.name, score, success_at)


def _measurement(path: Path) -> Measurement:
    """The one measurement of a log: the only place where logs are opened here."""
    found = read_measurements(path)
    if len(found) != 1:
        held = ", ".join(f"{one.task} of {one.model}" for one in found[:_SHOWN])
        hint = "Hand in logs of one task and one model, or a CSV with task, successes and attempts."
        raise RuleoutError(f"{path.name}: expected one task and model, got {len(found)}: {held}", hint=hint)
    return found[0]


def _side_of_log(measurement: Measurement, name: str, score: str, success_at: Decimal) -> _Side:
    _check_score(measurement, name, score)
    counted: dict[str, Counter[bool | None]] = {}
    contents: dict[str, str] = {}
    for attempt in measurement.attempts:
        counted.setdefault(attempt.sample, Counter())[_success(attempt, score, success_at)] += 1
        contents[attempt.sample] = attempt.content
    results = {
        task: TaskScore(successes=c[True], attempts=c[True] + c[False], unscored=c[None]) for task, c in counted.items()
    }
    status = () if measurement.status == "success" else (f"the run's status is {measurement.status!r}",)
    partial = (f"a partial run: {measurement.partial}",) if measurement.partial else ()
    return _Side(
        read=Read(name=name, sha256=measurement.digest),
        results=results,
        contents=contents,
        notes=(*status, *partial, *measurement.problems),
    )


def _check_score(measurement: Measurement, name: str, score: str) -> None:
    names = sorted({key for attempt in measurement.attempts for key, _ in attempt.scores})
    if (score and score not in names) or (not score and len(names) > 1):
        listed = ", ".join(names[:_SHOWN]) or "none"
        raise RuleoutError(f"{name}: expected one score to use, it has: {listed}", hint="Name one with --score.")


def _success(attempt: Attempt, score: str, success_at: Decimal) -> bool | None:
    values = [value for key, value in attempt.scores if score in ("", key)]
    if attempt.state is not SampleState.SCORED or len(values) != 1:
        return None
    return is_success(values[0], success_at)


def looks_at(
    path: Path, *, score: str, success_at: Decimal, bar: Decimal, alpha: Decimal
) -> tuple[Read, tuple[Look, ...]]:
    """Return looks at a log in the order of its attempts, with the bound that holds at every look. Effect: reads it.

    Attempts without a usable score count as successes, as the worst case.

    Raises:
        RuleoutError: the file cannot be read, repeats tasks, or holds several scores and `score` names none.
    """
    measurement = _measurement(path)
    _check_score(measurement, path.name, score)
    tasks = Counter(attempt.sample for attempt in measurement.attempts)
    if any(count > 1 for count in tasks.values()):
        hint = "Hand in a run of one epoch: a task enters whole, so repeats cannot be looked at one by one."
        raise RuleoutError(f"{path.name}: expected one attempt at each task, got more", hint=hint)
    outcomes = [_success(attempt, score, success_at) is not False for attempt in measurement.attempts]
    found = looks(outcomes, bound=lambda k, n: anytime_upper(single_shares(k, n), alpha=alpha), bar=bar)
    return Read(name=path.name, sha256=measurement.digest), found


def uplift_of_table(path: Path, *, confidence: Decimal) -> tuple[Read, Uplift]:
    """Return the uplift of a CSV of scores by arm; scores that are all 0 or 1 are counted. Effect: reads the file.

    Raises:
        RuleoutError: the file is not such a table, or an arm is too small.
    """
    data = read_bounded(path, limit_bytes=_MOST_TABLE_BYTES, what="table of scores")
    treated, control = arms_of_csv(data, name=path.name)
    if all(score in (0, 1) for score in (*treated, *control)) and treated and control:
        counts = ((int(sum(arm)), len(arm)) for arm in (treated, control))
        return _read(path, data), uplift_of_counts(*counts, confidence=confidence)
    if min(len(treated), len(control)) < _FEWEST_SCORES:
        sizes = f"{len(treated)} and {len(control)}"
        raise RuleoutError(
            f"{path.name}: expected at least 2 scores in each arm, got {sizes}", hint="Measure more people."
        )
    return _read(path, data), uplift_of_scores(treated, control, confidence=confidence)


def uplift(treated: tuple[int, int], control: tuple[int, int], *, confidence: Decimal) -> Uplift:
    """Return the uplift between two proportions given as (successes, n), both checked by the caller. Pure."""
    return uplift_of_counts(treated, control, confidence=confidence)


def rate(k: int, n: int, *, bar: Decimal | None, alpha: Decimal) -> Rate:
    """Return a rate with its one-sided bounds, held against a bar. Pure, and exact as in a decision.

    Args:
        k, n: 0 <= k <= n, n >= 1, both checked by the caller.
        bar: proportion, None for none.
        alpha: one-sided error probability in (0, 0.5].
    """
    bounds = clopper_pearson(k, n, alpha=alpha)
    needed = None if bar is None or bounds.upper < bar else tasks_needed(Fraction(k, n), bar, alpha=alpha)
    return Rate(successes=k, n=n, lower=bounds.lower, upper=bounds.upper, alpha=alpha, bar=bar, needed=needed)


def _read(path: Path, data: bytes) -> Read:
    return Read(name=path.name, sha256=hashlib.sha256(data).hexdigest())
