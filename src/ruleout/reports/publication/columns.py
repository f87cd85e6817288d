# SPDX-License-Identifier: Apache-2.0
"""How the columns of a table share a page: by their longest words first, and what is left by their texts. Pure.

Letters are the measure: a page has room for so many beside each other, whatever its font. A table that would be cramped stands as
cards, one for each row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import ceil

from ruleout.accountability.reporting.publication import Hole, Row, Table

#: Letters that fit beside each other on a page and on paper; a word that is broken up; the column of entries.
_PAGE, _PAPER, _LONGEST, _ENTRIES = 92, 110, 20, 9
#: A text that is no longer asks for no wider a column; a row with more lines is cramped; room between two columns.
_WIDE, _LINES, _GAP = 36, 7, 2
#: A text that a page never breaks, however many words it has: a date, a number, a short name.
_SHORT = 13
#: As wide as the rim of a box around a word, and never broken.
_RIM = "___"
_BREAKS = re.compile(r"[\s-]+")


def has_long_word(value: object) -> bool:
    """Return whether a text has a word, such as a digest, that must be broken up to fit a column."""
    return any(len(part) > _LONGEST for part in _BREAKS.split(str(value)))


def is_cards(table: object) -> bool:
    """Return whether a table would be too wide for a page or its rows too tall, so that each of them stands as a list."""
    return isinstance(table, Table) and is_cramped(_texts(table))


def is_cramped(every: list[list[str]]) -> bool:
    """Return whether columns of texts, each with its title first and at least one text, are too wide for a page or too tall."""
    if sum(min(_longest(_BREAKS.split, texts), _LONGEST) + 1 for texts in every) > _PAGE:
        return True
    room = _shared(every, _PAGE)
    lines = (ceil(max(map(len, texts)) / (share - _GAP)) for texts, share in zip(every, room, strict=True))
    return max(lines, default=0) > _LINES


def firm_columns(table: object) -> frozenset[int]:
    """Return the columns, by place, whose names of one word need not break at a hyphen for the table to fit."""
    if not isinstance(table, Table):
        return frozenset()
    every, firm = _texts(table), set()
    used = _ENTRIES + sum(_least(texts) + _GAP for texts in every)
    for place, texts in enumerate(every):
        whole = max((len(text) for text in texts[1:] if " " not in text), default=0)
        more = max(whole - _least(texts), 0)
        if whole <= _LONGEST and used + more <= _PAGE:
            firm.add(place)
            used += more
    return frozenset(firm)


def shares(table: Table) -> tuple[int, ...]:
    """Return the width of each column on paper, and of the column of entries, as parts of a sum."""
    return (*_shared(_texts(table), _PAPER), _ENTRIES)


def _shared(every: list[list[str]], whole: int) -> list[int]:
    """No column is narrower than its longest word; what the words leave goes where texts are long."""
    least = [min(_longest(str.split, texts), _LONGEST) + _GAP for texts in every]
    wants = [max(min(max(map(len, texts)), _WIDE) + _GAP - width, 0) for texts, width in zip(every, least, strict=True)]
    rest = max(whole - _ENTRIES - sum(least), 0)
    given = min(rest, sum(wants))
    return [width + given * want // max(sum(wants), 1) for width, want in zip(least, wants, strict=True)]


def _least(texts: list[str]) -> int:
    """Letters of a column at its narrowest: short texts never break."""
    pieces = [text if len(text) < _SHORT else part for text in texts for part in _BREAKS.split(text)]
    return min(max(map(len, pieces), default=1), _LONGEST)


def _longest(split: Callable[[str], list[str]], texts: list[str]) -> int:
    return max((len(part) for text in texts for part in split(text)), default=1)


def _texts(table: Table) -> list[list[str]]:
    """By column, its title and every text in it; for what is hidden, the word in the box that stands there, and the box's rim."""
    rows = table.rows if isinstance(table.rows, tuple) else ()
    lists = [row.cells for row in rows if isinstance(row, Row) and isinstance(row.cells, tuple)]
    titles = table.columns if isinstance(table.columns, tuple) else ()
    every = ((title, *(cells[place] for cells in lists if place < len(cells))) for place, title in enumerate(titles))
    return [[one.standing + _RIM if isinstance(one, Hole) else str(one) for one in texts] for texts in every]
