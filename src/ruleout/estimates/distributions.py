# SPDX-License-Identifier: Apache-2.0
"""Quantiles and masses that scipy knows, typed: the only module that imports scipy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, betaln, gammaln, ndtri, stdtrit  # type: ignore[import-untyped]

Floats = NDArray[np.float64]


def t_quantile(probability: float, freedom: float) -> float:
    """Return Student's t quantile; probability in (0, 1), degrees of freedom > 0. Pure."""
    return float(stdtrit(freedom, probability))


def normal_quantile(probability: float) -> float:
    """Return the standard normal quantile; probability in (0, 1). Pure."""
    return float(ndtri(probability))


def beta_tails(x: float, a: Floats, b: Floats) -> Floats:
    """Return the probability that a beta variable is above x, for each pair of a, b > 0; x in (0, 1). Pure."""
    return np.asarray(1 - betainc(a, b, x), dtype=np.float64)


def least_share(successes: int, n: int, level: float) -> float:
    """Return the exact lower bound of a rate, one-sided at `level`, after so many successes out of n >= 1. Pure."""
    return float(betaincinv(successes, n - successes + 1, level)) if successes else 0.0


def repeat_masses(repeats: int, rate: float, correlation: float) -> Floats:
    """Return P(0), …, P(repeats) successes of one task whose own rate is beta distributed.

    Pure. `correlation` is that between two attempts at one task: 0 gives the binomial, 1 all or nothing.

    Args:
        repeats: attempts, >= 1.
        rate: mean over tasks, in [0, 1].
        correlation: in [0, 1].
    """
    if rate in (0.0, 1.0) or correlation >= 1:
        masses = np.zeros(repeats + 1)
        masses[0], masses[-1] = 1 - rate, rate
        return masses
    k = np.arange(repeats + 1, dtype=np.float64)
    choose = gammaln(repeats + 1) - gammaln(k + 1) - gammaln(repeats - k + 1)
    if correlation <= 0:
        return np.asarray(np.exp(choose + k * np.log(rate) + (repeats - k) * np.log1p(-rate)), dtype=np.float64)
    size = 1 / correlation - 1
    a, b = rate * size, (1 - rate) * size
    return np.asarray(np.exp(choose + betaln(k + a, repeats - k + b) - betaln(a, b)), dtype=np.float64)
