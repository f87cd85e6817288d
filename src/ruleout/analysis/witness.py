# SPDX-License-Identifier: Apache-2.0
"""A state that shows something about a framework, as the engine sees it, in words.

A witness is made from what the engine says of the state, never from what a solver says. Questions that it does not
name are UNKNOWN.
"""

from __future__ import annotations

from dataclasses import dataclass

from ruleout.engine.evaluate import Evaluation, State
from ruleout.engine.explain import shown_question, wanted_word
from ruleout.model.formula import Atom
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict

Answers = tuple[tuple[Atom, Verdict], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A state, and for statements about a change a second one; `then` is None where there is no change."""

    now: State
    then: State | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A state in which something shows, with what the engine makes of it.

    Attributes:
        activity: what is decided about.
        answers: every question that is not UNKNOWN, sorted.
        invoked: permissive peer clauses the developer invokes, sorted.
        outcome: what the engine gives, with the ids that determine it.
        changed: what is otherwise in a second state; empty where there is none.
        then: what the engine gives there; None where there is none.
        words: all of this in one sentence.
    """

    activity: Activity
    answers: Answers
    invoked: tuple[str, ...]
    outcome: Outcome
    determined_by: tuple[str, ...]
    changed: Answers
    then: Outcome | None
    words: str


def witness_of(
    activity: Activity,
    example: Example,
    now: Evaluation,
    then: Evaluation | None,
    *,
    understood: frozenset[Atom] = frozenset(),
) -> Witness:
    """Return a witness from the states and from what the engine made of them.

    Pure.

    Args:
        understood: questions with one possible answer, which the words leave out.
    """
    answers = tuple((a, v) for a, v in sorted(example.now.answers.items()) if v is not Verdict.UNKNOWN)
    changed = () if example.then is None else _changes(example.now, example.then)
    words = f"{state_words(example.now, understood=understood)}: {activity.value} {_outcome_words(now)}"
    if example.then is not None and then is not None:
        words += f"; {_change_words(example, changed)}: {_outcome_words(then)}"
    return Witness(
        activity=activity,
        answers=answers,
        invoked=tuple(sorted(example.now.invoked)),
        outcome=now.outcome,
        determined_by=now.determining,
        changed=changed,
        then=None if then is None else then.outcome,
        words=words,
    )


def state_words(state: State, *, understood: frozenset[Atom] = frozenset()) -> str:
    """Return a state in words: `cbrn-3 reached, asl-3-security not met`; what is not named is not known. Pure."""
    known = {a: v for a, v in state.answers.items() if v is not Verdict.UNKNOWN and a not in understood}
    parts = [_answer_words(atom, known[atom]) for atom in sorted(known)]
    parts += [f"{name} invoked" for name in sorted(state.invoked)]
    return ", ".join(parts) or "nothing known"


def _changes(now: State, then: State) -> Answers:
    atoms = sorted({*now.answers, *then.answers})
    return tuple((a, then.known(a)) for a in atoms if now.known(a) is not then.known(a))


def _change_words(example: Example, changed: Answers) -> str:
    parts = [_answer_words(atom, verdict) for atom, verdict in changed]
    if example.then is not None:
        parts += [f"{name} not invoked" for name in sorted(example.now.invoked - example.then.invoked)]
        parts += [f"{name} invoked" for name in sorted(example.then.invoked - example.now.invoked)]
    return "with " + (", ".join(parts) or "no change")


def _answer_words(atom: Atom, verdict: Verdict) -> str:
    return f"{shown_question(atom)} {wanted_word(atom, verdict)}"


def _outcome_words(evaluation: Evaluation) -> str:
    if evaluation.outcome is Outcome.PROCEED:
        return "-> proceed"
    return f"-> {evaluation.outcome.value} ({', '.join(evaluation.determining)})"
