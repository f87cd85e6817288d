# SPDX-License-Identifier: Apache-2.0
"""Acts of one incident in the record's order -> how it stands, with every instant that was ever stated (A-4).

Rules
- The last file stated gives the facts.
- Of an instant, the earliest value ever stated counts until a correction in the last file takes it back, with a reason.
  So a later statement never moves a deadline back by itself, and the order of statements does not matter.
- A statement that is not here any more changes nothing but the instant of discovery, which its header keeps.
- A report counts for its regime and stage from the instant at which it was given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ruleout.model.incident import Correction, Incident

OPEN, AMEND, RESOLVE, REPORT, MERGE = "open", "amend", "resolve", "report", "merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAct:
    """One act of an incident.

    Attributes:
        id: the entry's id.
        act: open, amend, resolve, report or merge.
        ts: aware instant at which it was recorded, as its producer states it.
        by: names of the keys that signed it.
        reason: why, in words; "" for open and report.
        incident: what the file stated; None for report and merge.
        regime, stage, given: of a report, and when it was given.
        into: of a merge, the incident that goes on.
        is_unread: it states a file that is not here any more; `discovered` is then what its header says.
    """

    id: str
    act: str
    ts: datetime
    by: tuple[str, ...] = ()
    reason: str = ""
    incident: Incident | None = None
    regime: str = ""
    stage: str = ""
    given: datetime | None = None
    into: str = ""
    is_unread: bool = False
    discovered: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One value of an instant, the act that first stated it, and the correction that took it back, if one did."""

    value: datetime
    act: str
    correction: Correction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentState:
    """How an incident stands. `acts` is never empty and begins with the act that opened it."""

    incident: Incident
    acts: tuple[IncidentAct, ...]

    @property
    def opened(self) -> datetime:
        """When the record of it was opened."""
        return self.acts[0].ts

    @property
    def is_unread(self) -> bool:
        """Whether the file that was stated last is not here, so that an earlier one stands in its place."""
        stating = [act for act in self.acts if act.incident is not None or act.is_unread]
        return stating[-1].is_unread

    @property
    def merged_into(self) -> str:
        """The incident under whose clock it is reported where a regime allows that; "" for its own."""
        return next((act.into for act in reversed(self.acts) if act.act == MERGE), "")

    @property
    def merged_at(self) -> datetime | None:
        """When the record of that was made; None for an incident of its own."""
        return next((act.ts for act in reversed(self.acts) if act.act == MERGE), None)

    @property
    def is_resolved(self) -> bool:
        """Whether the last file states that it is resolved."""
        return "resolved" in self.incident.instants

    def stated(self, name: str) -> tuple[Stated, ...]:
        """Every value that an instant was ever given, in the order of first statement."""
        taken = {c.was: c for c in self.incident.corrections if c.instant == name}
        first: dict[datetime, str] = {}
        for act in self.acts:
            if act.incident is not None and name in act.incident.instants:
                first.setdefault(act.incident.instants[name], act.id)
            elif name == "discovered" and act.discovered is not None:
                first.setdefault(act.discovered, act.id)
        return tuple(Stated(value=v, act=a, correction=taken.get(v)) for v, a in first.items())

    def instant(self, name: str) -> datetime | None:
        """The value that counts: the earliest that no correction took back; None if there is none."""
        return min((one.value for one in self.stated(name) if one.correction is None), default=None)

    def reports(self, regime: str, stage: str) -> tuple[IncidentAct, ...]:
        """The reports of a stage to a regime, in the record's order."""
        return tuple(a for a in self.acts if a.act == REPORT and (a.regime, a.stage) == (regime, stage))


def fold(acts: Iterable[IncidentAct]) -> IncidentState | None:
    """Return how an incident stands after its acts, None if none of them states it. Pure and total. Source: A-4."""
    kept = tuple(acts)
    stated = [act.incident for act in kept if act.incident is not None]
    return IncidentState(incident=stated[-1], acts=kept) if stated else None
