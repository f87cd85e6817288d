# SPDX-License-Identifier: Apache-2.0
"""Uplift: treated against control, as a ratio and as a difference, with intervals (S-4).

Rules
- Proportions: the ratio's interval is Koopman's, all ratios that a score test does not reject; it needs no correction
  for zero cells. The difference's is Newcombe's, made of Wilson's. Both hold for unequal arms.
- Means: the ratio's interval is Fieller's with unequal variances, the difference's Welch's. Where the control's mean is
  not distinguishable from zero the ratio has no upper end, and the result says so.
- An end that does not exist is None. No cell is ever raised by a half.
- Scores of which none differs from another in its arm say nothing of their spread: no interval, and a note.

It compares two arms as they are: whether people were assigned at random is not in the numbers.
Source: Koopman (1984), Biometrics 40, 513-517; Newcombe (1998), Statist. Med. 17, 873-890, method 10; Fieller (1954),
J. R. Statist. Soc. B 16, 175-185; Welch (1947), Biometrika 34, 28-35.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from math import inf, isfinite, sqrt

import numpy as np

from ruleout.estimates.distributions import normal_quantile, t_quantile
from ruleout.estimates.results import Arm, Uplift
from ruleout.estimates.rounding import figures, fixed

KOOPMAN, NEWCOMBE = "Koopman's score interval", "Newcombe's interval of Wilson scores"
FIELLER, WELCH = "Fieller's interval, unequal variances", "Welch's interval"
_PLACES = 4
_DIGITS = 4
_STEPS = 200
_FARTHEST = 1e12
FEWEST = 2
_NO_SPREAD = "within each arm all scores are the same: nothing tells how far chance reaches, so there is no interval"


def uplift_of_counts(
    treated: tuple[int, int], control: tuple[int, int], *, confidence: Decimal = Decimal("0.95")
) -> Uplift:
    """Return the uplift between two proportions, each given as (successes, n).

    Pure.

    Args:
        treated, control: 0 <= successes <= n, n >= 1.
        confidence: two-sided, in (0, 1).

    Raises:
        ValueError: an argument is out of range.

    Source: S-4.
    """
    for k, n in (treated, control):
        if n < 1 or not 0 <= k <= n:
            raise ValueError(f"expected 0 <= successes <= n and n >= 1, got {k}/{n}")
    z = normal_quantile((1 + _checked(confidence)) / 2)
    p1, p0 = treated[0] / treated[1], control[0] / control[1]
    ratio_low, ratio_high = koopman(treated, control, z=z)
    low, high = _newcombe(treated, control, z)
    notes = []
    if control[0] == 0:
        notes.append("the control has no success: the ratio has no upper end" if treated[0] else "no success at all")
    return Uplift(
        treated=Arm(n=treated[1], mean=fixed(p1, _PLACES)),
        control=Arm(n=control[1], mean=fixed(p0, _PLACES)),
        ratio=figures(p1 / p0, _DIGITS) if control[0] else None,
        ratio_low=_shown(ratio_low),
        ratio_high=_shown(ratio_high),
        ratio_method=KOOPMAN,
        difference=fixed(p1 - p0, _PLACES),
        difference_low=fixed(low, _PLACES),
        difference_high=fixed(high, _PLACES),
        difference_method=NEWCOMBE,
        confidence=confidence,
        notes=tuple(notes),
    )


def uplift_of_scores(
    treated: Sequence[Decimal], control: Sequence[Decimal], *, confidence: Decimal = Decimal("0.95")
) -> Uplift:
    """Return the uplift between two means, each arm given by its scores.

    Pure.

    Args:
        treated, control: scores, at least two in each arm.
        confidence: two-sided, in (0, 1).

    Raises:
        ValueError: too few scores, one that is not finite, or a confidence out of range.

    Source: S-4.
    """
    level = (1 + _checked(confidence)) / 2
    if min(len(treated), len(control)) < FEWEST or not all(s.is_finite() for s in (*treated, *control)):
        raise ValueError("expected at least two finite scores in each arm")
    (m1, v1), (m0, v0) = _mean_and_variance(treated), _mean_and_variance(control)
    low, high = _welch((m1, v1, len(treated)), (m0, v0, len(control)), level)
    ratio, ratio_low, ratio_high, notes = _fieller((m1, v1, len(treated)), (m0, v0, len(control)), level)
    return Uplift(
        treated=Arm(n=len(treated), mean=fixed(m1, _PLACES)),
        control=Arm(n=len(control), mean=fixed(m0, _PLACES)),
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        ratio_method=FIELLER,
        difference=fixed(m1 - m0, _PLACES),
        difference_low=low,
        difference_high=high,
        difference_method=WELCH,
        confidence=confidence,
        notes=notes,
    )


def koopman(treated: tuple[int, int], control: tuple[int, int], *, z: float) -> tuple[float, float]:
    """Return all ratios of proportions whose score statistic lies within `z`, as (low, high); high may be infinite.

    Pure. With no success on either side every ratio is possible: (0, inf).
    """
    (x1, n1), (x0, n0) = treated, control
    if x1 == 0 and x0 == 0:
        return 0.0, inf
    estimate = inf if x0 == 0 else (x1 / n1) / (x0 / n0)

    def far(ratio: float) -> bool:
        return _score(x1, n1, x0, n0, ratio) > z * z

    low = 0.0 if x1 == 0 else _edge(far, 0.0, min(estimate, _FARTHEST))
    high = inf if x0 == 0 else _edge(lambda r: far(1 / r if r else inf), 0.0, 1 / max(estimate, 1 / _FARTHEST))
    return low, 1 / high if 0 < high < inf else inf


def _edge(is_far: Callable[[float], bool], outside: float, inside: float) -> float:
    """The edge between ratios that are rejected and those that are not, by halving; the score is monotone there."""
    for _ in range(_STEPS):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if is_far(middle) else (outside, middle)
    return inside


def _score(x1: int, n1: int, x0: int, n0: int, ratio: float) -> float:
    """Koopman's chi-square for the hypothesis p1 = ratio x p0, at its constrained maximum-likelihood estimates."""
    if ratio in (0.0, inf):
        return inf
    a = (n1 + n0) * ratio
    b = -(n1 * ratio + x1 + n0 + x0 * ratio)
    # The smaller root, in the form in which nothing cancels.
    p0 = 2 * (x1 + x0) / (-b + sqrt(max(b * b - 4 * a * (x1 + x0), 0.0)))
    p1 = ratio * p0
    if not (0 < p1 < 1 and 0 < p0 < 1):
        return _at_the_border(x1, n1, x0, n0, p1, p0)
    return (x1 - n1 * p1) ** 2 / (n1 * p1 * (1 - p1)) + (x0 - n0 * p0) ** 2 / (n0 * p0 * (1 - p0))


