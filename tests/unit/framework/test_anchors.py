# SPDX-License-Identifier: Apache-2.0
"""Anchored sentences are found in copies as copies are: broken lines, hyphens, headers, footnotes, columns."""

from __future__ import annotations

import pytest

from ruleout.framework.anchors import MOST_DOCUMENT_WORDS, anchor_of, find_anchors, normalised

SENTENCE = "A model that may pass the threshold is held back until the guards are in place."
OTHER = "The board hears of every decision before it takes effect."


def is_found(text: str, sentence: str = SENTENCE) -> bool:
    anchor = anchor_of(sentence)
    search = find_anchors(text, frozenset({anchor}))

    assert search.found | search.missing == {anchor}
    return anchor in search.found


def test_a_sentence_is_found_among_others() -> None:
    """Neither its beginning nor its end need be known."""
    assert is_found(f"Some words before it. {SENTENCE} And some after it.")


def test_a_changed_sentence_is_reported_and_the_others_are_found() -> None:
    """One word more, and it is not the sentence any longer."""
    text = f"{SENTENCE.replace('is held', 'is usually held')} {OTHER}"
    search = find_anchors(text, frozenset({anchor_of(SENTENCE), anchor_of(OTHER)}))

    assert search.missing == {anchor_of(SENTENCE)}
    assert search.found == {anchor_of(OTHER)}


@pytest.mark.parametrize("change", [("held back", "held"), ("the guards", "guards"), ("A model", "The model")])
def test_a_dropped_or_swapped_word_is_reported(change: tuple[str, str]) -> None:
    """Every word counts."""
    assert not is_found(SENTENCE.replace(*change))


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE.replace(" ", "\n"),
        SENTENCE.replace("threshold", "thres-\nhold"),
        SENTENCE.upper(),
        SENTENCE.replace("may pass", "“may” — pass"),
        SENTENCE.replace("fi", "ﬁ"),
        f"(see 2.1){SENTENCE}[4]",
    ],
)
def test_layout_and_punctuation_do_not_matter(text: str) -> None:
    """Line breaks, hyphenation, case, quotation marks, ligatures and neighbours without a space."""
    assert is_found(f"Before. {text} After.")


def test_marks_of_footnotes_are_read_over() -> None:
    """A mark glued to a word or standing after a comma is no part of the sentence."""
    marked = SENTENCE.replace("threshold", "threshold12").replace("back until", "back,7 until")

    assert is_found(marked)


def page(number: int, body: str) -> str:
    return f"Northlight Safety Framework {number}\n{body}\nConfidential draft\n{number}"


def test_page_headers_and_footers_are_read_over() -> None:
    """What stands on page after page, and page numbers, may interrupt a sentence."""
    first, second = SENTENCE[:40], SENTENCE[40:]
    filler = [page(number, f"Other text of page {number} that says something else.") for number in range(3, 8)]
    text = "\f".join([page(1, first), page(2, second), *filler])

    assert is_found(text)


def test_footnotes_at_the_foot_of_a_page_are_read_over() -> None:
    """A sentence may go on after the footnotes of its page."""
    first, second = SENTENCE[:40], SENTENCE[40:]
    foot = "12 A note that explains a word.\nIt takes two lines.\n13 Another note."

    assert is_found(f"Text before.\n{first}\n{foot}\f{second} And so on.")


def test_a_sentence_in_a_table_cell_is_found_by_columns() -> None:
    """Lines of a text made from a table run across its columns."""
    left = ["Biology, second", "level, for people", "with some training", "and no lab."]
    right = ["A model that may pass the", "threshold is held back", "until the guards are", "in place."]
    rows = [f"{a:<24}{b}" for a, b in zip(left, right, strict=True)]

    assert is_found("\n".join(rows))


def test_a_sentence_longer_than_the_limit_is_not_found() -> None:
    """The search is bounded; what it cannot find it reports as missing."""
    sentence = " ".join(f"word{n}" for n in range(50))
    anchor = anchor_of(sentence)

    assert anchor in find_anchors(sentence, frozenset({anchor}), most_words=50).found
    assert anchor in find_anchors(sentence, frozenset({anchor}), most_words=49).missing


def test_nothing_asked_is_nothing_searched() -> None:
    """No anchors, no work, and the words are counted."""
    search = find_anchors(SENTENCE, frozenset())

    assert (search.words, search.found, search.missing) == (16, frozenset(), frozenset())


def test_a_text_without_words_holds_nothing() -> None:
    """A scanned document gives no text."""
    assert find_anchors("\f \f ... \f", frozenset({anchor_of(SENTENCE)})).words == 0


def test_a_document_too_long_is_refused() -> None:
    """Work grows with length, so length is bounded."""
    with pytest.raises(ValueError, match="at most"):
        find_anchors("a " * (MOST_DOCUMENT_WORDS + 1), frozenset())


def test_normalisation_keeps_letters_and_digits_of_any_script() -> None:
    """NFKC, lower case, letters and digits only."""
    assert normalised("Ⅳ. Ärger — 12 %, ﬁn_de") == "ivärger12finde"
