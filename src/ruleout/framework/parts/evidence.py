# SPDX-License-Identifier: Apache-2.0
"""Evidence entries of a case file -> evidence items (D-2, E-6). The log itself is not read here."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from ruleout.documents.fields import SourceDoc, kebab
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.framework.case_document import CaseDoc, CheckDoc, EvidenceDoc, PublishedDoc
from ruleout.framework.framework_document import ComparisonDoc
from ruleout.framework.parts.bars import build_indicator
from ruleout.model.canonical import digest_of
from ruleout.model.evidence import Check, EvidenceItem, Indicator, PublishedFigure, Source, Stopping
from ruleout.model.expiry import has_ended
from ruleout.model.plain import plain

_SAFE_PATH = re.compile(r"[A-Za-z0-9_@+=,][A-Za-z0-9_@+=,. -]*(?:/[A-Za-z0-9_@+=,][A-Za-z0-9_@+=,. -]*)*")


def build_evidence(doc: CaseDoc, findings: Findings) -> tuple[EvidenceItem, ...]:
    """Return the case's evidence, each under its evaluation's name; a name that stands twice is noted."""
    items = []
    seen: dict[str, int] = {}
    for index, entry in enumerate(doc.evidence):
        path: Path = ("evidence", index)
        if entry.evaluation in seen:
            findings.note(
                "C001",
                (*path, "evaluation"),
                expected="a name of its own",
                got=f"{entry.evaluation[:40]!r}, which is also entry {seen[entry.evaluation]}",
                hint="Add what tells the two apart to the name.",
            )
        seen.setdefault(entry.evaluation, index)
        _check_kind(entry, path, findings)
        _check_days(entry, path, findings)
        items.append(_item(entry, path, findings))
    return tuple(items)


def build_source(doc: SourceDoc | None) -> Source | None:
    """Return where a fact was published, or None."""
    return None if doc is None else read_source(doc)


def read_source(doc: SourceDoc) -> Source:
    """Return where a fact was published."""
    return Source(title=doc.title, section=doc.section or "", url=doc.url or "", date=doc.date or "")


def _check_kind(doc: EvidenceDoc, path: Path, findings: Findings) -> None:
    if (doc.log is None) == (doc.published is None):
        got = "neither" if doc.log is None else "both"
        hint = "Write log: for an evaluation log, published: for a printed figure."
        findings.note("C002", path, expected="either log or published", got=got, hint=hint)
    if doc.log is not None and not _SAFE_PATH.fullmatch(doc.log):
        hint = "Write folder/file.eval, with plain names and slashes."
        expected = "a path below the case's folder"
        findings.note("C003", (*path, "log"), expected=expected, got=repr(doc.log[:50]), hint=hint)
    if doc.digest is not None and doc.log is None:
        hint = "Delete it: a published figure is identified by its own content."
        findings.note("C011", (*path, "digest"), expected="a digest of a log only", got="one without a log", hint=hint)
    settings = sorted(doc.model_fields_set & ComparisonDoc.model_fields.keys())
    if settings and doc.bars is None:
        hint = "Add bars: and bears-on:, or delete it: the framework's own indicator has settings of its own."
        at = (*path, kebab(settings[0]))
        findings.note("C013", at, expected="bars beside it", got="none", hint=hint, key=True)
    if (doc.bars is None) != (doc.bears_on is None):
        lacks = "bars" if doc.bars is None else "bears-on"
        hint = f"Add `{lacks}:`, or delete both to use the framework's own indicator."
        findings.note("C004", path, expected="bars and bears-on together", got=f"no {lacks}", hint=hint)


def _check_days(doc: EvidenceDoc, path: Path, findings: Findings) -> None:
    _check_order(doc.evaluated, doc.valid_until, (*path, "valid-until"), findings)
    for kind, check in doc.checks.items():
        _check_order(check.dated, check.valid_until, (*path, "checks", kind, "valid-until"), findings)


def _check_order(begins: date | None, ends: date | None, path: Path, findings: Findings) -> None:
    if begins is not None and has_ended(ends, begins):
        hint = "Correct one of the two days; valid-until is the last day that counts."
        findings.note("C014", path, expected=f"a day from {begins} on", got=str(ends), hint=hint)


def _item(doc: EvidenceDoc, path: Path, findings: Findings) -> EvidenceItem:
    figure = None if doc.published is None else _figure(doc.published, (*path, "published"), findings)
    indicators = _indicators(doc, path, findings)
    source = build_source(doc.source)
    checks = tuple(_check(kind, check) for kind, check in doc.checks.items())
    stated = {
        "evaluation": doc.evaluation,
        "indicators": [_as_stated(indicator) for indicator in indicators],
        "figure": plain(figure),
        "source": plain(source),
        "evaluated": plain(doc.evaluated),
        "elicitation": doc.stated_elicitation or "",
        "note": doc.note or "",
        **_where_stated(owner=doc.owner, valid_until=doc.valid_until, checks=checks),
    }
    return EvidenceItem(
        id=doc.evaluation,
        indicators=indicators,
        digest=(doc.digest or "") if doc.log is not None else digest_of(stated),
        log=doc.log or "",
        figure=figure,
        source=source,
        evaluated=doc.evaluated,
        elicitation=doc.stated_elicitation or "",
        note=doc.note or "",
        log_task=doc.log_task or "",
        log_model=doc.log_model or "",
        owner=doc.owner or "",
        valid_until=doc.valid_until,
        checks=checks,
    )


def _check(kind: str, doc: CheckDoc) -> Check:
    return Check(
        kind=kind, passed=doc.passed, report=doc.report, by=doc.by, dated=doc.dated, valid_until=doc.valid_until
    )


def _as_stated(indicator: Indicator) -> dict[str, Any]:
    """An indicator as a figure's digest covers it: settings that came later stand there only where they are used.

    So a figure that does not use them keeps the digest under which determinations rely on it.
    """
    shown: dict[str, Any] = plain(indicator)
    unused: dict[str, object] = {"repeats": None, "stopping": Stopping.FIXED.value, "needs": []}
    return {name: value for name, value in shown.items() if name not in unused or value != unused[name]}


def _where_stated(**fields: object) -> dict[str, Any]:
    return {name: plain(value) for name, value in fields.items() if value}


def _indicators(doc: EvidenceDoc, path: Path, findings: Findings) -> tuple[Indicator, ...]:
    if doc.bars is None:
        return ()
    names = (doc.evaluation, doc.bears_on or "", doc.evaluation)
    return (build_indicator(doc, doc.bars, path, findings, names=names, published=doc.log is None),)


def _figure(doc: PublishedDoc, path: Path, findings: Findings) -> PublishedFigure:
    if doc.successes is not None and (doc.n is None or doc.successes > doc.n):
        expected = "n beside successes" if doc.n is None else f"at most n = {doc.n}"
        hint = "Correct successes or n."
        findings.note("C005", (*path, "successes"), expected=expected, got=str(doc.successes), hint=hint)
    if doc.interval is not None and doc.interval[0] > doc.interval[1]:
        got = f"{doc.interval[0]} to {doc.interval[1]}"
        findings.note("C006", (*path, "interval"), expected="[low, high]", got=got, hint="Swap the two.")
    return PublishedFigure(
        metric=doc.metric,
        value=doc.value,
        unit=doc.unit or "",
        n=doc.n,
        successes=doc.successes,
        interval=doc.interval,
        confidence=doc.confidence,
    )
