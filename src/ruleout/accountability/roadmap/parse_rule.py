# SPDX-License-Identifier: Apache-2.0
"""A goal's rule of grading, as its file states it -> one of the five kinds of rule."""

from __future__ import annotations

from collections.abc import Mapping

from ruleout.accountability.roadmap.document import RuleDoc
from ruleout.documents.fields import kebab
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.model.roadmap import (
    ArtefactRule,
    IndicatorRule,
    Invariant,
    InvariantsRule,
    JudgementRule,
    ReportRule,
    Rule,
)

#: What names a kind of rule, with the other fields it must and may have.
_KINDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "invariants": (frozenset({"fully", "mostly"}), frozenset()),
    "report": (frozenset(), frozenset({"to"})),
    "artefact": (frozenset(), frozenset({"least", "most"})),
    "indicator": (frozenset(), frozenset({"at_least", "at_most"})),
    "judgement": (frozenset({"by"}), frozenset()),
}


def check_rule(doc: RuleDoc, path: Path, findings: Findings) -> None:
    """Note what is wrong with a rule. Effect: adds to the findings."""
    given = {name for name in type(doc).model_fields if getattr(doc, name) is not None}
    kinds = sorted(given & _KINDS.keys())
    if len(kinds) != 1:
        expected = f"one of {', '.join(_KINDS)}"
        hint = "A goal is graded in one way; parts may have rules of their own."
        findings.note("G001", path, expected=expected, got=", ".join(kinds) or "none", hint=hint, key=True)
        return
    (kind,) = kinds
    must, may = _KINDS[kind]
    for name in sorted(must - given):
        findings.note("S001", path, expected=f"the field {kebab(name)!r}", got="nothing", hint="Add it.", key=True)
    for name in sorted(given - must - may - {kind}):
        hint = f"A rule of {kind} has none; delete it."
        findings.note("G002", (*path, kebab(name)), expected=f"fields of a rule of {kind}", got=kebab(name), hint=hint)
    _check_figures(doc, path, findings)


def _check_figures(doc: RuleDoc, path: Path, findings: Findings) -> None:
    if doc.indicator is not None and (doc.at_least is None) == (doc.at_most is None):
        hint = "Keep the one that says which side is reached."
        findings.note("G003", path, expected="either at-least or at-most", got="both or neither", hint=hint, key=True)
    if doc.most is not None and doc.most < (doc.least or 1):
        got = str(doc.most)
        findings.note("G003", (*path, "most"), expected="no less than least", got=got, hint="Turn them round.")
    if doc.fully is not None and doc.mostly is not None and doc.mostly < doc.fully:
        hint = "What is fully in place is mostly in place too, so this share is the higher one."
        findings.note("G003", (*path, "mostly"), expected=f"{doc.fully} or more", got=str(doc.mostly), hint=hint)


def rule_of(doc: RuleDoc) -> Rule:
    """Return the rule that a checked document states. Pure."""
    if doc.invariants is not None:
        invariants = (
            Invariant(id=name, says=one.says, area=one.area or "", anchor=one.anchor)
            for name, one in doc.invariants.items()
        )
        return InvariantsRule(fully=doc.fully or 0, mostly=doc.mostly or 0, invariants=tuple(invariants))
    if doc.report is not None:
        return ReportRule(report=doc.report, to=doc.to or ())
    if doc.artefact is not None:
        return ArtefactRule(artefact=doc.artefact, least=doc.least or 1, most=doc.most)
    if doc.indicator is not None:
        return IndicatorRule(indicator=doc.indicator, at_least=doc.at_least, at_most=doc.at_most)
    return JudgementRule(judgement=doc.judgement or "", by=doc.by or ())
