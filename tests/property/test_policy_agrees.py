# SPDX-License-Identifier: Apache-2.0
"""Compiled policies and Cedar agree on every generated call: decision, reasons, and which rules failed (G-3)."""

from __future__ import annotations

from benchmarks.material.policies import Drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from ruleout.adapters.cedar import CedarFunction, Oracle, as_cedar, made_of, tree_of
from ruleout.policy.program import program_of
from ruleout.policy.values import Call, facts_of, uid_of, value_of

SEEDS = st.integers(0, 2**64)


def differences(seed: int, calls: int = 30) -> list[str]:
    """What compiled code and Cedar say differently of calls drawn from one seed."""
    drawn = Drawn(seed)
    text, entities = drawn.policies(), drawn.entities()
    asked = [drawn.call() for _ in range(calls)]
    compiled, known = made_of(program_of(tree_of(text))), facts_of(entities)
    ours = [as_cedar(compiled.held(call_of(one, known))) for one in asked]
    theirs = Oracle(text).answers(asked, entities)
    return [f"{text}\n{c}\nours {a}\ncedar {b}" for c, a, b in zip(asked, ours, theirs, strict=True) if a != b]


def call_of(given, known):
    uids = {part: uid_of(given[part]) for part in ("principal", "action", "resource")}
    return Call(**uids, context=value_of(given["context"]), entities=known)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_compiled_policies_and_cedar_agree(seed):
    """Thirty calls to one drawn policy: no difference."""
    assert differences(seed) == []


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_cedar_in_the_place_of_compiled_rules_says_what_it_says_of_the_call_itself(seed):
    """Values turned back into JSON, as decisions are asked again while serving: nothing is lost or changed."""
    drawn = Drawn(seed)
    text, entities = drawn.policies(), drawn.entities()
    known, function = facts_of(entities), CedarFunction(text)
    for asked in (drawn.call() for _ in range(30)):
        one = call_of(asked, known)
        permits, forbids, failed = function(one.principal, one.action, one.resource, one.context, one.entities)
        ((decision, reasons, errors),) = Oracle(text).answers([asked], entities)
        assert (permits if decision == "Allow" else forbids) == reasons
        assert (forbids if decision == "Allow" else permits, failed) == ((), errors)
