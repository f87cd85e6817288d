# SPDX-License-Identifier: Apache-2.0
"""Days that a text names are found, and told apart from the days of the data (A-2)."""

from __future__ import annotations

from datetime import date

import pytest

from ruleout.accountability.roadmap.dates_in_words import stray_dates, written_dates


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("due on September 15, 2026", ("September 15, 2026", 2026, 9, 15)),
        ("due on 15 September 2026", ("15 September 2026", 2026, 9, 15)),
        ("due on Sept. 15", ("Sept. 15", 0, 9, 15)),
        ("set on May 5th 2026", ("May 5th 2026", 2026, 5, 5)),
        ("set on 2026-05-05.", ("2026-05-05", 2026, 5, 5)),
    ],
)
def test_a_day_is_read_in_each_spelling(text, found):
    """Day and month in either order, shortened, with or without a year, and as ISO writes it."""
    (one,) = written_dates(text)

    assert (one.words, one.year, one.month, one.day) == found


@pytest.mark.parametrize("text", ["as soon as early 2027", "in September", "it may 3 times fail", "within 90 days"])
def test_what_names_no_day_is_left(text):
    """A month alone, a year, a period and the word may are no days."""
    assert written_dates(text) == ()


def test_a_day_of_the_data_is_not_stray():
    """The day that the data have may be written with or without its year."""
    assert stray_dates(["by 30 September 2026", "by 30 September"], [date(2026, 9, 30)]) == ()


def test_a_day_that_no_datum_has_is_stray():
    """The mistake of July 2026: the text says the 15th where the goal is due on the 30th. A wrong year counts too."""
    assert stray_dates(["by September 15, 2026", "by 30 September 2027"], [date(2026, 9, 30)]) == (
        "September 15, 2026",
        "30 September 2027",
    )
