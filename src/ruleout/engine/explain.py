# SPDX-License-Identifier: Apache-2.0
"""Words for what the combination rule found. Each sentence is built from the same values the outcome was."""

from __future__ import annotations

from collections.abc import Callable

from ruleout.engine.evaluate import Contribution, Reading
from ruleout.model.decision import Origin
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Kind, Not, Quorum, Ref, evaluate, text_of
from ruleout.model.framework import RedLine, Rule
from ruleout.model.verdict import Verdict

_THRESHOLD = {Verdict.YES: "reached", Verdict.NO: "ruled out", Verdict.UNKNOWN: "cannot be ruled out"}
_SAFEGUARD = {Verdict.YES: "met", Verdict.NO: "not met", Verdict.UNKNOWN: "not known to be met"}
_ARGUMENT = {Verdict.YES: "accepted", Verdict.NO: "not accepted", Verdict.UNKNOWN: "not given"}
_PEER = {Verdict.YES: "established", Verdict.NO: "not established", Verdict.UNKNOWN: "not established"}
_ANSWER = {Verdict.YES: "yes", Verdict.NO: "no", Verdict.UNKNOWN: "not answered"}
_WORDS = {
    Kind.THRESHOLD: _THRESHOLD,
    Kind.SAFEGUARD: _SAFEGUARD,
    Kind.INTERIM: {Verdict.YES: "approved", Verdict.NO: "not provided", Verdict.UNKNOWN: "not approved"},
    Kind.ARGUMENT: _ARGUMENT,
    Kind.PEER: _PEER,
    Kind.APPROVED: {Verdict.YES: "given", Verdict.NO: "refused", Verdict.UNKNOWN: "missing"},
    Kind.NOTIFIED_BEFORE: {Verdict.YES: "done", Verdict.NO: "not done", Verdict.UNKNOWN: "missing"},
}
_NOUN = {Kind.APPROVED: "approval by", Kind.NOTIFIED_BEFORE: "notice before to", Kind.INTERIM: "interim measures for"}


def shown_question(atom: Atom) -> str:
    """Return how a question is named to people: `cbrn-3`, `approval by ceo and rso`. Pure."""
    noun = _NOUN.get(atom.kind)
    return f"{noun} {atom.name}" if noun else atom.name


def wanted_word(atom: Atom, verdict: Verdict) -> str:
    """Return the word for an answer to a question: `ruled out`, `met`, `given`. Pure."""
    return _WORDS.get(atom.kind, _ANSWER)[verdict]


def rule_because(contribution: Contribution, rule: Rule | None, line: RedLine | None, reading: Reading) -> str:
    """Return why a rule, red line or burden of proof contributes what it does, in one line. Pure. Source: D-12."""
    if contribution.origin is Origin.NO_RULE:
        return "no rule covers this activity"
    if contribution.origin is Origin.EXCEPTION:
        return "an answer rests on this exception, which is in force"
    if line is not None:
        named = dict.fromkeys(_carrying(line.prohibits, reading.known))
        return ", ".join(f"{shown_question(a)} {wanted_word(a, reading.known(a))}" for a in named)
    if rule is None:
        name = contribution.id.rpartition("/")[0]
        unknown = contribution.applies is Verdict.YES
        return f"{name} cannot be ruled out, which holds" if unknown else f"{name} is known"
    if contribution.applies is Verdict.NO and rule.condition is not None:
        return "does not apply: " + _stated(rule.condition, reading)
    applies = "" if rule.condition is None else "applies: " + _stated(rule.condition, reading)
    requires = _requirement(contribution, rule, reading)
    lowered = f"lowered under {contribution.lowered_by}" if contribution.lowered_by else ""
    return "; ".join(part for part in (applies, requires, lowered) if part) or "always applies"


def _requirement(contribution: Contribution, rule: Rule, reading: Reading) -> str:
    if rule.require is None:
        return ""
    if contribution.required is Verdict.YES:
        return "requirement holds: " + _stated(rule.require, reading)
    return "lacks: " + _stated(rule.require, reading)


def _stated(formula: Formula, reading: Reading) -> str:
    """The questions that carry a formula's verdict, with what each is."""
    parts = [f"{shown_question(a)} {_word(a, reading)}" for a in dict.fromkeys(_carrying(formula, reading.answer))]
    return ", ".join(parts) or text_of(formula)


def _word(atom: Atom, reading: Reading) -> str:
    if atom.kind is Kind.PEER:
        return _PEER[reading.answer(atom)]
    known, used = reading.known(atom), reading.answer(atom)
    if known is not used:
        treated = "treated as reached" if used is Verdict.YES else "treated as not reached"
        return f"{wanted_word(atom, known)}, {treated}"
    return wanted_word(atom, used)


def _carrying(formula: Formula, answer: Callable[[Atom], Verdict]) -> list[Atom]:
    """By Kleene's rules a combination has its verdict because of the parts that have that verdict themselves."""
    match formula:
        case Ref() | Quorum():
            return [formula.atom]
        case Not(part):
            return _carrying(part, answer)
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            verdict = evaluate(formula, answer)
            return [atom for part in parts if evaluate(part, answer) is verdict for atom in _carrying(part, answer)]
