# SPDX-License-Identifier: Apache-2.0
"""The chance of at least one success in k tries, without bias, from n attempts of which c succeeded (S-4)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import comb


def pass_at_k(successes: int, attempts: int, k: int) -> Fraction:
    """Return the unbiased estimate for one task: 1 - C(n - c, k) / C(n, k), exactly.

    Pure. The naive 1 - (1 - c / n)^k is too low.

    Args:
        successes: c, 0 <= c <= n.
        attempts: n, at least k: fewer attempts than tries give no unbiased estimate.
        k: tries, >= 1.

    Raises:
        ValueError: an argument is out of range.

    Source: S-4; Chen et al. (2021), "Evaluating large language models trained on code", arXiv 2107.03374, equation 1.
    """
    if not 1 <= k <= attempts or not 0 <= successes <= attempts:
        raise ValueError(f"expected 1 <= k <= n and 0 <= c <= n, got k={k}, n={attempts}, c={successes}")
    return 1 - Fraction(comb(attempts - successes, k), comb(attempts, k))


def mean_pass_at_k(tasks: Iterable[tuple[int, int]], k: int) -> Fraction:
    """Return the mean of `pass_at_k` over tasks, each given as (successes, attempts). Pure.

    Raises:
        ValueError: there is no task, or one has fewer than k attempts.

    Source: S-4.
    """
    values = [pass_at_k(successes, attempts, k) for successes, attempts in tasks]
    if not values:
        raise ValueError("expected at least one task, got none")
    return sum(values, Fraction(0)) / len(values)
