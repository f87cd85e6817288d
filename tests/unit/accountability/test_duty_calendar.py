# SPDX-License-Identifier: Apache-2.0
"""One calendar: things, holds, slips, what is taken back, cadences, absent entries (A-3, L-9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests import duty_builders as b

from ruleout.accountability.duties import absent_entries, calendar_of, kept_things, unstarted
from ruleout.model.clock import TimeUnit
from ruleout.model.duty import Acts, AgreedCadence, Happening, LegalDuty, OwnSchedule, Slip, Term
from ruleout.model.occurrence import Occurrence, Status

D, M = TimeUnit.DAYS, TimeUnit.MONTHS
AT = "2026-06-01T00:00:00Z"


def calendar(
    duty: LegalDuty, *events: str, done: tuple[str, ...] = (), at: str = AT, **acts: object
) -> tuple[Occurrence, ...]:
    told = Acts(
        happenings=tuple(b.happening(text, i) for i, text in enumerate(events)),
        deliveries=tuple(b.delivery("nowhere", duty.id, text, i) for i, text in enumerate(done)),
        **acts,  # type: ignore[arg-type]
    )
    return calendar_of((b.regime(duty),), told, at=b.instant(at), horizon=b.instant(at))


def statuses(found: tuple[Occurrence, ...]) -> list[Status]:
    return [one.status for one in found]


def test_things_are_kept_apart():
    """Two incidents, two deadlines; doing one does not do the other."""
    found = calendar(
        b.duty(), "happened 2026-03-01T12:00:00Z a", "happened 2026-04-01T12:00:00Z b", done=("2026-04-02T12:00:00Z b",)
    )

    assert [(one.about, one.status) for one in found] == [("a", Status.MISSED), ("b", Status.DONE)]


def test_of_one_thing_the_earliest_event_counts():
    """Whichever of the two events it is."""
    duty = b.duty(after=("happened", "noticed"))
    (one,) = calendar(duty, "happened 2026-03-05T12:00:00Z a", "noticed 2026-03-01T12:00:00Z a")

    assert (one.event, one.deadline.last_day) == ("noticed", date(2026, 3, 4))


def test_events_about_nothing_in_particular_each_count():
    """Two modifications without a name are two, and one delivery does the older one."""
    found = calendar(
        b.duty(), "happened 2026-03-01T12:00:00Z", "happened 2026-04-01T12:00:00Z", done=("2026-04-02T12:00:00Z",)
    )

    assert statuses(found) == [Status.LATE, Status.MISSED]


def test_an_unnamed_delivery_from_before_the_event_is_of_something_else():
    """What was filed in January does not answer what happened in March."""
    assert statuses(calendar(b.duty(), "happened 2026-03-01T12:00:00Z", done=("2026-01-05T12:00:00Z",))) == [
        Status.MISSED
    ]


def test_a_delivery_of_another_regime_does_nothing():
    """The same duty under two laws is two duties."""
    told = Acts(
        happenings=(b.happening("happened 2026-03-01T12:00:00Z a"),),
        deliveries=(b.delivery("elsewhere", "report", "2026-03-02T12:00:00Z a"),),
    )
    found = calendar_of((b.regime(),), told, at=b.instant(AT), horizon=b.instant(AT))

    assert statuses(found) == [Status.MISSED]


def test_a_delivery_that_is_yet_to_come_has_not_come():
    """An instant before it sees it missed; one after sees it done late."""
    told = ("happened 2026-03-01T12:00:00Z a",)

    assert statuses(calendar(b.duty(), *told, done=("2026-05-01T00:00:00Z a",), at="2026-04-01T00:00:00Z")) == [
        Status.MISSED
    ]
    assert statuses(calendar(b.duty(), *told, done=("2026-05-01T00:00:00Z a",))) == [Status.LATE]


def test_a_planned_event_is_due_before_it_comes():
    """A notice before a launch stands in the calendar while the launch is planned."""
    duty = b.duty(term=Term.BEFORE, limit=b.limit(2, TimeUnit.WEEKS))
    (one,) = calendar(duty, "happened 2026-07-01T12:00:00Z m")

    assert (one.status, one.deadline.last_day) == (Status.DUE, date(2026, 6, 17))


def taken_back(at: str) -> Happening:
    told = b.happening("happened 2026-03-01T12:00:00Z a")
    return Happening(event=told.event, at=told.at, about=told.about, entry=told.entry, taken_back=b.instant(at))


def test_an_event_that_is_taken_back_in_time_starts_nothing():
    """Its deadline had not come."""
    acts = Acts(happenings=(taken_back("2026-03-04T12:00:00Z"),))

    assert calendar_of((b.regime(),), acts, at=b.instant(AT), horizon=b.instant(AT)) == ()


def test_taking_back_does_not_undo_what_was_missed():
    """Its deadline had passed."""
    acts = Acts(happenings=(taken_back("2026-03-05T00:00:00Z"),))

    assert statuses(calendar_of((b.regime(),), acts, at=b.instant(AT), horizon=b.instant(AT))) == [Status.MISSED]


def test_after_one_event_is_taken_back_the_next_counts():
    """The launch was put off: the notice runs from the new day."""
    acts = Acts(happenings=(taken_back("2026-03-02T00:00:00Z"), b.happening("happened 2026-04-01T12:00:00Z a")))
    (one,) = calendar_of((b.regime(),), acts, at=b.instant(AT), horizon=b.instant(AT))

    assert one.deadline.last_day == date(2026, 4, 4)


def test_a_slip_needs_what_it_is_given_for():
    """In time, and about the same thing."""
    duty = b.duty(limit=b.limit(0, TimeUnit.HOURS), slip=Slip(limit=b.limit(10, D), given="noticed"))
    event = "happened 2026-03-01T12:00:00Z a"

    assert calendar(duty, event)[0].deadline.last_day is None
    assert calendar(duty, event, "noticed 2026-03-01T12:00:00Z a")[0].deadline.last_day == date(2026, 3, 11)
    assert calendar(duty, event, "noticed 2026-03-01T12:00:01Z a")[0].deadline.last_day is None
    assert calendar(duty, event, "noticed 2026-02-01T12:00:00Z b")[0].deadline.last_day is None


def test_a_slip_that_was_taken_back_is_none():
    """The interim report was not given after all."""
    duty = b.duty(limit=b.limit(0, TimeUnit.HOURS), slip=Slip(limit=b.limit(10, D), given="noticed"))
    given = Happening(
        event="noticed", at=b.instant("2026-02-01T00:00:00Z"), about="a", entry="duty/noticed/1",
        taken_back=b.instant("2026-02-02T00:00:00Z"),
    )  # fmt: skip
    acts = Acts(happenings=(b.happening("happened 2026-03-01T12:00:00Z a"), given))
    (one,) = calendar_of((b.regime(duty),), acts, at=b.instant(AT), horizon=b.instant(AT))

    assert one.status is Status.MISSED
    assert one.deadline.last_day is None


def test_a_slip_that_is_told_after_the_first_time_is_none():
    """Whoever says only after the deadline that the interim report was given before it was missed it."""
    duty = b.duty(limit=b.limit(2, D), slip=Slip(limit=b.limit(10, D), given="noticed"))

    for recorded, last in (("2026-03-03T23:59:59Z", date(2026, 3, 11)), ("2026-03-04T00:00:00Z", date(2026, 3, 3))):
        given = Happening(
            event="noticed", at=b.instant("2026-03-02T12:00:00Z"), about="a", entry="duty/noticed/1",
            recorded=b.instant(recorded),
        )  # fmt: skip
        acts = Acts(happenings=(b.happening("happened 2026-03-01T12:00:00Z a"), given))
        (one,) = calendar_of((b.regime(duty),), acts, at=b.instant(AT), horizon=b.instant(AT))

        assert one.deadline.last_day == last


def test_what_another_duty_delivered_counts_from_before_the_law():
    """A notice given early starts what runs from it."""
    notice = b.duty(id="notice")
    after = b.duty(after=("notice",))
    acts = Acts(deliveries=(b.delivery("nowhere", "notice", "2025-12-30T12:00:00Z a"),))
    (one,) = calendar_of((b.regime(notice, after),), acts, at=b.instant(AT), horizon=b.instant(AT))

    assert (one.duty.id, one.deadline.last_day) == ("report", date(2026, 1, 2))


def test_a_duty_without_a_time_is_never_missed():
    """It is open until it is done."""
    duty = b.duty(term=Term.OPEN, limit=None)

    assert statuses(calendar(duty, "happened 2026-03-01T12:00:00Z a")) == [Status.UNDATED]
    assert statuses(calendar(duty, "happened 2026-03-01T12:00:00Z a", done=("2026-05-01T12:00:00Z a",))) == [
        Status.DONE
    ]


def test_a_voluntary_duty_is_never_missed():
    """Its time passes; done after it, it is done."""
    duty, event = b.duty(is_voluntary=True), "happened 2026-03-01T12:00:00Z a"

    assert statuses(calendar(duty, event)) == [Status.UNTAKEN]
    assert statuses(calendar(duty, event, done=("2026-05-01T12:00:00Z a",))) == [Status.DONE]


# --- what is kept -----------------------------------------------------------------------------------------------------

KEEP = b.duty(term=Term.AT_LEAST, limit=b.limit(30, D))


@pytest.mark.parametrize(
    ("events", "at", "status"),
    [
        ((), "2026-03-31T23:59:59Z", Status.KEPT),
        ((), "2026-04-01T00:00:00Z", Status.RELEASED),
        (("legal-hold 2026-03-10T00:00:00Z a",), AT, Status.KEPT),
        (("legal-hold 2026-03-10T00:00:00Z",), AT, Status.KEPT),
        (("legal-hold 2026-03-10T00:00:00Z b",), AT, Status.RELEASED),
        (("legal-hold 2026-03-10T00:00:00Z a", "legal-hold-lifted 2026-05-01T00:00:00Z a"), AT, Status.RELEASED),
        (("legal-hold 2026-03-10T00:00:00Z a", "legal-hold-lifted 2026-03-05T00:00:00Z a"), AT, Status.KEPT),
        (("legal-hold 2026-03-10T00:00:00Z", "legal-hold-lifted 2026-05-01T00:00:00Z a"), AT, Status.KEPT),
    ],
)
def test_what_is_kept_may_end_after_its_time_and_under_no_hold(events, at, status):
    """A hold on everything holds each thing, and is lifted as a whole."""
    assert statuses(calendar(KEEP, "happened 2026-03-01T12:00:00Z a", *events, at=at)) == [status]


def test_a_hold_that_was_taken_back_holds_until_then():
    """What it held in the meantime was held."""
    hold = Happening(
        event="legal-hold", at=b.instant("2026-03-10T00:00:00Z"), about="a", entry="duty/legal-hold/1",
        taken_back=b.instant("2026-05-01T00:00:00Z"),
    )  # fmt: skip
    acts = Acts(happenings=(b.happening("happened 2026-03-01T12:00:00Z a"), hold))

    for at, status in (("2026-04-30T00:00:00Z", Status.KEPT), ("2026-05-01T00:00:00Z", Status.RELEASED)):
        assert statuses(calendar_of((b.regime(KEEP),), acts, at=b.instant(at), horizon=b.instant(at))) == [status]


def test_a_lifting_that_was_taken_back_lifts_nothing_from_then_on():
    """Lifted in error: what is about the thing is to be kept again."""
    lift = Happening(
        event="legal-hold-lifted", at=b.instant("2026-04-10T00:00:00Z"), about="a", entry="duty/legal-hold-lifted/1",
        taken_back=b.instant("2026-05-01T00:00:00Z"),
    )  # fmt: skip
    held = (b.happening("happened 2026-03-01T12:00:00Z a"), b.happening("legal-hold 2026-03-10T00:00:00Z a"))
    acts = Acts(happenings=(*held, lift))

    for at, status in (("2026-04-30T00:00:00Z", Status.RELEASED), ("2026-05-01T00:00:00Z", Status.KEPT)):
        assert statuses(calendar_of((b.regime(KEEP),), acts, at=b.instant(at), horizon=b.instant(at))) == [status]


@pytest.mark.parametrize(
    ("done", "events", "status"),
    [
        ("2026-03-20T00:00:00Z a", (), Status.BROKEN),
        ("2026-04-01T00:00:00Z a", (), Status.DONE),
        ("2026-04-01T00:00:00Z a", ("legal-hold 2026-03-10T00:00:00Z a",), Status.BROKEN),
    ],
)
def test_what_is_ended_too_soon_is_broken(done, events, status):
    """And stays so."""
    assert statuses(calendar(KEEP, "happened 2026-03-01T12:00:00Z a", *events, done=(done,))) == [status]


def test_a_lifting_that_is_told_after_the_end_was_mends_nothing():
    """Told by the time the end was told of, it counts; told after that, the thing was ended under a hold."""
    held = (b.happening("happened 2026-03-01T12:00:00Z a"), b.happening("legal-hold 2026-03-10T00:00:00Z a"))
    ended = replace(
        b.delivery("nowhere", "report", "2026-04-20T00:00:00Z a"), recorded=b.instant("2026-04-21T00:00:00Z")
    )

    for recorded, status in (("2026-04-21T00:00:00Z", Status.DONE), ("2026-04-21T00:00:01Z", Status.BROKEN)):
        lift = replace(b.happening("legal-hold-lifted 2026-04-10T00:00:00Z a"), recorded=b.instant(recorded))
        acts = Acts(happenings=(*held, lift), deliveries=(ended,))
        assert statuses(calendar_of((b.regime(KEEP),), acts, at=b.instant(AT), horizon=b.instant(AT))) == [status]


def test_what_was_ended_too_soon_stays_so_whatever_happens_to_the_thing_later():
    """What happens after the end is kept from then on, apart."""
    done, once = ("2026-03-20T00:00:00Z a",), "happened 2026-03-01T12:00:00Z a"

    assert statuses(calendar(KEEP, once, "happened 2026-05-20T12:00:00Z a", done=done)) == [Status.BROKEN, Status.KEPT]
    duty = b.duty(term=Term.AT_LEAST, limit=b.limit(30, D), after=("happened", "over"), is_later_of=True)
    assert statuses(calendar(duty, once, "over 2026-05-20T12:00:00Z a", done=done)) == [Status.BROKEN]


@pytest.mark.parametrize(
    ("done", "wanted"),
    [
        (("2026-04-20T00:00:00Z a",), [Status.DONE, Status.KEPT]),
        (("2026-04-20T00:00:00Z a", "2026-05-20T00:00:00Z a"), [Status.DONE, Status.BROKEN]),
        (("2026-04-20T00:00:00Z a", "2026-06-03T00:00:00Z a"), [Status.DONE, Status.DONE]),
        (("2026-03-07T00:00:00Z a",), [Status.BROKEN, Status.KEPT]),
    ],
)
def test_the_later_of_two_begins_anew_where_one_of_them_comes_again_after_an_end(done, wanted):
    """A further document of an incident is kept as long as the first was, though the incident happens only once."""
    duty = b.duty(term=Term.AT_LEAST, limit=b.limit(30, D), after=("happened", "documented"), is_later_of=True)
    came = ("happened 2026-03-01T12:00:00Z a", "documented 2026-03-05T12:00:00Z a", "documented 2026-05-02T12:00:00Z a")
    at = "2026-06-04T00:00:00Z" if len(done) > 1 else "2026-06-01T00:00:00Z"

    assert statuses(calendar(duty, *came, done=done, at=at)) == wanted


def test_the_later_of_two_is_unknown_until_both_have_come():
    """Until then it must be kept, and ending it breaks the duty."""
    duty = b.duty(term=Term.AT_LEAST, limit=b.limit(30, D), after=("happened", "over"), is_later_of=True)
    (kept,) = calendar(duty, "happened 2026-03-01T12:00:00Z a")
    (known,) = calendar(duty, "happened 2026-03-01T12:00:00Z a", "over 2026-04-01T12:00:00Z a")
    (broken,) = calendar(duty, "happened 2026-03-01T12:00:00Z a", done=("2026-05-30T12:00:00Z a",))

    assert (kept.status, kept.deadline, kept.event) == (Status.KEPT, None, "over")
    assert known.deadline.last_day == date(2026, 5, 1)
    assert broken.status is Status.BROKEN


def test_a_thing_is_kept_until_the_latest_of_all_times():
    """Two laws, one report: the longer one counts; a hold leaves no end."""
    short, long = b.duty(id="short", term=Term.AT_LEAST, limit=b.limit(30, D)), KEEP
    regimes = (b.regime(short, id="here"), b.regime(b.duty(id="long", term=long.term, limit=b.limit(60, D))))
    told = Acts(happenings=(b.happening("happened 2026-05-20T12:00:00Z a"),))
    held = Acts(happenings=(*told.happenings, b.happening("legal-hold 2026-05-21T00:00:00Z a")))
    at = b.instant(AT)
    (kept,) = kept_things(calendar_of(regimes, told, at=at, horizon=at))
    (open_,) = kept_things(calendar_of(regimes, held, at=at, horizon=at))

    assert (kept.about, kept.until) == ("a", b.instant("2026-07-20T00:00:00Z"))
    assert kept.because == (("here", "short"), ("nowhere", "long"))
    assert (open_.until, open_.held_by) == (None, ("duty/legal-hold/0",))


# --- cadences ---------------------------------------------------------------------------------------------------------

MONTHLY = b.duty(term=Term.EVERY, limit=b.limit(1, M), until=("over",))


def test_a_period_that_was_missed_is_settled_by_a_delivery_of_its_own():
    """One report late does the oldest; the next is still wanted."""
    found = calendar(MONTHLY, "happened 2026-03-01T12:00:00Z", done=("2026-05-20T12:00:00Z",))

    assert [(one.deadline.last_day, one.status) for one in found] == [
        (date(2026, 4, 1), Status.LATE),
        (date(2026, 5, 1), Status.MISSED),
        (date(2026, 6, 1), Status.DUE),
    ]


def test_a_delivery_after_the_end_still_settles_what_was_open():
    """What was missed before the matter closed is done late, not missed for ever."""
    found = calendar(
        MONTHLY, "happened 2026-03-01T12:00:00Z a", "over 2026-04-10T12:00:00Z a", done=("2026-04-20T12:00:00Z a",)
    )

    assert [(one.deadline.last_day, one.status) for one in found] == [(date(2026, 4, 1), Status.LATE)]


def test_an_end_that_is_told_late_takes_back_nothing_that_was_missed():
    """Said in May to have been over in March: what had passed by then without a report stays missed, and nothing is due after it."""
    over = Happening(
        event="over", at=b.instant("2026-03-10T12:00:00Z"), about="a", entry="duty/over/1",
        recorded=b.instant("2026-05-05T00:00:00Z"),
    )  # fmt: skip
    begun = (b.happening("happened 2026-03-01T12:00:00Z a"), b.happening("happened 2026-03-20T12:00:00Z a", 1))

    for started, missed in ((begun[:1], (date(2026, 4, 1), date(2026, 5, 1))), (begun, (date(2026, 4, 1),))):
        acts = Acts(happenings=(*started, over))
        found = calendar_of((b.regime(MONTHLY),), acts, at=b.instant(AT), horizon=b.instant(AT))

        assert {one.deadline.last_day for one in found if one.status is Status.MISSED} >= set(missed)
        assert all(one.runs_from == started[-1].at for one in found if one.deadline.last_day > date(2026, 5, 4))
        assert len(started) > 1 or len(found) == len(missed)


def test_a_start_that_was_taken_back_hides_no_other():
    """Stated in error for January, then for February: the cadence of February goes on."""
    wrong = Happening(
        event="happened", at=b.instant("2026-01-10T12:00:00Z"), about="", entry="duty/happened/1",
        taken_back=b.instant("2026-03-05T00:00:00Z"),
    )  # fmt: skip
    right = b.happening("happened 2026-02-20T12:00:00Z", 2)
    quarterly = b.duty(term=Term.EVERY, limit=b.limit(3, M))
    found = calendar_of(
        (b.regime(quarterly),), Acts(happenings=(wrong, right)), at=b.instant(AT), horizon=b.instant(AT)
    )

    assert [(one.deadline.last_day, one.status) for one in found] == [
        (date(2026, 5, 20), Status.MISSED),
        (date(2026, 8, 20), Status.DUE),
    ]


def test_a_start_taken_back_too_late_keeps_what_was_missed():
    """And what was done by then stays done."""
    wrong = Happening(
        event="happened", at=b.instant("2026-01-10T12:00:00Z"), about="", entry="duty/happened/1",
        taken_back=b.instant("2026-03-15T00:00:00Z"),
    )  # fmt: skip
    done = (b.delivery("nowhere", "report", "2026-02-01T00:00:00Z"),)
    found = calendar_of(
        (b.regime(MONTHLY),), Acts(happenings=(wrong,), deliveries=done), at=b.instant(AT), horizon=b.instant(AT)
    )

    assert [(one.deadline.last_day, one.status) for one in found] == [
        (date(2026, 2, 10), Status.DONE),
        (date(2026, 3, 1), Status.MISSED),
    ]


def test_what_was_delivered_before_a_cadence_began_settles_nothing():
    """A review of the year before is none of this framework."""
    found = calendar(MONTHLY, "happened 2026-04-15T12:00:00Z a", done=("2026-04-01T12:00:00Z a",))

    assert statuses(found) == [Status.MISSED, Status.DUE]


def test_a_cadence_about_nothing_takes_a_delivery_with_a_number():
    """A quarter's name is no other thing."""
    found = calendar(MONTHLY, "happened 2026-05-01T12:00:00Z", done=("2026-05-20T12:00:00Z Q2",))

    assert statuses(found) == [Status.DONE, Status.DUE]


