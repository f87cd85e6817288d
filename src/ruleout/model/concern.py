# SPDX-License-Identifier: Apache-2.0
"""Concerns: reports of possible non-compliance, in confidence, and the rules for whoever receives them (A-13)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ruleout.model.clock import Limit
from ruleout.model.verdict import Verdict


class ConcernStatus(Enum):
    """How a concern stands. The last three close it."""

    RECEIVED = "received"
    INVESTIGATED = "investigated"
    SUBSTANTIATED = "substantiated"
    UNSUBSTANTIATED = "unsubstantiated"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What was received.

    Attributes:
        title: one line.
        says: the report's text.
        roles, persons: whom it concerns, by role and as the keyring names them; they neither receive it nor decide it.
        reporter: who reports and how to reach them, only as given; "" for an anonymous report.
    """

    title: str
    says: str
    roles: tuple[str, ...]
    persons: tuple[str, ...]
    reporter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernUpdate:
    """What an update states. None or "" leaves a thing as it is.

    Attributes:
        material: whether it bears on safety materially.
        told: what the reporter was told; a text counts as an update to them.
        notified: roles that were told of the finding.
        correction: what is done about it.
    """

    status: ConcernStatus | None = None
    material: Verdict | None = None
    told: str = ""
    notified: tuple[str, ...] = ()
    correction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernClause:
    """One rule for concerns: to whom, how often (None if the text states no time), where it stands, how well known."""

    says: str
    to: tuple[str, ...]
    every: Limit | None
    section: str
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernRules:
    """What one framework or law asks of whoever receives concerns; parts that a text lacks are None or empty.

    Attributes:
        name: `ID@VERSION` of a framework, or a regime's id.
        recipients: who may receive a concern.
        recusal: who receives it too where a role is itself concerned, by that role.
        roll_up: how often whom to tell of all concerns, substantiated or not.
        prompt_notice: whom to tell at once of a substantiated, material concern.
        reporter_update: how often to tell the reporter.
        excludes_concerned: whether whoever is accused is left out of the roll-up by the text itself.
    """

    name: str
    title: str
    zone: str
    recipients: ConcernClause | None
    recusal: tuple[tuple[str, ConcernClause], ...]
    roll_up: ConcernClause | None
    prompt_notice: ConcernClause | None
    reporter_update: ConcernClause | None
    excludes_concerned: bool
