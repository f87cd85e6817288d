# SPDX-License-Identifier: Apache-2.0
"""The picture's specification and page: one mark per comparison with an answer, colours that follow the reader."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

from ruleout.analysis.record import BarJudged, Bearing, CaseJudged, Determined, RecordDeparture, Says, Side
from ruleout.analysis.record_totals import tally_of
from ruleout.model.verdict import Verdict
from ruleout.reports.pictures.frame import page
from ruleout.reports.pictures.style import following
from ruleout.reports.pictures.zone_chart import UNCROSSED, UNFOLLOWED, zone_picture, zone_spec


def bar(crossed: Verdict, *, bearing: Bearing = Bearing.RULING_OUT) -> BarJudged:
    return BarJudged(
        evaluation="test",
        bar="0.5",
        kind="rule_out",
        crossed=crossed,
        supported=Verdict.UNKNOWN,
        crossed_when=">=",
        value="0.6",
        bearing=bearing,
        because="",
    )


def case(*bars: BarJudged, id_: str = "lab-model") -> CaseJudged:
    departure = RecordDeparture(
        evaluation="test",
        bar="0.5",
        kind="rule_out",
        direction=Side.BELOW,
        bearing=Bearing.RULING_OUT,
        supported=Verdict.UNKNOWN,
    )
    return CaseJudged(
        id=id_,
        developer="Lab",
        model="Model",
        domain="bio",
        released=date(2026, 1, 5),
        figures=bars,
        figures_say=Says.CANNOT_RULE_OUT,
        figures_support=Says.CANNOT_RULE_OUT,
        determined=Determined.NOT_REACHED,
        precaution=False,
        departures=(departure,),
    )


def test_each_answer_is_one_mark_and_unknowns_are_none():
    """A row holds crossed marks first; what cannot be compared is not drawn as if it were not crossed."""
    spec = zone_spec([case(bar(Verdict.NO), bar(Verdict.YES), bar(Verdict.UNKNOWN))])

    assert spec is not None
    marks = spec["layer"][0]["data"]["values"]
    assert ["crossed, determination below it", "not crossed"] == [mark["kind"] for mark in marks]
    assert [1, 2] == [mark["place"] for mark in marks]


def test_what_is_not_drawn_is_counted_in_words():
    """Cases without a date or an answer leave a sentence, not a silence."""
    cases = [case(bar(Verdict.YES)), case(bar(Verdict.UNKNOWN)), replace(case(bar(Verdict.NO)), released=None)]
    spec = zone_spec(cases)

    assert spec is not None
    assert len(spec["layer"][1]["data"]["values"]) == 1
    assert any(line.startswith("2 cases have no figure") for line in spec["title"]["subtitle"])


def test_nothing_to_draw_is_no_picture():
    """No cases, or none that can be drawn, give None."""
    assert zone_spec([]) is None
    assert zone_spec([case(bar(Verdict.UNKNOWN))]) is None


def test_the_specification_is_plain_json_with_named_axes():
    """It serialises as it stands, loads nothing, and its axis says what is counted."""
    spec = zone_spec([case(bar(Verdict.YES))])
    text = json.dumps(spec, allow_nan=False)

    assert "Figures held against stated bars (number)" in text
    assert '"url"' not in text


def test_every_colour_has_its_dark_counterpart():
    """In the dark no colour of the light picture is left."""
    drawn = following(f'<svg width="9"><path fill="{UNFOLLOWED}" stroke="{UNCROSSED}"/></svg>')

    for colour in re.findall(r'<path fill="(#\w+)" stroke="(#\w+)"', drawn)[0]:
        assert re.search(rf'\[fill="{colour}"\]\{{fill:#\w+\}}', drawn)
        assert re.search(rf'\[stroke="{colour}"\]\{{stroke:#\w+\}}', drawn)


def test_names_on_the_page_are_escaped():
    """A case's id is other people's text."""
    hostile = case(bar(Verdict.YES), id_="<script>alert(1)</script>")
    picture = zone_picture([hostile], tally_of([hostile]))

    assert picture is not None
    text = page(picture, wide=["<svg></svg>"])

    assert "<script>" not in text
    assert "&lt;script&gt;" in text
