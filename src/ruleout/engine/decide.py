# SPDX-License-Identifier: Apache-2.0
"""One framework, one case, one activity, one instant -> one decision (D-12). The explanation comes from the same pass.

Invariants:
* pure and total: same inputs, same value, and nothing is raised on data;
* the input digest covers everything but the approvals and `at`, so an approval holds only for the inputs it saw;
  that evidence was withdrawn or has expired is such an input (A-12).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ruleout.engine.evaluate import Contribution, Evaluation, Reading, atoms_asked, evaluate_activity, rules_of
from ruleout.engine.explain import rule_because, shown_question, wanted_word
from ruleout.engine.quorum import Acts, weigh_acts
from ruleout.engine.remedies import Remedies, Wish, find_remedies
from ruleout.engine.resolve import Resolved, owners_of, resolve, unasked, unmeetable
from ruleout.engine.statements import judge_exceptions
from ruleout.engine.what_if import single_changes
from ruleout.model.canonical import digest_of
from ruleout.model.case import Approval, Case, Record
from ruleout.model.clause import Clause
from ruleout.model.decision import (
    ENGINE,
    Change,
    Decision,
    DutyTriggered,
    InputDigest,
    Origin,
    PeerClauseResult,
    RecommendationShown,
    Remedy,
    RuleResult,
    ThresholdResult,
    UnknownShown,
    WouldChange,
)
from ruleout.model.evidence import Measurement
from ruleout.model.formula import Atom, Kind
from ruleout.model.framework import Duty, Framework, PeerClause, PeerKind, RedLine, Rule
from ruleout.model.outcome import Activity, BurdenOfProof, Force, Outcome
from ruleout.model.plain import plain
from ruleout.model.request import ExceptionGrant
from ruleout.model.verdict import Verdict

_STRENGTH = (Force.LAW, Force.BINDING, Force.PLAN, Force.PUBLIC_GOAL, Force.RECOMMENDATION)


def decide(
    framework: Framework,
    case: Case,
    *,
    activity: Activity,
    at: datetime,
    measurements: Mapping[str, Measurement] | None = None,
    approvals: Iterable[Approval] = (),
    exceptions: Iterable[ExceptionGrant] = (),
) -> Decision:
    """Return the decision on one activity at one instant, with everything that explains it.

    Pure and total.

    Args:
        at: aware UTC instant at which dates, expiry and approvals are judged.
        measurements: evidence id to what its log holds.
        approvals: signed acts whose signatures the caller has verified; attested ones stand in the case.
        exceptions: every exception that the record says was granted, ended ones too (A-5).

    Source: D-1 to D-13.
    """
    measured = measurements or {}
    granted = tuple(exceptions)
    inputs = inputs_of(framework, case, measured, granted)
    input_digest = input_digest_of(inputs, activity)
    acts = weigh_acts(case, approvals, input_digest=input_digest, at=at)
    excepted = judge_exceptions(framework, case, granted, at=at)
    resolved = resolve(framework, excepted, measured, acts, at=at)
    evaluation = evaluate_activity(framework, activity, resolved.state)
    asked = atoms_asked(framework, activity)
    pass_ = _Pass(framework, case, activity, at, resolved, evaluation, asked)
    peer_clauses = pass_.peer_clauses()
    remedies = find_remedies(framework, activity, resolved.state, evaluation, fixed=unmeetable(framework))
    rules = pass_.rules()
    return Decision(
        engine=ENGINE,
        framework=str(framework.id),
        framework_title=framework.title,
        framework_digest=framework.digest,
        document_sha256=framework.document.sha256,
        case=case.id,
        case_title=case.title,
        record=case.record,
        subject=case.subject,
        activity=activity,
        at=at,
        input_digest=input_digest,
        inputs=inputs,
        outcome=evaluation.outcome,
        stands_behind=min((r.force for r in rules if r.determining), key=_STRENGTH.index),
        determined_by=evaluation.determining,
        rules=rules,
        thresholds=resolved.thresholds,
        answers=resolved.answers,
        quorums=resolved.quorums,
        acts=acts.shown,
        peer_clauses=peer_clauses,
        unknown=pass_.unknown(),
        precautions=pass_.precautions(),
        departures=tuple(d for found in resolved.departures for d in found.departures),
        conditions=pass_.conditions(rules),
        duties=pass_.duties(peer_clauses),
        stricter=case.stricter,
        recommendations=pass_.recommendations(),
        judgement_required=tuple(j.clause.id for j in framework.judgements),
        remedies=pass_.remedies(remedies),
        remedies_complete=remedies.complete,
        would_change=pass_.would_change(),
        notes=pass_.notes(acts),
    )


def inputs_of(
    framework: Framework,
    case: Case,
    measurements: Mapping[str, Measurement] | None = None,
    exceptions: Iterable[ExceptionGrant] = (),
) -> tuple[InputDigest, ...]:
    """The digests of everything a decision rests on but its approvals, in a fixed order. Pure.

    Evidence that counts no more is listed with the digest of the reason: who approved before did not know it. Exceptions
    that the case rests on are listed with the digest of what was granted.
    """
    evidence = (InputDigest(kind="evidence", id=item.id, sha256=item.digest) for item in case.evidence)
    named = {one.request for one in case.exceptions}
    granted = [grant for grant in exceptions if grant.request in named]
    ended = {name: m.ended for name, m in (measurements or {}).items() if m.ended}
    return (
        InputDigest(kind="framework", id=str(framework.id), sha256=framework.digest),
        InputDigest(kind="case", id=case.id, sha256=case.digest),
        *sorted(evidence, key=lambda i: i.id),
        *(InputDigest(kind="ended", id=name, sha256=digest_of(ended[name])) for name in sorted(ended)),
        *(InputDigest(kind="exception", id=grant.request, sha256=digest_of(plain(grant))) for grant in granted),
    )


def input_digest_of(inputs: tuple[InputDigest, ...], activity: Activity) -> str:
    """The digest that approvals sign: SHA-256 of the canonical list of inputs, activity and engine. Source: D-11."""
    listed = [[i.kind, i.id, i.sha256] for i in inputs]
    return digest_of({"engine": ENGINE, "activity": activity.value, "inputs": listed})


@dataclass(frozen=True, slots=True)
class _Pass:
    """One evaluation with what it rests on; each method renders one part of the decision."""

    framework: Framework
    case: Case
    activity: Activity
    at: datetime
    resolved: Resolved
    evaluation: Evaluation
    asked: tuple[Atom, ...]

    def rules(self) -> tuple[RuleResult, ...]:
        rules = {rule.clause.id: rule for rule in rules_of(self.framework, self.activity)}
        lines = {line.clause.id: line for line in self.framework.red_lines}
        burdens = {f"{t.clause.id}/when-unknown": t.when_unknown_clause for t in self.framework.thresholds}
        found = self.evaluation.contributions
        return tuple(self._rule(c, rules.get(c.id), lines.get(c.id), burdens.get(c.id)) for c in found)

    def _rule(self, c: Contribution, rule: Rule | None, line: RedLine | None, burden: Clause | None) -> RuleResult:
        clause = rule.clause if rule else line.clause if line else burden
        reading = Reading(self.framework, self.resolved.state)
        return RuleResult(
            id=c.id,
            origin=c.origin,
            force=clause.force if clause else self.framework.force,
            section=clause.section if clause else "",
            says=clause.says if clause else self._without_clause(c),
            applies=c.applies,
            required=c.required,
            contributes=c.outcome,
            lowered_by=c.lowered_by,
            because=rule_because(c, rule, line, reading),
            conditions=rule.conditions if rule and c.outcome is Outcome.RESTRICT else (),
            determining=c.outcome is self.evaluation.outcome,
        )

    def _without_clause(self, c: Contribution) -> str:
        if c.origin is Origin.EXCEPTION:
            return f"what rests on {c.id} is never less restrictive than {c.outcome.value}"
        return f"no rule of {self.framework.id} covers {self.activity.value}"

    def peer_clauses(self) -> tuple[PeerClauseResult, ...]:
        return tuple(self._peer_clause(c) for c in self.framework.peer_clauses)

    def _peer_clause(self, clause: PeerClause) -> PeerClauseResult:
        reading = Reading(self.framework, self.resolved.state)
        established = Verdict.UNKNOWN if clause.when is None else reading.of(clause.when)
        name = clause.clause.id
        lowered = tuple(c.id for c in self.evaluation.contributions if c.lowered_by == name)
        carried_out = [r for r in rules_of(self.framework, self.activity) if r.peer_clause == name]
        obliging = established is Verdict.YES and bool(carried_out)
        effect = f"lowered {', '.join(lowered)} to {clause.floor.value}" if lowered else "changed nothing"
        if clause.kind is PeerKind.FACTOR and established is Verdict.YES:
            effect = "may be weighed in the argument; changes no outcome by itself"
        if obliging and not lowered:
            effect = f"obliges: {', '.join(r.clause.id for r in carried_out)}"
        return PeerClauseResult(
            id=name,
            kind=clause.kind.value,
            established=established,
            invoked=name in self.case.invokes,
            effect=effect,
            lowered=lowered,
        )

    def unknown(self) -> tuple[UnknownShown, ...]:
        why = {a.atom: a.because for a in self.resolved.answers}
        why |= {Atom(Kind.THRESHOLD, t.id): t.because for t in self.resolved.thresholds}
        why |= {q.atom: f"missing {', '.join(q.missing)}" for q in self.resolved.quorums}
        asked = (a for a in self.asked if self.resolved.state.known(a) is Verdict.UNKNOWN)
        return tuple(UnknownShown(question=shown_question(a), why=why.get(a, "not stated")) for a in asked)

    def precautions(self) -> tuple[str, ...]:
        asked = set(self.asked)
        return tuple(
            t.id
            for t in self.resolved.thresholds
            if t.when_unknown is BurdenOfProof.REACHED
            and t.verdict is Verdict.UNKNOWN
            and Atom(Kind.THRESHOLD, t.id) in asked
        )

    def conditions(self, rules: tuple[RuleResult, ...]) -> tuple[str, ...]:
        """What *restrict* obliges to, each once, in the framework's order."""
        if self.evaluation.outcome is not Outcome.RESTRICT:
            return ()
        return tuple(dict.fromkeys(condition for rule in rules for condition in rule.conditions))

    def duties(self, peer_clauses: tuple[PeerClauseResult, ...]) -> tuple[DutyTriggered, ...]:
        """Duties that going ahead triggers; those of a peer clause once it has lowered anything."""
        if not self.evaluation.outcome.opens:
            return ()
        used = {p.id for p in peer_clauses if p.lowered}
        costs = {name for c in self.framework.peer_clauses if c.clause.id in used for name in c.duties}
        return tuple(self._due(d) for d in self.framework.duties if d.clause.id in costs or self._is_triggered(d))

    def _is_triggered(self, duty: Duty) -> bool:
        if self.activity not in duty.on:
            return False
        if duty.condition is None:
            return True
        return Reading(self.framework, self.resolved.state).of(duty.condition) is not Verdict.NO

    def _due(self, duty: Duty) -> DutyTriggered:
        return DutyTriggered(
            id=duty.clause.id,
            says=duty.clause.says,
            section=duty.clause.section,
            by=duty.by,
            to=duty.to,
            due=duty.within.after(self.at.date()) if duty.within else None,
        )

    def recommendations(self) -> tuple[RecommendationShown, ...]:
        return tuple(
            RecommendationShown(id=r.clause.id, section=r.clause.section, says=r.clause.says)
            for r in self.framework.recommendations
        )

    def remedies(self, found: Remedies) -> tuple[Remedy, ...]:
        owners = owners_of(self.framework)
        return tuple(self._remedy(wish, outcome, owners) for wish, outcome in found.ways)

    def _remedy(self, wish: Wish, outcome: Outcome, owners: Mapping[Atom, tuple[str, ...]]) -> Remedy:
        changes = (
            Change(question=shown_question(atom), to=wanted_word(atom, to), owners=owners.get(atom, ()))
            for atom, to in sorted(wish, key=lambda pair: pair[0])
        )
        return Remedy(changes=tuple(changes), outcome=outcome)

    def would_change(self) -> tuple[WouldChange, ...]:
        state, outcome = self.resolved.state, self.evaluation.outcome
        changes = single_changes(self.framework, self.activity, state, self.asked, outcome)
        return tuple(
            WouldChange(question=shown_question(atom), to=wanted_word(atom, to), outcome=outcome)
            for atom, to, outcome in changes
        )

    def notes(self, acts: Acts) -> tuple[str, ...]:
        notes = []
        if self.case.record is Record.PUBLIC:
            notes.append("told from the public record: acts of named roles are attested by their source, not signed")
        if any(c.origin is Origin.NO_RULE for c in self.evaluation.contributions):
            notes.append("no rule covers this activity, so it holds (D-7)")
        others = unasked(self.framework, self.case)
        if others:
            notes.append(f"stated by the case, not asked by {self.framework.id}: {', '.join(others)}")
        silent = [t.id for t in self.resolved.thresholds if self._is_silent(t)]
        if silent:
            notes.append(
                f"the text does not say what *cannot rule out* means for {', '.join(silent)}: read with caution (D-8)"
            )
        notes += self.resolved.notes
        ignored = sorted(s.because for s in acts.shown if not s.counts)
        return (*notes, *(f"an act does not count: {reason}" for reason in dict.fromkeys(ignored)))

    def _is_silent(self, threshold: ThresholdResult) -> bool:
        unknown = threshold.when_unknown is BurdenOfProof.UNSTATED and threshold.verdict is Verdict.UNKNOWN
        return unknown and Atom(Kind.THRESHOLD, threshold.id) in self.asked
