# SPDX-License-Identifier: Apache-2.0
"""Laws of the floor: its rules say what the red lines' formulas say, and nothing above or in a call weakens it (G-2)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy_builders import CHAT, RING, floor, signed_floor, signed_tenant, tenant

from ruleout.adapters.cedar import made_of, tree_of
from ruleout.app.policy.load import found_by_tests, load_layers, proved
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Kind, Not, Ref, evaluate
from ruleout.model.verdict import Verdict
from ruleout.policy.calls import call_of
from ruleout.policy.decide import Ground, decide
from ruleout.policy.floor import Floor, Line
from ruleout.policy.floor_bundle import floor_bundle
from ruleout.policy.floor_document import SignsDoc
from ruleout.policy.program import program_of
from ruleout.policy.trial import Trial

QUESTIONS = ("q-a", "q-b", "q-c", "q-d")
SHOWN = QUESTIONS[:3]
SIGNS = {q: SignsDoc.model_validate({"uses": [f"use-{q}"], "tools": [f"tool-{q}"]}) for q in SHOWN}
REFS = st.sampled_from([Ref(Atom(Kind.QUESTION, q)) for q in QUESTIONS])


def bigger(part: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    several = st.lists(part, min_size=1, max_size=3).map(tuple)
    at_least = several.flatmap(lambda parts: st.integers(1, len(parts)).map(lambda n: AtLeast(n, parts)))
    return part.map(Not) | several.map(AllOf) | several.map(AnyOf) | at_least


FORMULAS = st.recursive(REFS, bigger, max_leaves=6)
TAGS = st.sets(st.sampled_from([f"use-{q}" for q in SHOWN]))
TOOLS = st.sets(st.sampled_from([f"tool-{q}" for q in SHOWN]))


def made(formula: Formula) -> Floor:
    line = Line(id="line", prohibits=formula, signs=SIGNS, reason="")
    return Floor(name="f", version=1, framework="x@1", framework_digest="", lines=(line,))


@settings(max_examples=150, deadline=None)
@given(FORMULAS, TAGS, TOOLS)
def test_a_line_is_hit_unless_what_it_prohibits_is_known_to_be_absent(formula, uses, tools):
    """Cedar's rule and Kleene's rules agree; the question without signs is never known."""

    def answer(atom: Atom) -> Verdict:
        if atom.name not in SHOWN:
            return Verdict.UNKNOWN
        return Verdict.YES if f"use-{atom.name}" in uses or f"tool-{atom.name}" in tools else Verdict.NO

    compiled = made_of(program_of(tree_of(floor_bundle(made(formula)).policy)))
    held = compiled.held(call_of(CHAT | {"uses": sorted(uses), "tools": sorted(tools)}))

    assert held.failed == ()
    assert (held.forbids == ("line",)) is (evaluate(formula, answer) is not Verdict.NO)


@settings(max_examples=60, deadline=None)
@given(FORMULAS)
def test_the_tests_of_a_floor_hold_with_its_rules(formula):
    """But for a line that no call hits, which no test can decide: such a floor is refused at load."""
    bundle = floor_bundle(made(formula))
    faults = found_by_tests(bundle, made_of(program_of(tree_of(bundle.policy))))

    assert [fault for fault in faults if fault.trial] == []


OPEN = '@id("all") permit (principal, action, resource);'
LAYERS = load_layers(
    signed_floor(),
    [signed_tenant(tenant(OPEN, (Trial(name="all", call=CHAT, allowed=True, rules=("all",)),)))],
    RING,
    {},
).layers
ODD = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
FIELDS = st.dictionaries(
    st.sampled_from(["uses", "tools", "capabilities", "activity", "stream", "floor", "shadow", "admin", "policy", "__proto__"])
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(lambda name: name not in ("__entity", "__extn")),
    ODD | st.lists(st.text("abc-", max_size=8), max_size=3),
    max_size=6,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(FIELDS, st.sampled_from(["crowd-tracking", "domestic-surveillance"]))
def test_no_field_of_a_call_takes_a_red_line_away(fields, use):
    """Whatever else a call carries, under a tenant that permits everything: one that carries the sign is never allowed."""
    plain = {
        **CHAT,
        **{k: v for k, v in fields.items() if k not in ("tenant", "tier", "action", "model") and v is not None},
    }
    listed = plain["uses"] if isinstance(plain["uses"], list) else []

    answer = decide(LAYERS, call_of(plain | {"uses": [*listed, use]}))

    assert answer.ground is Ground.RED_LINE
    assert "nobody-is-watched" in answer.rules


@settings(max_examples=300, deadline=None)
@given(FIELDS)
def test_a_call_is_allowed_only_where_every_sign_can_be_looked_for(fields):
    """A circumstance of the floor that is missing or of another kind denies."""
    plain = {
        k: v for k, v in {**CHAT, **fields}.items() if v is not None and k not in ("tenant", "tier", "action", "model")
    }
    call = call_of({**{k: CHAT[k] for k in ("tenant", "tier", "action", "model")}, **plain})

    if decide(LAYERS, call).allowed:
        assert all(type(call.context.get(name)) is frozenset for name in ("uses", "tools", "capabilities"))


def test_the_example_floor_is_proved():
    """What ships holds."""
    assert [rule.id for rule in proved(floor()).rules] == ["nobody-is-watched", "no-weapon-without-a-person"]
