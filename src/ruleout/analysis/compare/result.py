# SPDX-License-Identifier: Apache-2.0
"""What a comparison of two versions found, as values (D-15). Nothing here needs the solver.

Throughout, *old* is the version named first and *new* the one named second; a verdict speaks of the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ruleout.model.mapping import Announced, ChangeKind, Dimension
from ruleout.model.outcome import Activity, Force, Outcome


class Standing(Enum):
    """How the new version stands to the old one for an activity. NOT_PROVED: the solver ran out of time."""

    EQUIVALENT = "equivalent"
    STRICTER = "stricter"
    LOOSER = "looser"
    INCOMPARABLE = "incomparable"
    NOT_PROVED = "not proved"


class Direction(Enum):
    """What a changed field means for the developer. UNCLEAR where that depends on what is not known here."""

    STRICTER = "stricter"
    LOOSER = "looser"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one version says of a state: outcome, the clauses that determined it, the strongest force among them."""

    outcome: Outcome
    determined_by: tuple[str, ...]
    force: Force


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """One state, confirmed by the engine under both versions.

    Attributes:
        activity: what is decided.
        answers: what is not in order, each in words; everything else is: see `Joint` for what that means.
        old: what the old version says.
        new: what the new version says.
        text: all of it in one sentence.
    """

    activity: Activity
    answers: tuple[str, ...]
    old: Side
    new: Side
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityComparison:
    """How two versions stand to each other for one activity.

    Attributes:
        activity: which.
        verdict: what the new version is.
        looser: states in which the new version is less restrictive, one for each clause of the old one that makes it
            so; those that the new one lets go ahead and the old one does not come first.
        stricter: states in which the new version is more restrictive, likewise by its own clauses.
        weaker_in_force: a state with equal outcomes behind which a weaker force stands in the new version.
        stronger_in_force: a state with equal outcomes behind which a stronger force stands.
        uncovered: the versions that have no rule for it; what no rule covers holds (D-7).
        not_proved: what the solver could not settle in its time, in words.
    """

    activity: Activity
    verdict: Standing
    looser: tuple[Witness, ...]
    stricter: tuple[Witness, ...]
    weaker_in_force: Witness | None
    stronger_in_force: Witness | None
    uncovered: tuple[str, ...]
    not_proved: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """A state that shows what a clause decides: what it asks for, and what the answer changes.

    `says` tells in words what the state shows besides its outcomes; "" where these say it all.
    """

    clause: str
    says: str
    witness: Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseShown:
    """One clause of one version, as it is shown."""

    id: str
    kind: str
    says: str
    section: str
    force: Force


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One datum of a clause that differs: what it was, what it is, and what that means."""

    clause: str
    field: str
    was: str
    now: str
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseChange:
    """What became of a clause or several.

    Attributes:
        step: from which version to which, such as "2.2 → 3.0".
        change: what it is coded as; None for what differs without having been coded.
        coded: whether people coded it in a mapping file; otherwise it was computed.
        dimensions: in which respects it changed, as coded.
        announced: whether the newer version's changelog tells of it, as coded.
        says: what changed, as coded.
        because: why it is coded so.
        old: the older clauses.
        new: the newer clauses.
        fields: the data that differ, computed.
        contradictions: where the coding and what was computed do not fit, in words.
        gated: states that show what the change does to outcomes.
    """

    step: str
    change: ChangeKind | None
    coded: bool
    dimensions: tuple[Dimension, ...] = ()
    announced: Announced | None = None
    says: str = ""
    because: str = ""
    old: tuple[ClauseShown, ...] = ()
    new: tuple[ClauseShown, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    contradictions: tuple[str, ...] = ()
    gated: tuple[Gated, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One change that a version's own changelog tells of, in our words."""

    version: str
    clause: str
    kind: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions held against each other.

    Attributes:
        old: id of the version named first.
        new: id of the version named second.
        steps: the versions on the way, first and last included.
        activities: per activity, how the versions stand.
        lapses: findings that lapse under the old version and go on counting under the new one.
        clauses: what became of each clause, retained ones last.
        announcements: what the newer versions' own changelogs tell.
        warnings: what a reader must know about how the comparison was made.
        not_proved: what single clauses decide that the solver could not settle in its time, in words.
        disclaimer: what it does not say.
    """

    old: str
    new: str
    steps: tuple[str, ...]
    activities: tuple[ActivityComparison, ...]
    lapses: tuple[Gated, ...]
    clauses: tuple[ClauseChange, ...]
    announcements: tuple[Announcement, ...]
    warnings: tuple[str, ...]
    not_proved: tuple[str, ...]
    disclaimer: str = (
        "Compares what two documents demand, as encoded here. It says nothing of what is practised or what is safe."
    )

    @property
    def is_proved(self) -> bool:
        """Whether the solver settled everything it was asked."""
        return not self.not_proved and not any(one.not_proved for one in self.activities)

    @property
    def not_coded(self) -> tuple[ClauseChange, ...]:
        """Clauses that differ and that nobody coded."""
        return tuple(c for c in self.clauses if not c.coded and c.change is not ChangeKind.RETAINED)

    @property
    def contradicted(self) -> tuple[ClauseChange, ...]:
        """Clauses whose coding does not fit what was computed."""
        return tuple(c for c in self.clauses if c.contradictions)
