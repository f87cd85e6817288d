# SPDX-License-Identifier: Apache-2.0
"""The calibration benchmark, small and seeded: our rule keeps its level where others break it (S-6)."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "calibration.py"
RUNS = 1500


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibration", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


CALIBRATION = script()


@pytest.mark.parametrize(
    "design", [(80, 10, 0.1, 0.6), (40, 5, 0.2, 0.2), (40, 10, 0.8, 0.6), (80, 10, 0.1, "minority")]
)
def test_a_model_at_the_bar_is_ruled_out_in_one_run_of_twenty_at_most(design: tuple):
    """Within three standard errors, by verdicts that are those of the decimal rule."""
    rng = np.random.default_rng(21)
    tasks = design[0]
    shares = CALIBRATION.simulate(rng, RUNS, design, design[2])
    CALIBRATION.check_twin(rng, shares, design)
    found = CALIBRATION.verdicts(shares, design, np.full((tasks, 1), 1 / tasks))

    assert found["ours"].mean() - 3 * CALIBRATION.error_of(0.05, RUNS) <= 0.05
    assert found["CP, n = attempts"].mean() > 0.08


def test_looking_after_every_task_keeps_the_level_too():
    """The e-process at most, and Clopper-Pearson at each look far more often."""
    rng = np.random.default_rng(22)
    found = CALIBRATION.ever(CALIBRATION.simulate(rng, RUNS, (100, 1, 0.5, 0.0), 0.5), 0.5, rng)

    assert found["ours"] - 3 * CALIBRATION.error_of(0.05, RUNS) <= 0.05
    assert found["CP at each look"] > 0.1


def test_no_difficulty_of_two_values_breaks_the_level():
    """Summed exactly; as published the effective sample size rules out falsely in more than a tenth of the runs."""
    worst = CALIBRATION.search(quick=True)["0.05"]

    assert worst["ours"] <= 0.05
    assert worst["KG as published"] > 0.1


def test_a_twin_that_differs_ends_the_benchmark(monkeypatch: pytest.MonkeyPatch):
    """The comparison can fail: a twin that never rules out is caught."""
    rng = np.random.default_rng(23)
    zeros = np.zeros((10, 80))
    monkeypatch.setattr(CALIBRATION, "by_design", lambda mean, *_: mean > 2)

    with pytest.raises(SystemExit, match="the float twin is wrong"):
        CALIBRATION.check_twin(rng, zeros, (80, 10, 0.1, 0.6))


def test_a_cell_far_above_the_level_fails(capsys: pytest.CaptureFixture[str]):
    """Three standard errors above 5 % are no accident; one is."""

    def cell(rate: float) -> object:
        return CALIBRATION.Cell(tasks=1, repeats=1, bar=0.1, spread=0.0, false={"ours": rate})

    assert CALIBRATION.summary("x", [cell(0.04), cell(0.07)], 8000)
    assert not CALIBRATION.summary("x", [cell(0.04), cell(0.052)], 8000)
    assert "1 cell(s) above 5 %" in capsys.readouterr().out
