# SPDX-License-Identifier: Apache-2.0
"""A framework file becomes the model: every part, every default, every id."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from ruleout.errors import BadInput
from ruleout.framework import parse_framework
from ruleout.model.clause import Period
from ruleout.model.evidence import Bar, Direction
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Kind, Not, Quorum, Ref
from ruleout.model.framework import Framework, Validity
from ruleout.model.outcome import Activity, BurdenOfProof, Force, Outcome

BASE = (Path(__file__).parents[3] / "vectors" / "framework" / "base-framework.yaml").read_bytes()


def framework(*edits: tuple[str, str]) -> Framework:
    text = BASE.decode()
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return parse_framework(text.encode(), file="base.yaml")


def role(name: str) -> Ref:
    return Ref(Atom(Kind.ROLE, name))


def test_digest_is_that_of_the_bytes() -> None:
    """Two files that differ in a comment are two encodings."""
    assert framework().digest == hashlib.sha256(BASE).hexdigest()
    assert framework(("# A small", "# Another small")).digest != framework().digest


def test_head_of_the_file_is_kept() -> None:
    """Name, version and default force come from the file."""
    made = framework()

    assert str(made.id) == "northlight@1.0"
    assert (made.supersedes, made.force, made.document.pages) == ("0.9", Force.BINDING, 12)
    assert made.roles[0] == ("ceo", "Chief Executive")


def test_clause_has_the_force_of_its_file_unless_it_states_one() -> None:
    """Force is inherited."""
    by_id = {rule.clause.id: rule.clause.force for rule in framework().rules}

    assert by_id["approve-first"] is Force.BINDING
    assert by_id["wait-in-the-lead"] is Force.PLAN


def test_threshold_has_its_burden_validity_and_lineage() -> None:
    """What a threshold says of itself survives whole."""
    bio = framework().thresholds[0]

    assert bio.when_unknown is BurdenOfProof.REACHED
    assert bio.when_unknown_clause is not None
    assert bio.when_unknown_clause.id == "bio-2/when-unknown"
    assert bio.valid == Validity(elapsed=Period(months=6), compute_ratio=4)
    assert bio.lineage[0].from_ids == ("bio-a",)
    assert bio.decides == AllOf((role("ceo"), role("safety-lead")))


def test_burden_without_a_place_in_the_text_has_no_clause() -> None:
    """Nothing is invented where the text is silent."""
    assert framework().thresholds[1].when_unknown_clause is None


def test_earliest_of_several_triggers_counts() -> None:
    """A determination ends at the first event."""
    made = framework(("{elapsed: 6 months}", "{elapsed: 1 year}, {elapsed: 30 days}, {effective-compute: 2}"))

    assert made.thresholds[0].valid == Validity(elapsed=Period(days=30), compute_ratio=2)


def test_prongs_are_clauses_and_combine_by_their_own_names() -> None:
    """A prong is cited under its threshold's id."""
    research = framework().thresholds[1]

    assert [c.id for c in research.prong_clauses] == ["research-1/substitution", "research-1/doubling"]
    assert research.prongs == AnyOf((Ref(Atom(Kind.PRONG, "substitution")), Ref(Atom(Kind.PRONG, "doubling"))))
    assert research.decides == AtLeast(2, (role("ceo"), role("safety-lead"), role("board")))


def test_names_resolve_to_the_question_they_ask() -> None:
    """A name becomes a question of its kind, an act a quorum."""
    by_id = {rule.clause.id: rule for rule in framework().rules}

    assert by_id["bio-deployment"].require == AnyOf(
        (Ref(Atom(Kind.SAFEGUARD, "strong-guard")), Ref(Atom(Kind.INTERIM, "strong-guard")))
    )
    assert by_id["approve-first"].require == AllOf(
        (
            Quorum(Kind.APPROVED, AllOf((role("ceo"), role("safety-lead")))),
            Quorum(Kind.NOTIFIED_BEFORE, role("board")),
        )
    )
    assert by_id["research-needs-next"].condition == AllOf(
        (Ref(Atom(Kind.THRESHOLD, "research-1")), Not(Ref(Atom(Kind.QUESTION, "tools-restricted"))))
    )
    assert by_id["wait-in-the-lead"].condition == AllOf(
        (Ref(Atom(Kind.THRESHOLD, "research-1")), Ref(Atom(Kind.PEER, "in-the-lead")))
    )


def test_rule_covers_its_gate_and_what_it_names_besides() -> None:
    """`also` adds activities."""
    rule = framework().rules[0]

    assert rule.activities == (Activity.DEPLOY_EXTERNAL, Activity.DEPLOY_INTERNAL_AT_SCALE)
    assert (rule.met, rule.otherwise) == (Outcome.RESTRICT, Outcome.HOLD)


def test_safeguard_has_its_criteria_and_interim_measures() -> None:
    """Criteria and interim measures are clauses under the standard's id."""
    guard = framework().safeguards[0]

    assert [c.clause.id for c in guard.criteria] == ["strong-guard/filters", "strong-guard/access"]
    assert guard.criteria[0].indicators == Ref(Atom(Kind.INDICATOR, "jailbreak-rate"))
    assert guard.interim is not None
    assert (guard.interim.clause.id, guard.interim.at_most) == ("strong-guard/interim", Period(days=90))
    assert framework().safeguards[1].undefined


def test_bars_carry_direction_and_whether_they_count() -> None:
    """The wording of a bar is its meaning (D-2)."""
    cyber, jailbreak = framework().indicators

    assert (cyber.direction, cyber.rule_out) == (Direction.HIGH, Bar(value=Decimal("0.2"), inclusive=False))
    assert cyber.reached == Bar(value=Decimal("0.5"), inclusive=True)
    assert jailbreak.rule_out == Bar(value=Decimal("0.01"), inclusive=True)
    assert jailbreak.reached == Bar(value=Decimal("0.05"), inclusive=False)
    assert cyber.needs_interval


def test_cadence_is_a_range_even_where_it_is_one_period() -> None:
    """Shortest and longest are equal for a fixed cadence."""
    duties = {d.clause.id: d for d in framework().duties}

    assert duties["review"].every == (Period(months=6), Period(years=1))
    assert duties["report"].every == (Period(years=1), Period(years=1))
    assert duties["say-so"].every is None


def test_file_that_is_refused_tells_the_next_step() -> None:
    """The exception carries a hint besides its problems."""
    with pytest.raises(BadInput) as caught:
        parse_framework(b"x: 1", file="bad.yaml")

    assert "bad.yaml" in str(caught.value)
    assert caught.value.hint


def test_fresh_process_parses_a_file() -> None:
    """Nothing depends on what was imported before."""
    code = "import sys; from ruleout.framework import parse_framework; print(parse_framework(sys.stdin.buffer.read(), file='x').id)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], input=BASE, capture_output=True, check=True, timeout=300
    )

    assert done.stdout.strip() == b"northlight@1.0"
