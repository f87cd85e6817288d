# SPDX-License-Identifier: Apache-2.0
"""Horizons, trend and crossing are drawn as they are given, with the dates of the crossing in words (S-5)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.unit.reports.pictures import examples, hostile

from ruleout.errors import BadInput, RuleoutError
from ruleout.model.canonical import digest_of
from ruleout.reports.pictures.horizon_chart import NARROW, Crossing, HorizonPoint, TrendBand, trend_picture, trend_spec
from ruleout.reports.pictures.horizon_document import parse_horizons
from ruleout.reports.pictures.horizon_values import crossing_text, length_text
from ruleout.reports.pictures.labels import Spot, labels_beside

DIGESTS = {
    "wide": "bb56f7328b4f6437c72334a1a98b56a4afc9595b0eed5d57cd5756a403265097",
    "narrow": "c036a054a2f37146acad0af35ef12bf03e1a6de72549017e4395f76dee3d5f81",
}
DAY = date(2025, 1, 1)


def point(p50: str, *, name: str = "m", day: date = DAY, low: str | None = None, high: str | None = None):
    ends = [None if end is None else Decimal(end) for end in (low, high)]
    return HorizonPoint(model=name, released=day, p50=Decimal(p50), low=ends[0], high=ends[1])


def crossing(earliest: date | None, latest: date | None, central: date | None = None) -> Crossing:
    return Crossing(bar=Decimal(2400), earliest=earliest, central=central, latest=latest)


def parse(value: object):
    return parse_horizons(json.dumps(value).encode(), file="h.json")


def test_the_specification_holds_the_given_figures_as_text():
    """Points with their ends, the band on its days, the bar."""
    told = parse_horizons(examples.HORIZONS.read_bytes(), file="horizons.json")
    drawn = hostile.data_of(trend_spec(told.points, told.band, told.crossing))
    points = {row["p50"]: (row["low"], row["high"]) for row in drawn if "p50" in row}

    assert points == {
        "6": ("3.3", "11.4"),
        "9": ("4.95", "17.1"),
        "20": (None, None),
        "40": ("22", "76"),
        "58": ("31.9", "110.2"),
        "130": ("71.5", "247"),
    }
    assert told.band is not None
    assert [row["central"] for row in drawn if "central" in row][:5] == [format(c, "f") for c in told.band.central]
    assert {row["bar"] for row in drawn if "bar" in row} == {"2400"}


@pytest.mark.parametrize(
    ("earliest", "latest", "text"),
    [
        (DAY, date(2026, 2, 3), "crosses 40 h between 2025-01-01 and 2026-02-03"),
        (DAY, None, "crosses 40 h not before 2025-01-01; how late is not known"),
        (None, DAY, "crosses 40 h by 2025-01-01; how early is not known"),
        (None, None, "is not known to cross 40 h"),
    ],
)
def test_a_crossing_is_told_with_what_is_not_known_of_it(earliest, latest, text):
    """An open end is never filled with a date."""
    assert crossing_text(crossing(earliest, latest)) == text


def test_days_are_numbers_so_that_no_time_zone_moves_them():
    """1 January 2025 is day 20089 of the epoch on every machine."""
    drawn = hostile.data_of(trend_spec([point("5")], None, None))

    assert [row["day"] for row in drawn if "p50" in row] == [20089] * 3


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        ("0.04", "2.4 s"),
        ("0.5", "30 s"),
        ("1", "1 min"),
        ("59.2", "59.2 min"),
        ("60", "1 h"),
        ("137", "2.28 h"),
        ("2400", "40 h"),
    ],
)
def test_lengths_are_told_in_the_unit_people_use(minutes, text):
    """Seconds, minutes, hours, three digits."""
    assert length_text(Decimal(minutes)) == text


@pytest.mark.parametrize("value", ["0.0001", "2.5", "700", "999999999999"])
def test_a_single_point_of_any_size_has_an_axis_with_names(value):
    """Two named lines or more, unless the length lies beyond all that have names."""
    drawn = hostile.data_of(trend_spec([point(value)], None, None, layout=NARROW))
    names = [row["name"] for row in drawn if "length" in row]

    assert names
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("days", [[date.max], [date.min], [date.min, date.max]])
def test_the_first_and_the_last_day_of_the_calendar_are_drawn(days: list[date]):
    """There is no room beyond them, and the axis ends there."""
    spec = trend_spec([point("3", day=day) for day in days], None, None)

    assert sum("p50" in row for row in hostile.data_of(spec)) >= len(days)


def test_forty_points_are_numbered_in_order_of_release_and_all_named():
    """Names stand in a list, so long ones cover nothing; the numbers lead to them."""
    points = [point(str(n + 1), name=f"model {n}", day=DAY + timedelta(days=40 - n)) for n in range(40)]
    drawn = hostile.data_of(trend_spec(points, None, None))
    names = sorted((row["name"] for row in drawn if "column" in row), key=lambda name: int(name.split()[0]))

    assert len(names) == 40
    assert names[0] == "1 · 40 min · model 39"


def test_numbers_beside_points_avoid_each_other_and_the_edges():
    """Two points at one place get their numbers on different sides; nothing stands outside."""
    spot = Spot(x=50, y=50, top=40, bottom=60)
    beside = labels_beside([spot, spot, Spot(x=98, y=50, top=50, bottom=50)], within=(0, 100))

    assert beside[0] != beside[1]
    assert beside[2][0] + 98 <= 92


def test_nothing_to_draw_is_no_picture():
    """No points and no trend."""
    assert trend_picture([], None, None, title="t") is None


def test_a_band_alone_is_drawn():
    """A forecast can be shown without its points."""
    days, values = (DAY, DAY + timedelta(days=900)), (Decimal(60), Decimal(600))
    band = TrendBand(dates=days, central=values, low=values, high=values)
    picture = trend_picture([], band, crossing(None, None), title="t")

    assert picture is not None
    assert picture.table.rows == ()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"points": [{"model": "m", "released": "2025-01-01", "p50": 0}]}, "a number"),
        ({"points": [{"model": "m", "released": "2025-01-01", "p50": "NaN"}]}, "a number"),
        ({"points": [{"model": "m", "released": "2025-01-01", "p50": "1" * 99}]}, "a number"),
        ({"points": [{"model": "m", "released": "soon", "p50": 1}]}, "a date such as 2025-05-14"),
        ({"points": [{"model": "m", "p50": 1}]}, "the field 'released'"),
        ({"pionts": []}, "one of the fields"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_its_place(change, fault):
    """Nothing is drawn from what is not understood."""
    with pytest.raises(BadInput) as caught:
        parse(change)
    assert fault in str(caught.value.problems[0])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"points": [{"model": "m", "released": "2025-01-01", "p50": 1, "low": 0.5}]}, "expected both"),
        ({"points": [{"model": "m", "released": "2025-01-01", "p50": 1, "low": 2, "high": 3}]}, "low <= p50 <= high"),
        ({"trend": [{"date": "2025-01-01", "central": 1, "low": 2, "high": 3}]}, "low <= central <= high"),
        ({"crossing": {"bar": 60, "earliest": "2026-01-01", "latest": "2025-01-01"}}, "earliest <= central"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(change, fault):
    """An interval that does not hold its value would be drawn as if it did."""
    with pytest.raises(RuleoutError, match=fault):
        parse(change)


@pytest.mark.parametrize("text", hostile.HOSTILE)
def test_names_of_models_are_cut_and_visible(text):
    """They come from a file."""
    picture = trend_picture([point("5", name=text)], None, None, title=text)

    assert picture is not None
    assert "\u202e" not in str(picture.wide)
    assert max(len(row["name"]) for row in hostile.data_of(picture.wide) if "column" in row) < 60


@pytest.mark.parametrize("kind", ["wide", "narrow"])
def test_the_same_horizons_give_the_same_bytes_without_floats(kind):
    """The specification is canonical JSON, the same today as when this was written."""
    spec = getattr(examples.trend(), kind)

    assert list(hostile.numbers_of(spec)) == []
    assert digest_of(spec) == DIGESTS[kind]
