# SPDX-License-Identifier: Apache-2.0
"""Figures of a text that would be recognised: what the check for confidential spans compares of numbers (A-9).

A figure of three or more digits that say something counts alone; one of two counts with the word beside it. Years, days and
digits within codes ("f88959ee", an id, a digest) are no figures of their own: they would be found, or be excused, by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from ruleout.accountability.reviews.words import PERCENT, content_of, is_number, significant_digits, words_of

Figure = tuple[str, ...]
LONG_FIGURE = 3
SHORT_FIGURE = 2
_YEARS = range(1900, 2100)
_DAY = re.compile(r"(?<!\w)[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+Z?)?(?!\w)")
_CODE = re.compile(r"[^\W_]*(?:[^\W\d_][0-9]|[0-9][^\W\d_]+[0-9])[^\W_]*")
_MONTHS = frozenset(
    content_of(
        [
            "january",
            "february",
            "march",
            "april",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
            "jan",
            "feb",
            "mar",
            "apr",
            "jun",
            "jul",
            "aug",
            "sep",
            "sept",
            "oct",
            "nov",
            "dec",
        ]
    )
)


def figures_within(text: str) -> frozenset[Figure]:
    """Return every figure that a reader could take from a text, codes and days included. Pure. For what is searched."""
    return frozenset(_figures(content_of(words_of(text))))


def figures_stated(text: str) -> frozenset[Figure]:
    """Return the figures that a text states as such. Pure. For what is withheld, and for what is public anyway."""
    return frozenset(_figures(content_of(words_of(_CODE.sub(" ", _DAY.sub(" ", text))))))


def tells_figure(secret: Iterable[Figure], said: Iterable[Figure], public: frozenset[Figure]) -> bool:
    """Say whether a figure is told, as it is or rounded, that the public text does not give. Pure."""
    told = frozenset(said) - public
    return any(one in told or any(_is_rounded(one, other) for other in told) for one in secret if one not in public)


def _figures(content: Sequence[str]) -> Iterator[Figure]:
    for at, word in enumerate(content):
        if not _says_something(word):
            continue
        if significant_digits(word) >= LONG_FIGURE:
            yield (word,)
        if at and _goes_with(content[at - 1]):
            yield (content[at - 1], word)
        if at + 1 < len(content) and _goes_with(content[at + 1]):
            yield (word, content[at + 1])


def _says_something(word: str) -> bool:
    is_year = word.isdigit() and int(word) in _YEARS
    return is_number(word) and significant_digits(word) >= SHORT_FIGURE and not is_year


def _goes_with(word: str) -> bool:
    is_year = word.isdigit() and int(word) in _YEARS
    return word not in _MONTHS and not is_year


def _is_rounded(secret: Figure, said: Figure) -> bool:
    """Whether a figure is another one rounded: to three digits that say something, of a percentage to two."""
    is_share = len(said) == len(secret) == 2 and said[1] == secret[1] == PERCENT
    if not (is_share or len(said) == len(secret) == 1):
        return False
    least = SHORT_FIGURE if is_share else LONG_FIGURE
    if not least <= significant_digits(said[0]) < significant_digits(secret[0]):
        return False
    number, given = Decimal(secret[0]), Decimal(said[0]).normalize()
    return number.quantize(Decimal(1).scaleb(int(given.as_tuple().exponent)), rounding=ROUND_HALF_UP) == given
