# SPDX-License-Identifier: Apache-2.0
"""Numbers that people type: shares, counts out of n, lengths of time, days. Each is read exactly or refused."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

import typer

from ruleout.errors import RuleoutError

AlphaOption = Annotated[str, typer.Option("--alpha", help="One-sided error probability, above 0, at most 0.5.")]
ConfidenceOption = Annotated[str, typer.Option("--confidence", help="Of two-sided intervals: 0.95 or 95%.")]

_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,12})?"
_SHARE = re.compile(rf"(?P<value>{_NUMBER}) ?(?P<percent>%)?")
_COUNT = re.compile(r"(?P<k>[0-9]{1,8}) ?/ ?(?P<n>[0-9]{1,8})")
_LENGTH = re.compile(rf"(?P<value>{_NUMBER}) ?(?P<unit>h|hours?|m|min|minutes?)?")
MOST_TRIALS = 10_000_000


def share(text: str, option: str) -> Decimal:
    """Return a share in [0, 1] that a person wrote, such as 0.1 or 10%. Pure.

    Raises:
        RuleoutError: it is none.
    """
    value = _share(text)
    if value is None or value > 1:
        raise RuleoutError(f"{option}: expected a share from 0 to 1, got {text!r}", hint=_as_percent(text))
    return value


def bar_of(text: str, option: str = "--bar") -> Decimal:
    """Return a bar for a rate, strictly between 0 and 1: 1 is held by every rate, and often means one percent.

    Pure. Raises RuleoutError as `share` does.
    """
    value = _share(text)
    if value is None or not 0 < value < 1:
        expected = "a bar as a share above 0 and below 1"
        raise RuleoutError(f"{option}: expected {expected}, got {text!r}", hint=_as_percent(text))
    return value


def inner_share(text: str, option: str) -> Decimal:
    """Return a share strictly between 0 and 1. Pure. Raises RuleoutError as `share` does."""
    value = share(text, option)
    if not 0 < value < 1:
        hint = _as_percent(text, other="0.95 or 95%")
        raise RuleoutError(f"{option}: expected a share between 0 and 1, got {text!r}", hint=hint)
    return value


def alpha_level(text: str) -> Decimal:
    """Return a one-sided error probability above 0 and at most 0.5. Pure. Raises RuleoutError."""
    value = _share(text)
    if value is None or not 0 < value <= Decimal("0.5"):
        hint = _as_percent(text, other="0.05 or 5%")
        raise RuleoutError(f"--alpha: expected a level above 0, at most 0.5, got {text!r}", hint=hint)
    return value


def count_of(text: str, option: str) -> tuple[int, int]:
    """Return (k, n) of a count such as 17/40, 0 <= k <= n, 1 <= n <= ten million. Pure. Raises RuleoutError."""
    match = _COUNT.fullmatch(text.strip())
    k, n = (int(match["k"]), int(match["n"])) if match is not None else (1, 0)
    if not 0 <= k <= n or not 1 <= n <= MOST_TRIALS:
        raise RuleoutError(f"{option}: expected a count out of n, got {text!r}", hint="Write it as 17/40.")
    return k, n


def minutes_of(text: str, option: str) -> Decimal:
    """Return a length of time in minutes: 40h, 90min or a bare number of minutes. Pure. Raises RuleoutError."""
    match = _LENGTH.fullmatch(text.strip())
    value = Decimal(0) if match is None else Decimal(match["value"])
    if match is None or not 0 < value < 10**9:
        hint = "Write 40h or 90min; days are left out, because a day of work is not a day."
        raise RuleoutError(f"{option}: expected a length of time above 0, got {text!r}", hint=hint)
    return value * 60 if (match["unit"] or "").startswith("h") else value


def _share(text: str) -> Decimal | None:
    match = _SHARE.fullmatch(text.strip())
    return None if match is None else Decimal(match["value"]) / (100 if match["percent"] else 1)


def _as_percent(text: str, *, other: str = "0.1 or 10%") -> str:
    """What to write instead; a number from 1 to below 100 without its sign is most likely a percentage."""
    value = _share(text)
    meant = "" if value is None or "%" in text or not 1 <= value < 100 else f"; {value} in a hundred is {value}%"
    return f"Write it as {other}{meant}."


def day_of(text: str, option: str) -> date:
    """Return a day written YYYY-MM-DD. Pure. Raises RuleoutError."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise RuleoutError(f"{option}: expected a day, got {text!r}", hint="Write it as 2027-01-31.") from error
