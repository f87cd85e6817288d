# SPDX-License-Identifier: Apache-2.0
"""Decisions as OSCAL assessment results: a result each, observations from its evidence, findings about its clauses.

A finding has two states. Only a clause that the decision found to hold is satisfied; what is not known is not satisfied, with
the reason *other* and the word. A rule that does not apply has no finding; a threshold is no requirement and has none either: it
is told by observations. The outcome has no place and stands in a prop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ruleout.model.formula import Kind
from ruleout.reports.interop.decided import AnswerFound, Decided, IndicatorFound, Input, RuleFound, ThresholdFound
from ruleout.reports.interop.instants import instant_in
from ruleout.reports.interop.names import uuid_of
from ruleout.reports.interop.oscal.catalog import YAML, catalog_name, control_id, statement_id
from ruleout.reports.interop.oscal.parts import (
    About,
    back_matter,
    document,
    entry_props,
    metadata,
    one_line,
    props,
    resource,
    resource_link,
)
from ruleout.reports.interop.shown import DecisionShown, EvaluationShown

_DECISION = "application/vnd.ruleout.decision+json"
_LOG = "application/octet-stream"
_MEASUREMENT = "application/vnd.ruleout.measurement+json"
#: Answers that say whether a requirement is met. A question's yes may be the wrong answer, and interim measures stand in for a
#: standard without meeting it: both are observed only.
_REQUIREMENTS = (Kind.SAFEGUARD.value, Kind.ARGUMENT.value)
_SATISFIED, _NOT = "satisfied", "not-satisfied"


def assessment_results(shown: Sequence[DecisionShown], about: About) -> dict[str, Any]:
    """Return the assessment results of decisions, at least one, each of which looked at a clause, in order. Pure."""
    frameworks = {one.decided.framework: one.decided.framework_digest for one in shown}
    told = metadata(f"Decisions recorded in {about.origin}", version=str(about.size), about=about)
    body = {
        "metadata": told,
        "import-ap": {"href": resource_link(shown[0].decided.framework_digest), "remarks": _NO_PLAN},
        "results": [_result(one) for one in shown],
        **back_matter([*_resources(shown), *(_encoding(name, digest, about) for name, digest in frameworks.items())]),
    }
    return document("assessment-results", body)


_NO_PLAN = (
    "There is no OSCAL assessment plan. The framework named here says what is to be assessed and by which bars; each result "
    "names its own."
)


def _encoding(name: str, digest: str, about: About) -> dict[str, Any]:
    more = {"catalog": catalog_name(name) if name in about.catalogs else ""}
    return resource(f"{name}, the encoding", digest, media_type=YAML, more=more)


def _result(one: DecisionShown) -> dict[str, Any]:
    decided = one.decided
    looked_at = [{"control-id": control} for control in reviewed(decided)]
    observations = [*_measured(one), *_found(one)]
    findings = [*_rule_findings(one), *_answer_findings(one)]
    made: dict[str, Any] = {
        "uuid": uuid_of("result", one.entry.sha256),
        "title": f"{decided.model}, {decided.activity}, under {decided.framework}: {decided.outcome}",
        "description": f"The decision recorded as {one.entry.id}. {decided.disclaimer}",
        "start": decided.at,
        "props": [*entry_props(one.entry), *_decision_props(one)],
        "links": [{"href": resource_link(one.decision), "rel": "decision"}, _of_framework(decided)],
        "reviewed-controls": {"control-selections": [{"include-controls": looked_at}]},
    }
    return {
        **made,
        **({"observations": observations} if observations else {}),
        **({"findings": findings} if findings else {}),
    }


def _of_framework(decided: Decided) -> dict[str, str]:
    return {"href": resource_link(decided.framework_digest), "rel": "framework"}


def _decision_props(one: DecisionShown) -> list[dict[str, Any]]:
    decided = one.decided
    return props(
        {
            "outcome": decided.outcome,
            "activity": decided.activity,
            "record": decided.record,
            "framework": decided.framework,
            "developer": decided.developer,
            "model": decided.model,
            "model-sha256": decided.model_digest,
            "stands-behind": decided.stands_behind,
            "determined-by": decided.determined_by,
            "condition": decided.conditions,
            "unknown": decided.unknown,
            "input-digest": decided.input_digest,
            "engine": decided.engine,
            "superseded-by": one.superseded,
            "does-not-apply": [rule.id for rule in decided.rules if _is_idle(rule)],
        }
    )


def reviewed(decided: Decided) -> list[str]:
    """Return the ids of the controls that a decision looked at; one that looked at none has no place in OSCAL. Pure."""
    looked_at = [r.id for r in decided.rules if _is_clause(r)] + [t.id for t in decided.thresholds]
    looked_at += [a.name for a in decided.answers if a.kind in _REQUIREMENTS]
    return [control_id(name) for name in dict.fromkeys(looked_at)]


# --- observations -----------------------------------------------------------------------------------------------------


def _measured(one: DecisionShown) -> Iterable[dict[str, Any]]:
    """What each indicator found in its evidence."""
    digests = {i.id: i.sha256 for i in one.decided.inputs if i.kind == "evidence"}
    for found in one.decided.indicators:
        evaluation = one.evaluations.get(found.evidence)
        yield _observation(one, found, digests.get(found.evidence, ""), evaluation)


def _observation(one: DecisionShown, found: IndicatorFound, digest: str, evaluation: EvaluationShown | None) -> Any:
    said = f"{found.evidence}, held against the bars of {found.id}: {found.comparison}."
    nothing = f"The case names no evidence for {found.id}: {found.comparison}."
    made: dict[str, Any] = {
        "uuid": _measured_as(one, found),
        "title": one_line(f"{found.evidence or 'no evidence'} against {found.id}"),
        "description": said if found.evidence else nothing,
        "props": [*props({"comparison": found.comparison, "alert": "yes" if found.alert else ""}), *_figures(found)],
        "methods": ["TEST" if found.evidence else "EXAMINE"],
        "types": ["control-objective"],
        **_collected(one, found, evaluation),
    }
    if digest:
        made["relevant-evidence"] = [{"href": _evidence_link(digest, evaluation), "description": found.evidence}]
    if evaluation is not None and evaluation.expires:
        made["expires"] = f"{evaluation.expires}T23:59:59Z"
    return made


def _figures(found: IndicatorFound) -> list[dict[str, Any]]:
    names = {"n": "units", "rule_out": "rule-out-below", "reached": "reached-at"}
    return props({"threshold": found.threshold, **{names.get(name, name): v for name, v in found.figures.items()}})


def _collected(one: DecisionShown, found: IndicatorFound, evaluation: EvaluationShown | None) -> dict[str, Any]:
    """When it was collected: as the log says, else the instant of the decision, which it was not later than."""
    collected = "" if evaluation is None else instant_in(evaluation.summary.evaluated)
    if collected:
        return {"collected": collected}
    why = "is not told to this audience" if found.evidence in one.unseen else "is not stated"
    remarks = f"When it was collected {why}; the instant is that of the decision, which it was not later than."
    return {"collected": one.decided.at, "remarks": remarks}


def _evidence_link(digest: str, evaluation: EvaluationShown | None) -> str:
    return resource_link(digest if evaluation is None else evaluation.measurement or evaluation.summary.digest)


def _measured_as(one: DecisionShown, found: IndicatorFound) -> str:
    return uuid_of("measured", one.entry.sha256, found.id, found.evidence)


def _found_as(one: DecisionShown, kind: str, name: str) -> str:
    return uuid_of("found", one.entry.sha256, kind, name)


def _found(one: DecisionShown) -> Iterable[dict[str, Any]]:
    """What was found of each threshold, and of each question that is no requirement."""
    for threshold in one.decided.thresholds:
        yield _examined(one, (Kind.THRESHOLD.value, threshold.id), threshold.title, _threshold_props(threshold))
    for answer in one.decided.answers:
        if answer.kind not in _REQUIREMENTS:
            told = {"answer": answer.verdict, "kind": answer.kind}
            yield _examined(one, (answer.kind, answer.name), answer.name, told)


def _threshold_props(found: ThresholdFound) -> dict[str, str]:
    return {"verdict": found.verdict, "counts-as": found.counts_as, "shown-as": found.shown_as, "threshold": found.id}


def _examined(one: DecisionShown, what: tuple[str, str], title: str, told: Mapping[str, object]) -> dict[str, Any]:
    return {
        "uuid": _found_as(one, *what),
        "title": one_line(title) or what[1],
        "description": f"{what[1]}, as the decision found it.",
        "props": props(told),
        "methods": ["EXAMINE"],
        "collected": one.decided.at,
    }


# --- findings ---------------------------------------------------------------------------------------------------------


def _is_clause(rule: RuleFound) -> bool:
    """Whether the clause of this id stands in the catalog: a rule or a red line, not what the engine adds of its own."""
    return rule.origin in ("rule", "red-line")


def _is_idle(rule: RuleFound) -> bool:
    return rule.origin == "rule" and rule.applies == "no"


def rule_state(rule: RuleFound) -> tuple[str, str, str]:
    """Return whether a rule or red line is satisfied: state, reason, and the reason in words. Pure.

    Only a requirement known to hold under a condition known to hold, or a red line known not to be crossed, is satisfied.
    """
    if rule.origin == "red-line":
        held, unknown = rule.applies == "no", rule.applies == "unknown"
    else:
        held = (rule.applies, rule.required) == ("yes", "yes")
        unknown = "unknown" in (rule.applies, rule.required)
    if held:
        return _SATISFIED, "pass", ""
    if unknown:
        return _NOT, "other", "unknown"
    if rule.origin == "rule" and not rule.required:
        return _NOT, "other", "applies, and no requirement would meet it"
    return _NOT, "fail", ""


def answer_state(answer: AnswerFound) -> tuple[str, str, str]:
    """Return whether a safeguard or an argument is satisfied: state, reason, and the reason in words. Pure."""
    if answer.verdict == "yes":
        return _SATISFIED, "pass", ""
    return (_NOT, "fail", "") if answer.verdict == "no" else (_NOT, "other", "unknown")


def _rule_findings(one: DecisionShown) -> Iterable[dict[str, Any]]:
    for rule in one.decided.rules:
        if not _is_clause(rule) or _is_idle(rule):
            continue
        told = {
            "contributes": rule.contributes,
            "origin": rule.origin,
            "force": rule.force,
            "section": rule.section,
            "applies": rule.applies,
            "requirement": rule.required,
            "determining": "yes" if rule.determining else "no",
        }
        yield _finding(one, rule.id, (rule.says, rule.because), rule_state(rule), told)


def _answer_findings(one: DecisionShown) -> Iterable[dict[str, Any]]:
    for answer in one.decided.answers:
        if answer.kind in _REQUIREMENTS:
            words = f"{answer.kind} {answer.name}, as the decision found it", ""
            yield _finding(
                one, answer.name, words, answer_state(answer), {"kind": answer.kind, "verdict": answer.verdict}
            )


def _finding(
    one: DecisionShown,
    clause: str,
    words: tuple[str, str],
    state: tuple[str, str, str],
    told: dict[str, str],
) -> dict[str, Any]:
    says, because = words
    status = {"state": state[0], "reason": state[1], **({"remarks": state[2]} if state[2] else {})}
    made = {
        "uuid": uuid_of("finding", one.entry.sha256, clause, told.get("kind", "rule")),
        "title": clause,
        "description": says,
        "props": props(told),
        "target": {"type": "statement-id", "target-id": statement_id(clause), "status": status},
    }
    behind = _behind(one, clause)
    related = {"related-observations": [{"observation-uuid": uuid} for uuid in behind]} if behind else {}
    return {**made, **related, **({"remarks": because} if because else {})}


def _behind(one: DecisionShown, clause: str) -> list[str]:
    """The observations of what a clause asks about, and of the indicators of the thresholds among it."""
    told = {(Kind.THRESHOLD.value, found.id) for found in one.decided.thresholds}
    told |= {(found.kind, found.name) for found in one.decided.answers if found.kind not in _REQUIREMENTS}
    asked = [what for what in one.asked.get(clause, ()) if what in told]
    thresholds = {name for kind, name in asked if kind == Kind.THRESHOLD.value}
    measured = [_measured_as(one, found) for found in one.decided.indicators if found.threshold in thresholds]
    return [*(_found_as(one, *what) for what in asked), *measured]


# --- back matter ------------------------------------------------------------------------------------------------------


def _resources(shown: Sequence[DecisionShown]) -> Iterable[dict[str, Any]]:
    for one in shown:
        yield resource(f"decision {one.entry.id}", one.decision, media_type=_DECISION)
        for item in one.decided.inputs:
            if item.kind == "evidence" and (evaluation := one.evaluations.get(item.id)) is not None:
                yield _measurement(item.id, evaluation)
            elif item.kind == "evidence" and item.sha256:
                yield _bare(one, item)


def _bare(one: DecisionShown, item: Input) -> dict[str, Any]:
    """Evidence of which nothing but its digest is told: as a case states it, or measured and not for this audience."""
    if item.id in one.unseen:
        return resource(f"{item.id}, not told", item.sha256, media_type=_LOG, more={"not-told": one.unseen[item.id]})
    return resource(f"{item.id}, as the case states it", item.sha256, media_type="application/json")


def _measurement(name: str, evaluation: EvaluationShown) -> dict[str, Any]:
    summary = evaluation.summary
    told = {
        "log-sha256": summary.digest,
        "status": summary.status,
        "task": summary.task,
        "task-version": summary.task_version,
        "model": summary.model,
        "tool": f"{summary.tool} {summary.tool_version}",
        "counts": "yes" if evaluation.counts else "no: withdrawn or past its last day",
        **{f"attempts-{state}": count for state, count in summary.states},
    }
    title = f"{name}, what was measured"
    return resource(title, evaluation.measurement or summary.digest, media_type=_MEASUREMENT, more=told)
