# SPDX-License-Identifier: Apache-2.0
"""Acts of one concern in the record's order -> how it stands, at any instant (A-13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile

from ruleout.model.concern import Concern, ConcernStatus, ConcernUpdate
from ruleout.model.verdict import Verdict

RECEIVE, UPDATE, CLOSE = "receive", "update", "close"
_CLOSING = (ConcernStatus.SUBSTANTIATED, ConcernStatus.UNSUBSTANTIATED, ConcernStatus.UNDETERMINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernAct:
    """One act: the entry's id, what it is, its instant, the keys that signed, and what was received or stated."""

    id: str
    act: str
    ts: datetime
    by: tuple[str, ...]
    concern: Concern | None = None
    update: ConcernUpdate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernState:
    """How a concern stands. `acts` begins with its receipt; what was said later replaces what was said before."""

    number: int
    concern: Concern
    acts: tuple[ConcernAct, ...]

    @property
    def received(self) -> datetime:
        """When it was received, as recorded."""
        return self.acts[0].ts

    @property
    def is_anonymous(self) -> bool:
        """Whether no reporter was given."""
        return not self.concern.reporter

    @property
    def status(self) -> ConcernStatus:
        """How it stands after the last act."""
        stated = [u.status for u in self._updates() if u.status is not None]
        return stated[-1] if stated else ConcernStatus.RECEIVED

    @property
    def material(self) -> Verdict:
        """Whether it bears on safety materially; UNKNOWN until somebody says."""
        stated = [u.material for u in self._updates() if u.material is not None]
        return stated[-1] if stated else Verdict.UNKNOWN

    @property
    def closed(self) -> datetime | None:
        """When its finding was stated; None while it is open. A new status opens it again, later word to the reporter does not."""
        if self.acts[-1].act != CLOSE:
            return None
        stated = [act.ts for act in self.acts if act.update is not None and act.update.status is not None]
        return stated[-1] if stated else self.acts[-1].ts

    @property
    def told(self) -> tuple[datetime, ...]:
        """When the reporter was told how it stands."""
        return tuple(act.ts for act in self.acts if act.update is not None and act.update.told)

    @property
    def notified(self) -> frozenset[str]:
        """Roles that were told of the finding."""
        return frozenset(role for update in self._updates() for role in update.notified)

    def at(self, instant: datetime) -> ConcernState | None:
        """Return how it stood at an instant; None before it was received."""
        kept = tuple(act for act in self.acts if act.ts <= instant)
        return ConcernState(number=self.number, concern=self.concern, acts=kept) if kept else None

    def _updates(self) -> tuple[ConcernUpdate, ...]:
        return tuple(act.update for act in self.acts if act.update is not None)


def closes(status: ConcernStatus) -> bool:
    """Return whether a status closes a concern. Pure."""
    return status in _CLOSING


def fold(number: int, acts: Iterable[ConcernAct]) -> ConcernState | None:
    """Return how a concern stands after its acts, None if it was never received. Pure. Source: A-13."""
    kept = tuple(dropwhile(lambda act: act.concern is None, acts))
    concern = kept[0].concern if kept else None
    return None if concern is None else ConcernState(number=number, concern=concern, acts=kept)
