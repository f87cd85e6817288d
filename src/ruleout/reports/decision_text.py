# SPDX-License-Identifier: Apache-2.0
"""A decision as a page of text: outcome, why, blockers, what would open the gate (D-12, D-13)."""

from __future__ import annotations

from ruleout.model.case import Record
from ruleout.model.decision import Decision, Remedy, RuleResult, ThresholdResult
from ruleout.model.evidence import IndicatorFinding, Weight
from ruleout.model.outcome import BurdenOfProof, Outcome
from ruleout.model.verdict import Verdict
from ruleout.reports.page import Line, bullets, labelled, title

TONES = {Outcome.PROCEED: "good", Outcome.RESTRICT: "warn", Outcome.HOLD: "bad", Outcome.STOP: "bad"}
_TREATED = {
    BurdenOfProof.REACHED: "treated as reached (precaution)",
    BurdenOfProof.NOT_REACHED: "treated as not reached",
    BurdenOfProof.HOLD: "holds until known",
    BurdenOfProof.UNSTATED: "the text does not say what that means: read with caution",
}
_MOST_SHOWN = 6
_MOST_REMEDIES = 3


def decision_page(decision: Decision, *, width: int = 80) -> list[Line]:
    """Return the page of a decision, wrapped to `width` columns. Pure."""
    heading = f"{decision.subject.model} · {decision.activity.value} · {decision.framework} · {decision.at.date()}"
    lines = title(heading, decision.outcome.value.upper(), width=width, tone=TONES[decision.outcome])
    for threshold in decision.thresholds:
        lines += _threshold(threshold, width=width)
    lines += _rules(decision, width=width)
    lines += _opening(decision, width=width)
    lines += _context(decision, width=width)
    lines += labelled("Inputs", f"{decision.input_digest[:12]} · engine {decision.engine}", width=width, tone="dim")
    lines += labelled("", decision.disclaimer, width=width, tone="dim")
    return lines


def _threshold(t: ThresholdResult, *, width: int) -> list[Line]:
    treated = f" → {_TREATED[t.when_unknown]}" if t.verdict is Verdict.UNKNOWN else ""
    kind = "" if t.standing == "threshold" else f" [{t.standing}]"
    tone = {Verdict.YES: "bad", Verdict.UNKNOWN: "warn", Verdict.NO: ""}[t.verdict]
    lines = labelled(f"  {t.id}", f"{t.shown_as}{treated} ({t.because}){kind}", width=width, tone=tone)
    bearing = [f for f in t.indicators if f.indicator.weight is Weight.LOAD_BEARING]
    lines += bullets("", (_indicator(f) for f in bearing), width=width, tone="dim")
    for weight in (Weight.SUPPORTING, Weight.SATURATED):
        others = [f"{f.indicator.id} ({f.comparison.value})" for f in t.indicators if f.indicator.weight is weight]
        lines += labelled("", f"{weight.value}: {', '.join(others)}", width=width, tone="dim") if others else []
    return lines


def _indicator(f: IndicatorFinding) -> str:
    alert = " · ALERT" if f.alert else ""
    return f"{f.indicator.id}: {f.comparison.value}, {f.because}{alert}"


def _rules(decision: Decision, *, width: int) -> list[Line]:
    """The rules that applied: first those that determined the outcome, then the others that passed."""
    applied = [r for r in decision.rules if r.applies is not Verdict.NO]
    lines = bullets("Determined by", (_rule(r) for r in applied if r.determining), width=width)
    if not lines:
        lines = labelled("Determined by", "no rule stands in the way", width=width)
    if decision.stands_behind.value == "plan":
        lines += labelled("", "Only a plan stands behind this, not a binding rule.", width=width, tone="warn")
    lines += bullets("Also asked", (_rule(r) for r in applied if not r.determining), width=width, tone="dim")
    for departure in decision.departures:
        said = departure.rationale or "NO RATIONALE GIVEN"
        text = f"{departure.threshold} from {departure.indicator} ({departure.indicator_says}): {said}"
        lines += labelled("Departure", text, width=width, tone="warn")
    return lines


def _rule(rule: RuleResult) -> str:
    section = f", s. {rule.section}" if rule.section else ""
    return f"{rule.id} ({rule.force.value}{section}): {rule.because}"


def _opening(decision: Decision, *, width: int) -> list[Line]:
    lines = bullets("Conditions", (f"- {c}" for c in decision.conditions), width=width)
    if not decision.outcome.opens:
        lines += bullets("Blockers", _blockers(decision), width=width, tone="bad")
        shown = [_remedy(r) for r in decision.remedies[:_MOST_REMEDIES]]
        nothing = "nothing the developer can establish opens this gate as the text stands"
        nothing = nothing if decision.remedies_complete else "no way to open it was found; not every way was tried"
        lines += bullets("Would open it", shown or [nothing], width=width)
        more = len(decision.remedies) - _MOST_REMEDIES
        if more > 0:
            count = f"{more}" if decision.remedies_complete else f"{more} or more"
            lines += labelled("", f"… and {count} other ways (--json)", width=width, tone="dim")
    else:
        once = {
            (w.question, w.outcome): f"{w.question} {w.to} → {w.outcome.value}" for w in reversed(decision.would_change)
        }
        shown = list(reversed(once.values()))[:_MOST_SHOWN]
        lines += labelled("Would change", " · ".join(shown), width=width) if shown else []
    return lines


def _blockers(decision: Decision) -> list[str]:
    """What is not established and would help; everything not established where nothing can help."""
    helping = {c.question for r in decision.remedies for c in r.changes}
    return [f"- {u.question}: {u.why}" for u in decision.unknown if not helping or u.question in helping]


def _remedy(remedy: Remedy) -> str:
    parts = [f"{c.question} {c.to}" + (f" [{', '.join(c.owners)}]" if c.owners else "") for c in remedy.changes]
    return f"{' + '.join(parts)} → {remedy.outcome.value}"


def _context(decision: Decision, *, width: int) -> list[Line]:
    lines: list[Line] = []
    for clause in decision.peer_clauses:
        if clause.established is Verdict.YES or clause.invoked:
            lines += labelled("Peer clause", f"{clause.id} ({clause.kind}): {clause.effect}", width=width)
    due = [f"{d.id}" + (f" by {d.due}" if d.due else "") for d in decision.duties]
    lines += labelled("Duties", " · ".join(due), width=width) if due else []
    lines += bullets("Stricter", (f"{s} (not required by the framework)" for s in decision.stricter), width=width)
    lines += bullets("Note", (*_threshold_notes(decision), *decision.notes), width=width, tone="dim")
    if decision.record is Record.OWN and decision.acts:
        counted = [f"{a.act} {a.role} ({a.person})" for a in decision.acts if a.counts]
        lines += labelled("Signed", " · ".join(counted), width=width) if counted else []
    return lines


def _threshold_notes(decision: Decision) -> list[str]:
    """Notes on thresholds, those that say the same said once."""
    about: dict[str, list[str]] = {}
    for threshold in decision.thresholds:
        for note in threshold.notes:
            about.setdefault(note, []).append(threshold.id)
    return [f"{', '.join(ids)}: {note}" for note, ids in about.items()]
