# SPDX-License-Identifier: Apache-2.0
"""What an export is made of: entries of a proved record and what of them may be told. Values; who may see what is decided
by whoever fills them (`app/interop/reading.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ruleout.evidence.summary import Summary
from ruleout.ledger.audience import Audience
from ruleout.ledger.disclosure import Tree
from ruleout.ledger.holes import Hole
from ruleout.model.deviation import Deviation
from ruleout.model.framework import Framework
from ruleout.reports.interop.asked import Asked
from ruleout.reports.interop.decided import Decided

Header = Mapping[str, str | int | bool | tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryShown:
    """An entry: the log's name, its place, id and instant (RFC 3339), SHA-256 (hex) of its bytes, ids of authors' keys.

    `holes` is what of it the audience that it is told to does not see.
    """

    origin: str
    index: int
    id: str
    ts: str
    sha256: str
    keys: tuple[str, ...]
    audience: Audience = Audience.PUBLIC
    holes: tuple[Hole, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationShown:
    """A measurement's summary under the entry that records it.

    Attributes:
        measurement: SHA-256 (hex) of the measurement; "" where the entry names a summary alone.
        case: SHA-256 (hex) of the case that rests on it; "" where none does.
        counts: whether it still counts by the record: not withdrawn, not past its last day.
        expires: its last day by the record, "" for none.
    """

    entry: EntryShown
    summary: Summary
    measurement: str
    case: str
    counts: bool
    expires: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionShown:
    """A decision under its entry.

    Attributes:
        case, decision: SHA-256 (hex) of the case's file and of the decision's bytes.
        evaluations: the measurements it rests on, by the name that the case gives the evidence.
        unseen: why a measurement that it rests on is not told, by that name.
        asked: what each rule asks about, by the encoding that was decided under; empty where that is not kept.
        superseded: id of a later decision of the same question, "" for none.
        still_proceeds: whether it would proceed if decided again as the record stands; asked only of a last decision that
            proceeds, else False.
    """

    entry: EntryShown
    decided: Decided
    case: str
    decision: str
    evaluations: Mapping[str, EvaluationShown]
    asked: Asked
    superseded: str
    still_proceeds: bool
    unseen: Mapping[str, str] = field(default_factory=dict)

    @property
    def question(self) -> str:
        """What decisions and approvals of the same question share."""
        return self.entry.id.rpartition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActShown:
    """An approval or an act of a review, as its header says.

    Attributes:
        about: the decision with the inputs it was given for, if there is one and it may be told.
        is_decided: whether the record holds such a decision, told or not.
        said: what its entry discloses to the audience, with holes.
    """

    entry: EntryShown
    header: Header
    about: DecisionShown | None = None
    is_decided: bool = False
    said: Mapping[str, Tree] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationShown:
    """A deviation: its acts in order, each an entry and its header.

    Attributes:
        stated: what the last statement says that the audience may see; None where it sees none.
        is_closed: whether the record's last act closed it, by a statement that the record still has.
        unseen: why the last act's statement is not told, "" where it is.
    """

    id: str
    acts: tuple[tuple[EntryShown, Header], ...]
    stated: Deviation | None = None
    is_closed: bool = False
    unseen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkShown:
    """A framework of the record, its encoding by SHA-256 (hex), and the entry that records it."""

    entry: EntryShown
    framework: Framework
    sha256: str
