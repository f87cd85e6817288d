# SPDX-License-Identifier: Apache-2.0
"""Like cases answered differently, how often each kind of requester is granted, and how long answers take (A-5).

Two requests are alike if they are of one kind, share a clause, and share a model or one names none. Nothing hides small
numbers: every rate stands beside its counts and an exact interval, and what is pending is counted, never left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

from ruleout.accountability.requests.standing import Standing, Stood
from ruleout.model.request import AnswerKind, Request, RequesterKind
from ruleout.stats import clopper_pearson

#: One-sided error probability of each end: together a 95 % interval.
ALPHA = Decimal("0.025")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlike:
    """Two like requests of different requesters that were answered differently, and in what."""

    first: Stood
    second: Stood
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRate:
    """How often one kind of requester was given way to.

    Attributes:
        answered: requests with an answer, those refused by rule among them.
        granted, partly, complied: of these, granted in full, in part, or complied with, whether or not it has ended since.
        refused_by_rule: of these, refused by a red line.
        pending: requests without an answer; not among `answered`.
        lower, upper: exact 95 % interval of the rate of giving way; 0 and 1 where nothing was answered.
    """

    kind: RequesterKind
    answered: int
    granted: int
    partly: int
    complied: int
    refused_by_rule: int
    pending: int
    lower: Decimal
    upper: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Days from asking to the first answer.

    `median` and `longest` are None where nothing was answered; `pending` gives the age in days of each open request.
    """

    answered: int
    median: Decimal | None
    longest: int | None
    longest_request: str
    pending: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """The whole report as of an instant."""

    unlike: tuple[Unlike, ...]
    alike: int
    rates: tuple[GrantRate, ...]
    waiting: Waiting


def consistency_of(stood: Sequence[Stood], *, on: date) -> Consistency:
    """Return how evenly requests were answered, as they stand on a day. Pure. Source: A-5."""
    asked = [one for one in stood if one.standing is not Standing.NOT_YET]
    pairs = [pair for pair in combinations(asked, 2) if _are_alike(pair[0].request, pair[1].request)]
    found = (Unlike(first=a, second=b, differs=differences(a, b)) for a, b in pairs)
    kinds = [kind for kind in RequesterKind if any(one.request.requester_kind is kind for one in asked)]
    return Consistency(
        unlike=tuple(pair for pair in found if pair.differs),
        alike=len(pairs),
        rates=tuple(_rate(kind, [one for one in asked if one.request.requester_kind is kind]) for kind in kinds),
        waiting=_waiting(asked, on=on),
    )


def _are_alike(one: Request, other: Request) -> bool:
    same_models = not one.models or not other.models or bool(set(one.models) & set(other.models))
    shared = bool(set(one.clauses) & set(other.clauses))
    return one.requester != other.requester and one.kind is other.kind and shared and same_models


def differences(one: Stood, other: Stood) -> tuple[str, ...]:
    """Return in what two answers differ; nothing while one of them is pending. Pure."""
    words = _answer_word(one), _answer_word(other)
    if None in words:
        return ()
    found = [f"{words[0]} and {words[1]}"] if words[0] != words[1] else []
    if one.answer is not None and other.answer is not None and one.answer.kind.yields and other.answer.kind.yields:
        if dict(one.answer.conditions).keys() != dict(other.answer.conditions).keys():
            found.append("other conditions")
        if one.answer.approvers != other.answer.approvers:
            found.append("other approvers")
    return tuple(found)


def _answer_word(one: Stood) -> str | None:
    if one.standing is Standing.REFUSED_BY_RULE:
        return "refuse"
    if one.answer is None or not one.answer.kind.settles:
        return None
    return one.answer.kind.value


def _rate(kind: RequesterKind, stood: Sequence[Stood]) -> GrantRate:
    words = [word for word in map(_answer_word, stood) if word is not None]
    granted, partly, complied = (
        words.count(kind.value) for kind in (AnswerKind.GRANT, AnswerKind.PARTIAL, AnswerKind.COMPLY)
    )
    bounds = clopper_pearson(granted + partly + complied, len(words), alpha=ALPHA) if words else None
    return GrantRate(
        kind=kind,
        answered=len(words),
        granted=granted,
        partly=partly,
        complied=complied,
        refused_by_rule=sum(1 for one in stood if one.standing is Standing.REFUSED_BY_RULE),
        pending=len(stood) - len(words),
        lower=bounds.lower if bounds is not None else Decimal(0),
        upper=bounds.upper if bounds is not None else Decimal(1),
    )


def _waiting(stood: Sequence[Stood], *, on: date) -> Waiting:
    days = sorted((one.days_to_answer, one.request.id) for one in stood if one.days_to_answer is not None)
    pending = [one for one in stood if one.answered_on is None]
    return Waiting(
        answered=len(days),
        median=_median([count for count, _ in days]),
        longest=days[-1][0] if days else None,
        longest_request=days[-1][1] if days else "",
        pending=tuple(
            sorted(((one.request.id, (on - one.request.asked_on).days) for one in pending), key=lambda p: -p[1])
        ),
    )


def _median(values: Iterable[int]) -> Decimal | None:
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Decimal(ordered[middle])
    return Decimal(ordered[middle - 1] + ordered[middle]) / 2
