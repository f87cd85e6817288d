# SPDX-License-Identifier: Apache-2.0
"""Whether a changed field promises or states more than before, where a rule can tell; *unclear* where only people can.

Rules
- A later date, a longer wait for an answer, a lower share: less. The other way round: more.
- What was stated and is no longer (a date, a confidence, a report's reader, a candidate, a part): less is stated. What is
  stated for the first time: more. That is a statement about the text and not about anybody's effort.
- Other words over the same sentence of the source: same. Other words over another sentence: unclear.
- A changed confidence is unclear: a bolder goal deserves a lower one.

Source: A-2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ruleout.accountability.roadmap.changes.compared import Asks
from ruleout.accountability.roadmap.changes.trees import Branch, is_nothing

#: Fields of which a later day or a longer wait asks for less.
SOONER_IS_MORE = frozenset({"target", "within", "answer-within"})
#: Fields of which a higher figure asks for more.
HIGHER_IS_MORE = frozenset({"fully", "mostly", "comment-days", "at-least", "least"})
#: The days of a comment period, as documents have them.
COMMENT_DAYS = ("comment", "days")
#: Fields of which a lower figure asks for more.
LOWER_IS_MORE = frozenset({"at-most"})
#: Fields that tell and do not promise.
TELLING = frozenset({"title", "says", "note", "section", "anchor", "area", "id", "words"})
#: Fields that say which state a file is.
HEADING = frozenset({"as-of"})
#: Fields whose coming takes something away.
TAKING = frozenset({"redactions"})

_PERIOD = re.compile(r"(\d{1,4}) (day|week|month|year)s?")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A judgement with its reason."""

    asks: Asks
    because: str


def judged(branch: Branch, *, same_sentence: bool) -> Judged:
    """Return whether a difference asks for more or less. Pure.

    Args:
        branch: what differs.
        same_sentence: whether both sides anchor the same sentence of the source.
    """
    name = branch.path[-1]
    if name in HEADING:
        return Judged(asks=Asks.SAME, because="a heading promises nothing")
    if name in TELLING:
        return _told(same_sentence=same_sentence)
    if is_nothing(branch.now):
        return _flipped(Judged(asks=Asks.LESS, because="it was stated and is no longer"), branch)
    if is_nothing(branch.was):
        return _flipped(Judged(asks=Asks.MORE, because="it is stated for the first time"), branch)
    if name in SOONER_IS_MORE:
        return _ordered(_span(branch.was), _span(branch.now), "earlier", "later", more_if_higher=False)
    if name in HIGHER_IS_MORE or branch.path[-2:] == COMMENT_DAYS:
        return _ordered(_figure(branch.was), _figure(branch.now), "lower", "higher", more_if_higher=True)
    if name in LOWER_IS_MORE:
        return _ordered(_figure(branch.was), _figure(branch.now), "lower", "higher", more_if_higher=False)
    return Judged(asks=Asks.UNCLEAR, because="people must judge what the change means")


def _told(*, same_sentence: bool) -> Judged:
    if same_sentence:
        return Judged(asks=Asks.SAME, because="the source's sentence is the same; only our telling differs")
    return Judged(asks=Asks.UNCLEAR, because="the words differ; people must judge whether less is meant")


def _flipped(one: Judged, branch: Branch) -> Judged:
    if not TAKING.intersection(branch.path):
        return one
    return Judged(asks=Asks.LESS if one.asks is Asks.MORE else Asks.MORE, because=one.because)


def _ordered(was: Any, now: Any, lower: str, higher: str, *, more_if_higher: bool) -> Judged:
    if was is None or now is None or type(was) is not type(now):
        return Judged(asks=Asks.UNCLEAR, because="the two cannot be compared")
    if was == now:
        return Judged(asks=Asks.SAME, because="both mean the same")
    is_higher = now > was
    by = _distance(was, now) if isinstance(was, date) else ""
    asks = Asks.MORE if is_higher == more_if_higher else Asks.LESS
    return Judged(asks=asks, because=f"it is {higher if is_higher else lower}{by}")


def _distance(was: date, now: date) -> str:
    days = abs((now - was).days)
    return f" by {days} day{'' if days == 1 else 's'}"


def _span(value: object) -> date | int | None:
    """A day, or the length of a period in days: months of 30 and years of 365 order the lengths that people write."""
    if isinstance(value, Mapping):
        return sum(int(value.get(f"{unit}s", 0)) * days for unit, days in _DAYS.items())
    if not isinstance(value, str):
        return None
    if _DAY.fullmatch(value):
        return date.fromisoformat(value)
    period = _PERIOD.fullmatch(value)
    return int(period[1]) * _DAYS[period[2]] if period else None


def _figure(value: object) -> Decimal | None:
    """A number as documents have it, or as `plain` writes a decimal."""
    if isinstance(value, str):
        return Decimal(value) if _NUMBER.fullmatch(value) else None
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
