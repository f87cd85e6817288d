# SPDX-License-Identifier: Apache-2.0
"""An answer is held back until its hooks have seen it with what comes behind it (G-9)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.serving.hooks import HoldBack

BAD = "poison"


def sent(pieces, window):
    """What leaves, with a hook that denies whatever holds the word; and all that the hook was asked."""
    held, out, asked = HoldBack(window), [], []
    for index, text in enumerate(pieces):
        held.add(text.encode(), text, ended=index == len(pieces) - 1)
        question = held.to_ask()
        if question is None:
            out += held.ready()
            continue
        asked.append(question)
        if BAD in question[0] + question[1]:
            return b"".join(out).decode(), asked, False
        out += held.cleared()
    return b"".join(out).decode(), asked, held.is_empty


def test_text_leaves_once_what_is_behind_it_was_seen():
    """With a window of 4: nothing of the first four, then all but the last four, then the rest."""
    held = HoldBack(4)
    held.add(b"ab", "ab")
    assert held.to_ask() is None
    held.add(b"cdef", "cdef")
    assert held.to_ask() == ("", "abcdef")
    assert held.cleared() == [b"ab"]
    held.add(b"", "", ended=True)
    assert held.to_ask() is None
    assert held.ready() == [b"cdef", b""]
    assert held.is_empty


def test_what_is_added_while_the_hook_thinks_is_not_cleared_with_it():
    """Only what was asked about."""
    held = HoldBack(0)
    held.add(b"a", "a")
    assert held.to_ask() == ("", "a")
    held.add(b"b", "b", ended=True)
    assert held.cleared() == [b"a"]
    assert held.to_ask() == ("", "b")


def test_nothing_leaves_by_itself():
    """Not at the end of the answer either."""
    held = HoldBack(3)
    held.add(b"abcdefgh", "abcdefgh", ended=True)
    assert held.ready() == []
    with pytest.raises(ValueError, match="window"):
        HoldBack(-1)


@given(st.lists(st.text(alphabet="poisnx", max_size=5), min_size=1, max_size=40), st.integers(len(BAD) - 1, 12))
def test_no_letter_of_a_denied_word_leaves_and_an_allowed_answer_leaves_whole(pieces, window):
    """However the word is cut into pieces, as long as the window is as long as all of it but one letter."""
    text = "".join(pieces)
    out, _, is_empty = sent(pieces, window)

    assert text.startswith(out)
    if BAD in text:
        assert len(out) <= text.index(BAD)
    else:
        assert (out, is_empty) == (text, True)
