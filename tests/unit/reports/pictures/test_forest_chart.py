# SPDX-License-Identifier: Apache-2.0
"""The forest plot draws each finding's own figures against its own bars, and nothing else (D-2, S-1)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.reports.pictures import examples, hostile
from tests.unit.reports.pictures.examples import estimate, finding, weighed

from ruleout.app.pictures import picture_of_decision
from ruleout.errors import RuleoutError
from ruleout.model.canonical import canonical, digest_of
from ruleout.model.decision import DISCLAIMER
from ruleout.model.evidence import Comparison, Direction
from ruleout.model.plain import decimal_text
from ruleout.reports.pictures.forest_chart import NARROW, WIDE, forest_picture, forest_spec
from ruleout.reports.pictures.forest_rows import forest_rows, forest_table, groups_of, span_of

DIGESTS = {
    "wide": "c9c76e32d9f31463480c9d86b85469549eb34e7561912198d2bbb526d2491541",
    "narrow": "0b494f327140a1ea8382f9ed99fd224cbb3e567927b88cfd77e4d4dbfaea1b75",
}


def rows_of(*findings, units=None):
    return forest_rows(weighed(("t", findings)), units or {})


def test_the_specification_holds_the_findings_own_figures_as_text():
    """Point, bounds and bars stand there as the estimate and the indicator have them, digit by digit."""
    decision, case = examples.forest_parts()
    picture = forest_picture(decision, case)

    assert picture is not None
    drawn = hostile.data_of(picture.wide)
    found = [f for t in decision.thresholds for f in t.indicators]
    points = [(row["value"], row["lower"], row["upper"]) for row in drawn if "indicator" in row]
    own = [f.estimate for f in found if f.estimate is not None]
    text = {e: [None if v is None else decimal_text(v) for v in (e.value, e.lower, e.upper)] for e in own}
    bars = [row["bar"] for row in drawn if "bar" in row]

    assert [tuple(text[e]) for e in own] == [p for at, p in enumerate(points) if p not in points[:at]]
    assert sorted(set(bars)) == ["0.1", "0.4", "0.5", "0.8", "2.8", "5"]
    assert [row["indicator"] for row in picture.data["rows"]] == [f.indicator.id for f in found]


def test_the_table_holds_the_same_figures_and_the_whole_reason():
    """What the picture shortens stands in the table exactly."""
    long = "no attempt has a usable score; " * 9
    (row,) = forest_table(rows_of(finding("i", None, Comparison.INCONCLUSIVE, long))).rows

    assert (row[2], row[3], row[6], row[9], row[10]) == (
        "inconclusive",
        "",
        "no estimate",
        "rule-out < 0.1 · reached ≥ 0.8",
        long,
    )


def test_a_point_without_interval_is_hollow_and_says_so():
    """A printed value without bounds may not look like one with very narrow bounds."""
    spec = forest_spec(rows_of(finding("i", estimate("0.3"))), title="t", said=())
    drawn = hostile.data_of(spec)

    assert [row["fill"] for row in drawn if "indicator" in row] == ["hollow"]
    assert ["0.3, no interval published"] == [row["figures"] for row in drawn if "figures" in row]


def test_a_row_without_an_estimate_has_words_and_no_marks():
    """Its bars alone would look like a measurement at nothing."""
    spec = forest_spec(
        rows_of(finding("i", None, Comparison.INCONCLUSIVE, "expected 60 tasks, got 41")), title="t", said=()
    )
    drawn = hostile.data_of(spec)

    assert [row["figures"] for row in drawn if "figures" in row] == ["expected 60 tasks, got 41"]
    assert not [row for row in drawn if "bar" in row or "indicator" in row]


def test_the_level_is_stated_and_a_margin_and_the_direction_show_in_the_bar():
    """99 % bounds are not called 95 %, and where low is the concern the relation turns round."""
    low = finding(
        "i",
        estimate("0.9", "0.85", "0.95", alpha=Decimal("0.01")),
        direction=Direction.LOW,
        margin=Decimal("0.02"),
    )
    (row,) = rows_of(low)

    assert row.interval == "one-sided 99 %"
    assert [bar.words(decimal_text) for bar in row.bars] == ["rule-out > 0.1 by 0.02", "reached ≤ 0.8"]


def test_rows_of_one_unit_share_a_scale_only_while_each_stays_readable():
    """Proportions share; another unit, no unit, and a row that would shrink to a dot do not."""
    near = [finding(name, estimate("0.2", "0.1", "0.4")) for name in "ab"]
    far = finding("far", estimate("900", "800", "1000"), rule_out="500", reached=None)
    no_unit = finding("bare", estimate("0.2"))
    rows = rows_of(*near, far, no_unit, units={"a": "proportion", "b": "proportion", "far": "proportion"})

    assert [[row.indicator for row in group] for group in groups_of(rows)] == [["a", "b"], ["far"], ["bare"]]


def test_forty_rows_come_under_axes_of_at_most_twelve():
    """The axis stays in sight, and nothing is left out."""
    rows = rows_of(
        *(finding(f"i{n}", estimate("0.2", "0.1", "0.4")) for n in range(40)),
        units={f"i{n}": "proportion" for n in range(40)},
    )

    assert [12, 12, 12, 4] == [len(group) for group in groups_of(rows)]


@pytest.mark.parametrize(
    ("unit", "value", "logarithmic"), [("x", "80", True), ("x", "4", False), ("", "80", False), ("x", "-80", False)]
)
def test_ratios_far_apart_are_logarithmic_and_nothing_else_is(unit, value, logarithmic):
    """A ratio of 80 beside a bar of 2; never a value that has no logarithm."""
    span = span_of(rows_of(finding("i", estimate(value), rule_out="2", reached=None), units={"i": unit}))

    assert span is not None
    assert span.logarithmic is logarithmic


def test_each_threshold_has_its_heading_once():
    """However many panels its rows need."""
    spec = forest_spec(
        forest_rows(weighed(("a", (finding("i", estimate("1")), finding("j", estimate("2")))), ("b", ())), {}),
        title="t",
        said=(),
    )

    assert [["a: ruled out"]] == [panel["title"]["text"] for panel in spec["vconcat"] if "title" in panel]


def test_the_disclaimer_stands_under_the_picture_and_on_the_page():
    """Nobody may take a picture of clear indicators for a statement that a model is safe."""
    picture = examples.forest()

    assert DISCLAIMER in " ".join(row["line"] for row in hostile.data_of(picture.wide) if "line" in row)
    assert picture.below == (DISCLAIMER,)


def test_a_page_does_not_say_of_bars_what_only_a_record_can_show():
    """What the decision remarks on the bars of an indicator stands on its page; other notes do not."""
    decision, case = examples.forest_parts()
    name = decision.thresholds[0].indicators[0].indicator.id
    late = f"{name}: its bars were first recorded on 2026-11-28, after the evaluation of 2026-11-22"
    picture = forest_picture(replace(decision, notes=("nobody: something else", late)), case)

    assert picture.below == (late, DISCLAIMER)
    assert "fixed in advance" not in " ".join(picture.above)
    assert "only a record can show" in " ".join(picture.above)


def test_a_decision_without_indicators_is_no_picture():
    """An empty picture would look like an all-clear."""
    decision, case = examples.forest_parts()

    assert forest_picture(replace(decision, thresholds=()), case) is None
    with pytest.raises(RuleoutError, match="nothing to draw"):
        picture_of_decision(replace(decision, thresholds=()), case)


@pytest.mark.parametrize("value", ["1E+30", "-1E+30", "1E-30", "0"])
def test_extreme_values_keep_their_scale_and_short_labels(value):
    """Ends hold the value, few ticks, and labels that fit."""
    span = span_of(rows_of(finding("i", estimate(value), rule_out="0", reached=None)))

    assert span is not None
    assert span.low <= Decimal(value) <= span.high
    assert 2 <= len(span.ticks) <= 8
    assert len(span.axis()["labelExpr"]) < 2000


@pytest.mark.parametrize("text", hostile.HOSTILE)
def test_texts_of_others_stay_short_and_in_canonical_text(text):
    """Names and reasons are cut, made visible, and never part of an expression."""
    rows = rows_of(replace(finding("i", None, Comparison.INCONCLUSIVE, text), evidence=text), units={text: text})
    rows = [replace(row, indicator=text, threshold=text) for row in (*rows, *rows_of(finding("j", estimate("1"))))]
    spec = forest_spec(rows, title=text, said=(text,))
    words = [v for row in hostile.data_of(spec) for v in row.values() if isinstance(v, str) and "\n" not in v]

    assert b"\\u001b" not in canonical(spec)
    assert "\u202e" not in str(spec)
    assert max(len(word) for word in words if word != text) < 200


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_same_findings_give_the_same_bytes_without_floats(layout):
    """The specification is canonical JSON, the same today as when this was written."""
    decision, case = examples.forest_parts()
    spec = forest_picture(decision, case)

    assert spec is not None
    made = spec.wide if layout is WIDE else spec.narrow
    assert list(hostile.numbers_of(made)) == []
    assert digest_of(made) == DIGESTS["wide" if layout is WIDE else "narrow"]
