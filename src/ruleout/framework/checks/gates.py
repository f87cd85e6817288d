# SPDX-License-Identifier: Apache-2.0
"""Lint rules about what opens and closes a gate: quorums, requirements, standards, peer clauses."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ruleout.framework.checks.finding import At, Check, Severity, Subject
from ruleout.framework.checks.subjects import FrameworkText
from ruleout.model.formula import AllOf, AnyOf, Atom, Formula, Kind, Quorum, Ref, atoms_of, evaluate, quorums_of
from ruleout.model.framework import Grade, PeerKind
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict


def one_person_quorum(text: FrameworkText) -> Iterator[At]:
    """An approval that a single person can give (D-11)."""
    for rule in text.framework.rules:
        for quorum in () if rule.require is None else quorums_of(rule.require):
            if quorum.kind is Kind.APPROVED and (alone := _alone(quorum)):
                yield At(text.rule_path(rule), f"{', '.join(alone)} alone can give the approval of {rule.clause.id}")


def recommendation_gates(text: FrameworkText) -> Iterator[At]:
    """A rule that asks for what the document only recommends or hopes for (A-1, D-7)."""
    f = text.framework
    askable = [s.clause for s in f.safeguards] + [a.clause for a in f.arguments] + [q.clause for q in f.questions]
    weak = {clause.id: clause.force for clause in askable if not clause.force.gates}
    for rule in f.rules:
        for name in sorted(_names(rule.require) & set(weak)):
            yield At(text.rule_path(rule), f"{rule.clause.id} asks for {name}, which is a {weak[name].value}")


def undefined_required(text: FrameworkText) -> Iterator[At]:
    """A requirement that only a standard which the document does not define could meet (D-6)."""
    undefined = {s.clause.id for s in text.framework.safeguards if s.undefined}
    for rule in text.framework.rules:
        if rule.require is not None and _blocked(rule.require, undefined) and _names(rule.require) & undefined:
            names = ", ".join(sorted(_names(rule.require) & undefined))
            yield At(text.rule_path(rule), f"nothing can meet {rule.clause.id}: {names} is not defined")


def safeguard_undecided(text: FrameworkText) -> Iterator[At]:
    """A standard of which nobody decides that it is met: any role's word would do (D-6)."""
    for safeguard in text.framework.safeguards:
        measured = safeguard.criteria and all(c.indicators is not None for c in safeguard.criteria)
        if safeguard.decides is None and not safeguard.undefined and not measured:
            yield At(
                ("safeguards", safeguard.clause.id), f"nobody is named who decides that {safeguard.clause.id} is met"
            )


def argument_undecided(text: FrameworkText) -> Iterator[At]:
    """An argument of which nobody decides that it is accepted (D-6)."""
    for argument in text.framework.arguments:
        if argument.decides is None:
            yield At(("arguments", argument.clause.id), f"nobody is named who accepts {argument.clause.id}")


def interim_unlimited(text: FrameworkText) -> Iterator[At]:
    """Interim measures that may last for ever (D-6)."""
    for safeguard in text.framework.safeguards:
        if safeguard.interim is not None and safeguard.interim.at_most is None:
            path = ("safeguards", safeguard.clause.id, "interim")
            yield At(path, f"interim measures for {safeguard.clause.id} have no longest term")


def answer_opens(text: FrameworkText) -> Iterator[At]:
    """A requirement that a plain answer meets: whoever writes the case opens the gate (D-7)."""
    questions = {q.clause.id for q in text.framework.questions}
    for rule in text.framework.rules:
        if rule.require is not None and _opens_by(rule.require, questions):
            names = ", ".join(sorted(_names(rule.require) & questions))
            yield At(text.rule_path(rule), f"the answer to {names} alone meets {rule.clause.id}; no role signs it off")


def rule_without_effect(text: FrameworkText) -> Iterator[At]:
    """A rule that contributes proceed whatever the case says (D-7)."""
    for rule in text.framework.rules:
        if rule.otherwise is Outcome.PROCEED:
            yield At(text.rule_path(rule), f"{rule.clause.id} never restricts anything")


def restrict_without_conditions(text: FrameworkText) -> Iterator[At]:
    """A rule whose outcome can be restrict and that does not say to what (D-7)."""
    undefined = {s.clause.id for s in text.framework.safeguards if s.undefined}
    for rule in text.framework.rules:
        attainable = rule.require is None or not _blocked(rule.require, undefined)
        restricts = rule.otherwise is Outcome.RESTRICT or (rule.met is Outcome.RESTRICT and attainable)
        if restricts and not rule.conditions:
            yield At(text.rule_path(rule), f"{rule.clause.id} restricts and names no condition")


def activity_uncovered(text: FrameworkText) -> Iterator[At]:
    """Activities that no rule covers: they hold always (D-7)."""
    covered = {activity for rule in text.framework.rules for activity in rule.activities}
    missing = [activity.value for activity in Activity if activity not in covered]
    if missing:
        yield At(("gates",), f"no rule covers {', '.join(missing)}, which therefore always holds")


