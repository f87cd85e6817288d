# SPDX-License-Identifier: Apache-2.0
"""A text as the words that it says, however they are dressed up: what the check for confidential spans compares (A-9).

The same words come out for other cases, spaces, punctuation and line breaks, full-width, small-capital, circled and other
compatible letters, accents, invisible characters, letters of other alphabets that look alike, digits in the place of
letters, i and l for one another, a number written with separators, in words, or as a share instead of a percentage, and
the commonest endings. Words of one letter after another ("s e c r e t") are caught by the run of letters, which needs no
spaces. It does not see synonyms, translations or codes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache, lru_cache

PERCENT = "percent"
#: Letters of other alphabets that read like Latin ones, in lower case.
_ALIKE = str.maketrans(
    {
        **dict(zip("авекмнорстухіјѕԛԝһԁӏ", "abekmhopctyxijsqwhdl", strict=True)),
        **dict(zip("αβγεικνορτυχωη", "abyeiknoptuxwn", strict=True)),
        **dict(zip("ıəɑɡօոսհք", "ieagonuhf", strict=True)),
    }
)
#: Letters whose name says which Latin one they are: small capitals, circled and squared ones, flags, strokes.
_NAMED = re.compile(
    r"(?:LATIN (?:CAPITAL |SMALL )?LETTER (?:SMALL CAPITAL )?|INDICATOR SYMBOL LETTER )([A-Z])(?: WITH .+)?$"
)
_LEET = str.maketrans("013457@$", "oleastas")
_BAR = re.compile(r"(?<=[^\W\d_])[|](?=[^\W\d_])")
#: i and l are one letter here: a capital I, a small l and a one stand for one another.
_ONE = str.maketrans("i", "l")
_MIXED = re.compile(r"[^\W_]*[0-9@$][^\W_]*(?:[@$][^\W_]*)*")
_GROUPED = re.compile(r"(?<![0-9])[0-9]{1,3}(?:[ ,'’_.][0-9]{3})+(?![0-9])")
_DECIMAL_COMMA = re.compile(r"(?<![0-9])([0-9]+),([0-9]{1,2})(?![0-9])")
_TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?|[^\W\d_]+")
_POSSESSIVE = re.compile(r"['’]s\b")
_SHARE = re.compile(r"0\.[0-9]+")
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_NUMBER_WORDS = {
    **{word: value for value, word in enumerate(f"{_SMALL} seventeen eighteen nineteen".split())},
    **{
        w: 20 + 10 * n
        for n, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])
    },
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_STOP_WORDS = """
a about after all also am an and any are as at be because been being both but by can could did do does doing
for from had has have he her his how i if in into is it its may me might more most must my no nor not of on
one only or other our out own per same shall she should so some such than that the their them then there these
they this those through to too under up us very was we were what when where which while who whom why will with
would you your
"""
_STOP = frozenset(word.translate(_ONE) for word in _STOP_WORDS.split())
_ENDINGS = ("ing", "lng", "ies", "ed", "es", "s", "e", "y")
_LEAST_STEM = 4
#: Categories of characters that are not seen: accents, formats, controls.
_ASCII = {code: " " if chr(code).isspace() else None for code in (*range(32), 127)}
_UNSEEN = ("Mn", "Me", "Cf", "Cc")


def words_of(text: str) -> tuple[str, ...]:
    """Return a text's words in order, without endings and dress; numbers as plain decimals. Pure."""
    return tuple(_shares(_numbers([found[0] for found in _TOKEN.finditer(_plain(text))])))


def content_of(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words that carry meaning, stems alone; single letters, and "one", carry none. Pure."""
    return tuple(stem for stem in map(_meaning, words) if stem)


def letters_of(words: Sequence[str]) -> str:
    """Return the words without spaces between them. Pure."""
    return "".join(words).translate(_ONE)


def is_number(word: str) -> bool:
    """Say whether a word is a number. Pure."""
    return word[:1].isdigit()


def significant_digits(word: str) -> int:
    """Return how many digits of a number say something: 4217 has four, 5000 one, 0.5 one. Pure."""
    return len(word.replace(".", "").strip("0"))


def _plain(text: str) -> str:
    """Letters without case, accents, invisible characters or foreign dress; numbers without separators."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return _numbers_plain(_BAR.sub("l", _POSSESSIVE.sub("", folded.translate(_ASCII))))
    bare = (c for c in unicodedata.normalize("NFD", folded) if c.isspace() or unicodedata.category(c) not in _UNSEEN)
    kept = unicodedata.normalize("NFC", "".join(" " if c.isspace() else c for c in bare))
    alike = "".join(c if c.isascii() else _latin(c) for c in kept.translate(_ALIKE))
    return _numbers_plain(_BAR.sub("l", _POSSESSIVE.sub("", alike)))


def _numbers_plain(alike: str) -> str:
    """Numbers without separators, digits within words as letters, percent in one word."""
    counted = _GROUPED.sub(lambda found: re.sub(r"[^0-9]", "", found[0]), alike)
    counted = _DECIMAL_COMMA.sub(r"\1.\2", counted)
    counted = _MIXED.sub(_unmasked, counted)
    return counted.replace("%", f" {PERCENT} ").replace("per cent", PERCENT)


@cache
def _latin(char: str) -> str:
    """The small Latin letter that a character's name says it is; the character itself where it says none."""
    found = _NAMED.search(unicodedata.name(char, ""))
    return char if found is None else found[1].lower()


def _unmasked(found: re.Match[str]) -> str:
    """Digits among letters read as letters ("c1assifier"), where letters prevail; numbers are left alone."""
    text = found[0]
    letters = sum(c.isalpha() for c in text)
    return text.translate(_LEET) if letters > len(text) / 2 else text


def _numbers(tokens: Sequence[str]) -> Iterator[str]:
    """Numbers in words become digits: "four thousand two hundred and seventeen" is 4217."""
    at = 0
    while at < len(tokens):
        length, value = _spelled(tokens, at)
        if length:
            yield str(value)
        elif is_number(tokens[at]):
            yield _decimal(tokens[at])
        else:
            yield tokens[at]
        at += length or 1


def _spelled(tokens: Sequence[str], start: int) -> tuple[int, int]:
    """Return how many tokens from `start` spell a number, and its value; 0 tokens for none."""
    total, current, at, seen = 0, 0, start, False
    while at < len(tokens):
        word = tokens[at]
        if word in _NUMBER_WORDS:
            current, seen = current + _NUMBER_WORDS[word], True
        elif word in _SCALES and seen:
            scale = _SCALES[word]
            total, current = (total, current * scale) if scale == 100 else (total + current * scale, 0)
        elif not (word == "and" and seen and at + 1 < len(tokens) and tokens[at + 1] in _NUMBER_WORDS):
            break
        at += 1
    return (at - start, total + current) if seen else (0, 0)


def _decimal(token: str) -> str:
    whole, _, fraction = token.partition(".")
    fraction = fraction.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")


def _shares(tokens: Iterator[str]) -> Iterator[str]:
    """A share below one reads as a percentage: 0.37 is 37 percent."""
    for token in tokens:
        if _SHARE.fullmatch(token):
            yield _decimal(f"{Decimal(token) * 100:f}")
            yield PERCENT
        else:
            yield token


@lru_cache(maxsize=1 << 16)
def _meaning(word: str) -> str:
    """A word's stem, "" where it carries no meaning."""
    carries = word.translate(_ONE) not in _STOP and (len(word) > 1 or word in "23456789")
    return _stem(word).translate(_ONE) if carries else ""


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            return word[: -len(ending)]
    return word
