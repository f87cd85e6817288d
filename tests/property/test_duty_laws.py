# SPDX-License-Identifier: Apache-2.0
"""Laws of the calendar of duties, for events and deliveries as they come (A-3, L-9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests import duty_builders as b

from ruleout.accountability.duties import absent_entries, calendar_of
from ruleout.clocks import deadline, notice
from ruleout.model.clock import TimeUnit
from ruleout.model.duty import Acts, Delivery, Happening, LegalDuty, Regime, Slip, Term
from ruleout.model.occurrence import Occurrence, Status

START = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ("UTC", "America/Los_Angeles", "Europe/Brussels", "America/New_York")
LONG = timedelta(days=2000)

instants = st.integers(0, 900 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
limits = st.builds(b.limit, st.integers(0, 40), st.sampled_from(TimeUnit))
day_limits = st.builds(b.limit, st.integers(1, 40), st.sampled_from([u for u in TimeUnit if u is not TimeUnit.HOURS]))
abouts = st.sampled_from(("", "m-1", "m-2"))
happenings = st.builds(
    Happening,
    event=st.sampled_from(("happened", "noticed", "over")),
    at=instants,
    about=abouts,
    entry=st.just("duty/happened/1"),
    taken_back=st.none() | instants,
)
deliveries = st.builds(
    Delivery,
    regime=st.just("nowhere"),
    duty=st.just("report"),
    at=instants,
    about=abouts,
    entry=st.just("duty/report/1"),
)
single_terms = st.sampled_from((Term.WITHIN, Term.BEFORE))


@st.composite
def duties(draw: st.DrawFn) -> LegalDuty:
    """A duty of any kind that may be missed."""
    term = draw(st.sampled_from((Term.WITHIN, Term.BEFORE, Term.EVERY)))
    more: dict[str, object] = {"until": ("over",)} if term is Term.EVERY else {}
    if term is Term.WITHIN and draw(st.booleans()):
        more["slip"] = Slip(limit=draw(day_limits), given="over")
    limit = draw(day_limits if term is Term.EVERY else limits)
    return b.duty(term=term, limit=limit, after=("happened", "noticed"), **more)


def listed(duty: LegalDuty, acts: Acts, at: datetime, zone: str = "UTC") -> tuple[Occurrence, ...]:
    return calendar_of((b.regime(duty, zone=zone),), acts, at=at, horizon=at + timedelta(days=60))


def key(one: Occurrence) -> tuple[object, ...]:
    return one.about, one.entry, one.runs_from, one.deadline and one.deadline.ends


@given(
    duty=duties(),
    told=st.lists(happenings, max_size=6),
    done=st.lists(deliveries, max_size=6),
    when=st.tuples(instants, instants),
)
def test_what_was_missed_stays_missed(duty, told, done, when):
    """Whatever comes later, a deadline that was missed at an instant is missed, or done late, at every later one."""
    acts = Acts(happenings=tuple(told), deliveries=tuple(done))
    first, second = sorted(when)
    missed = [key(one) for one in listed(duty, acts, first) if one.status is Status.MISSED]
    later = [key(one) for one in listed(duty, acts, second) if one.status in (Status.MISSED, Status.LATE)]

    assert [one for one in missed if one not in later] == []


@given(
    told=st.lists(happenings, min_size=1, max_size=6),
    more=happenings,
    limit=limits,
    term=single_terms,
    zone=st.sampled_from(ZONES),
)
def test_an_earlier_event_never_moves_a_deadline_later(told, more, limit, term, zone):
    """One more event about a thing leaves its deadline, or makes it earlier."""
    duty = b.duty(term=term, limit=limit, after=("happened", "noticed"))
    one_thing = tuple(Happening(event=h.event, at=h.at, about="m-1", entry=h.entry) for h in (*told, more))
    before = listed(duty, Acts(happenings=one_thing[:-1]), START, zone)
    after = listed(duty, Acts(happenings=one_thing), START, zone)

    assert len(after) <= 1
    if before:
        assert after[0].deadline.ends <= before[0].deadline.ends


@given(told=st.lists(happenings, min_size=1, max_size=5), more=happenings, limit=day_limits)
def test_an_earlier_start_never_moves_a_cadence_later(told, more, limit):
    """The first period of a cadence ends no later for one more start."""
    duty = b.duty(term=Term.EVERY, limit=limit, after=("happened",))
    one_thing = tuple(Happening(event="happened", at=h.at, about="m-1", entry=h.entry) for h in (*told, more))
    before = listed(duty, Acts(happenings=one_thing[:-1]), START)
    after = listed(duty, Acts(happenings=one_thing), START)

    assert after[0].deadline.ends <= before[0].deadline.ends


@given(event=instants, limit=limits, zone=st.sampled_from(ZONES), share=st.integers(0, 999))
def test_what_is_done_in_time_is_never_missed(event, limit, zone, share):
    """Done at any instant from the event up to its deadline, it is done, on every later day."""
    duty = b.duty(limit=limit)
    regime = b.regime(duty, zone=zone)
    ends = deadline(event, limit, regime.calendar).ends
    done = event + (ends - event) * share / 1000
    told = Happening(event="happened", at=event, about="m-1", entry="e")
    acts = Acts(happenings=(told,), deliveries=(b.delivery("nowhere", "report", f"{done.isoformat()} m-1"),))
    found = calendar_of((regime,), acts, at=ends + LONG, horizon=ends + LONG)

    # Before the law's first day in its own place there is no duty.
    assert [one.status for one in found if one.status is not Status.DONE] == []


@given(event=instants, limit=day_limits, zone=st.sampled_from(ZONES))
def test_a_notice_in_time_leaves_the_whole_time(event, limit, zone):
    """Whoever gives notice in the last moment leaves at least so many days, by the calendar of the place."""
    calendar = b.regime(zone=zone).calendar
    by = notice(event, limit, calendar)

    assert (
        deadline(by.ends - timedelta(microseconds=1), limit, calendar).last_day
        <= event.astimezone(calendar.zone).date()
    )
    assert by.ends <= event


@given(told=st.lists(happenings, max_size=6), done=st.lists(deliveries, max_size=6), duty=duties(), at=instants)
def test_the_order_of_acts_does_not_matter(told, done, duty, at):
    """The same acts in another order give the same calendar."""
    unlike = [
        Happening(event=h.event, at=h.at, about=h.about, entry=f"e/{i}", taken_back=h.taken_back)
        for i, h in enumerate(told)
    ]
    settled = [
        Delivery(regime=d.regime, duty=d.duty, at=d.at, about=d.about, entry=f"d/{i}") for i, d in enumerate(done)
    ]
    forth = listed(duty, Acts(happenings=tuple(unlike), deliveries=tuple(settled)), at)
    back = listed(duty, Acts(happenings=tuple(reversed(unlike)), deliveries=tuple(reversed(settled))), at)

    assert sorted(map(repr, forth)) == sorted(map(repr, back))


@given(told=st.lists(happenings, max_size=6), done=st.lists(deliveries, max_size=8), limit=day_limits, at=instants)
def test_each_delivery_settles_one_period_at_most(told, done, limit, at):
    """No delivery counts twice, and the periods of one thing follow each other."""
    duty = b.duty(term=Term.EVERY, limit=limit, after=("happened",), until=("over",))
    own = tuple(
        Delivery(regime=d.regime, duty=d.duty, at=d.at, about=d.about, entry=f"d/{i}") for i, d in enumerate(done)
    )
    found = listed(duty, Acts(happenings=tuple(told), deliveries=own), at)
    used = [one.done_entry for one in found if one.done_entry]

    assert len(used) == len(set(used))
    for thing in ("", "m-1", "m-2"):
        ends = [one.deadline.ends for one in found if one.about == thing]
        assert all(first < second or first == second for first, second in pairwise(sorted(ends)))


@given(told=st.lists(happenings, max_size=6), done=st.lists(deliveries, max_size=6), duty=duties(), at=instants)
def test_what_is_absent_is_what_is_missed(told, done, duty, at):
    """Each missed duty is an absent entry, and nothing else is."""
    found = listed(duty, Acts(happenings=tuple(told), deliveries=tuple(done)), at)
    absent = absent_entries(found)

    assert [one.by for one in absent] == [one.deadline.ends for one in found if one.status is Status.MISSED]
    assert all(one.is_certain for one in absent)


def test_the_laws_hold_for_a_regime_that_ends():
    """A law that ends stops its clocks: what was due after its last day is due no more."""
    duty = b.duty(to_day=datetime(2026, 2, 1, tzinfo=UTC).date())
    regime: Regime = b.regime(duty)
    acts = Acts(
        happenings=(b.happening("happened 2026-01-28T12:00:00Z a"), b.happening("happened 2026-01-31T12:00:00Z b"))
    )
    found = calendar_of(
        (regime,), acts, at=b.instant("2026-03-01T00:00:00Z"), horizon=b.instant("2026-03-01T00:00:00Z")
    )

    assert [one.about for one in found] == ["a"]