def test_a_range_opens_and_closes():
    """Not open before its shortest period, missed after its longest."""
    duty = b.duty(term=Term.EVERY, limit=b.limit(6, M), shortest=b.limit(3, M))
    event = "happened 2026-01-31T12:00:00Z"

    assert statuses(calendar(duty, event, at="2026-04-29T23:59:59Z")) == [Status.AHEAD]
    assert statuses(calendar(duty, event, at="2026-04-30T00:00:00Z")) == [Status.DUE]
    assert statuses(calendar(duty, event, at="2026-08-01T00:00:00Z"))[0] is Status.MISSED


def agreed(by: str) -> tuple[AgreedCadence, ...]:
    return (
        AgreedCadence(
            regime="nowhere", duty="report", every=b.limit(2, M), at=b.instant("2026-02-01T00:00:00Z"),
            last_day=None, agreed_by=by, entry="duty/report/9",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "by", "last"),
    [
        (OwnSchedule.NONE, "office", date(2026, 4, 1)),
        (OwnSchedule.FILED, "", date(2026, 5, 1)),
        (OwnSchedule.AGREED, "", date(2026, 4, 1)),
        (OwnSchedule.AGREED, "office", date(2026, 5, 1)),
    ],
)
def test_another_cadence_stands_where_the_text_lets_it(rule, by, last):
    """Filed is enough in one place, agreed in another, nothing in a third."""
    duty = b.duty(term=Term.EVERY, limit=b.limit(1, M), own_schedule=rule)

    assert calendar(duty, "happened 2026-03-01T12:00:00Z", cadences=agreed(by))[0].deadline.last_day == last


# --- what is absent ---------------------------------------------------------------------------------------------------


def test_a_missed_duty_is_an_absent_entry():
    """Named with what makes it expected."""
    (entry,) = absent_entries(calendar(b.duty(), "happened 2026-03-01T12:00:00Z a"))

    assert (entry.act, entry.regime, entry.name, entry.about) == ("done", "nowhere", "report", "a")
    assert entry.entry == "duty/happened/0"
    assert entry.is_certain


def test_an_event_that_nobody_stated_is_asked_for():
    """A cadence that nothing started may be one that is missed."""
    regime = b.regime(b.duty(term=Term.EVERY, limit=b.limit(1, M)))
    (asked,) = unstarted((regime,), Acts())

    assert (asked.act, asked.name, asked.is_certain) == ("event", "happened", False)
    assert unstarted((regime,), Acts(happenings=(b.happening("happened 2026-03-01T12:00:00Z"),))) == ()
    assert unstarted((regime,), Acts(happenings=(taken_back("2026-03-02T00:00:00Z"),))) == (asked,)
