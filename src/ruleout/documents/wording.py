# SPDX-License-Identifier: Apache-2.0
"""What a shape error means in words: its id, what was expected, what to do.

One entry per kind of error that our shapes can raise; a kind without an entry is still a problem, in general words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ruleout.documents.characters import first_foreign, name_of
from ruleout.documents.field_names import closest
from ruleout.documents.fields import ID_PATTERN, SHA256_PATTERN, URL_PATTERN, VERSION_PATTERN

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wording:
    """A problem's id, what was expected, and the hint."""

    id: str
    expected: str
    hint: str


_PATTERNS = {
    ID_PATTERN: ("an id: lower-case ASCII words joined by hyphens", "Rename it, such as cbrn-3."),
    SHA256_PATTERN: ("a SHA-256: 64 lower-case hex digits", "Copy the whole digest in lower case."),
    VERSION_PATTERN: ("a version: up to 31 letters, digits, dots and hyphens", "Write it as the document does."),
    URL_PATTERN: ("an https:// address", "Write the full address, beginning with https://."),
}


def word_of(kind: str, value: object, context: Context) -> Wording:
    """Return how to tell an error of pydantic's. Pure.

    Args:
        kind: the error's type, such as "string_type".
        value: what stood there.
        context: the error's own details, such as the limit.
    """
    make = _WORDINGS.get(kind)
    return make(value, context) if make else Wording("S003", f"another value ({kind})", "Compare it with the guide.")


def quoted_hint(value: object) -> str:
    """Return how to turn an unquoted value into the text it was meant as."""
    if isinstance(value, bool):
        return f'Quote it if it is a text: "{str(value).lower()}".'
    return f'Quote it: "{value}".'


def _text(value: object, _: Context) -> Wording:
    if isinstance(value, int | Decimal):
        return Wording("S004", "a text", quoted_hint(value))
    hint = "Write the text, or leave the field out." if value is None else "Write one text here."
    return Wording("S003", "a text", hint)


def _words(value: object, context: Context) -> Wording:
    allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    near = closest(value, allowed) if isinstance(value, str) else None
    hint = f"Did you mean {near}?" if near else f"Write one of {', '.join(allowed)}."
    return Wording("S005", f"one of {', '.join(allowed)}", hint)


def _pattern(value: object, context: Context) -> Wording:
    expected, hint = _PATTERNS.get(str(context.get("pattern")), ("another spelling", "Compare it with the guide."))
    foreign = first_foreign(value) if isinstance(value, str) else None
    return Wording("S006", expected, f"Type it anew: it holds {name_of(foreign)}." if foreign else hint)


def _short_text(_: object, context: Context) -> Wording:
    return Wording("S007", f"a text of at least {context['min_length']} characters", "Write the text.")


def _long_text(_: object, context: Context) -> Wording:
    return Wording("S007", f"a text of at most {context['max_length']} characters", "Shorten it.")


def _few(_: object, context: Context) -> Wording:
    return Wording("S009", f"at least {context['min_length']} entries", "Add one, or leave the field out.")


def _many(_: object, context: Context) -> Wording:
    return Wording("S009", f"at most {context['max_length']} entries", "Shorten the list.")


def _bound(sign: str, key: str) -> Callable[[object, Context], Wording]:
    return lambda _, context: Wording("S008", f"a number {sign} {context[key]}", "Correct the number.")


def _kind(expected: str, hint: str, *, id_: str = "S003") -> Callable[[object, Context], Wording]:
    return lambda _value, _context: Wording(id_, expected, hint)


_MAPPING = _kind("a mapping of fields", "Write indented `field: value` lines here.")
_LIST = _kind("a list", "Write [a, b] or one `- entry` per line.")
_WHOLE = _kind("a whole number", "Write digits only, without quotes.")
_FORMULA = "a name, or a mapping with one of all-of, any-of, at-least, not, interim, approved, notified-before"

_WORDINGS: dict[str, Callable[[object, Context], Wording]] = {
    "string_type": _text,
    "enum": _words,
    "literal_error": _words,
    "string_pattern_mismatch": _pattern,
    "string_too_short": _short_text,
    "string_too_long": _long_text,
    "too_short": _few,
    "too_long": _many,
    "greater_than_equal": _bound("of at least", "ge"),
    "less_than_equal": _bound("of at most", "le"),
    "model_type": _MAPPING,
    "dict_type": _MAPPING,
    "tuple_type": _LIST,
    "missing": _kind("another entry", "Write both ends: [low, high]."),
    "int_type": _WHOLE,
    "bool_type": _kind("true or false", "Write true or false, without quotes."),
    "number": _kind("a number", "Write digits, without quotes or units."),
    "calendar_date": _kind("a date such as 2025-05-14", "Write year-month-day.", id_="S010"),
    "instant": _kind("a date or an instant such as 2025-05-14T09:30:00Z", "Write it with Z or an offset.", id_="S010"),
    "period": _kind(
        "a period such as 6 months, up to 100 years", "Write a count and day, week, month or year.", id_="S011"
    ),
    "limit": _kind(
        "a time such as 72 hours, 5 business-days or 1 year",
        "Write a count and hour, business-day, day, week, month or year.",
        id_="S011",
    ),
    "formula_shape": _kind(_FORMULA, "Write one of these shapes.", id_="S012"),
}