def _at_the_border(x1: int, n1: int, x0: int, n0: int, p1: float, p0: float) -> float:
    """Where an estimate is 0 or 1, an arm that does not fit is infinitely far and one that does is at no distance."""
    total = 0.0
    for x, n, p in ((x1, n1, p1), (x0, n0, p0)):
        left = x - n * p
        inner = n * p * (1 - p)
        total += left * left / inner if inner > 0 else (0.0 if abs(left) < 1e-9 else inf)
    return total


def _newcombe(treated: tuple[int, int], control: tuple[int, int], z: float) -> tuple[float, float]:
    p1, p0 = treated[0] / treated[1], control[0] / control[1]
    (l1, u1), (l0, u0) = _wilson(*treated, z), _wilson(*control, z)
    low = p1 - p0 - sqrt((p1 - l1) ** 2 + (u0 - p0) ** 2)
    high = p1 - p0 + sqrt((u1 - p1) ** 2 + (p0 - l0) ** 2)
    return max(low, -1.0), min(high, 1.0)


def _wilson(k: int, n: int, z: float) -> tuple[float, float]:
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _welch(
    treated: tuple[float, float, int], control: tuple[float, float, int], level: float
) -> tuple[Decimal | None, Decimal | None]:
    (m1, v1, n1), (m0, v0, n0) = treated, control
    if v1 + v0 == 0:
        return None, None
    half = t_quantile(level, _freedom(v1, n1, v0, n0)) * sqrt(v1 + v0)
    return fixed(m1 - m0 - half, _PLACES), fixed(m1 - m0 + half, _PLACES)


def _fieller(
    treated: tuple[float, float, int], control: tuple[float, float, int], level: float
) -> tuple[Decimal | None, Decimal | None, Decimal | None, tuple[str, ...]]:
    (m1, v1, n1), (m0, v0, n0) = treated, control
    if m0 == 0:
        more = () if v1 + v0 else (_NO_SPREAD,)
        return None, None, None, ("the control's mean is 0: there is no ratio", *more)
    ratio = m1 / m0
    if v1 + v0 == 0:
        return figures(ratio, _DIGITS), None, None, (_NO_SPREAD,)
    t = t_quantile(level, _freedom(v1, n1, ratio * ratio * v0, n0))
    # (m1 - r m0)^2 <= t^2 (v1 + r^2 v0), a quadratic in r: an interval only where m0 differs from zero.
    a, b, c = m0 * m0 - t * t * v0, m1 * m0, m1 * m1 - t * t * v1
    if a <= 0:
        note = "the control's mean is not distinguishable from 0: the ratio has no interval"
        return figures(ratio, _DIGITS), None, None, (note,)
    root = sqrt(max(b * b - a * c, 0.0))
    return figures(ratio, _DIGITS), _shown((b - root) / a), _shown((b + root) / a), ()


def _freedom(v1: float, n1: int, v0: float, n0: int) -> float:
    """Satterthwaite's degrees of freedom; v are squared standard errors."""
    below = v1 * v1 / (n1 - 1) + v0 * v0 / (n0 - 1)
    return (v1 + v0) ** 2 / below if below > 0 else float(n1 + n0 - 2)


def _mean_and_variance(scores: Sequence[Decimal]) -> tuple[float, float]:
    """The mean and its squared standard error."""
    values = np.array([float(score) for score in scores])
    return float(values.mean()), float(values.var(ddof=1)) / len(scores)


def _shown(value: float) -> Decimal | None:
    return figures(value, _DIGITS) if isfinite(value) else None


def _checked(confidence: Decimal) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"expected confidence in (0, 1), got {confidence}")
    return float(confidence)
