# SPDX-License-Identifier: Apache-2.0
"""Runs vectors/clocks/*.yaml: what a regime makes of events, worked out by hand, and checked a second way (A-3)."""

from __future__ import annotations

import calendar as months
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import yaml
from tests import duty_builders as b

from ruleout.accountability.duties import calendar_of
from ruleout.adapters.zones import zone_of
from ruleout.documents.time_limits import parse_limit
from ruleout.model.clock import Limit, TimeUnit
from ruleout.model.duty import Acts, AgreedCadence, LegalDuty, Regime, Term
from ruleout.model.occurrence import Occurrence

FOLDER = b.ROOT / "vectors" / "clocks"
FIELDS = {
    "why", "regime", "clock", "duty", "events", "done", "done-of", "cadence", "about", "period", "at", "ends", "opens",
    "none", "open", "status",
}  # fmt: skip
FAR = "2027-04-01T00:00:00Z"
VECTORS = [
    pytest.param({"regime": path.stem, **vector}, id=f"{path.stem}: {vector['why']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for vector in yaml.safe_load(path.read_text(encoding="utf-8"))["vectors"]
]


def regime_named(name: str) -> Regime:
    return b.framework_regime("3.4") if name == "anthropic-rsp" else b.law(name)


def acts_of(vector: dict[str, Any]) -> Acts:
    regime, duty = vector["regime"], vector["duty"]
    done = {duty: vector.get("done", []), **vector.get("done-of", {})}
    own = vector.get("cadence")
    cadence = () if own is None else (AgreedCadence(
        regime=regime, duty=duty, every=parse_limit(own["every"]), at=b.instant(own["at"]),
        last_day=own.get("until"), agreed_by=own.get("agreed-by", ""), entry="duty/schedule/1",
    ),)  # fmt: skip
    return Acts(
        happenings=tuple(b.happening(text, i) for i, text in enumerate(vector.get("events", []))),
        deliveries=tuple(b.delivery(regime, name, t, i) for name, told in done.items() for i, t in enumerate(told)),
        cadences=cadence,
    )


def found(vector: dict[str, Any]) -> list[Occurrence]:
    """The occurrences of the vector's duty and thing, in order."""
    at = b.instant(vector.get("at", FAR))
    until = at + timedelta(days=3 * 365)
    every = calendar_of((regime_named(vector["regime"]),), acts_of(vector), at=at, horizon=until)
    return [o for o in every if o.duty.id == vector["duty"] and o.about == vector.get("about", "")]


def duty_of(vector: dict[str, Any]) -> LegalDuty:
    return next(d for d in regime_named(vector["regime"]).duties if d.id == vector["duty"])


@pytest.mark.parametrize("vector", VECTORS)
def test_a_clock_runs_as_its_vector_says(vector: dict[str, Any]):
    """Deadline, opening and standing are exactly those worked out by hand."""
    assert vector.keys() <= FIELDS, "an unknown field in a vector"
    assert vector["why"].endswith(".")
    assert duty_of(vector).clock == vector["clock"]

    occurrences = found(vector)
    if vector.get("none"):
        assert occurrences == []
        return
    one = occurrences[vector.get("period", 1) - 1]
    if vector.get("open"):
        assert one.deadline is None
    else:
        assert one.deadline.ends == b.instant(vector["ends"])
    assert vector.get("opens", one.opens and one.opens.isoformat()) == (one.opens and one.opens.isoformat())
    assert one.status.value == vector.get("status", one.status.value)


def test_every_clock_and_retention_period_has_a_vector():
    """Each duty of each shipped regime is shown by one at least, and there are no fewer than before."""
    shown = {(p.values[0]["regime"], p.values[0]["duty"]) for p in VECTORS}
    clocks = {p.values[0]["clock"] for p in VECTORS}

    assert {(name, duty.id) for name in b.LAWS for duty in b.law(name).duties} - shown == set()
    assert {f"C{n}" for n in range(1, 33)} | {f"R{n}" for n in range(1, 5)} <= clocks
    assert len(VECTORS) >= 150


def test_every_shipped_clock_is_one_of_the_list():
    """The list of clocks C1 to C32 and R1 to R4 stands in the files; only what has no time has no clock."""
    clocks = {duty.clock for name in b.LAWS for duty in b.law(name).duties if duty.clock or duty.limit is not None}

    assert clocks == {f"C{n}" for n in range(1, 33)} | {f"R{n}" for n in range(1, 5)}


# --- the same values, reckoned another way ----------------------------------------------------------------------------


def months_later(day: date, count: int) -> date:
    """By counting months one at a time, the day clipped once at the end."""
    year, month = day.year, day.month
    for _ in range(count):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


def business_days_later(day: date, count: int) -> date:
    """Whole weeks first, then the rest a day at a time, from the Friday before where the start is a weekend."""
    while day.isoweekday() > 5:
        day = date.fromordinal(day.toordinal() - 1)
    weeks, rest = divmod(count, 5)
    ordinal = day.toordinal() + 7 * weeks + (rest + 2 if day.isoweekday() + rest > 5 else rest)
    return date.fromordinal(ordinal)


def day_after(day: date, limit: Limit) -> date:
    """The first day that is late."""
    match limit.unit:
        case TimeUnit.MONTHS | TimeUnit.YEARS:
            last = months_later(day, limit.count * (12 if limit.unit is TimeUnit.YEARS else 1))
        case TimeUnit.BUSINESS_DAYS:
            last = business_days_later(day, limit.count)
        case _:
            last = date.fromordinal(day.toordinal() + limit.count * (7 if limit.unit is TimeUnit.WEEKS else 1))
    return date.fromordinal(last.toordinal() + 1)


def is_plain(vector: dict[str, Any]) -> bool:
    """Whether one event after the law began and one time give the deadline, with nothing in between."""
    duty = duty_of(vector)
    plain = {"why", "regime", "clock", "duty", "events", "about", "ends", "at", "status", "opens", "done"}
    early = duty.term is Term.BEFORE or duty.first or duty.is_later_of or len(vector.get("events", [])) != 1
    if vector.keys() - plain or early or "ends" not in vector:
        return False
    at = b.instant(vector["events"][0].split(" ")[1])
    return at.astimezone(regime_named(vector["regime"]).calendar.zone).date() >= duty.from_day


PLAIN = [parameter for parameter in VECTORS if is_plain(parameter.values[0])]


@pytest.mark.parametrize("vector", PLAIN)
def test_a_plain_vector_is_right_by_other_arithmetic(vector: dict[str, Any]):
    """The value by hand agrees with elapsed seconds, or with days counted by ordinals in the place's own calendar."""
    limit, zone = duty_of(vector).limit, regime_named(vector["regime"]).calendar.zone
    event, ends = b.instant(vector["events"][0].split(" ")[1]), b.instant(vector["ends"])

    assert ends.utcoffset() == ends.astimezone(zone).utcoffset(), "the offset is not the place's own"
    if limit.unit is TimeUnit.HOURS:
        assert (ends.timestamp() - event.timestamp()) / 3600 == limit.count
        return
    day = event.astimezone(zone).date()
    assert ends.replace(tzinfo=None) == datetime.combine(day_after(day, limit), datetime.min.time())


def test_most_vectors_are_reckoned_twice():
    """The second way is no ornament."""
    assert len(PLAIN) >= 70
    assert zone_of("Europe/Brussels") is b.law("eu").calendar.zone
