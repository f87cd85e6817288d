# SPDX-License-Identifier: Apache-2.0
"""Acts of one deviation in the record's order -> how it stands, and the steps that are overdue (A-6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ruleout.model.deviation import Deviation, Step
from ruleout.model.expiry import has_ended

OPEN, AMEND, CLOSE = "open", "amend", "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationAct:
    """One act: the entry's id, open, amend or close, its instant, who signed, why, and what the file stated.

    `deviation` is None where that is not here any more; `discovered` is then what the header says, if it does.
    """

    id: str
    act: str
    ts: datetime
    by: tuple[str, ...]
    reason: str
    deviation: Deviation | None
    discovered: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationState:
    """How a deviation stands. `acts` is never empty; an amendment after a closing opens it again."""

    deviation: Deviation
    acts: tuple[DeviationAct, ...]

    @property
    def is_closed(self) -> bool:
        """Whether the last act closed it, by a statement that is here: what cannot be read closes nothing."""
        return self.acts[-1].act == CLOSE and self.acts[-1].deviation is not None

    @property
    def discovered(self) -> datetime:
        """The earliest instant of discovery ever stated."""
        read = [act.deviation.discovered for act in self.acts if act.deviation is not None]
        return min(read + [act.discovered for act in self.acts if act.discovered is not None])

    @property
    def is_undisclosed(self) -> bool:
        """Whether no report or publication is named that states it."""
        return not self.deviation.disclosed_in

    def overdue(self, at: datetime) -> tuple[Step, ...]:
        """Steps of an open deviation that are not done and whose last day has passed at an instant."""
        return (
            () if self.is_closed else tuple(s for s in self.deviation.steps if s.done is None and has_ended(s.due, at))
        )


def fold(acts: Iterable[DeviationAct]) -> DeviationState | None:
    """Return how a deviation stands after its acts, None if none of them can be read. Pure. Source: A-6."""
    kept = tuple(acts)
    read = [act.deviation for act in kept if act.deviation is not None]
    return DeviationState(deviation=read[-1], acts=kept) if read else None
