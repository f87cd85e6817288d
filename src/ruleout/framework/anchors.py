# SPDX-License-Identifier: Apache-2.0
"""Finding a framework's anchored sentences in a copy of the document that somebody brings.

An anchor is the SHA-256 of one sentence of the source, normalised: Unicode NFKC, lower case, only what `str.isalnum`
keeps. The file holds no sentence, so the copy is searched by hashing: every run of words up to a length is hashed and
looked up. Spaces, line breaks, hyphens and quotation marks fall away with the normalisation. Page furniture does not,
so the text is read in several ways, each only for what the ways before did not find: as it stands; without lines that
repeat on many pages and without page numbers; without the marks of footnotes too; across page breaks with the footnotes
at the foot of a page left out; and column by column where tables were written out line by line.

A sentence that was changed has another digest: it is reported as not there. Nothing here says how it was changed.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

#: Longest sentence looked for, in words; an anchored sentence of more words is not found.
MOST_WORDS = 160
#: Longest copy searched, in words: a search of this size takes minutes.
MOST_DOCUMENT_WORDS = 400_000
PAGE_BREAK = "\f"

_WORD = re.compile(r"[^\W_]+")
_FOOTNOTE_LINE = re.compile(r"^\s*\[?\d{1,3}\]?[.)]?\s+\S|^\s*\d{1,3}\s*$")
_MARK_AFTER_WORD = re.compile(r"(?<=[^\W\d_])\d{1,3}(?=[\s.,;:)\]]|$)")
_MARK_AFTER_STOP = re.compile(r"(?<=[.,;:)\]\"”’])\s?\[?\d{1,3}\]?(?=\s|$)")
#: Segments of text below each other: line number, column of the first character, text.
_Column = list[tuple[int, int, str]]
_SEGMENT = re.compile(r"\S+(?: {1,2}\S+)*")
_MOST_SHIFT = 4
_MOST_BLANK_LINES = 2
#: A line of more columns than this is no line of a table.
_MOST_COLUMNS = 20
#: Page breaks are looked across in documents of at most this many pages.
_MOST_PAGES = 400
_FURNITURE_SHARE = 3
_MOST_FURNITURE_LINE = 120
_MOST_LEFT_OUT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorSearch:
    """What a search found.

    Attributes:
        words: how many words the copy has.
        found: anchors that are there, as hex digests.
        missing: anchors that are not.
    """

    words: int
    found: frozenset[str]
    missing: frozenset[str]


def normalised(text: str) -> str:
    """Return the text as anchors see it: NFKC, lower case, letters and digits only. Pure."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def anchor_of(sentence: str) -> str:
    """Return a sentence's anchor, 64 lower-case hex digits. Pure."""
    return hashlib.sha256(normalised(sentence).encode("utf-8")).hexdigest()


def find_anchors(text: str, anchors: frozenset[str], *, most_words: int = MOST_WORDS) -> AnchorSearch:
    """Return which anchors stand for a sentence of the text. Pure.

    Time grows with words times `most_words`, about two million hashes for thirty pages.

    Args:
        text: the copy's text; pages, where known, separated by form feeds.
        anchors: hex digests looked for.
        most_words: longest sentence looked for, in words, >= 1.

    Raises:
        ValueError: the text has more than MOST_DOCUMENT_WORDS words.
    """
    words = _words(text)
    if len(words) > MOST_DOCUMENT_WORDS:
        raise ValueError(f"expected a document of at most {MOST_DOCUMENT_WORDS} words, got {len(words)}")
    wanted = {bytes.fromhex(anchor) for anchor in anchors}
    for way in _WAYS:
        if wanted:
            wanted -= way(text, wanted, most_words)
    missing = frozenset(digest.hex() for digest in wanted)
    return AnchorSearch(words=len(words), found=anchors - missing, missing=missing)


def _as_it_stands(text: str, wanted: set[bytes], most_words: int) -> set[bytes]:
    return _search(_words(text), wanted, most_words)


def _without_furniture(text: str, wanted: set[bytes], most_words: int) -> set[bytes]:
    return _search(_words(_plain_pages(text)), wanted, most_words)


def _without_marks(text: str, wanted: set[bytes], most_words: int) -> set[bytes]:
    return _search(_words(_unmarked(_plain_pages(text))), wanted, most_words)


def _across_pages(text: str, wanted: set[bytes], most_words: int) -> set[bytes]:
    """Sentences that a page break and the footnotes above it interrupt."""
    pages = [page.splitlines() for page in _unmarked(_plain_pages(text)).split(PAGE_BREAK)]
    found: set[bytes] = set()
    if len(pages) > _MOST_PAGES:
        return found
    for page, following in itertools.pairwise(pages):
        after = _words("\n".join(following))[:most_words]
        for kept in _without_footnotes(page):
            before = _words("\n".join(kept))[-most_words:]
            found |= _search([*before, *after], wanted - found, most_words, across=len(before))
    return found


