# SPDX-License-Identifier: Apache-2.0
"""A report of an incident as a document, so that it has the same forms as every other one (A-4, A-10).

Fields, their order and what each asks for are the regime's; what is stated stands in the record. It goes to an authority: nobody
else is its audience.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ruleout.accountability.incidents.report import Report
from ruleout.accountability.incidents.report_fields import ReportField
from ruleout.accountability.reporting.build import links_of
from ruleout.accountability.reporting.publication import FORMAT, Field, Part, Publication, Section, Statement
from ruleout.app.accountability.incidents import Register, standings
from ruleout.app.ledger import Record
from ruleout.app.publication.context import Context
from ruleout.app.publication.known import known_of
from ruleout.framework import parse_framework
from ruleout.ledger import EntryType
from ruleout.ledger.audience import Audience
from ruleout.model.decision import DISCLAIMER
from ruleout.model.incident_regime import IncidentRegime
from ruleout.model.plain import instant_text

KIND = "incident-report"
FOR = Audience.REGULATOR


def incident_document(report: Report, regime: IncidentRegime, register: Register, record: Record) -> Publication:
    """Return a prepared report as a document. Effect: reads what the record's entries name.

    Raises:
        NotFound: no such incident.

    Source: A-4, A-10.
    """
    incident = register.state(report.incident).incident
    known = known_of(_context(report, record), None)
    fields = tuple(_field(one, report, regime) for one in report.fields if one.value)
    part = Part(id="", title="", fields=fields)
    to = ", ".join(regime.authorities[one] for one in report.to)
    section = Section(id=report.stage, title=f"Addressed to: {to}", each="", parts=(part,))
    timing = tuple(_timing(report, regime, register))
    return Publication(
        format=FORMAT,
        report=f"{report.incident}-{regime.name}-{report.stage}",
        kind=KIND,
        title=f"{report.stage.capitalize()} report of an incident: {incident.title}",
        developer=_developer(record),
        law=f"{regime.title} ({regime.law})",
        regime=regime.name,
        published=report.given.date().isoformat(),
        at=instant_text(report.given),
        covers=report.given.date().isoformat(),
        models=tuple(model.name for model in incident.models),
        framework="",
        trigger="",
        previous="",
        timing=timing,
        answers=(),
        sections=(section,),
        entries=tuple(links_of((timing, section), known)),
        origin=known.origin,
        size=known.size,
        root=known.root,
        disclaimer=DISCLAIMER,
    )


def _context(report: Report, record: Record) -> Context:
    return Context(
        record=record,
        at=report.given,
        since=None,
        models=frozenset(),
        laws=(),
        report=report.incident,
        kind=KIND,
        draft="",
        audiences=frozenset({FOR}),
    )


def _field(one: ReportField, report: Report, regime: IncidentRegime) -> Field:
    rules = [rule.provision for rule in regime.reports if rule.stage == _stage(report)]
    provision = rules[0] if rules else None
    return Field(
        id=one.name,
        title=one.asks,
        asks=one.asks,
        section=one.section,
        source="" if provision is None else provision.source,
        grade="inferred" if provision is None else provision.grade,
        origin="incident",
        required=one.required,
        statements=(Statement(says=one.value, entries=(report.rests_on,)),),
        table=None,
        picture=None,
        nothing="",
    )


def _stage(report: Report) -> str:
    """An amended report is asked for where the first one was."""
    return "initial" if report.stage == "amended" else report.stage


def _timing(report: Report, regime: IncidentRegime, register: Register) -> Iterator[Statement]:
    """By when each clock of the stage wants it; a class that is excluded wants nothing."""
    for standing in standings(report.incident, register, [regime], at=report.given):
        for clock in standing.clocks:
            if clock.rule.stage == report.stage and clock.governs is not None:
                ends = clock.governs.deadline.ends
                late = "late" if _after(report.given, ends) else "in time"
                says = f"{clock.rule.says} It is due by {instant_text(ends)} ({clock.rule.provision.section}) and comes {late}."
                yield Statement(says=says, entries=(report.rests_on,))


def _after(given: datetime, ends: datetime) -> bool:
    return given >= ends


def _developer(record: Record) -> str:
    """The developer by its last framework, else the producer of the record's last entry."""
    frameworks = record.of_type(EntryType.FRAMEWORK)
    if frameworks:
        last = frameworks[-1].content
        return parse_framework(record.object(last.refs[0].sha256), file=last.id).developer
    return record.entries[-1].content.producer if record.entries else ""
