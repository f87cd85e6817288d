# SPDX-License-Identifier: Apache-2.0
"""Bytes of a regime's file -> its terms for incidents, every name in them resolved."""

from __future__ import annotations

from collections.abc import Mapping

from ruleout.accountability.incidents.formulas import Formulas
from ruleout.accountability.incidents.regime_document import KeepDoc, ProvisionDoc, RegimeDoc, ReportDoc
from ruleout.accountability.incidents.report_fields import FIELD_NAMES
from ruleout.documents.fields import SourceDoc
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.formula import Formula
from ruleout.model.incident_regime import (
    AskedField,
    IncidentClass,
    IncidentRegime,
    Keeping,
    Provision,
    ReportRule,
)


def parse_regime(data: bytes, *, file: str) -> IncidentRegime:
    """Return a regime's terms for incidents. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: A-4.
    """
    document = read_yaml(data, file=file)
    doc = validate(RegimeDoc, document)
    findings = Findings(document)
    classes = _classes(doc, findings)
    _check_sources(doc, findings)
    for name, report in doc.reports.items():
        _check_report(report, ("reports", name), doc, findings)
    _check_fields(doc, findings)
    findings.raise_any()
    return IncidentRegime(
        name=doc.incidents_of,
        title=doc.title,
        law=doc.law,
        as_of=doc.as_of,
        zone=doc.zone,
        since=doc.from_,
        facts=dict(doc.facts),
        authorities=dict(doc.authorities),
        classes=classes,
        reports=tuple(_report(name, one, doc.sources) for name, one in doc.reports.items()),
        fields=_fields(doc),
        merges=None if doc.merges is None else _provision(doc.merges, doc.sources),
        keeping=None if doc.keep is None else _keeping(doc.keep, doc.sources),
    )


def _classes(doc: RegimeDoc, findings: Findings) -> tuple[IncidentClass, ...]:
    above: dict[str, Formula] = {}
    classes = []
    for name, one in doc.classes.items():
        if name in doc.facts:
            hint = "Give the class another id: a formula would not say which is meant."
            findings.note(
                "I006", ("classes", name), expected="an id that no fact has", got=repr(name), hint=hint, key=True
            )
        when = Formulas(doc.facts, above, findings).resolve(one.when, ("classes", name, "when"))
        above[name] = when
        classes.append(IncidentClass(id=name, says=one.says, when=when, provision=_provision(one, doc.sources)))
    return tuple(classes)


def _check_sources(doc: RegimeDoc, findings: Findings) -> None:
    named: list[tuple[Path, str]] = [(("from-source",), doc.from_source)]
    named += [(("classes", name, "source"), one.source) for name, one in doc.classes.items()]
    named += [(("reports", name, "source"), one.source) for name, one in doc.reports.items()]
    named += [((at, "source"), one.source) for at, one in (("merges", doc.merges), ("keep", doc.keep)) if one]
    for path, source in named:
        if source not in doc.sources:
            findings.note_unknown(path, expected="one of the sources", name=source, known=doc.sources, id_="I004")


def _check_report(report: ReportDoc, path: Path, doc: RegimeDoc, findings: Findings) -> None:
    if report.about not in doc.classes:
        findings.note_unknown(
            (*path, "about"), expected="one of the classes", name=report.about, known=doc.classes, id_="I004"
        )
    for index, name in enumerate(report.to):
        if name not in doc.authorities:
            at = (*path, "to", index)
            findings.note_unknown(at, expected="one of the authorities", name=name, known=doc.authorities, id_="I004")
    if report.stage not in doc.fields:
        hint = f"Add `fields: {report.stage}:` with what the report states."
        findings.note("I004", (*path, "stage"), expected="a stage with fields", got=repr(report.stage), hint=hint)
    if (report.within is None) == (report.every is None) or (report.every is None) != (report.until is None):
        hint = "Write `within:`, or `every:` with `until:`."
        findings.note("I005", path, expected="one time, or a repeated one with its end", got="another set", hint=hint)


def _check_fields(doc: RegimeDoc, findings: Findings) -> None:
    for stage, fields in doc.fields.items():
        for name in fields:
            if name not in FIELD_NAMES:
                at = ("fields", stage, name)
                findings.note_unknown(at, expected="a field of an incident", name=name, known=FIELD_NAMES, id_="I004")


def _report(name: str, doc: ReportDoc, sources: Mapping[str, SourceDoc]) -> ReportRule:
    return ReportRule(
        id=name,
        stage=doc.stage,
        about=doc.about,
        says=doc.says,
        to=doc.to,
        starts=doc.starts,
        on_suspicion=doc.on_suspicion,
        within=doc.within,
        every=doc.every,
        until=doc.until or "",
        clock=doc.clock,
        provision=_provision(doc, sources),
    )


def _fields(doc: RegimeDoc) -> dict[str, tuple[AskedField, ...]]:
    return {
        stage: tuple(
            AskedField(name=name, asks=one.asks, section=one.section, required=one.required)
            for name, one in fields.items()
        )
        for stage, fields in doc.fields.items()
    }


def _keeping(doc: KeepDoc, sources: Mapping[str, SourceDoc]) -> Keeping:
    return Keeping(years=doc.years, clock=doc.clock, says=doc.says, provision=_provision(doc, sources))


def _provision(doc: ProvisionDoc, sources: Mapping[str, SourceDoc]) -> Provision:
    source = sources[doc.source].title if doc.source in sources else doc.source
    return Provision(section=doc.section, source=source, grade=doc.grade, note=doc.note or "")
