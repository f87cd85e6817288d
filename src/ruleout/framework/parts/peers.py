# SPDX-License-Identifier: Apache-2.0
"""Peer clauses (D-9): each kind with what it needs, and never more than it may do."""

from __future__ import annotations

from ruleout.documents.places import Path
from ruleout.framework.framework_document import FrameworkDoc, PeerClauseDoc
from ruleout.framework.parts.clauses import Context
from ruleout.framework.parts.gates import check_force, demands_act
from ruleout.model.framework import PeerClause, PeerKind, Rule
from ruleout.model.outcome import Outcome

_OBLIGING = (PeerKind.OBLIGES_MATCHING, PeerKind.OBLIGES_DELAY)


def build_peer_clauses(doc: FrameworkDoc, rules: tuple[Rule, ...], context: Context) -> tuple[PeerClause, ...]:
    """Return the peer clauses, checked against the rules they lower or are carried out by."""
    _check_links(doc, context)
    return tuple(_peer_clause(doc, clause, name, rules, context) for name, clause in doc.peer_clauses.items())


def _peer_clause(
    whole: FrameworkDoc, doc: PeerClauseDoc, name: str, rules: tuple[Rule, ...], context: Context
) -> PeerClause:
    path: Path = ("peer-clauses", name)
    formulas = context.formulas
    clause = PeerClause(
        clause=context.clause(doc, name),
        kind=doc.kind,
        when=None if doc.when is None else formulas.condition(doc.when, (*path, "when"), peers=True),
        lowers=doc.lowers,
        floor=Outcome(doc.floor),
        requires=None if doc.requires is None else formulas.condition(doc.requires, (*path, "requires")),
        duties=doc.duties,
    )
    for index, duty in enumerate(doc.duties):
        if duty not in whole.duties:
            context.findings.note_unknown((*path, "duties", index), expected="a duty", name=duty, known=whole.duties)
    _check_kind(clause, path, rules, context)
    _check_lowered(clause, path, rules, context)
    return clause


def _check_kind(clause: PeerClause, path: Path, rules: tuple[Rule, ...], context: Context) -> None:
    """Each kind has what it needs and nothing it may not have."""
    for field, needed in _kind_faults(clause):
        context.findings.note(
            "F016",
            (*path, field),
            expected=f"{'' if needed else 'no '}`{field}` for kind {clause.kind.value}",
            got="none" if needed else "one",
            hint=f"{'Add' if needed else 'Delete'} `{field}`, or choose another kind.",
        )
    linked = any(rule.peer_clause == clause.clause.id for rule in rules)
    by_duty = clause.kind is PeerKind.OBLIGES_MATCHING and bool(clause.duties)
    if clause.kind in _OBLIGING and not linked and not by_duty:
        context.findings.note(
            "F016",
            path,
            expected=f"a rule that carries out what {clause.kind.value} asks",
            got="none",
            hint=f"Write `peer-clause: {clause.clause.id}` on that rule.",
            key=True,
        )
    if clause.kind is PeerKind.PERMITS_LOWERING:
        check_force(clause.clause, path, context)
        if clause.floor < Outcome.RESTRICT:
            hint = "Write floor: restrict, hold or stop."
            at = (*path, "floor")
            context.findings.note("F018", at, expected="restrict or higher", got=clause.floor.value, hint=hint)


def _kind_faults(clause: PeerClause) -> list[tuple[str, bool]]:
    """Pairs of (field, whether it is needed) for each field that is missing or in the way."""
    permits, forbids = clause.kind is PeerKind.PERMITS_LOWERING, clause.kind is PeerKind.FORBIDS
    faults = [("when", not forbids)] if (clause.when is None) != forbids else []
    faults += [("lowers", permits)] if bool(clause.lowers) != permits else []
    return faults


def _check_lowered(clause: PeerClause, path: Path, rules: tuple[Rule, ...], context: Context) -> None:
    by_id = {rule.clause.id: rule for rule in rules}
    for index, name in enumerate(clause.lowers):
        at = (*path, "lowers", index)
        if context.names.other.get(name) == "red-lines":
            hint = "Delete it: nothing lowers a red line."
            context.findings.note("F017", at, expected="a rule", got=f"the red line {name!r}", hint=hint)
        elif name not in by_id:
            context.findings.note_unknown(at, expected="the id of a rule", name=name, known=by_id)
        elif demands_act(by_id[name]):
            hint = "Delete it: no peer clause removes an approval or a disclosure."
            expected = "a rule that demands no approval or notification"
            context.findings.note("F017", at, expected=expected, got=repr(name), hint=hint)


def _check_links(doc: FrameworkDoc, context: Context) -> None:
    """A rule that names a peer clause names one that obliges."""
    for activity, rules in doc.gates.items():
        for index, rule in enumerate(rules):
            path: Path = ("gates", activity.value, index, "peer-clause")
            if rule.peer_clause is None:
                continue
            linked = doc.peer_clauses.get(rule.peer_clause)
            if linked is None:
                known = doc.peer_clauses
                context.findings.note_unknown(path, expected="a peer clause", name=rule.peer_clause, known=known)
            elif linked.kind not in _OBLIGING:
                hint = "Drop the link, or make the clause one that obliges."
                expected = "a peer clause that obliges to match or delay"
                context.findings.note("F020", path, expected=expected, got=linked.kind.value, hint=hint)
