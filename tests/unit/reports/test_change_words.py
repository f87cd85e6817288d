# SPDX-License-Identifier: Apache-2.0
"""Both texts of a clause with their marks: nothing lost, nothing let through (D-15)."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from ruleout.reports.change_control.words import both_marked

WORDS = st.lists(st.sampled_from(["will", "aims", "to", "<b>", "&amp;", "</ins>", '"x"']), max_size=12).map(" ".join)


def bare(html):
    return unescape(re.sub(r"</?(?:del|ins)>", "", html))


@given(WORDS, WORDS)
def test_the_marks_change_no_word_and_let_no_markup_through(was, now):
    """Without the marks each side is its own text; no other tag is in it."""
    left, right = both_marked(was, now)

    assert (bare(left), bare(right)) == (was, now)
    assert "<" not in re.sub(r"</?del>", "", left)
    assert "<" not in re.sub(r"</?ins>", "", right)


def test_what_went_and_came_is_marked():
    """The promise that became an aim."""
    left, right = both_marked("The lab will pause until it is done.", "The lab aims to pause until it is done.")

    assert left == "The lab <del>will</del> pause until it is done."
    assert right == "The lab <ins>aims to</ins> pause until it is done."


def test_two_texts_are_not_marked():
    """Marks in what shares nothing are noise."""
    assert both_marked("We pause at once.", "A plan is written & kept.") == (
        "We pause at once.",
        "A plan is written &amp; kept.",
    )
