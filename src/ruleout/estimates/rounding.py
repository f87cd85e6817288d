# SPDX-License-Identifier: Apache-2.0
"""Floats -> decimals with stated digits: the only way out of this package (ADR 0012).

A figure leaves with so many digits that it tells no more than it knows, and so few that the last bits of another
machine's arithmetic do not show, but for values on the very edge of rounding. That edge is why estimates decide nothing.
"""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

#: Wide enough for the decimal places of any float.
_CONTEXT = Context(prec=400, rounding=ROUND_HALF_EVEN)
_KNOWN_DIGITS = 17


def fixed(value: float, places: int) -> Decimal:
    """Return a finite float rounded half-even to so many decimal places. Pure.

    Raises:
        ValueError: the value is not finite.
    """
    return _rounded(value, -places, ROUND_HALF_EVEN)


def figures(value: float, digits: int, *, places: int = 0) -> Decimal:
    """Return a finite float with `digits` significant digits, or `places` decimal places where those show more.

    Pure. Never more than the seventeen digits that a float knows.

    Raises:
        ValueError: the value is not finite.
    """
    if value == 0:
        return Decimal(0)
    first = math.floor(math.log10(abs(value))) if math.isfinite(value) else 0
    exponent = max(min(first - digits + 1, -places), first - _KNOWN_DIGITS + 1)
    return _rounded(value, exponent, ROUND_HALF_EVEN)


def down(value: float, places: int) -> Decimal:
    """Return a finite float rounded towards minus infinity to so many places. Pure; raises as `fixed` does."""
    return _rounded(value, -places, ROUND_FLOOR)


def up(value: float, places: int) -> Decimal:
    """Return a finite float rounded towards plus infinity to so many places. Pure; raises as `fixed` does."""
    return _rounded(value, -places, ROUND_CEILING)


def _rounded(value: float, exponent: int, rounding: str) -> Decimal:
    if not math.isfinite(value):
        raise ValueError(f"expected a finite figure, got {value}")
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(exponent), rounding=rounding, context=_CONTEXT)
