# SPDX-License-Identifier: Apache-2.0
"""The two clocks of a review, computed from dates alone: the report's sharing and public commentary (A-9, A-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ruleout.accountability.reviews.fold import ReviewerState, ReviewState
from ruleout.clocks.deadline import deadline
from ruleout.model.clock import Calendar, Deadline
from ruleout.model.review import ReviewClause


class ClockState(Enum):
    """How a clock stands. NOT_STARTED: the instant that starts it is not stated."""

    NOT_STARTED = "not started"
    DUE = "due"
    DONE = "done"
    DONE_LATE = "done late"
    OVERDUE = "overdue"

    @property
    def is_failure(self) -> bool:
        """Whether the time was missed."""
        return self in (ClockState.DONE_LATE, ClockState.OVERDUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewClock:
    """One clock for one reviewer.

    Attributes:
        name: "share" or "comment".
        started: aware instant from which it runs, None while that is not stated.
        due: by when; None while it has not started.
        done: aware instant of what settles it; None while nothing does.
    """

    name: str
    reviewer: str
    clause: ReviewClause
    started: datetime | None
    due: Deadline | None
    done: datetime | None
    state: ClockState


def clocks_of(state: ReviewState, calendar: Calendar, *, at: datetime) -> tuple[ReviewClock, ...]:
    """Return both clocks of every reviewer as seen from an instant. Pure.

    The share runs from submission until the reviewer is stated to have got the report. Commentary runs from that receipt;
    where none is stated, from the first package, so that silence makes no clock later.

    Args:
        state: the review.
        calendar: of the place whose days count.
        at: aware instant.

    Source: A-9; the clauses are those of the framework's rules.
    """
    return tuple(clock for one in state.reviewers for clock in _clocks(state, one, calendar, at))


def _clocks(
    state: ReviewState, one: ReviewerState, calendar: Calendar, at: datetime
) -> tuple[ReviewClock, ReviewClock]:
    rules = state.rules
    got = one.received or (one.packages[0][0] if one.packages else None)
    share = None if state.submitted is None else deadline(state.submitted, rules.share_within, calendar)
    comment = None if got is None else deadline(got, rules.comment_within, calendar)
    return (
        _clock("share", one, rules.share, due=share, started=state.submitted, done=one.received, at=at),
        _clock("comment", one, rules.comment, due=comment, started=got, done=one.published, at=at),
    )


def _clock(
    name: str,
    one: ReviewerState,
    clause: ReviewClause,
    *,
    due: Deadline | None,
    started: datetime | None,
    done: datetime | None,
    at: datetime,
) -> ReviewClock:
    done = done if done is not None and done <= at else None
    return ReviewClock(
        name=name,
        reviewer=one.reviewer.id,
        clause=clause,
        started=started,
        due=due,
        done=done,
        state=_state(due, done, at),
    )


def _state(due: Deadline | None, done: datetime | None, at: datetime) -> ClockState:
    if due is None:
        return ClockState.DONE if done is not None else ClockState.NOT_STARTED
    if done is not None:
        return ClockState.DONE if done < due.ends else ClockState.DONE_LATE
    return ClockState.DUE if at < due.ends else ClockState.OVERDUE
