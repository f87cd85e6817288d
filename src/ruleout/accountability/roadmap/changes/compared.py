# SPDX-License-Identifier: Apache-2.0
"""What a comparison of two states of a roadmap found, as values (A-2).

Throughout, *old* is the state named first and *new* the one named second; a judgement speaks of the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ruleout.model.update_log import Update


class Asks(Enum):
    """Whether the newer state promises or states more than the older one. UNCLEAR: only people can tell."""

    MORE = "more"
    LESS = "less"
    SAME = "same"
    UNCLEAR = "unclear"


class Shift(Enum):
    """What became of a goal, a field or an entry of a list."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Mention(Enum):
    """Where a difference is told of: in the roadmap's own log, only on another page, or nowhere in the file given."""

    LOG = "log"
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs.

    Attributes:
        goal: id of the goal, as the newer state names it where it has it; "" for the roadmap as a whole.
        field: path within the goal, keys joined by dots; "" for the goal itself.
        shift: what became of it.
        was: what the older state says, in words; "" where it says nothing.
        now: what the newer one says.
        asks: whether that is more or less than before.
        because: why, in one sentence.
        mention: where it is told of.
        told_by: ids of the updates that tell of it, those of the roadmap's own log first.
    """

    goal: str
    field: str
    shift: Shift
    was: str
    now: str
    asks: Asks
    because: str
    mention: Mention = Mention.NOWHERE
    told_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapComparison:
    """Two states of a roadmap held against each other and against what was said of the change.

    Attributes:
        old: name of the older state.
        new: name of the newer one.
        differences: all of them, goal by goal in the newer state's order, lost goals last, the roadmap's own first.
        unmatched: updates dated between the two states, of which no difference shows anything: they report without
            telling of a change, or tell of one between states that are not compared.
        remarks: what follows from the two states and the log together, in sentences.
        has_log: whether updates were given: without them, nothing is told anywhere.
    """

    old: str
    new: str
    differences: tuple[Difference, ...]
    unmatched: tuple[Update, ...]
    remarks: tuple[str, ...]
    has_log: bool
    disclaimer: str = (
        "Compares what two published states say, as told here, and what was said of the change. It does not say why "
        "anything was changed, nor what is practised."
    )

    @property
    def silent(self) -> tuple[Difference, ...]:
        """Differences of which no update tells."""
        return tuple(one for one in self.differences if one.mention is Mention.NOWHERE)

    @property
    def less(self) -> tuple[Difference, ...]:
        """Differences by which less is promised or stated."""
        return tuple(one for one in self.differences if one.asks is Asks.LESS)
