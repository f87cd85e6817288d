# SPDX-License-Identifier: Apache-2.0
"""A tenant's next bundle in shadow: named, dated, asked beside the bundle in force, and never an answer to anybody (G-10).

The floor is never in shadow: what it denies is denied, and no shadow is asked about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import NamedTuple

from ruleout.policy.decide import Answer, Ground, Layer, decide_tenant
from ruleout.policy.values import Call


class Would(Enum):
    """What a shadow would have decided: the same, otherwise, or that it cannot be asked."""

    SAME = "same"
    DENY = "deny"
    ALLOW = "allow"
    ERROR = "error"


class Phase(Enum):
    """Where a shadow's days stand at an instant."""

    NOT_YET = "not-yet"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days of a shadow, first and last included, in UTC."""

    first: date
    last: date

    def phase(self, at: datetime) -> Phase:
        """Return where they stand at an aware instant. Pure."""
        today = at.astimezone(UTC).date()
        if today < self.first:
            return Phase.NOT_YET
        return Phase.RUNNING if today <= self.last else Phase.ENDED

    def left(self, at: datetime) -> int:
        """Return how many days are left, today counted; 0 once they have ended. Pure."""
        today = max(self.first, at.astimezone(UTC).date())
        return max(0, (self.last - today).days + 1)

    @property
    def bounds_ns(self) -> tuple[int, int]:
        """First nanosecond since 1970 of the first day, and that behind the last day."""
        return _nanoseconds(self.first), _nanoseconds(self.last + timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A bundle in shadow, ready to be asked from `first_ns` on and before `end_ns` (nanoseconds since 1970, UTC)."""

    name: str
    layer: Layer
    first_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedShadow:
    """A shadow as settings name it, and how it stands.

    Attributes:
        tenant: whose it is; `name` its own.
        bundle: name and version of its bundle, "" where it was not read.
        days: when it is asked.
        fault: why it does not hold, "" if it does.
        asked: what is asked; None where it does not hold or has ended.
    """

    tenant: str
    name: str
    bundle: str
    days: Days
    fault: str
    asked: Shadow | None

    def state(self, at: datetime) -> str:
        """Return how it stands at an instant: `not-yet`, `running`, `ended`, or `does-not-hold`. Pure."""
        phase = self.days.phase(at)
        return "does-not-hold" if self.fault and phase is not Phase.ENDED else phase.value

    def says(self, at: datetime) -> str:
        """Return the same in words, dates and days left with it. Pure."""
        days, left = self.days, self.days.left(at)
        match self.state(at):
            case "does-not-hold":
                return f"does not hold, and is not asked: {self.fault}"
            case Phase.NOT_YET.value:
                return f"begins on {days.first}, until {days.last}: {left} days"
            case Phase.RUNNING.value:
                return f"from {days.first} until {days.last}: {left} {'day' if left == 1 else 'days'} left"
        return f"ended on {days.last}, and is not asked"


class Beside(NamedTuple):
    """What a shadow says of one call, with the ids of the rules that would have decided, and of those that failed."""

    would: Would
    rules: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def ask_beside(shadow: Shadow, answer: Answer, call: Call) -> Beside:
    """Return what a shadow would have decided where the tenant's policy in force gave this answer. Pure. Source: G-10."""
    theirs = decide_tenant(shadow.layer, call)
    if theirs.ground is Ground.FAILED:
        return Beside(Would.ERROR, theirs.rules, theirs.failed)
    if theirs.allowed is answer.allowed:
        return Beside(Would.SAME)
    return Beside(Would.ALLOW if theirs.allowed else Would.DENY, theirs.rules, theirs.failed)


def _nanoseconds(day: date) -> int:
    past = datetime.combine(day, time(), UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return past.days * 86_400 * 1_000_000_000
