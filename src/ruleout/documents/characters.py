# SPDX-License-Identifier: Apache-2.0
"""Characters that a document may not hold because a reader cannot see them or would take them for others.

Control characters, bidirectional controls, zero-width and other invisible characters are refused everywhere: a rule
must read the same to a person and to the program. Letters of any script may stand in texts, but ids are ASCII.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ruleout.errors import Place, Problem

_RANGES = (
    ("\x00", "\x08"), ("\x0b", "\x0c"), ("\x0e", "\x1f"), ("\x7f", "\x9f"),  # control characters
    ("\u061c", "\u061c"), ("\u200e", "\u200f"), ("\u202a", "\u202e"), ("\u2066", "\u206f"),  # bidirectional controls
    ("\u00ad", "\u00ad"), ("\u034f", "\u034f"), ("\u115f", "\u1160"), ("\u17b4", "\u17b5"),  # shown as nothing
    ("\u180b", "\u180f"), ("\u200b", "\u200d"), ("\u2028", "\u2029"), ("\u2060", "\u2065"),
    ("\u3164", "\u3164"), ("\ufe00", "\ufe0f"), ("\ufeff", "\ufeff"), ("\uffa0", "\uffa0"),
    ("\ufff0", "\uffff"), ("\ud800", "\udfff"), ("\U0001bca0", "\U0001bca3"), ("\U0001d173", "\U0001d17a"),
    ("\U000e0000", "\U000e0fff"),
)  # fmt: skip
_FORBIDDEN = re.compile("[" + "".join(f"{re.escape(a)}-{re.escape(b)}" for a, b in _RANGES) + "]")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def name_of(character: str) -> str:
    """Return a character's Unicode name with its code point: `U+0430 CYRILLIC SMALL LETTER A`. Pure."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"


def first_foreign(text: str) -> str | None:
    """Return the first character that is not ASCII, or None. Pure."""
    return next((c for c in text if not c.isascii()), None)


def first_forbidden(text: str) -> str | None:
    """Return the first character that no document may hold, or None. Pure."""
    found = _FORBIDDEN.search(text)
    return found[0] if found else None


def forbidden_in(text: str, *, file: str) -> Iterator[Problem]:
    """Yield a problem for each forbidden character of a file's text. Pure."""
    line, start = 1, 0
    for found in _FORBIDDEN.finditer(text):
        # Each part of the text is looked at once: hundreds of characters behind a million lines cost no more than one.
        for end in _LINE_BREAK.finditer(text, start, found.start()):
            line, start = line + 1, end.end()
        yield forbidden(found[0], Place(file=file, line=line, column=found.start() - start + 1))


def forbidden(character: str, where: Place) -> Problem:
    """Return the problem of one forbidden character."""
    return Problem(
        id="Y005",
        where=where,
        expected="characters that a reader can see",
        got=name_of(character),
        hint="Delete it; write what is meant with visible characters.",
    )
