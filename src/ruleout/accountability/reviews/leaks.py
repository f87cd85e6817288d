# SPDX-License-Identifier: Apache-2.0
"""Whether what is about to be published says what was withheld: answer by answer, span by span (A-9).

A withheld span is found in an answer by any of
  1. four words of it that carry meaning, one after another, whatever stands between them that carries none;
  2. three in five of the words of one of its sentences that carry meaning, at least five, in order and close together;
  3. a run of its letters, spaces or not;
  4. a figure of three or more digits, or of two with the word beside it, as it is or rounded;
  5. the whole of it, where it is short.
What the public text says anyway is no leak. Spans too short to be searched for (a yes, a digit) are named as such:
nobody looked for them. A paraphrase, a translation, a code, or words of a span spread one by one over answers are not
found: a person reads too. Nothing here returns a word of what was withheld.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from ruleout.accountability.reviews.figures import Figure, figures_stated, figures_within, tells_figure
from ruleout.accountability.reviews.words import content_of, is_number, letters_of, words_of

RUN_OF_WORDS = 4
RUN_OF_LETTERS = 32
LEAST_LETTERS = 12
LEAST_IN_ORDER = 5
IN_ORDER_PERCENT = 60
LEAST_WORD = 6
_NEAR = 3
_SENTENCE = re.compile(r"[.!?;:]\s|\n")


class How(Enum):
    """By what a withheld span was recognised."""

    WORDS = "words one after another"
    ORDER = "most of its words in order"
    LETTERS = "a run of letters"
    FIGURE = "a figure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A text and where it stands: for a withheld one the place of its hole, for an answer the question."""

    place: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """An answer that says what was withheld: the answer's place, the hole's, and how it was recognised."""

    answer: str
    withheld: str
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakCheck:
    """The result of one check.

    Attributes:
        leaks: in order of the answers.
        searched: how many withheld spans were looked for.
        unsearched: places of withheld spans that are too short to be looked for.
    """

    leaks: tuple[Leak, ...]
    searched: int
    unsearched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Marks:
    """What of a text can be recognised: its words that carry meaning, in order, their places, and all its letters.

    `windows` are its runs of letters of the length that counts; of the public text, which may be long, none are kept.
    """

    content: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    letters: str
    windows: frozenset[str]
    figures: frozenset[Figure]


@dataclass(frozen=True, slots=True)
class _Secret:
    """A withheld text: its marks, and its words by sentence."""

    marks: _Marks
    sentences: tuple[tuple[str, ...], ...]


def find_leaks(answers: Iterable[Span], withheld: Iterable[Span], public: Iterable[str] = ()) -> LeakCheck:
    """Return every answer that says what was withheld. Pure; linear in answers times withheld spans.

    Args:
        answers: free texts about to be published.
        withheld: every text that the public is not shown.
        public: texts that the public is shown: what they say is no leak.

    Source: A-9.
    """
    open_ = _marks(" \n ".join(public), figures_stated, has_windows=False)
    asked = [(span.place, _marks(span.text, figures_within)) for span in answers]
    leaks: list[Leak] = []
    unsearched: list[str] = []
    searched = 0
    for span in withheld:
        secret = _secret(span.text)
        if not _is_searchable(secret.marks):
            unsearched.append(span.place)
            continue
        searched += 1
        for place, answer in asked:
            how = _recognised(secret, answer, open_)
            if how is not None:
                leaks.append(Leak(answer=place, withheld=span.place, how=how))
    order = {place: nth for nth, (place, _) in enumerate(asked)}
    ordered = sorted(dict.fromkeys(leaks), key=lambda leak: (order[leak.answer], leak.withheld))
    return LeakCheck(leaks=tuple(ordered), searched=searched, unsearched=tuple(dict.fromkeys(unsearched)))


