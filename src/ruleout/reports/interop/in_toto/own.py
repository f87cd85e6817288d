# SPDX-License-Identifier: Apache-2.0
"""Statements with predicates of our own: evaluation, decision, approval, review. Their schemas are in `schemas`.

What is "" or absent in the record is absent here: no field is made up to fill a place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruleout.reports.interop.absent import tree_value
from ruleout.reports.interop.decided import Decided, IndicatorFound, Input, RuleFound, ThresholdFound
from ruleout.reports.interop.in_toto.statement import (
    About,
    Made,
    about_act,
    about_decision,
    about_evaluation,
    described,
    entry_value,
    predicate_form,
    predicate_type,
    statement,
)
from ruleout.reports.interop.instants import instant_in
from ruleout.reports.interop.shown import ActShown, DecisionShown, EntryShown, EvaluationShown


def evaluation_statement(one: EvaluationShown) -> Made:
    """Return what was measured, how its attempts are spread, and whether it still counts. Pure."""
    s = one.summary
    told = {
        "task": s.task,
        "taskVersion": s.task_version,
        "model": s.model,
        "modelRevision": s.model_digest,
        "evaluatedOn": instant_in(s.evaluated),
        "tool": s.tool,
        "toolVersion": s.tool_version,
        "codeRevision": s.revision,
        "partial": s.partial,
        "expires": one.expires,
    }
    predicate = {
        "status": s.status,
        "usable": s.is_usable,
        "counts": one.counts,
        "problems": s.problems,
        "attempts": dict(s.states),
        "log": described(s.digest),
        **({"measurement": described(one.measurement)} if one.measurement else {}),
        **_given(told),
    }
    return _made("evaluation", one.entry, about_evaluation(one), predicate)


def decision_statement(one: DecisionShown) -> Made:
    """Return the outcome with every rule's part in it, what was unknown, and all inputs by digest. Pure."""
    d = one.decided
    predicate = {
        "outcome": d.outcome,
        "activity": d.activity,
        "decidedOn": d.at,
        "question": one.question,
        "record": d.record,
        "developer": d.developer,
        "model": d.model,
        "case": described(one.case, name=d.case),
        "policy": _policy(d),
        "inputs": [described(i.sha256, name=_input_name(i)) for i in d.inputs if i.sha256],
        "inputDigest": d.input_digest,
        "decision": described(one.decision, name=one.entry.id),
        "engine": d.engine,
        "standsBehind": d.stands_behind,
        "determinedBy": list(d.determined_by),
        "conditions": list(d.conditions),
        "unknown": list(d.unknown),
        "rules": [_rule(rule) for rule in d.rules],
        "thresholds": [_threshold(threshold) for threshold in d.thresholds],
        "indicators": [_indicator(found) for found in d.indicators],
        "disclaimer": d.disclaimer,
        **_given({"supersededBy": one.superseded}),
    }
    return _made("decision", one.entry, about_decision(one), predicate)


def _input_name(one: Input) -> str:
    """What is digested: of a case its canonical form without approvals (D-11), which is not its file."""
    return f"{one.kind} {one.id}, canonical, without approvals" if one.kind == "case" else f"{one.kind} {one.id}"


def _policy(d: Decided) -> dict[str, Any]:
    return {
        "name": d.framework,
        "encoding": described(d.framework_digest, name=f"{d.framework}, the encoding"),
        "document": described(d.document_sha256, name=f"{d.framework}, the published document"),
    }


def _rule(rule: RuleFound) -> dict[str, Any]:
    return {
        "clause": rule.id,
        "origin": rule.origin,
        "applies": rule.applies,
        "contributes": rule.contributes,
        "because": rule.because,
        "determining": rule.determining,
        **_given({"force": rule.force, "section": rule.section, "requirement": rule.required}),
    }


def _threshold(found: ThresholdFound) -> dict[str, Any]:
    return {"clause": found.id, "verdict": found.verdict, "countsAs": found.counts_as, "shownAs": found.shown_as}


def _indicator(found: IndicatorFound) -> dict[str, Any]:
    return {
        "indicator": found.id,
        "threshold": found.threshold,
        "comparison": found.comparison,
        "alert": found.alert,
        "figures": dict(found.figures),
        **_given({"evidence": found.evidence}),
    }


def approval_statement(one: ActShown) -> Made:
    """Return an act of a role over a decision's inputs. Pure. The person's own signature is the entry's (L-3)."""
    header = one.header
    predicate = {
        "role": str(header["role"]),
        "act": str(header["act"]),
        "inputDigest": str(header["input_digest"]),
        "isForRecordedDecision": one.is_decided,
        **_given({"question": str(header.get("decision", "")), "actedOn": instant_in(str(header.get("at", "")))}),
    }
    return _made("approval", one.entry, about_act(one), predicate)


_REVIEW = {
    "report": "report",
    "section": "section",
    "reviewer": "reviewer",
    "version": "version",
    "due": "due",
}


def review_statement(one: ActShown) -> Made:
    """Return an act of an external review: its header, and what its entry discloses to the audience, with holes. Pure."""
    header = one.header
    predicate: dict[str, Any] = {
        "review": str(header["review"]),
        "act": str(header["act"]),
        **_given({name: _listed(header.get(field, "")) for name, field in _REVIEW.items()}),
    }
    if "independent" in header:
        predicate["independent"] = str(header["independent"]).lower()
    if one.said:
        predicate["discloses"] = tree_value(one.said)
    return _made("review", one.entry, about_act(one), predicate)


def _made(kind: str, entry: EntryShown, about: About, predicate: Mapping[str, Any]) -> Made:
    common = {"form": predicate_form(kind), "audience": entry.audience.value, "subjectIs": about.kind}
    whole = {**common, "entry": entry_value(entry), **predicate}
    return Made(name=kind, index=entry.index, value=statement([about.subject], predicate_type(kind), whole))


def _listed(value: object) -> str:
    """A header's field in words: an opening names several reviewers."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _given(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
