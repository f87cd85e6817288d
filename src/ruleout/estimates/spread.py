# SPDX-License-Identifier: Apache-2.0
"""Power of the bound that the engine uses for repeated tasks: by the spread between them (S-2, ADR 0011).

Rules
- The verdict of each run is that of a float twin of `stats.korn_graubard`; where a verdict hangs on the last digits the
  twin says no. Tests hold it against the engine's own bound.
- That bound depends on two sums, of the shares and of their squares, whose joint distribution is too large to be worked
  out. So runs are simulated, always the same ones, and the power stated is an exact lower bound of what they show, at a
  level so strict that a search may look at many sizes.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ruleout.estimates.distributions import Floats, beta_tails, least_share, t_quantile
from ruleout.stats import MOST_PER_TASK, TaskShares, may_use_spread

SIMULATED = 10_000
_SEED = 20260501
_LEVEL = 0.001
_SIX_DIGITS, _IN_DOUBT = 1e-5, 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadRule:
    """The engine's bound by the spread between tasks, held against one bar.

    Attributes:
        bar: rule-out bar less the margin, in (0, 1]; an indicator's other bar must not lie nearer to 0 or 1.
        alpha: one-sided error probability in (0, 0.5].
    """

    bar: Decimal
    alpha: Decimal

    def applies(self, tasks: int, repeats: int) -> bool:
        """Whether the engine uses it for a complete run of that size, each >= 1."""
        shares = ((Fraction(0), tasks),)
        run = TaskShares(low=shares, high=shares, attempts=tasks * repeats, unscored=0, repeated=repeats > 1)
        return may_use_spread(run, alpha=self.alpha, bars=[self.bar])

    def rules_out(self, sums: Floats, squares: Floats, *, tasks: int, repeats: int) -> NDArray[np.bool_]:
        """Return which runs it rules out.

        Args:
            sums, squares: of the shares of successes and of their squares over tasks, one of each per run.
            tasks, repeats: size of every run.

        Source: S-2; `stats.korn_graubard`.
        """
        level, more = float(self.alpha), tasks + 1
        # One more task, at which the model always succeeds.
        mean = (sums + 1) / more
        variance = (squares + 1 - more * mean**2) / tasks / more
        freedom = max(tasks * repeats - 1, tasks)
        ratio = (t_quantile(level, freedom) / t_quantile(level, tasks)) ** 2
        # Without a failure there is no spread, and nothing to rule out.
        some = sums < tasks
        worth = np.divide(mean * (1 - mean), variance, out=np.ones_like(mean), where=some) * ratio
        worth = np.minimum(worth, float(MOST_PER_TASK) * tasks)
        failing = np.where(some, worth * (1 - mean), 1.0)
        # The engine's bound has six digits, rounded up.
        edge = float(self.bar) * (1 - _SIX_DIGITS)
        return np.asarray(some & (beta_tails(edge, worth * mean + 1, failing) <= level * (1 - _IN_DOUBT)))

    def power(self, tasks: int, masses: Floats, *, allowed: int | None) -> float:
        """Return what the probability that the engine rules out is at least, by simulation.

        Pure: the same runs for the same arguments. Wrong with probability 0.001.

        Args:
            tasks: size of the run, at which the bound applies.
            masses: probability of 0, …, repeats successes at one task.
            allowed: largest count of tasks that rules out with the task as the unit, None if none does.
        """
        repeats = len(masses) - 1
        generator = np.random.default_rng(_SEED)
        counts = generator.multinomial(tasks, masses / masses.sum(), size=SIMULATED)
        k = np.arange(repeats + 1)
        total = counts @ k
        squares = (counts @ k**2) / repeats**2
        ruled_out = self.rules_out(total / repeats, squares, tasks=tasks, repeats=repeats)
        plain = total <= (-1 if allowed is None else allowed * repeats)
        return least_share(int((ruled_out | plain).sum()), SIMULATED, _LEVEL)