def texts_of(value: object, place: str = "") -> Iterable[Span]:
    """Yield every text and number of a nested value with the path where it stands. Pure."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from texts_of(item, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list | tuple):
        for nth, item in enumerate(value):
            yield from texts_of(item, f"{place}.{nth}")
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield Span(place=place, text=str(value))


def _marks(text: str, figures_of: Callable[[str], frozenset[Figure]], *, has_windows: bool = True) -> _Marks:
    words = words_of(text)
    content, letters = content_of(words), letters_of(words)
    starts = range(len(letters) - RUN_OF_LETTERS + 1 if has_windows else 0)
    return _Marks(
        content=content,
        places=_places(content),
        letters=letters,
        windows=frozenset(letters[at : at + RUN_OF_LETTERS] for at in starts),
        figures=figures_of(text),
    )


def _secret(text: str) -> _Secret:
    marks = _marks(text, figures_stated)
    parts = (content_of(words_of(part)) for part in _SENTENCE.split(text))
    return _Secret(marks, tuple(part for part in parts if len(part) >= LEAST_IN_ORDER) or (marks.content,))


def _places(content: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for at, word in enumerate(content):
        found.setdefault(word, []).append(at)
    return {word: tuple(places) for word, places in found.items()}


def _runs(words: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    return (words[at : at + RUN_OF_WORDS] for at in range(len(words) - RUN_OF_WORDS + 1))


def _stands(run: tuple[str, ...], text: _Marks) -> bool:
    """Whether words stand in a text one after another."""
    return any(text.content[at : at + len(run)] == run for at in text.places.get(run[0], ()))


def _is_searchable(secret: _Marks) -> bool:
    alone = secret.content[0] if len(secret.content) == 1 else ""
    return len(secret.content) > 1 or bool(secret.figures) or (len(alone) >= LEAST_WORD and not is_number(alone))


def _recognised(secret: _Secret, answer: _Marks, public: _Marks) -> How | None:
    own = secret.marks
    if tells_figure(own.figures, answer.figures, public.figures):
        return How.FIGURE
    is_short = len(own.content) < RUN_OF_WORDS
    if is_short and _says(own.content, answer) and not _says(own.content, public):
        return How.WORDS
    if any(_stands(run, answer) and not _stands(run, public) for run in dict.fromkeys(_runs(own.content))):
        return How.WORDS
    if any(run not in public.letters for run in _shared_letters(own, answer)):
        return How.LETTERS
    return How.ORDER if not is_short and any(_is_told(part, answer, public) for part in secret.sentences) else None


def _is_told(sentence: Sequence[str], answer: _Marks, public: _Marks) -> bool:
    return _is_in_order(sentence, answer) and not _is_in_order(sentence, public)


def _says(secret: tuple[str, ...], text: _Marks) -> bool:
    """Whether a short span stands in a text, word for word, or as letters without regard to spaces."""
    letters = letters_of(secret)
    return _stands(secret, text) or (len(letters) >= LEAST_LETTERS and letters in text.letters)


def _shared_letters(secret: _Marks, answer: _Marks) -> Iterable[str]:
    """Runs of letters of which one is enough: of the length that counts, or all of a shorter text."""
    if secret.windows:
        return secret.windows & answer.windows
    is_said = len(secret.letters) >= LEAST_LETTERS and secret.letters in answer.letters
    return (secret.letters,) if is_said else ()


def _is_in_order(secret: Sequence[str], text: _Marks) -> bool:
    """Whether enough of a sentence's words stand in a text in its order, within thrice its length."""
    needed = max(LEAST_IN_ORDER, -(-IN_ORDER_PERCENT * len(secret) // 100))
    wanted = frozenset(secret)
    distinct = min(needed, len(wanted))
    if len(wanted & text.places.keys()) < distinct:
        return False
    hits = sorted((at, word) for word in wanted & text.places.keys() for at in text.places[word])
    return any(_longest_common(secret, near) >= needed for near in _crowded(hits, distinct, _NEAR * len(secret)))


def _crowded(hits: Sequence[tuple[int, str]], distinct: int, reach: int) -> Iterator[list[str]]:
    """Yield the words of each stretch of at most `reach` places that holds so many different ones."""
    counts: Counter[str] = Counter()
    end = 0
    for start, (first, word) in enumerate(hits):
        while end < len(hits) and hits[end][0] - first <= reach:
            counts[hits[end][1]] += 1
            end += 1
        if len(counts) >= distinct:
            yield [near for _, near in hits[start:end]]
        counts[word] -= 1
        if not counts[word]:
            del counts[word]


def _longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest sequence of words that both hold in order."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = row
        row = [0]
        for at, candidate in enumerate(other):
            row.append(before[at] + 1 if word == candidate else max(before[at + 1], row[at]))
    return row[-1]
