# SPDX-License-Identifier: Apache-2.0
"""How one regime classifies an incident, and what reports it wants by when: data, read from a file (A-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ruleout.model.clock import Limit
from ruleout.model.formula import Formula


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """Where a rule stands and how well that is known.

    Attributes:
        section: as the source numbers it.
        source: title of the source.
        grade: primary (the text was read), secondary, recalled or inferred (our reading).
        note: what is uncertain, or why the text is read so.
    """

    section: str
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClass:
    """A class of incidents: `when` is a formula over facts only; classes named in the file stand in it in full."""

    id: str
    says: str
    when: Formula
    provision: Provision


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRule:
    """A report that a class of incidents owes.

    Attributes:
        stage: which report: initial, urgent, intermediate, final.
        about: id of the class that owes it.
        to: ids of the regime's authorities.
        starts: instants of the incident from which the time runs by the text; the earliest counts.
        on_suspicion: instants from which it runs while that is safer: the class cannot be excluded, or none of `starts`
            is stated. Empty where suspicion starts nothing.
        within: time for one report; None where `every` is given.
        every: longest time between repeated reports, until the instant `until`.
        clock: id of the clock in the calendar of duties, such as "C7".
    """

    id: str
    stage: str
    about: str
    says: str
    to: tuple[str, ...]
    starts: tuple[str, ...]
    on_suspicion: tuple[str, ...]
    within: Limit | None
    every: Limit | None
    until: str
    clock: str
    provision: Provision


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedField:
    """A field of a report: the name under which the record is asked, what the text asks for, and where it says so."""

    name: str
    asks: str
    section: str
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long documentation is kept from the later of the last document and the incident."""

    years: int
    clock: str
    says: str
    provision: Provision


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRegime:
    """One regime's terms for incidents.

    Attributes:
        name: id of the regime, as its folder is called.
        zone: IANA name of the time zone in which its days are counted.
        since: first day on which it applies.
        facts: questions of fact by id, in plain words.
        authorities: names by id.
        classes: in the file's order.
        fields: what a report of a stage states, by stage.
        merges: where the text allows similar incidents to be reported under the first one's clock; None if it does not.
        keeping: how long documentation is kept; None if the text does not say.
    """

    name: str
    title: str
    law: str
    as_of: date
    zone: str
    since: date
    facts: Mapping[str, str]
    authorities: Mapping[str, str]
    classes: tuple[IncidentClass, ...]
    reports: tuple[ReportRule, ...]
    fields: Mapping[str, tuple[AskedField, ...]]
    merges: Provision | None
    keeping: Keeping | None

    def class_of(self, rule: ReportRule) -> IncidentClass:
        """The class that owes a report."""
        return next(one for one in self.classes if one.id == rule.about)
