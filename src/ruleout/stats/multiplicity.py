# SPDX-License-Identifier: Apache-2.0
"""Levels when several comparisons stand for one claim (S-1).

When *all* of several required evaluations must rule out, each keeps its own level: the claim is made only if every one
rejects (intersection-union), so no correction is due and none is offered.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Context, Decimal

_DOWN = Context(prec=12, rounding=ROUND_FLOOR)


def any_of_alpha(alpha: Decimal, k: int) -> Decimal:
    """Return the level each of `k` indicators must use when any one of them may rule the threshold out.

    Pure. "Any of" is claimed as soon as one rejects, which in Holm's procedure happens at its first step, at alpha / k:
    the later, milder steps cannot change whether there is a first one. Rounded down to twelve digits.

    Args:
        alpha: level of the whole claim, in (0, 0.5].
        k: count of indicators, >= 1.

    Raises:
        ValueError: an argument is out of range.

    Source: S-1; Holm (1979), Scand. J. Statist. 6, 65-70.
    """
    if k < 1 or not 0 < alpha <= Decimal("0.5"):
        raise ValueError(f"expected k >= 1 and alpha in (0, 0.5], got k={k}, alpha={alpha}")
    return _DOWN.divide(alpha, Decimal(k))
