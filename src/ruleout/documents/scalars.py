# SPDX-License-Identifier: Apache-2.0
"""Plain YAML scalars -> null, true, false, int, Decimal or text.

The core scalars of YAML 1.2, less the spellings that YAML 1.1 and 1.2 read differently (`017`, `0x1F`) and the
numbers that are none (`.inf`, `.nan`): those are refused. `yes`, `no`, `on`, `off` and dates are text. Never a float.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

Scalar = None | bool | int | Decimal | str

MAX_DIGITS = 40
MAX_EXPONENT = 30
MAX_INTEGER = 2**53 - 1

_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NUMBER_START = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_AMBIGUOUS = re.compile(
    r"[-+]?0[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a plain scalar has no value: the problem's id and what was expected instead."""

    id: str
    expected: str


def plain_scalar(text: str) -> Scalar | Refused:
    """Return the value of an unquoted scalar, or why it has none. Pure; never raises.

    Args:
        text: at most a few thousand characters; the caller bounds it.

    Source: YAML 1.2.2 §10.3.2.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START:
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _DECIMAL.fullmatch(text):
        return _decimal(text)
    if _AMBIGUOUS.fullmatch(text):
        return Refused("Y012", "a decimal number without leading zeros")
    return text


def _integer(text: str) -> int | Refused:
    if len(text) <= 17 and abs(number := int(text)) <= MAX_INTEGER:
        return number
    return Refused("Y013", "an integer below 2^53 in magnitude")


def _decimal(text: str) -> Decimal | Refused:
    mantissa, _, exponent = text.lower().partition("e")
    digits = sum(c.isdigit() for c in mantissa)
    if digits > MAX_DIGITS or len(exponent) > 4 or abs(int(exponent or "0")) > MAX_EXPONENT:
        return Refused("Y014", f"a decimal of at most {MAX_DIGITS} digits and an exponent within ±{MAX_EXPONENT}")
    return Decimal(text)