def peer_clause_is_free(text: FrameworkText) -> Iterator[At]:
    """A peer clause whose use costs nothing: no duty, no approval, no argument (D-9)."""
    for peer in text.framework.peer_clauses:
        costs_nothing = not peer.duties and peer.requires is None
        if peer.kind in (PeerKind.PERMITS_LOWERING, PeerKind.FACTOR) and costs_nothing:
            yield At(("peer-clauses", peer.clause.id), f"using {peer.clause.id} triggers no duty and needs nothing")


def lowering_on_hearsay(text: FrameworkText) -> Iterator[At]:
    """A clause that lowers safeguards on peer facts of a grade below clear (D-9)."""
    grades = {q.clause.id: q.grade for q in text.framework.peer_questions}
    for peer in text.framework.peer_clauses:
        if peer.kind is not PeerKind.PERMITS_LOWERING:
            continue
        for name in sorted(n for n in _names(peer.when) if n in grades and grades[n].rank < Grade.CLEAR.rank):
            yield At(
                ("peer-questions", name, "grade"), f"{peer.clause.id} lowers on facts that are {grades[name].value}"
            )


def _alone(quorum: Quorum) -> list[str]:
    roles = sorted({atom.name for atom, _ in atoms_of(quorum.who)})
    return [role for role in roles if _met_by_role(quorum.who, role)]


def _met_by_role(formula: Formula, role: str) -> bool:
    return _met_by(formula, lambda atom: atom.name == role)


def _met_by(formula: Formula, holds: Callable[[Atom], bool]) -> bool:
    return evaluate(formula, lambda atom: Verdict.YES if holds(atom) else Verdict.NO) is Verdict.YES


def _names(formula: Formula | None) -> set[str]:
    return set() if formula is None else {atom.name for atom, _ in atoms_of(formula)}


def _blocked(formula: Formula, undefined: set[str]) -> bool:
    """Whether the formula stays NO with everything met but what is undefined."""
    kinds = (Kind.SAFEGUARD, Kind.INTERIM)
    return not _met_by(formula, lambda atom: atom.kind not in kinds or atom.name not in undefined)


def _opens_by(formula: Formula, questions: set[str]) -> bool:
    """Whether some way of meeting the formula rests on answers to questions alone."""
    match formula:
        case Ref(atom):
            return atom.kind is Kind.QUESTION and atom.name in questions
        case AllOf(parts):
            return all(_opens_by(part, questions) for part in parts)
        case AnyOf(parts):
            return any(_opens_by(part, questions) for part in parts)
        case _:
            return False


_F, _W, _E = Subject.FRAMEWORK, Severity.WARNING, Severity.ERROR

CHECKS = (
    Check(
        id="L020", subject=_F, severity=_W, look=one_person_quorum,
        title="an approval that one person can give",
        hint="Ask for a second role if the text does; if it does not, this is a finding about the text.",
    ),
    Check(
        id="L021", subject=_F, severity=_W, look=recommendation_gates,
        title="a recommendation or public goal used as a gate",
        hint="Give what is asked for the force it has in the text, or drop it from the rule.",
    ),
    Check(
        id="L022", subject=_F, severity=_W, look=undefined_required,
        title="a rule that only an undefined standard could meet",
        hint="Nothing to mend if the document leaves it undefined: such an activity stays closed.",
    ),
    Check(
        id="L023", subject=_F, severity=_W, look=safeguard_undecided,
        title="a safeguard that nobody decides",
        hint="Add decides: with the roles that the text names.",
    ),
    Check(
        id="L024", subject=_F, severity=_W, look=argument_undecided,
        title="an argument that nobody accepts",
        hint="Add decides: with the roles that the text names.",
    ),
    Check(
        id="L025", subject=_F, severity=_W, look=interim_unlimited,
        title="interim measures without limit",
        hint="Add at-most: if the text states a term; otherwise each case must state one.",
    ),
    Check(
        id="L026", subject=_F, severity=_W, look=answer_opens,
        title="a requirement that a plain answer meets",
        hint="Ask for an approval or an argument that named roles accept.",
    ),
    Check(
        id="L027", subject=_F, severity=_W, look=rule_without_effect,
        title="a rule that restricts nothing",
        hint="Write the outcome the text states, or keep it knowingly to show that it was looked at.",
    ),
    Check(
        id="L028", subject=_F, severity=_W, look=restrict_without_conditions,
        title="a restriction that does not say to what",
        hint="Add conditions: with what the activity is restricted to.",
    ),
    Check(
        id="L029", subject=_F, severity=_W, look=activity_uncovered,
        title="an activity that no rule covers",
        hint="Add a rule, or accept that this activity always holds.",
    ),
    Check(
        id="L030", subject=_F, severity=_W, look=peer_clause_is_free,
        title="a peer clause without duties or costs",
        hint="Add the duties, approvals or arguments that the text ties to its use.",
    ),
    Check(
        id="L031", subject=_F, severity=_W, look=lowering_on_hearsay,
        title="safeguards lowered on facts that are not clear",
        hint="Ask for grade clear or better if the text allows that reading.",
    ),
)  # fmt: skip
