# SPDX-License-Identifier: Apache-2.0
"""One function says when something that has a last day has ended, and no other code compares a last day (A-5, A-12)."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.model.expiry import ends_by, first_instant_after, has_ended, last_day_after, utc_day

SOURCE = Path(__file__).resolve().parents[1] / "src" / "ruleout"
#: The one module that compares a last day.
HOME = "model/expiry.py"
#: What a last day is called in this code.
LAST_DAYS = ("valid_until", "until", "last_day", "last_days", "expires", "expiry", "fresh_days", "ends_on")

LAST = date(2027, 3, 31)
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds
DAYS = st.dates(date(1900, 1, 1), date(2999, 1, 1))


def compared(source: str) -> list[str]:
    """Comparisons by order of what is named as a last day, or of a period added to a day. Pure."""
    found = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Compare))
    orders = (node for node in found if any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops))
    return [f"line {node.lineno}: {ast.unparse(node)}" for node in orders if is_about_a_last_day(node)]


def is_about_a_last_day(node: ast.Compare) -> bool:
    parts = [part for operand in (node.left, *node.comparators) for part in ast.walk(operand)]
    names = [part.id for part in parts if isinstance(part, ast.Name)]
    names += [part.attr for part in parts if isinstance(part, ast.Attribute)]
    ends = any(name == word or name.endswith(f"_{word}") for name in names for word in LAST_DAYS)
    added = any(isinstance(part, ast.Attribute) and part.attr == "after" for part in parts)
    return ends or added


def test_no_other_module_compares_a_last_day():
    """Evidence, statements, facts, requests and permits all ask the one function."""
    modules = [path for path in sorted(SOURCE.rglob("*.py")) if path.relative_to(SOURCE).as_posix() != HOME]

    found = [f"{path.relative_to(SOURCE)}: {fault}" for path in modules for fault in compared(path.read_text("utf-8"))]

    assert len(modules) > 200
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "item.valid_until < on",
        "on > item.last_day",
        "if x is not None and until <= at.date(): pass",
        "on <= longest.after(dated)",
        "age > indicator.fresh_days",
        "grant.expires >= at",
        "low < claim_until < high",
    ],
)
def test_a_comparison_of_a_last_day_is_found(source):
    """The guard sees every way in which such a comparison was written here before."""
    assert len(compared(source)) == 1


@pytest.mark.parametrize("source", ["last_day is None", "valid_until == other", "has_ended(until, at)", "index < last"])
def test_what_does_not_compare_by_order_is_left_alone(source):
    """A guard that reports everything would be switched off."""
    assert compared(source) == []


@pytest.mark.parametrize(
    ("at", "ended"),
    [
        (datetime(2027, 3, 31, 0, 0, tzinfo=UTC), False),
        (datetime(2027, 3, 31, 23, 59, 59, 999_999, tzinfo=UTC), False),
        (datetime(2027, 4, 1, 0, 0, tzinfo=UTC), True),
        (datetime(2027, 4, 1, 9, 0, tzinfo=timezone(timedelta(hours=14))), False),
        (datetime(2027, 3, 31, 20, 0, tzinfo=timezone(-timedelta(hours=4))), True),
        (LAST, False),
        (LAST + timedelta(days=1), True),
    ],
)
def test_a_last_day_counts_to_its_last_moment_in_utc(at, ended):
    """The whole day counts, nothing of the next does, and the day is that of UTC whatever the zone of the instant."""
    assert has_ended(LAST, at) is ended


def test_what_has_no_last_day_does_not_end():
    """No end stated means no end by itself; whether one must be stated is asked elsewhere."""
    assert not has_ended(None, datetime(2999, 1, 1, tzinfo=UTC))
    assert not ends_by(None, date(2999, 1, 1))


def test_an_instant_without_a_zone_is_refused():
    """Nobody can say which day of UTC it falls on, and a guess would open or close a gate for hours."""
    with pytest.raises(ValueError, match="expected an instant with a time zone"):
        has_ended(LAST, datetime(2027, 4, 1))  # noqa: DTZ001  # the point of the test


@given(DAYS, INSTANTS, st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_expiry_is_monotone(last_day, at, later):
    """What has ended stays ended."""
    assert has_ended(last_day, at + later) >= has_ended(last_day, at)


@given(DAYS)
def test_the_first_instant_after_is_the_first_at_which_it_has_ended(last_day):
    """There is no moment between the last that counts and the first that does not."""
    first = first_instant_after(last_day)

    assert has_ended(last_day, first)
    assert not has_ended(last_day, first - timedelta(microseconds=1))


@given(DAYS, INSTANTS)
def test_a_reminder_for_the_day_before_agrees_with_the_end(last_day, at):
    """`ends_by` looks ahead with the same rule: what ends by yesterday has ended today."""
    assert ends_by(last_day, utc_day(at) - timedelta(days=1)) == has_ended(last_day, at)


def test_a_span_of_days_ends_where_the_calendar_does():
    """A log may state any date; counting days after it never overflows."""
    assert last_day_after(date(2027, 1, 1), 30) == date(2027, 1, 31)
    assert last_day_after(date(9999, 12, 1), 36_500) == date.max
