# SPDX-License-Identifier: Apache-2.0
"""Closed vocabularies, periods, and the plain form of values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from ruleout.model.clause import Period
from ruleout.model.framework import FrameworkId, Grade
from ruleout.model.outcome import Force, Outcome
from ruleout.model.plain import plain


def test_outcomes_are_ordered_by_severity() -> None:
    """Proceed < restrict < hold < stop (D-7)."""
    assert sorted([Outcome.STOP, Outcome.HOLD, Outcome.PROCEED, Outcome.RESTRICT]) == [
        Outcome.PROCEED,
        Outcome.RESTRICT,
        Outcome.HOLD,
        Outcome.STOP,
    ]
    assert [o.opens for o in Outcome] == [True, True, False, False]
    with pytest.raises(TypeError):
        assert Outcome.HOLD < 3


def test_goals_and_recommendations_never_gate() -> None:
    """Only law, binding rules and plans decide (D-7)."""
    assert [f for f in Force if f.gates] == [Force.LAW, Force.BINDING, Force.PLAN]


def test_grades_rise() -> None:
    """A better-known fact has a higher rank."""
    assert [g.rank for g in Grade] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        (date(2025, 8, 31), Period(months=6), date(2026, 2, 28)),
        (date(2024, 2, 29), Period(years=1), date(2025, 2, 28)),
        (date(2025, 11, 30), Period(months=1), date(2025, 12, 30)),
        (date(2025, 12, 31), Period(months=1, days=1), date(2026, 2, 1)),
        (date(2026, 1, 1), Period(days=14), date(2026, 1, 15)),
    ],
)
def test_period_is_added_in_calendar_units(start: date, period: Period, end: date) -> None:
    """The day is clipped to the month's last day."""
    assert period.after(start) == end


def test_period_reads_as_words() -> None:
    """Units are counted in words."""
    assert str(Period(years=1, months=6)) == "1 year 6 months"
    assert str(Period()) == "0 days"


def test_plain_form_has_one_spelling_per_value() -> None:
    """Equal values give equal text; instants are in UTC."""
    east = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))

    assert plain([Decimal("0.60"), Decimal("1E+2"), Decimal("-0.0"), Decimal(10)]) == ["0.6", "100", "0", "10"]
    assert plain(east) == plain(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"
    assert plain({"on": date(2026, 1, 1), "x": (Outcome.HOLD, None, True)}) == {
        "on": "2026-01-01",
        "x": ["hold", None, True],
    }
    assert plain(FrameworkId(name="a", version="1")) == {"name": "a", "version": "1"}


def test_float_has_no_plain_form() -> None:
    """No float reaches canonical bytes (D-12)."""
    with pytest.raises(TypeError, match="float"):
        plain({"x": 0.1})
