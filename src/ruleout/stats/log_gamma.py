# SPDX-License-Identifier: Apache-2.0
"""Logarithms of factorials and of the gamma function in decimal arithmetic, for arguments up to millions.

Rules: one fixed context (50 digits, widest exponents) for all of `stats`; only operations that the decimal
specification rounds correctly (+, -, *, /, ln, exp), so every implementation gives the same digits.
It does not offer the gamma function of negative arguments.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction
from functools import lru_cache
from math import factorial

# The traps make a slip in our own arithmetic an exception, never a NaN that compares as false.
CONTEXT = Context(
    prec=50,
    rounding=ROUND_HALF_EVEN,
    Emin=MIN_EMIN,
    Emax=MAX_EMAX,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)

_HALF_LOG_TWO_PI = Decimal("0.91893853320467274178032973640561763986139747363778341")

# B_2, B_4, … B_30: at z >= _SERIES_FROM the first term left out is below 1e-47.
_BERNOULLI = tuple(
    Fraction(p, q)
    for p, q in (
        (1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6), (-3617, 510), (43867, 798),
        (-174611, 330), (854513, 138), (-236364091, 2730), (8553103, 6), (-23749461029, 870),
        (8615841276005, 14322),
    )
)  # fmt: skip
_SERIES_FROM = 200


def decimal_of(value: Fraction | int) -> Decimal:
    """Return a fraction as a decimal of the fixed context. Pure."""
    if isinstance(value, int):
        return CONTEXT.create_decimal(value)
    return CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


_COEFFICIENTS = tuple(decimal_of(b / (2 * i * (2 * i - 1))) for i, b in enumerate(_BERNOULLI, start=1))


@lru_cache(maxsize=4096)
def log_factorial(n: int) -> Decimal:
    """Return ln(n!), correct to about 45 significant digits.

    Pure. Exact product below 200, Stirling's series with fifteen terms from there on.

    Args:
        n: count, >= 0.

    Source: Abramowitz and Stegun (1964), 6.1.40.
    """
    if n < _SERIES_FROM:
        return CONTEXT.ln(Decimal(factorial(n)))
    return _stirling(Decimal(n + 1))


def log_gamma(z: Decimal) -> Decimal:
    """Return the logarithm of the gamma function, correct to about 45 digits after the point.

    Pure. Arguments below 200 are raised to it by the recurrence, then Stirling's series is used.

    Args:
        z: finite and > 0.

    Source: Abramowitz and Stegun (1964), 6.1.15 and 6.1.40.
    """
    product = Decimal(1)
    while z < _SERIES_FROM:
        product = CONTEXT.multiply(product, z)
        z = CONTEXT.add(z, Decimal(1))
    return CONTEXT.subtract(_stirling(z), CONTEXT.ln(product))


def _stirling(z: Decimal) -> Decimal:
    """Return ln(gamma(z)) for z >= 200 by Stirling's series with fifteen terms."""
    inverse = CONTEXT.divide(Decimal(1), z)
    square = CONTEXT.multiply(inverse, inverse)
    power, series = inverse, Decimal(0)
    for coefficient in _COEFFICIENTS:
        series = CONTEXT.fma(coefficient, power, series)
        power = CONTEXT.multiply(power, square)
    main = CONTEXT.fma(CONTEXT.subtract(z, Decimal("0.5")), CONTEXT.ln(z), z.copy_negate())
    return CONTEXT.add(CONTEXT.add(main, _HALF_LOG_TWO_PI), series)


def log_choose(n: int, k: int) -> Decimal:
    """Return ln(n choose k). Pure; 0 <= k <= n."""
    return CONTEXT.subtract(CONTEXT.subtract(log_factorial(n), log_factorial(k)), log_factorial(n - k))
