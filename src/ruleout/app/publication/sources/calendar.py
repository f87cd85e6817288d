# SPDX-License-Identifier: Apache-2.0
"""What the calendar says: duties that were missed or done late, and those that were done since the last document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ruleout.accountability.reporting.fact import Due, Fact
from ruleout.accountability.reporting.kind_document import DueDoc
from ruleout.app.accountability.acts import STATEMENT
from ruleout.app.accountability.due import due_in
from ruleout.app.accountability.duty_acts import duty_acts
from ruleout.app.publication.context import Context, Source, titled
from ruleout.model.occurrence import Occurrence, Status

_FAILED = frozenset({Status.MISSED, Status.BROKEN, Status.LATE})


def _occurrences(ask: Context) -> tuple[Occurrence, ...]:
    return due_in(ask.record, ask.laws, at=ask.at, within=timedelta()).occurrences


def _missed(ask: Context) -> Iterator[Fact]:
    for one in _occurrences(ask):
        if one.status in _FAILED or one.is_told_late:
            yield _fact(one)


def _done(ask: Context) -> Iterator[Fact]:
    for one in _occurrences(ask):
        if one.status is Status.DONE and one.done is not None and ask.is_new(one.done):
            yield _fact(one)


def _every(ask: Context) -> Iterator[Fact]:
    for one in _occurrences(ask):
        yield _fact(one)


def _events(ask: Context) -> Iterator[Fact]:
    """What has happened by now and was not taken back; what is planned has not."""
    for one in duty_acts(ask.record).happenings:
        if one.taken_back is None and one.at <= ask.at:
            values = {"event": one.event, "about": one.about, "on": one.at.date().isoformat()}
            yield Fact(entries=(one.entry,), values=values, about=tuple(filter(None, (one.about, one.event))))


def _schedules(ask: Context) -> Iterator[Fact]:
    for one in duty_acts(ask.record).cadences:
        values = {
            "regime": one.regime,
            "duty": one.duty,
            "every": str(one.every),
            "from": one.at.date().isoformat(),
            "until": "" if one.last_day is None else one.last_day.isoformat(),
            "agreed-by": one.agreed_by,
        }
        yield Fact(entries=(one.entry,), values=values, about=(one.duty, one.regime))


def due_of(ask: Context, named: DueDoc) -> tuple[Due, ...]:
    """Return when the duty that a kind of document does is due, by deadline. Effect: reads what the record names."""
    return tuple(
        Due(
            entries=tuple(filter(None, (one.entry, one.done_entry))),
            about=one.about,
            ends=None if one.deadline is None else one.deadline.ends,
            is_done=one.done is not None,
            section=one.duty.section,
        )
        for one in _occurrences(ask)
        if (one.regime.id, one.duty.id) == (named.regime, named.duty)
    )


def _fact(one: Occurrence) -> Fact:
    values = {
        "regime": one.regime.id,
        "duty": one.duty.id,
        "concerning": one.about,
        "due": "" if one.deadline is None else one.deadline.ends.date().isoformat(),
        "done": "" if one.done is None else one.done.date().isoformat(),
        "standing": "told late" if one.is_told_late else one.status.value,
    }
    entries = tuple(filter(None, (one.entry, one.done_entry)))
    return Fact(entries=entries, values=values, about=tuple(filter(None, (one.duty.id, one.regime.id, one.about))))


_COLUMNS = titled("regime duty concerning due done standing")
MISSED = Source(says="Every duty that was missed, done late or told late.", columns=_COLUMNS, read=_missed)
EVENTS = Source(
    says="Every event that duties run from and that has happened.", columns=titled("event about on"), read=_events
)
SCHEDULES = Source(
    says="Every cadence that was filed or agreed in place of a law's own.",
    columns=titled("regime duty every from until agreed-by"),
    read=_schedules,
    words=STATEMENT,
    headers=frozenset({"regime", "duty", "from", "until"}),
)
EVERY = Source(says="Every duty of the calendar, done or not.", columns=_COLUMNS, read=_every)
DONE = Source(says="Every duty done in time since the last document of the kind.", columns=_COLUMNS, read=_done)
