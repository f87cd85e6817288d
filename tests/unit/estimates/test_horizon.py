# SPDX-License-Identifier: Apache-2.0
"""Time horizons: published figures, an independent optimiser, the bootstrap's coverage, and what has no horizon (S-5)."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from ruleout.estimates import horizon as module
from ruleout.estimates.horizon import HorizonSettings, horizon_of
from ruleout.estimates.logistic import fit_rows
from ruleout.estimates.results import Horizon, Weighting
from ruleout.estimates.task_groups import weights_of
from ruleout.evidence.tables.metr_rows import Run, runs_of

#: Minutes at which each model succeeds half of the time, in the file of 2025-02-25 (S-5).
PUBLISHED = {
    "Claude 3 Opus": "4.05",
    "Claude 3.5 Sonnet (Old)": "22.07",
    "Claude 3.5 Sonnet (New)": "60.52",
    "GPT-4 0314": "3.66",
    "GPT-4 Turbo": "3.44",
    "GPT-4o": "6.98",
    "o1": "42.45",
    "o1-preview": "37.90",
}
POINT = HorizonSettings(resamples=0)


def task(name: str, minutes: float, outcomes: str, family: str = "") -> list[Run]:
    """Runs at one task: one for each letter, `+` for a success."""
    return [
        Run(
            id=f"{name}-{at}",
            task=name,
            family=family or name,
            model="m",
            human_minutes=minutes,
            success=outcome == "+",
        )
        for at, outcome in enumerate(outcomes)
    ]


def horizon(runs: list[Run], settings: HorizonSettings = POINT, seed: int = 0) -> Horizon:
    return horizon_of(runs, settings=settings, rng=np.random.default_rng(seed))


FALLING = [
    *task("a", 1, "+++-", "x"),
    *task("b", 4, "++-+", "x"),
    *task("c", 16, "+-+-", "y"),
    *task("d", 64, "--+-", "y"),
    *task("e", 256, "----", "z"),
]


@pytest.fixture(scope="module")
def published_runs(shared_data: Path) -> tuple[Run, ...]:
    """The runs file of 2025-02-25, read once."""
    path = shared_data / "metr-eval-analysis" / "2025-02-25_all_runs.jsonl"
    return runs_of(path.read_bytes(), name=path.name)


@pytest.mark.parametrize("model", PUBLISHED)
def test_horizons_of_the_published_runs_come_out(published_runs, model):
    """All eight, to two decimals."""
    found = horizon([run for run in published_runs if run.model == model])

    assert str(found.points[0].minutes) == PUBLISHED[model]


def test_weights_are_those_that_the_published_file_states(published_runs):
    """Both weightings of every model, to the digits of the file; so no note speaks of them."""
    for model in PUBLISHED:
        own = [run for run in published_runs if run.model == model]
        stated = [run.invsqrt_weight for run in own], [run.equal_weight for run in own]

        assert weights_of(own, Weighting.INVSQRT) == pytest.approx(stated[0], abs=1e-9)
        assert weights_of(own, Weighting.EQUAL) == pytest.approx(stated[1], abs=1e-9)
        assert not any("weights" in note for note in horizon(own).notes)


def test_stated_weights_of_other_runs_are_noted(published_runs):
    """A file from which runs were taken out still states the weights it had before."""
    own = [run for run in published_runs if run.model == "o1"]

    assert any("invsqrt weights" in note for note in horizon(own[:500]).notes)


@pytest.mark.parametrize("penalty", [0.0, 0.1, 3.0])
def test_fits_agree_with_an_independent_optimiser(penalty):
    """Twenty weightings of random tasks against scipy's general minimiser."""
    rng = np.random.default_rng(1)
    x = rng.uniform(0, 10, 15)
    weight = rng.dirichlet(np.ones(15), 20)
    success = weight * rng.uniform(0.05, 0.95, (20, 15))
    fits = fit_rows(x, weight, success, penalty=penalty)

    assert fits.converged.all()
    for row in range(20):

        def objective(beta, row=row):
            z = beta[0] + beta[1] * x
            return float((weight[row] * np.logaddexp(0, z) - success[row] * z).sum() + penalty / 2 * beta[1] ** 2)

        best = minimize(objective, [0.0, 0.0], method="BFGS", options={"gtol": 1e-9}).x
        assert (fits.intercept[row], fits.slope[row]) == pytest.approx(tuple(best), abs=1e-5)


