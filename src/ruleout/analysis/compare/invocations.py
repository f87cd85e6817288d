# SPDX-License-Identifier: Apache-2.0
"""Whether a permissive peer clause is invoked, as one more question that a version asks: the solver chooses it too."""

from __future__ import annotations

from dataclasses import replace

from ruleout.engine.evaluate import State
from ruleout.model.formula import AllOf, Atom, Kind, Ref
from ruleout.model.framework import Framework, PeerKind
from ruleout.model.verdict import Verdict

_INVOKES = "invokes "


def invocation(clause: str) -> Atom:
    """The question whether a peer clause is invoked; no framework can name it, for ids hold no spaces. Pure."""
    return Atom(Kind.QUESTION, f"{_INVOKES}{clause}")


def is_invocation(atom: Atom) -> bool:
    """Whether a question asks if a peer clause is invoked. Pure."""
    return atom.kind is Kind.QUESTION and atom.name.startswith(_INVOKES)


def without_invocations(state: State) -> State:
    """Return the state with what is invoked told as the engine knows it. Pure."""
    answers = {atom: verdict for atom, verdict in state.answers.items() if not is_invocation(atom)}
    invoked = (a for a, verdict in state.answers.items() if is_invocation(a) and verdict is Verdict.YES)
    return State(answers, frozenset(atom.name.removeprefix(_INVOKES) for atom in invoked))


def asking_invocation(framework: Framework) -> Framework:
    """Return the framework with each permissive clause asking whether it is invoked. Pure."""
    clauses = tuple(
        replace(clause, when=AllOf((clause.when, Ref(invocation(clause.clause.id)))))
        if clause.kind is PeerKind.PERMITS_LOWERING and clause.when is not None
        else clause
        for clause in framework.peer_clauses
    )
    return replace(framework, peer_clauses=clauses)
