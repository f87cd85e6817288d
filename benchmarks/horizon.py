# SPDX-License-Identifier: Apache-2.0
"""How long a hierarchical bootstrap of time horizons takes, beside the plain loop one would write with scipy.

Run: python benchmarks/horizon.py [RUNS.jsonl] [--resamples N] [--plain N]. Without a file: the invented runs of
examples/estimates. The plain loop draws families, tasks and runs one by one and fits each resample with
scipy.optimize.minimize (BFGS, with the gradient); it is measured on fewer resamples and scaled.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from ruleout.estimates.horizon import HorizonSettings, horizon_of
from ruleout.evidence.tables.metr_rows import Run, models_of, runs_of

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "estimates" / "runs.jsonl"
PENALTY = 0.1


def nested(runs: Sequence[Run]) -> list[list[list[Run]]]:
    """Families of tasks of runs."""
    families: dict[str, dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        families[run.family][run.task].append(run)
    return [list(tasks.values()) for tasks in families.values()]


def plain_resample(families: list[list[list[Run]]], rng: np.random.Generator) -> float:
    """log2 of the horizon of one resample, drawn and fitted in the plainest way."""
    x, y, w = [], [], []
    for at in rng.integers(0, len(families), len(families)):
        tasks = families[at]
        for number in rng.integers(0, len(tasks), len(tasks)):
            runs = tasks[number]
            for run in rng.integers(0, len(runs), len(runs)):
                x.append(np.log2(runs[run].human_minutes))
                y.append(runs[run].success)
                w.append(len(tasks) ** -0.5 / len(runs))
    xs, ys, ws = np.array(x), np.array(y, dtype=float), np.array(w) / sum(w)

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        z = beta[0] + beta[1] * xs
        left = ws * (expit(z) - ys)
        value = float((ws * (np.logaddexp(0, z) - ys * z)).sum() + PENALTY / 2 * beta[1] ** 2)
        return value, np.array([left.sum(), left @ xs + PENALTY * beta[1]])

    a, b = minimize(loss, [0.0, -0.5], jac=True, method="BFGS").x
    return float(-a / b)


def seconds(what: str, call: Callable[[], object], per: int, unit: str) -> float:
    """Processor seconds of a call, printed."""
    start = time.process_time()
    call()
    taken = time.process_time() - start
    print(f"{what:<44}{taken:>9.3f} CPU-s  {1000 * taken / per:>9.3f} ms per {unit}")
    return taken


def main() -> None:
    """Measure reading, ours and the plain loop, over all models of the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", nargs="?", type=Path, default=EXAMPLE)
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--plain", type=int, default=50)
    given = parser.parse_args()
    data = given.runs.read_bytes()
    seconds(f"read {len(data) / 1e6:.1f} MB of runs", lambda: runs_of(data, name="runs"), 1, "file")
    runs = runs_of(data, name="runs")
    by_model = {m: [run for run in runs if run.model == m] for m in models_of(runs)}
    settings = HorizonSettings(resamples=given.resamples)
    total = given.resamples * len(by_model)

    def ours() -> None:
        for own in by_model.values():
            horizon_of(own, settings=settings, rng=np.random.default_rng(0))

    def plain() -> None:
        rng = np.random.default_rng(0)
        for own in by_model.values():
            families = nested(own)
            for _ in range(given.plain):
                plain_resample(families, rng)

    mine = seconds(f"ours, {len(by_model)} models x {given.resamples}", ours, total, "resample")
    other = seconds(
        f"plain loop, {len(by_model)} models x {given.plain}", plain, given.plain * len(by_model), "resample"
    )
    print(f"ratio per resample: {other / (given.plain * len(by_model)) / (mine / total):.0f}")


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
