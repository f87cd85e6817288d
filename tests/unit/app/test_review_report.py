# SPDX-License-Identifier: Apache-2.0
"""A report as a reviewer is shown it: its pieces, holes, and what of it the public is not shown (A-8, A-9)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.review_builders import COUNTS, SECRET, field, part, publication, said, section

from ruleout.accountability.reporting.publication import Hole
from ruleout.app.reviews.report import _name, _pieces, _title
from ruleout.app.reviews.statements import blocks_of
from ruleout.model.report_shown import ShownRow, ShownSection, ShownStatement, ShownTable, ShownText
from ruleout.reports.reviews.sections_html import section_html

FIELD = field("Counted", said("It is counted."), said(SECRET), table=COUNTS)
HOLE = Hole(
    digest="A" * 43, standing="redacted", redaction_class="cybersecurity", justification="not mended", material="yes"
)


def shown(own, public) -> list[ShownText]:
    """Every text of a field."""
    return list(
        ShownSection(id="s", title="S", public_id="s", public_title="S", blocks=tuple(blocks_of(own, public))).texts
    )


def test_what_the_public_is_not_shown_is_marked_with_its_ground():
    """A sentence, a cell, a row, a table, or all of a field: each text below the hole is marked, and no other."""
    row = COUNTS.rows[1]
    cell = replace(COUNTS, rows=(COUNTS.rows[0], replace(row, cells=("vendor platform", HOLE, row.cells[2]))))
    copies = {
        "sentence": (replace(FIELD, statements=(FIELD.statements[0], replace(FIELD.statements[1], says=HOLE))), [1]),
        "statement": (replace(FIELD, statements=(FIELD.statements[0], HOLE)), [1]),
        "statements": (replace(FIELD, statements=HOLE), [0, 1]),
        "cell": (replace(FIELD, table=cell), [6]),
        "row": (replace(FIELD, table=replace(COUNTS, rows=(COUNTS.rows[0], HOLE))), [5, 6, 7]),
        "rows": (replace(FIELD, table=replace(COUNTS, rows=HOLE)), [2, 3, 4, 5, 6, 7]),
        "table": (replace(FIELD, table=HOLE), [2, 3, 4, 5, 6, 7]),
        "field": (HOLE, list(range(8))),
        "nothing": (FIELD, []),
    }

    for name, (public, marked) in copies.items():
        texts = shown(FIELD, public)
        assert marked == [at for at, one in enumerate(texts) if one.not_public], name
        assert {"cybersecurity, material: not mended"} >= {one.not_public for one in texts if one.not_public}, name


def test_what_reviewers_are_not_shown_is_a_hole_where_it_stands():
    """A sentence, a cell, a row: the digest, the ground, and nothing of the words."""
    row = replace(COUNTS.rows[1], cells=("vendor platform", HOLE, "0.0469"))
    own = replace(FIELD, statements=(said("It is counted."), HOLE), table=replace(COUNTS, rows=(HOLE, row)))
    texts = shown(own, own)

    assert ["It is counted.", "", "", "vendor platform", "", "0.0469"] == [one.says for one in texts]
    assert {("A" * 43, "redacted", "cybersecurity")} == {
        (one.hole, one.standing, one.hole_class) for one in texts if one.hole
    }


def test_a_piece_is_drawn_with_headings_tables_holes_and_marks():
    """Words are escaped; a hole names its digest; a mark says why; a row names its entries."""
    blocks = (
        ShownStatement(text=ShownText(says="a <b> & c", not_public="ip: <i>"), entries=("e/1",), topic="One"),
        ShownStatement(text=ShownText(says="", hole="A" * 43), topic="One"),
        ShownTable(
            columns=("Task",), rows=(ShownRow(cells=(ShownText(says="<swe>"),), entries=("e/2",)),), topic="Two"
        ),
    )
    page = section_html(ShownSection(id="s", title="S", public_id="s", public_title="S", blocks=blocks))

    assert "a &lt;b&gt; &amp; c" in page
    assert "not public: ip: &lt;i&gt;" in page
    assert "No reason is recorded." in page
    assert '<td class="short" data-label="Task">&lt;swe&gt;</td>' in page
    assert page.count("<h3>") == 2
    assert all(name in page for name in ("e/1", "e/2", "A" * 43))


def drawn(*cells: ShownText) -> str:
    """A page with one table of one row."""
    row = ShownRow(cells=cells, entries=("e/1",))
    table = ShownTable(columns=tuple(f"column {at}" for at in range(len(cells))), rows=(row,), topic="One")
    return section_html(ShownSection(id="s", title="S", public_id="s", public_title="S", blocks=(table,)))


def test_rows_stand_as_lists_where_columns_would_be_cut_off():
    """Many columns, a long text in a few, or a hole; each cell names its column, and a small table stays one."""
    word = ShownText(says="autonomy-suite")

    assert 'class="wide"' in drawn(word, word)
    assert 'class="wide cards"' in drawn(*[word] * 12)
    assert 'class="wide cards"' in drawn(*[word] * 5, ShownText(says="Nine days without a watch. " * 12))
    assert 'class="wide cards"' in drawn(word, ShownText(says="", hole="A" * 43))
    assert drawn(*[word] * 12).count("data-label=") == 13


@pytest.mark.parametrize("each", ["", "threat model"])
def test_a_section_with_items_is_reviewed_item_by_item(each):
    """Each item is a piece of its own; a section without items is one piece."""
    two = (
        part(field("Risk", said("Low.")), id_="biology", title="Biology"),
        part(field("Risk", said("Low.")), id_="research", title="Research"),
    )
    report = publication(section("threat-models", "Threat models", *two, each=each), section("overall", "Overall"))
    names = [_name(report, place) for place in _pieces(report)]
    hidden = replace(report, sections=(replace(report.sections[0], parts=(HOLE, two[1])), HOLE))

    assert names == (["threat-models--biology", "threat-models--research"] if each else ["threat-models"]) + ["overall"]
    if each:
        told = [(_name(hidden, place), _title(hidden, place)) for place in _pieces(hidden)]
        assert told == [
            ("threat-models--item-1", "Threat models: item 1"),
            ("threat-models--research", "Threat models: Research"),
            ("section-2", "Section 2"),
        ]