def test_steps_that_overshoot_are_halved():
    """Tasks of wild lengths and weights, where Newton's full step goes uphill: the optimum has no slope left."""
    rng = np.random.default_rng(0)
    converged = 0
    for _ in range(200):
        n = int(rng.integers(2, 8))
        x = np.sort(rng.normal(0, 10 ** rng.uniform(-1, 3), n))
        weight = rng.dirichlet(np.full(n, 0.1))[None]
        success = weight * (rng.random(n) < 0.5)
        penalty = float(10 ** rng.uniform(-6, 0))
        fit = fit_rows(x, weight, success, penalty=penalty)
        excess = weight[0] / (1 + np.exp(-np.clip(fit.intercept + fit.slope * x, -700, 700))) - success[0]
        left = abs(excess.sum()), abs(excess @ (x - x.mean()) + penalty * fit.slope[0])
        converged += bool(fit.converged[0])
        assert not fit.converged[0] or max(left) < 1e-8

    assert converged > 60


def test_separated_tasks_have_an_optimum_only_with_a_penalty():
    """Where short tasks all succeed and long ones all fail, the slope has no limit of its own."""
    runs = [*task("a", 1, "++"), *task("b", 4, "++"), *task("c", 64, "--"), *task("d", 256, "--")]

    assert horizon(runs).points[0].minutes == Decimal("16.00")
    assert horizon(runs, replace(POINT, penalty=Decimal(0))).because == module.NO_OPTIMUM
    runs += task("e", 16, "+-")
    assert horizon(runs, replace(POINT, penalty=Decimal(0))).because == module.NO_OPTIMUM


def test_other_levels_lie_on_the_same_curve():
    """log2 minutes differ by the difference of log-odds over the slope."""
    found = horizon(FALLING, replace(POINT, levels=(Decimal("0.5"), Decimal("0.8"), Decimal("0.2"))))
    half, most, few = (math.log2(float(point.minutes)) for point in found.points)

    assert found.slope is not None
    assert half - most == pytest.approx(math.log(4) / -float(found.slope), abs=0.01)
    assert few - half == pytest.approx(half - most, abs=0.01)


@pytest.mark.parametrize(
    ("runs", "reason"),
    [
        (task("a", 1, "++") + task("b", 9, "++"), module.ALL_SUCCEED),
        (task("a", 1, "--") + task("b", 9, "--"), module.ALL_FAIL),
        (task("a", 5, "+"), module.ALL_SUCCEED),
        ([run for at in range(9) for run in task(f"t{at}", 2**at, "+++++", f"f{at % 3}")], module.ALL_SUCCEED),
        (task("a", 5, "+-"), module.NOT_FALLING),
        (task("a", 1, "--") + task("b", 9, "++"), module.NOT_FALLING),
        (task("a", 5, "+-") + task("b", 5, "-+"), module.NOT_FALLING),
    ],
    ids=["all succeed", "all fail", "one run", "uneven weights", "one task", "rising", "one length"],
)
def test_what_has_no_horizon_says_why(runs, reason):
    """A named reason, no figure, no crash; also with resamples asked for."""
    for settings in (POINT, replace(POINT, resamples=50)):
        found = horizon(runs, settings)

        assert (found.because, found.points, found.slope) == (reason, (), None)


def test_resamples_without_a_horizon_are_counted_and_can_take_the_interval_away():
    """Two tasks: many resamples hold only one of them."""
    found = horizon([*task("a", 1, "+++-"), *task("b", 64, "---+")], replace(POINT, resamples=400))

    assert found.points[0].low is None
    assert dict(found.without).keys() >= {module.NOT_FALLING}
    assert 20 < sum(count for _, count in found.without) < 400
    assert any("no interval" in note for note in found.notes)


def test_the_same_seed_gives_the_same_figures_and_another_seed_others():
    """And nothing but the generator handed in is drawn from."""
    settings = replace(POINT, resamples=300, confidence=Decimal("0.5"))

    assert horizon(FALLING, settings).points[0].low is not None
    assert horizon(FALLING, settings) == horizon(FALLING, settings)
    assert horizon(FALLING, settings).points != horizon(FALLING, settings, seed=1).points


def test_the_order_of_runs_does_not_matter():
    """Tasks are put in order before anything is drawn."""
    settings = replace(POINT, resamples=100, confidence=Decimal("0.5"))

    assert horizon(FALLING[::-1], settings).points == horizon(FALLING, settings).points


