# SPDX-License-Identifier: Apache-2.0
"""Every clause of a framework in one list, with what it is part of and the value that carries it out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ruleout.model.clause import Clause
from ruleout.model.evidence import Indicator
from ruleout.model.framework import (
    Argument,
    ChangeProcedure,
    Criterion,
    Duty,
    Framework,
    Interim,
    Judgement,
    LeftOut,
    PeerClause,
    PeerQuestion,
    Question,
    Recommendation,
    RedLine,
    Rule,
    Safeguard,
    Threshold,
)

#: What a clause can be carried out by; a `Clause` alone is a prong or says what an unknown threshold means.
Carrier = (
    Threshold
    | Safeguard
    | Criterion
    | Interim
    | Argument
    | Question
    | PeerQuestion
    | Rule
    | PeerClause
    | RedLine
    | Duty
    | Recommendation
    | Judgement
    | LeftOut
    | Indicator
    | ChangeProcedure
    | Clause
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One clause: its id, what kind of clause it is in words, the clause, and the value it belongs to.

    An indicator has no clause of its own: it is listed with its evaluation as what it says.
    """

    id: str
    kind: str
    clause: Clause
    carrier: Carrier

    @property
    def owner(self) -> str:
        """The id of the clause that this one is part of; its own where it is part of none."""
        return self.id.partition("/")[0]


def clauses_of(framework: Framework) -> tuple[Listed, ...]:
    """Return every clause, parts behind what they are part of, in the framework's order. Pure."""
    return (*_questions(framework), *_deciding(framework), *_indicators(framework))


def _questions(framework: Framework) -> Iterator[Listed]:
    for t in framework.thresholds:
        yield Listed(t.clause.id, t.standing.value, t.clause, t)
        if t.when_unknown_clause is not None:
            yield Listed(t.when_unknown_clause.id, "burden of proof", t.when_unknown_clause, t.when_unknown_clause)
        yield from (Listed(prong.id, "prong", prong, prong) for prong in t.prong_clauses)
    for s in framework.safeguards:
        yield Listed(s.clause.id, "safeguard", s.clause, s)
        yield from (Listed(c.clause.id, "criterion", c.clause, c) for c in s.criteria)
        if s.interim is not None:
            yield Listed(s.interim.clause.id, "interim measures", s.interim.clause, s.interim)
    yield from (Listed(a.clause.id, "argument", a.clause, a) for a in framework.arguments)
    yield from (Listed(q.clause.id, "question", q.clause, q) for q in framework.questions)
    yield from (Listed(p.clause.id, "peer question", p.clause, p) for p in framework.peer_questions)


def _deciding(framework: Framework) -> Iterator[Listed]:
    yield from (Listed(r.clause.id, "rule", r.clause, r) for r in framework.rules)
    yield from (Listed(r.clause.id, "red line", r.clause, r) for r in framework.red_lines)
    yield from (Listed(p.clause.id, "peer clause", p.clause, p) for p in framework.peer_clauses)
    yield from (Listed(d.clause.id, "duty", d.clause, d) for d in framework.duties)
    if framework.changes is not None:
        yield Listed(framework.changes.clause.id, "change procedure", framework.changes.clause, framework.changes)
    yield from (Listed(r.clause.id, "recommendation", r.clause, r) for r in framework.recommendations)
    yield from (Listed(j.clause.id, "left to judgement", j.clause, j) for j in framework.judgements)
    yield from (Listed(out.clause.id, "left out", out.clause, out) for out in framework.left_out)


def _indicators(framework: Framework) -> Iterator[Listed]:
    for i in framework.indicators:
        says = f"{i.evaluation} bears on {i.threshold}."
        clause = Clause(id=i.id, says=says, section="", anchor=None, force=framework.force)
        yield Listed(i.id, "indicator", clause, i)
