# SPDX-License-Identifier: Apache-2.0
"""Words, figures, scales and pages of pictures: cut, visible, exact, escaped."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ruleout.reports.pictures.frame import Picture, Table, page
from ruleout.reports.pictures.lettering import figure, lines_of, told
from ruleout.reports.pictures.panels import sheets, stacked, words
from ruleout.reports.pictures.style import DARK, following
from ruleout.reports.pictures.ticks import linear_span, logarithmic_span, shares_room


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("a name too long", "a name to…"),
        ("a\u202eb", "a\\u202eb"),
        ("a\nb", "a\\nb"),
        ("e" + "\u0301" * 9, "e\u0301\u0301"),
    ],
)
def test_a_text_of_somebody_else_s_is_cut_and_made_visible(text, shown):
    """At most ten characters; what does not print is written as its code."""
    assert told(text, 10) == shown


def test_lines_hold_their_width_and_say_where_they_were_cut():
    """A word without spaces is broken too."""
    assert lines_of("one two three four", 9, most=2) == ["one two", "three…"] or lines_of(
        "one two three four", 9, most=2
    )
    assert [len(line) for line in lines_of("x" * 50, 10, most=3)] == [10, 10, 10]
    assert lines_of("x" * 50, 10, most=3)[-1].endswith("…")
    assert lines_of("", 10) == [""]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.1", "0.1"),
        ("1234567890", "1234567890"),
        ("0.123456789012", "0.123457"),
        ("1E+30", "1e+30"),
        ("1.0E+35", "1e+35"),
        ("1E-30", "1e-30"),
        ("0E+34", "0"),
    ],
)
def test_figures_are_exact_where_short(value, text):
    """Else six digits and an exponent."""
    assert figure(Decimal(value)) == text


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        (["0", "0.8"], ["0.0", "0.2", "0.4", "0.6", "0.8"]),
        (["0", "26.4"], ["0", "10", "20", "30"]),
        (["-9", "0"], ["-10", "-8", "-6", "-4", "-2", "0"]),
        (["0"], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ],
)
def test_linear_axes_take_whole_steps_around_their_values(values, ticks):
    """Both ends are named."""
    span = linear_span([Decimal(value) for value in values])

    assert list(span.ticks) == [Decimal(tick) for tick in ticks]
    assert (span.low, span.high) == (span.ticks[0], span.ticks[-1])


def test_logarithmic_axes_name_few_round_values():
    """Over many decades only some of them."""
    assert list(logarithmic_span([Decimal(4), Decimal(250)]).ticks) == [5, 10, 20, 50, 100, 200]
    assert 2 <= len(logarithmic_span([Decimal("1E-20"), Decimal("1E+20")]).ticks) <= 6


def test_a_row_that_would_shrink_to_a_dot_shares_no_scale():
    """Five percent of the whole is the least."""
    extents = [(Decimal(0), Decimal(100)), (Decimal(0), Decimal(4))]

    assert not shares_room(extents, least_percent=5)
    assert shares_room(extents, least_percent=4)


def test_a_tall_picture_is_printed_on_several_sheets_with_one_heading():
    """Panels stay whole and in order; a picture that is not stacked stays as it is."""
    panels = [words(["x"] * 30, width=300) for _ in range(5)]
    parts = sheets(stacked(panels, title="t", subtitle=(), says="s", width=300))

    assert [2, 2, 1] == [len(part["vconcat"]) for part in parts]
    assert [True, False, False] == ["title" in part for part in parts]
    assert sheets({"layer": []}) == [{"layer": []}]


def test_print_keeps_the_light_whatever_the_reader_s_screen():
    """The dark is a matter of screens; every colour of the light has a counterpart there and is unlike any other."""
    drawn = following('<svg width="9"><g/></svg>', says='a "b" <c>')

    assert "@media screen and (prefers-color-scheme:dark)" in drawn
    assert 'aria-label="a &quot;b&quot; &lt;c&gt;"' in drawn
    assert len(set(DARK.values())) == len(DARK)


def test_a_page_escapes_every_text_and_loads_nothing():
    """Title, sentences, heads and cells are texts, whatever they hold."""
    bad = "<img src=https://e.example/x onerror=alert(1)>\u202e"
    picture = Picture(
        title=bad,
        wide={},
        above=(bad,),
        below=(bad,),
        table=Table(heads=(bad,), rows=((bad,),), figures=frozenset({0})),
    )
    text = page(picture, wide=["<svg></svg>"], narrow="<svg></svg>")

    assert "<img" not in text
    assert "\u202e" not in text
    assert text.count("&lt;img") == 7
    assert "default-src &#x27;none&#x27;" in text
    assert "<script" not in text