def test_blocks_cover_every_resample(monkeypatch):
    """What is told counts up to the number asked for, whatever the size of a block."""
    monkeypatch.setattr(module, "_BLOCK_NUMBERS", 5 * 7)
    told: list[int] = []
    horizon_of(FALLING, settings=replace(POINT, resamples=20), rng=np.random.default_rng(0), told=told.append)

    assert told == [7, 14, 20]


def resampled_one_by_one(tasks: list[list[Run]], rng: np.random.Generator) -> float:
    """log2 of the horizon of one resample, drawn in the plainest way; NaN where there is none."""
    families = sorted({runs[0].family for runs in tasks})
    x, w, s = [], [], []
    for family in rng.choice(families, len(families)):
        own = [runs for runs in tasks if runs[0].family == family]
        for at in rng.integers(0, len(own), len(own)):
            runs = own[at]
            drawn = rng.integers(0, len(runs), len(runs))
            x.append(math.log2(runs[0].human_minutes))
            w.append(len(own) ** -0.5)
            s.append(len(own) ** -0.5 * np.mean([runs[i].success for i in drawn]))
    weight, success = np.array([w]) / sum(w), np.array([s]) / sum(w)
    fit = fit_rows(np.array(x), weight, success, penalty=0.1)
    good = fit.converged[0] and fit.slope[0] < 0 and 0 < success.sum() < 1 - 1e-12
    return float(-fit.intercept[0] / fit.slope[0]) if good else math.nan


def test_the_fast_bootstrap_draws_what_a_plain_loop_draws():
    """The quartiles of many resamples agree with those of families, tasks and runs drawn one by one."""
    rng = np.random.default_rng(3)
    tasks = [
        task(f"{f}{n}", float(2 ** rng.uniform(0, 9)), "".join(rng.choice(["+", "-"], 4)), f"f{f}")
        for f in range(6)
        for n in range(4)
    ]
    tasks += [task("short", 0.5, "++++", "f0"), task("long", 2000, "----", "f5")]
    plain = [resampled_one_by_one(tasks, rng) for _ in range(2500)]
    settings = replace(POINT, resamples=2500, confidence=Decimal("0.5"), levels=(Decimal("0.5"),))
    found = horizon([run for runs in tasks for run in runs], settings).points[0]

    assert found.low is not None
    assert found.high is not None
    assert math.log2(float(found.low)) == pytest.approx(np.nanquantile(plain, 0.25), abs=0.25)
    assert math.log2(float(found.high)) == pytest.approx(np.nanquantile(plain, 0.75), abs=0.25)


def test_intervals_hold_the_true_horizon_about_as_often_as_they_say():
    """Sixty made-up models with a true horizon of 30 minutes and families that differ: nine in ten or so."""
    rng = np.random.default_rng(11)
    settings = replace(POINT, resamples=200, levels=(Decimal("0.5"),), confidence=Decimal("0.9"))
    held = 0
    for _ in range(60):
        runs: list[Run] = []
        for family in range(20):
            shift = rng.normal(0, 0.5)
            for number in range(3):
                minutes = float(2 ** rng.uniform(0, 10))
                p = 1 / (1 + math.exp(0.8 * math.log2(minutes / 30) + shift))
                outcomes = "".join("+" if rng.random() < p else "-" for _ in range(4))
                runs += task(f"{family}.{number}", minutes, outcomes, f"f{family}")
        point = horizon(runs, settings).points[0]
        held += point.low is not None and point.high is not None and point.low <= 30 <= point.high

    assert 47 <= held <= 60


def test_bad_settings_and_mixed_models_are_the_callers_mistake():
    """A level of 0, a negative penalty, runs of two models, no runs."""
    other = replace(FALLING[0], id="z", model="n")
    for runs, settings in (
        (FALLING, replace(POINT, levels=(Decimal(0),))),
        (FALLING, replace(POINT, penalty=Decimal(-1))),
        ([*FALLING, other], POINT),
        ([], POINT),
    ):
        with pytest.raises(ValueError, match="expected"):
            horizon(runs, settings)


def test_runs_may_weigh_alike():
    """A task with more runs then counts for more."""
    runs = [*task("a", 1, "+" * 6 + "-"), *task("b", 64, "-+")]

    assert weights_of(runs, Weighting.RUNS) == (1 / 9,) * 9
    assert sum(weights_of(runs, Weighting.EQUAL)[:7]) == pytest.approx(0.5)
