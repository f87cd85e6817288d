# SPDX-License-Identifier: Apache-2.0
"""What a request amounts to at an instant: one word, the answer behind it, and for how long (A-5).

Expiry is nobody's act: the same state gives *granted* at the last moment of the last day and *expired* at the first
moment after it, by the one function that every other path asks (`model.expiry`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from ruleout.accountability.requests.fold import RequestState
from ruleout.model.expiry import has_ended, utc_day
from ruleout.model.request import AnswerKind, Proceeding, Request, RequestAnswer
from ruleout.model.request_policy import PolicyLine


class Standing(Enum):
    """How a request stands. REFUSED_BY_RULE: a red line answered it, and nobody was asked."""

    NOT_YET = "not yet asked"
    PENDING = "pending"
    REFUSED_BY_RULE = "refused by rule"
    REFUSED = "refused"
    GRANTED = "granted"
    PARTLY_GRANTED = "partly granted"
    EXPIRED = "expired"
    COMPLIED = "complied with"


_WORDS = {
    AnswerKind.GRANT: Standing.GRANTED,
    AnswerKind.PARTIAL: Standing.PARTLY_GRANTED,
    AnswerKind.REFUSE: Standing.REFUSED,
    AnswerKind.COMPLY: Standing.COMPLIED,
    AnswerKind.PENDING: Standing.PENDING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """One request at an instant.

    Attributes:
        standing: what it amounts to.
        answer: the last answer that took effect by then; None for none.
        answered_on: day of UTC of the first answer that settled it; None while it is pending.
        ever_yielded: whether any answer by then gave way, even if it has ended since.
        crossed: red lines it crosses by then.
        lacking: roles that have not signed an unfinished answer, by answer.
    """

    request: Request
    standing: Standing
    answer: RequestAnswer | None
    answered_on: date | None
    crossed: tuple[PolicyLine, ...] = ()
    proceedings: tuple[Proceeding, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()

    @property
    def days_to_answer(self) -> int | None:
        """Days from asking to the first answer; None while it is pending."""
        return None if self.answered_on is None else (self.answered_on - self.request.asked_on).days


def stood_at(state: RequestState, at: datetime) -> Stood:
    """Return how a recorded request stands at an aware instant. Pure. Source: A-5."""
    answers = [one for one in state.answers if one.at <= at]
    is_crossed = state.crossed_at is not None and state.crossed_at <= at
    settled = [one.at for one in answers if one.answer.kind.settles]
    if is_crossed and state.crossed_at is not None:
        settled.append(state.crossed_at)
    last = answers[-1].answer if answers else None
    return Stood(
        request=state.request,
        standing=_standing(state.request, last, at, is_asked=state.opened <= at, is_crossed=is_crossed),
        answer=last,
        answered_on=utc_day(min(settled)) if settled else None,
        crossed=state.crossed if is_crossed else (),
        proceedings=tuple(state.proceedings.values()),
        ignored=tuple(state.ignored),
    )


def published_at(request: Request, at: datetime) -> Stood:
    """Return how a published request stands at an aware instant, by what its file tells. Pure. Source: A-5.

    An answer whose day is not known counts from the day of the request on.
    """
    answer = request.answer
    if answer is not None and (answer.on or request.asked_on) > utc_day(at):
        answer = None
    is_asked = request.asked_on <= utc_day(at)
    settled = answer is not None and answer.kind.settles
    return Stood(
        request=request,
        standing=_standing(request, answer, at, is_asked=is_asked, is_crossed=False),
        answer=answer,
        answered_on=answer.on if settled and answer is not None else None,
        proceedings=request.proceedings,
    )


def _standing(
    request: Request, answer: RequestAnswer | None, at: datetime, *, is_asked: bool, is_crossed: bool
) -> Standing:
    if not is_asked:
        return Standing.NOT_YET
    if is_crossed:
        return Standing.REFUSED_BY_RULE
    if answer is None:
        return Standing.PENDING
    if request.kind.makes_exception and has_ended(answer.expires, at):
        return Standing.EXPIRED
    return _WORDS[answer.kind]
