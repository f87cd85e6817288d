# SPDX-License-Identifier: Apache-2.0
"""Random small frameworks and states from a seed: the same seed gives the same framework and state anywhere."""

from __future__ import annotations

import random

from tests.builders import (
    argument,
    framework,
    peer_question,
    permits_lowering,
    question,
    red_line,
    role,
    rule,
    safeguard,
    threshold,
)

from ruleout.engine.evaluate import State, demands_act
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Kind, Not, Quorum, Ref
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity, BurdenOfProof, Force, Outcome
from ruleout.model.verdict import Verdict

ACTIVITIES = (Activity.DEPLOY_EXTERNAL, Activity.TRAIN, Activity.HOLD_WEIGHTS)
QUORUMS = (
    Quorum(Kind.APPROVED, AllOf((role("ceo"), role("rso")))),
    Quorum(Kind.NOTIFIED_BEFORE, role("board")),
)
OWN = [Atom(Kind.THRESHOLD, f"t{i}") for i in range(3)]
OWN += [Atom(Kind.SAFEGUARD, f"s{i}") for i in range(3)]
OWN += [Atom(Kind.INTERIM, "s0"), Atom(Kind.ARGUMENT, "a0"), Atom(Kind.QUESTION, "q0"), Atom(Kind.QUESTION, "q1")]
PEERS = [Atom(Kind.PEER, "p0"), Atom(Kind.PEER, "p1")]
EVERY_ATOM = (*OWN, *PEERS, *(q.atom for q in QUORUMS))


def random_formula(rng: random.Random, depth: int, *, leaves: list[Atom], quorums: bool = False) -> Formula:
    """A formula of at most `depth` levels; peer questions are never negated (a build-time rule)."""
    if depth == 0 or rng.random() < 0.4:
        if quorums and rng.random() < 0.3:
            return rng.choice(QUORUMS)
        return Ref(rng.choice(leaves))
    kind = rng.choice(("all", "any", "not", "least"))
    if kind == "not":
        own = [leaf for leaf in leaves if leaf.kind is not Kind.PEER] or [Atom(Kind.QUESTION, "q0")]
        return Not(random_formula(rng, depth - 1, leaves=own))
    if kind == "least":
        chosen = rng.sample(leaves, k=min(len(leaves), rng.randint(2, 3)))
        return AtLeast(rng.randint(1, len(chosen)), tuple(Ref(a) for a in chosen))
    parts = tuple(random_formula(rng, depth - 1, leaves=leaves, quorums=quorums) for _ in range(rng.randint(1, 3)))
    return AllOf(parts) if kind == "all" else AnyOf(parts)


def random_framework(rng: random.Random) -> Framework:
    """A framework of up to five rules over a fixed small set of questions."""
    rules = []
    for index in range(rng.randint(0, 5)):
        met = rng.choice((Outcome.PROCEED, Outcome.RESTRICT))
        rules.append(
            rule(
                f"r{index}",
                activities=tuple(rng.sample(ACTIVITIES, k=rng.randint(1, 3))),
                condition=None if rng.random() < 0.2 else random_formula(rng, 2, leaves=OWN + PEERS),
                require=None if rng.random() < 0.2 else random_formula(rng, 2, leaves=OWN, quorums=True),
                met=met,
                otherwise=rng.choice([o for o in Outcome if o >= met]),
                force=rng.choice((Force.BINDING, Force.BINDING, Force.PLAN, Force.LAW, Force.RECOMMENDATION)),
            )
        )
    lowerable = tuple(r.clause.id for r in rules if not demands_act(r) and rng.random() < 0.6)
    permits = permits_lowering(
        "fn",
        when=random_formula(rng, 2, leaves=OWN + PEERS),
        lowers=lowerable,
        floor=rng.choice((Outcome.RESTRICT, Outcome.HOLD)),
        requires=rng.choice((None, QUORUMS[0])),
    )
    prohibited = [Atom(Kind.QUESTION, "q1"), Atom(Kind.THRESHOLD, "t0")]
    lines = (red_line("line", random_formula(rng, 1, leaves=prohibited)),)
    return framework(
        *rules,
        thresholds=tuple(threshold(f"t{i}", burden=rng.choice(tuple(BurdenOfProof))) for i in range(3)),
        safeguards=tuple(safeguard(f"s{i}") for i in range(3)),
        arguments=(argument("a0"),),
        questions=(question("q0"), question("q1")),
        peer_questions=(peer_question("p0"), peer_question("p1")),
        peer_clauses=(permits,) if rng.random() < 0.6 else (),
        red_lines=lines if rng.random() < 0.3 else (),
    )


def random_state(rng: random.Random) -> State:
    """An answer for every question, each verdict as likely as the others, and perhaps an invoked clause."""
    answers = {atom: rng.choice(tuple(Verdict)) for atom in EVERY_ATOM if rng.random() < 0.9}
    return State(answers, frozenset({"fn"}) if rng.random() < 0.7 else frozenset())
