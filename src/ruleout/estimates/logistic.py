# SPDX-License-Identifier: Apache-2.0
"""Logistic regression of weighted successes on one variable, for many weightings of the same tasks at once (S-5).

The objective of each row is sum(weight x log-loss) + penalty / 2 x slope^2, the intercept free: the convention of
scikit-learn with C = 1 / penalty, which METR uses. It is convex; Newton's steps are halved until the objective falls.
It knows nothing of minutes, models or resampling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruleout.estimates.distributions import Floats

_MOST_STEPS = 100
_MOST_HALVINGS = 30
_SMALL = 1e-11
#: Curvature below this is separation: the objective still falls, ever more slowly, towards a slope without limit.
_FLAT = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Fits:
    """Log-odds = intercept + slope x, a row each; `converged` is False where no finite optimum was found."""

    intercept: Floats
    slope: Floats
    converged: NDArray[np.bool_]


def fit_rows(x: Floats, weight: Floats, success: Floats, *, penalty: float) -> Fits:
    """Return the fit of every row.

    Pure. Rows are scaled to a total weight of their own; give rows whose weights sum to 1, or penalties mean less.

    Args:
        x: the variable, one value a task, shape (tasks,).
        weight: weight of each task, >= 0, shape (rows, tasks).
        success: that part of the weight which succeeded, 0 <= success <= weight.
        penalty: on the square of the slope, >= 0.
    """
    centre = float(np.mean(x))
    state = _Newton(x=x - centre, weight=weight, success=success, penalty=penalty)
    beta, converged = state.solve()
    return Fits(intercept=beta[:, 0] - beta[:, 1] * centre, slope=beta[:, 1], converged=converged)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Newton:
    x: Floats
    weight: Floats
    success: Floats
    penalty: float

    def solve(self) -> tuple[Floats, NDArray[np.bool_]]:
        rows = len(self.weight)
        beta = np.zeros((rows, 2))
        converged = np.zeros(rows, dtype=np.bool_)
        active = np.arange(rows)
        for _ in range(_MOST_STEPS):
            step, steepest, solvable = self._step(beta[active], active)
            done = steepest <= _SMALL
            converged[active[done & solvable]] = True
            going = ~done & solvable
            active, step = active[going], step[going]
            if active.size == 0:
                break
            beta[active] = self._descend(beta[active], step, active)
        return beta, converged

    def _step(self, beta: Floats, rows: NDArray[np.intp]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Newton's step, the steepest slope of the objective, and whether the step can be computed."""
        p = _expit(beta[:, :1] + beta[:, 1:] * self.x)
        weight = self.weight[rows]
        excess = weight * p - self.success[rows]
        bend = weight * p * (1 - p)
        down_a = excess.sum(axis=1)
        down_b = excess @ self.x + self.penalty * beta[:, 1]
        aa, ab = bend.sum(axis=1), bend @ self.x
        bb = bend @ (self.x * self.x) + self.penalty
        determinant = aa * bb - ab * ab
        solvable = determinant > _FLAT
        safe = np.where(solvable, determinant, 1.0)
        step = np.stack([(bb * down_a - ab * down_b) / safe, (aa * down_b - ab * down_a) / safe], axis=1)
        return step, np.maximum(np.abs(down_a), np.abs(down_b)), solvable

    def _descend(self, beta: Floats, step: Floats, rows: NDArray[np.intp]) -> Floats:
        """Take each row's step, halved until the objective does not rise."""
        before = self._objective(beta, rows)
        length = np.ones(len(rows))
        trial = beta - step
        for _ in range(_MOST_HALVINGS):
            risen = self._objective(trial, rows) > before + 1e-15
            if not risen.any():
                break
            length[risen] /= 2
            trial = beta - length[:, None] * step
        return trial

    def _objective(self, beta: Floats, rows: NDArray[np.intp]) -> Floats:
        z = beta[:, :1] + beta[:, 1:] * self.x
        loss = (self.weight[rows] * np.logaddexp(0, z) - self.success[rows] * z).sum(axis=1)
        return np.asarray(loss + self.penalty / 2 * beta[:, 1] ** 2)


def _expit(z: Floats) -> Floats:
    # Clipped, so that nothing overflows: beyond 700 the answer is 0 or 1 to every bit.
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -700, 700))))
