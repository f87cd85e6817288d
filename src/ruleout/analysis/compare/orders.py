# SPDX-License-Identifier: Apache-2.0
"""Which way a datum changes: what asks more of the developer than before, what less, and of what that cannot be said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ruleout.analysis.compare.result import Direction
from ruleout.model.clause import Period

_FOUR_YEARS = tuple(date(2025, 1, 1) + timedelta(days=count) for count in range(4 * 365 + 1))

#: Whether a datum that differs asks more of the developer, less, or neither can be said; None where it means the same.
Order = Callable[[Any, Any], Direction | None]


def unordered(_old: object, _new: object) -> Direction:
    """Nothing can be said of it."""
    return Direction.UNCLEAR


def rising(order: Sequence[object]) -> Callable[[object, object], Direction]:
    """The further on in the order, the stricter."""
    return lambda old, new: Direction.STRICTER if order.index(new) > order.index(old) else Direction.LOOSER


def strictest(loose: Sequence[object], strict: object) -> Order:
    """One value asks more than any of some others; among those nothing can be said."""
    return lambda old, new: (
        Direction.STRICTER
        if new is strict and old in loose
        else Direction.LOOSER
        if old is strict and new in loose
        else Direction.UNCLEAR
    )


def named(old: str, new: str) -> Direction:
    """A demand where there was none is stricter; whether another name asks more cannot be said."""
    return Direction.UNCLEAR if old and new else Direction.LOOSER if old else Direction.STRICTER


def shorter(old: Period | int | None, new: Period | int | None) -> Direction:
    """A limit where there was none is stricter, and so is a nearer one."""
    if old is None or new is None:
        return Direction.STRICTER if old is None else Direction.LOOSER
    sooner, later = ends_sooner(new, old), ends_sooner(old, new)
    if sooner == later:
        return Direction.UNCLEAR
    return Direction.STRICTER if sooner else Direction.LOOSER


def longer(old: Period | None, new: Period | None) -> Direction:
    """A notice where there was none is stricter, and so is a longer one."""
    if old is None or new is None:
        return shorter(old, new)
    return opposite_of(shorter(old, new))


def ends_sooner(one: Period | int, other: Period | int) -> bool:
    """Return whether a limit ends before another of its kind, counted from some day: a month has no one length. Pure."""
    if isinstance(one, Period) and isinstance(other, Period):
        return any(mine < its for mine, its in zip(_lengths(one), _lengths(other), strict=True))
    return one < other  # type: ignore[operator]  # two of a kind


def _lengths(period: Period) -> list[timedelta]:
    return [period.after(day) - day for day in _FOUR_YEARS]


def larger(old: Decimal | int | None, new: Decimal | int | None) -> Direction:
    """The larger demand is stricter, and any is stricter than none."""
    return opposite_of(smaller(old, new))


def smaller(old: Decimal | int | None, new: Decimal | int | None) -> Direction:
    """The smaller figure is stricter, and none is stricter than any."""
    if old is None or new is None:
        return Direction.LOOSER if old is None else Direction.STRICTER
    return Direction.STRICTER if new < old else Direction.LOOSER


def oftener(old: tuple[Period, Period] | None, new: tuple[Period, Period] | None) -> Direction:
    """The longest permitted interval counts."""
    if old is None or new is None or old[1] != new[1]:
        return shorter(old and old[1], new and new[1])
    return Direction.UNCLEAR


def more(old: Sequence[object], new: Sequence[object]) -> Direction | None:
    """What was there and something besides is stricter."""
    if set(old) == set(new):
        return None
    if set(old) < set(new):
        return Direction.STRICTER
    return Direction.LOOSER if set(new) < set(old) else Direction.UNCLEAR


def reworded(old: Sequence[str], new: Sequence[str]) -> Direction | None:
    """Entries in words: which list asks more is for people to say, for one entry may hold two others."""
    return None if set(old) == set(new) else Direction.UNCLEAR


def fewer(old: Sequence[object], new: Sequence[object]) -> Direction | None:
    """What was there and something besides is looser."""
    return _opposite(more(old, new))


def _opposite(direction: Direction | None) -> Direction | None:
    return None if direction is None else opposite_of(direction)


def opposite_of(direction: Direction) -> Direction:
    """Return looser for stricter and stricter for looser. Pure."""
    turned = {Direction.STRICTER: Direction.LOOSER, Direction.LOOSER: Direction.STRICTER}
    return turned.get(direction, direction)
