# SPDX-License-Identifier: Apache-2.0
"""Rounding of finished bounds: outward, to six significant digits, so that rounding never helps a claim (S-2).

What is rounded is known to about 30 digits. It is cut to 28 first: a bound that is exactly 0.95 stays 0.95 and does not
become 0.950001 for an error in the thirtieth digit.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

_KNOWN = Context(prec=28, rounding=ROUND_HALF_EVEN)
_UP = Context(prec=6, rounding=ROUND_CEILING)
_DOWN = Context(prec=6, rounding=ROUND_FLOOR)


def rounded_up(value: Decimal) -> Decimal:
    """Return an upper bound to six significant digits, never below `value`. Pure."""
    return _UP.normalize(_KNOWN.plus(value))


def rounded_down(value: Decimal) -> Decimal:
    """Return a lower bound to six significant digits, never above `value`. Pure."""
    return _DOWN.normalize(_KNOWN.plus(value))