def _by_columns(text: str, wanted: set[bytes], most_words: int) -> set[bytes]:
    """Sentences of a table's cell, where each line of the text runs across all columns."""
    found: set[bytes] = set()
    for column in _columns(text.splitlines()):
        found |= _search(_words(column), wanted - found, most_words)
    return found


_WAYS: tuple[Callable[[str, set[bytes], int], set[bytes]], ...] = (
    _as_it_stands,
    _without_furniture,
    _without_marks,
    _across_pages,
    _by_columns,
)


def _words(text: str) -> list[bytes]:
    """The runs of letters and digits, each as its normalised bytes; empty ones fall away."""
    found = (normalised(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text)))
    return [word.encode("utf-8") for word in found if word]


def _search(words: list[bytes], wanted: set[bytes], most_words: int, *, across: int | None = None) -> set[bytes]:
    """Return the wanted digests of runs of words; with `across`, only of runs over that boundary."""
    found: set[bytes] = set()
    starts = range(len(words)) if across is None else range(across)
    for start in starts:
        running = hashlib.sha256()
        for end in range(start, min(start + most_words, len(words))):
            running.update(words[end])
            if (across is None or end >= across) and (digest := running.copy().digest()) in wanted:
                found.add(digest)
    return found


def _plain_pages(text: str) -> str:
    """The text without page numbers and without lines that stand on a third of the pages or more."""
    pages = [page.splitlines() for page in text.split(PAGE_BREAK)]
    repeated = _furniture(pages)
    kept = ["\n".join(line for line in page if not _is_furniture(line, repeated)) for page in pages]
    return PAGE_BREAK.join(kept)


def _furniture(pages: list[list[str]]) -> set[str]:
    counted = Counter(key for page in pages for key in {_key(line) for line in page} if key)
    least = max(3, len(pages) // _FURNITURE_SHARE)
    return {key for key, count in counted.items() if count >= least}


def _is_furniture(line: str, repeated: set[str]) -> bool:
    short = len(line) <= _MOST_FURNITURE_LINE
    return line.strip().isdigit() or (short and _key(line) in repeated)


def _key(line: str) -> str:
    """A line without its digits, so that running page numbers do not tell headers apart."""
    return "".join(c for c in normalised(line) if not c.isdigit())


def _columns(lines: list[str]) -> Iterator[str]:
    """Segments below each other, as columns: each line's segment goes on with the nearest column above it.

    Only where a line has several segments is there a table; a column may shift a little from line to line.
    """
    open_: list[_Column] = []
    for number, line in enumerate(lines):
        still = [column for column in open_ if number - column[-1][0] <= _MOST_BLANK_LINES]
        yield from (_joined(column) for column in open_ if column not in still and len(column) > 1)
        open_ = still
        for here in _segments(number, line):
            column = _above(open_, here)
            if column is None:
                open_.append([here])
            else:
                column.append(here)
    yield from (_joined(column) for column in open_ if len(column) > 1)


def _segments(number: int, line: str) -> list[tuple[int, int, str]]:
    found = [(number, segment.start(), segment[0]) for segment in _SEGMENT.finditer(line)]
    return found if len(found) <= _MOST_COLUMNS else []


def _above(columns: list[_Column], here: tuple[int, int, str]) -> _Column | None:
    """The column that a segment goes on with: the nearest, or the last one where it stands far to its right."""
    number, start, _ = here
    free = [column for column in columns if column[-1][0] < number]
    near = [column for column in free if abs(column[-1][1] - start) <= _MOST_SHIFT]
    if near:
        return min(near, key=lambda column: abs(column[-1][1] - start))
    last = max(columns, key=lambda column: column[-1][1], default=None)
    return last if last in free and last is not None and last[-1][1] < start else None


def _joined(column: _Column) -> str:
    return "\n".join(text for _, _, text in column)


def _unmarked(text: str) -> str:
    return _MARK_AFTER_STOP.sub("", _MARK_AFTER_WORD.sub("", text))


def _without_footnotes(page: list[str]) -> Iterator[list[str]]:
    """The page whole, and cut before each line near its foot that begins like a footnote."""
    yield page
    first = max(0, len(page) - _MOST_LEFT_OUT)
    for index in range(len(page) - 1, first - 1, -1):
        if _FOOTNOTE_LINE.match(page[index]):
            yield page[:index]
