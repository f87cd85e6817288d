# SPDX-License-Identifier: Apache-2.0
"""Bytes of a deviation's file -> the deviation. Whether its clause exists is for whoever has the framework."""

from __future__ import annotations

from datetime import datetime

from ruleout.accountability.deviations.document import DeviationDoc
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.deviation import Deviation, Step


def parse_deviation(data: bytes, *, file: str) -> Deviation:
    """Return the deviation of a file. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: A-6.
    """
    document = read_yaml(data, file=file)
    doc = validate(DeviationDoc, document)
    findings = Findings(document)
    _check(doc, findings)
    findings.raise_any()
    return Deviation(
        id=doc.deviation,
        says=doc.says,
        framework=doc.departs_from.framework or "",
        clause=doc.departs_from.clause or "",
        report=doc.departs_from.report or "",
        discovered=doc.discovered,
        since=doc.since if isinstance(doc.since, datetime) else None,
        scope=doc.scope,
        correction=doc.correction or "",
        corrected=doc.corrected,
        steps=tuple(Step(says=s.says, owner=s.owner, due=s.due, done=s.done) for s in doc.remediation),
        disclosed_in=doc.disclosed_in,
        incident=doc.incident or "",
    )


def _check(doc: DeviationDoc, findings: Findings) -> None:
    of = doc.departs_from
    names_clause = of.framework is not None and of.clause is not None
    names_half = (of.framework is None) != (of.clause is None)
    if names_half or names_clause == (of.report is not None):
        hint = "Write `framework:` with `clause:`, or `report:` with the entry of a report."
        findings.note("I007", ("departs-from",), expected="a clause or a report", got="another set", hint=hint)
    if isinstance(doc.since, datetime) and doc.since > doc.discovered:
        hint = "It cannot be discovered before it begins; write unknown if you do not know."
        findings.note("I002", ("since",), expected="a start before discovery", got=doc.since.isoformat(), hint=hint)
    if doc.corrected is not None and doc.correction is None:
        hint = "Say under `correction:` what was done."
        findings.note("I007", ("corrected",), expected="a correction beside it", got="none", hint=hint)
