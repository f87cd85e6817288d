# SPDX-License-Identifier: Apache-2.0
"""Model values -> plain JSON values, the only path from a value to its canonical bytes."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any


def plain(value: Any) -> Any:
    """Return `value` as JSON: dataclasses as objects, enums by value, decimals and dates as text.

    Pure. A decimal becomes its shortest plain notation (`0.60` -> `"0.6"`), an instant RFC 3339 in UTC (`…Z`).

    Raises:
        TypeError: a value of another type, floats among them: no float reaches canonical bytes (D-12).
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Enum():
            return value.value
        case Decimal():
            return decimal_text(value)
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case tuple() | list():
            return [plain(item) for item in value]
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"no canonical form for {type(value).__name__}")


def decimal_text(value: Decimal) -> str:
    """Return a decimal without exponent or trailing zeros: `0.60` -> `0.6`, `1E+2` -> `100`. Pure."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def instant_text(value: datetime) -> str:
    """Return an aware instant as RFC 3339 in UTC with a `Z`; microseconds only where there are any. Pure."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
