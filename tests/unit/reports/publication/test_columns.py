# SPDX-License-Identifier: Apache-2.0
"""How columns share a page: words first, then long texts; what would be cramped stands as cards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.accountability.reporting.publication import Hole, Row, Table
from ruleout.reports.publication.columns import firm_columns, is_cards, shares


def table(*rows):
    """A table of these rows, the first of them the titles."""
    titles, *others = rows
    made = tuple(Row(cells=tuple(row), entries=("a/1",)) for row in others)
    return Table(names=tuple(titles), columns=tuple(titles), rows=made)


WHY = "The Chief Executive also answers for revenue, and the second signature was given within minutes and without a look. "


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (("lumen-3", "proceed", "2026-07-21"), False),
        (("lumen-3", WHY, "2026-07-21"), False),
        (("approved-first", "weakened", WHY * 2, WHY * 2, "material", "2026-10-23", "rso"), True),
        (tuple(f"twelve{n}letter" for n in range(9)), True),
    ],
)
def test_a_table_of_tall_rows_or_too_many_words_stands_as_cards(row, wanted):
    """One long text has room beside short ones; two among seven have not."""
    assert is_cards(table([f"c{n}" for n in range(len(row))], row)) is wanted


def test_names_stay_whole_where_there_is_room_for_them():
    """The first of them first; a digest never, and a name in a text not."""
    narrow = table(("framework", "says"), ("northlight-fsf@1.1", "The line is reached from 40 percent."))
    wide = table([f"c{n}" for n in range(6)], ["northlight-fsf@1.1"] * 6)

    assert firm_columns(narrow) == {0, 1}
    assert firm_columns(wide) == {0}
    assert firm_columns(table(("log",), ("ab" * 32,))) == frozenset()
    assert firm_columns(Hole(digest="d" * 43)) == frozenset()
    assert is_cards(Hole(digest="d" * 43)) is False


@given(st.lists(st.lists(st.text("abc de-", max_size=60), min_size=3, max_size=3), min_size=1, max_size=5))
def test_no_column_on_paper_is_narrower_than_its_longest_word(rows):
    """Words of twenty letters and more are broken up."""
    made = table(("one", "two", "three"), *rows)
    *columns, entries = shares(made)

    assert entries > 0
    for place, share in enumerate(columns):
        words = [word for row in (("one", "two", "three"), *rows) for word in row[place].split()]
        assert share >= min(max(map(len, words)), 20) + 2


def test_a_column_has_room_for_the_box_of_what_is_hidden():
    """A column of nothing but holes is as wide as the word that stands there, with its rim, and not only as its title."""
    titles = ("deviation", "departs from", "says", "discovered", "corrected", "standing")
    hidden = Hole(digest="d" * 43, standing="redacted")
    made = table(titles, ("late-watch", "northlight-fsf@1.0 agent-watch", hidden, "2026-03-16", "2026-03-24", "closed"))
    bare = table(titles, ("late-watch", "northlight-fsf@1.0 agent-watch", "", "2026-03-16", "2026-03-24", "closed"))

    assert shares(made)[2] >= len("redacted") + 4
    assert shares(bare)[2] < len("redacted")
