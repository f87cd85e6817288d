# SPDX-License-Identifier: Apache-2.0
"""How each version of one framework stands at an instant, from what the record pins (D-15, D-16).

A framework is under change control from its first announcement or publication in a record on. Versions that the record
held before that count from their own effective day, as they always did; later ones only once they are published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ruleout.model.expiry import has_ended
from ruleout.model.publication import Needs, Pinned, Standing

ANNOUNCE, PUBLISH = "announce", "publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a record pins of one framework's versions, in the record's order."""

    name: str
    pins: tuple[Pinned, ...]

    def until(self, at: datetime) -> History:
        """The history as it was at an instant."""
        return History(name=self.name, pins=tuple(pin for pin in self.pins if pin.at <= at))

    def known(self, at: datetime) -> History:
        """The history as it counts at an instant: a version kept beside a decision says nothing of when it was public."""
        return History(name=self.name, pins=tuple(pin for pin in self.pins if not pin.act or pin.at <= at))

    @property
    def is_controlled(self) -> bool:
        """Whether a version was ever announced or published here."""
        return any(pin.act for pin in self.pins)

    def counting(self) -> tuple[Pinned, ...]:
        """The versions that count: those published, and those recorded before change control began. One for each label."""
        found: dict[str, Pinned] = {}
        controlled = False
        for pin in self.pins:
            controlled = controlled or bool(pin.act)
            if pin.act == PUBLISH or not controlled:
                kept = found.get(pin.version)
                if kept is None or (pin.act == PUBLISH and not kept.act):
                    found[pin.version] = pin
        return tuple(found.values())

    def latest(self) -> Pinned | None:
        """The version that a new one takes the place of: the one of those that count that takes effect last."""
        order = {pin.entry: index for index, pin in enumerate(self.pins)}
        return max(self.counting(), key=lambda pin: (pin.effective, order[pin.entry]), default=None)

    def in_force(self, at: datetime) -> Pinned | None:
        """The version in force at an instant, from its effective day on; None if there is none yet."""
        order = {pin.entry: index for index, pin in enumerate(self.pins)}
        begun = [pin for pin in self.known(at).counting() if pin.effective <= at.date()]
        return max(begun, key=lambda pin: (pin.effective, order[pin.entry]), default=None)

    def without(self, version: str) -> History:
        """The history of every other version."""
        return History(name=self.name, pins=tuple(pin for pin in self.pins if pin.version != version))

    def governing(self, version: str, at: datetime) -> Pinned | None:
        """The version whose procedure governs the change to a version: the one in force, else the latest; None for a first."""
        others = self.without(version)
        return others.in_force(at) or others.latest()

    def announced(self, version: str) -> Pinned | None:
        """The last announcement of a version; None if there is none."""
        mine = [pin for pin in self.pins if pin.act == ANNOUNCE and pin.version == version]
        return mine[-1] if mine else None


def standing_of(pin: Pinned, history: History, needs: Needs, *, at: datetime) -> Standing:
    """Return how a pinned version stands at an instant. Pure.

    Args:
        pin: one of the history's.
        history: of its framework.
        needs: what it waits for; for announcements only.
        at: aware instant; what was recorded later is passed over.
    """
    seen = history.until(at)
    counting = {one.version: one for one in seen.counting()}
    if pin.entry in {one.entry for one in counting.values()}:
        now = history.in_force(at)
        if now is not None and now.entry == pin.entry:
            return Standing.IN_FORCE
        return Standing.PUBLISHED if pin.effective > at.date() else Standing.SUPERSEDED
    if pin.act != ANNOUNCE:
        label = counting.get(pin.version)
        other = label is not None and label.parts.framework != pin.parts.framework
        return Standing.CONFLICT if other else Standing.RECORDED
    last = seen.announced(pin.version)
    if pin.version in counting or last is None or last.entry != pin.entry:
        return Standing.REPLACED
    if has_ended(needs.last_day, at):
        return Standing.LAPSED
    if needs.missing or needs.refused:
        return Standing.WAITING
    return Standing.HELD if needs.until is not None else Standing.READY


def other_bytes(pins: Iterable[Pinned], version: str, digest: str) -> Pinned | None:
    """Return the pin of the same label whose framework file has other bytes; None if none has. Pure."""
    return next((pin for pin in pins if pin.version == version and pin.parts.framework != digest), None)
