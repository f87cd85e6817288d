# SPDX-License-Identifier: Apache-2.0
"""Comparing clauses of two versions: what is retained by itself, what is coded, what a coding contradicts (D-15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.builders import (
    all_,
    any_,
    argument,
    clause,
    framework,
    indicator,
    met,
    permits_lowering,
    reached,
    ref,
    role,
    rule,
    safeguard,
    threshold,
)

pytest.importorskip("z3", reason="the solver is not installed")

from ruleout.analysis.compare.clauses import compare_clauses
from ruleout.analysis.compare.joint import Step
from ruleout.analysis.compare.result import ClauseChange, Direction
from ruleout.model.clause import Period
from ruleout.model.evidence import Weight
from ruleout.model.formula import Kind, Not, Quorum
from ruleout.model.framework import Change, Criterion, DeterminedBy, Duty, Framework, FrameworkId, Judgement, Validity
from ruleout.model.mapping import Announced, ChangeKind, ClauseRow, Dimension, VersionMapping, turned_round
from ruleout.model.outcome import Activity, BurdenOfProof, Force, Outcome

GUARDED = rule("guarded", condition=reached(), require=met(), met=Outcome.RESTRICT)
LOG = (Change(clause="guarded", kind="changed", says="Something about it."),)
QUIET = ("t", "t/when-unknown", "s", "s/interim")


def version(number: str, *rules, **more) -> Framework:
    return replace(framework(*rules, **more), id=FrameworkId(name="demo", version=number))


def row(
    old: tuple[str, ...], new: tuple[str, ...], change: ChangeKind, announced: Announced = Announced.SILENT
) -> ClauseRow:
    return ClauseRow(
        old=old,
        new=new,
        change=change,
        dimensions=(Dimension.CONSEQUENCE,),
        says="It changed.",
        announced=announced,
        because="Nothing names it.",
    )


def changes(old: Framework, new: Framework, *rows: ClauseRow) -> tuple[ClauseChange, ...]:
    return compare_clauses(Step(old, new, VersionMapping(correspondences=(), rows=rows)))


def duty(name: str, **more: object) -> Duty:
    fields: dict[str, object] = {
        "clause": clause(name),
        "by": (),
        "to": (),
        "on": (),
        "condition": None,
        "event": "",
        "within": None,
        "every": None,
    }
    return Duty(**{**fields, **more})  # type: ignore[arg-type]


def only_field(old: Framework, new: Framework, change: ChangeKind | None = None) -> tuple[str, str, str, Direction]:
    """The one datum that differs between two versions, not coded."""
    (found,) = [c for c in changes(old, new) if c.change is change]
    (field,) = found.fields
    return field.field, field.was, field.now, field.direction


def test_a_clause_with_equal_words_force_and_data_is_retained_by_itself():
    """Nobody has to code what did not change; a moved section is no change."""
    moved = replace(GUARDED, clause=replace(GUARDED.clause, section="9", anchor="ab" * 32, note="moved"))

    found = changes(version("1", GUARDED), version("2", moved))

    assert {c.change for c in found} == {ChangeKind.RETAINED}
    assert [c.old[0].id for c in found] == [*QUIET, "guarded"]


def test_a_clause_whose_words_differ_without_a_row_is_changed_and_not_coded():
    """A silent rewording is shown with both texts."""
    reworded = replace(GUARDED, clause=replace(GUARDED.clause, says="something else"))

    (found,) = [c for c in changes(version("1", GUARDED), version("2", reworded)) if c.change is None]

    assert (found.coded, found.fields) == (False, ())
    assert (found.old[0].says, found.new[0].says) == ("what guarded says", "something else")


def test_what_only_one_version_has_is_removed_or_added_and_not_coded():
    """Ids in one version only are told without a row, and marked."""
    other = rule("other", condition=reached())

    found = changes(version("1", GUARDED), version("2", other))

    told = [(c.change, c.coded, [x.id for x in (*c.old, *c.new)]) for c in found if c.change is not ChangeKind.RETAINED]
    assert told == [(ChangeKind.REMOVED, False, ["guarded"]), (ChangeKind.ADDED, False, ["other"])]


def test_parts_of_what_went_as_a_whole_are_not_told_apart():
    """A standard that is gone took its criteria and interim measures with it."""
    criterion = Criterion(clause=clause("x/filters"), indicators=None)
    old = version("1", GUARDED, safeguards=(safeguard(), safeguard("x", criteria=(criterion,))))

    found = changes(old, version("2", GUARDED))

    assert [[x.id for x in c.old] for c in found if c.change is ChangeKind.REMOVED] == [["x"]]


def test_a_row_covers_its_clauses_and_their_parts():
    """One row for a standard tells of its criteria too; what went and what came there is listed in it."""
    before = Criterion(clause=clause("s/filters"), indicators=None)
    after = Criterion(clause=clause("s/logs"), indicators=None)
    old = version("1", GUARDED, safeguards=(safeguard(criteria=(before,)),))
    new = version("2", GUARDED, safeguards=(safeguard(criteria=(after,)),))

    found = changes(old, new, row(("s",), ("s",), ChangeKind.WEAKENED))

    (coded,) = [c for c in found if c.coded]
    assert [(f.clause, f.direction) for f in coded.fields] == [
        ("s/filters", Direction.LOOSER),
        ("s/logs", Direction.STRICTER),
    ]
    assert [c for c in found if not c.coded and c.change is not ChangeKind.RETAINED] == []


def test_a_part_with_a_row_of_its_own_is_told_there():
    """The row of the whole then leaves it out."""
    before = Criterion(clause=clause("s/filters"), indicators=None)
    old = version("1", GUARDED, safeguards=(safeguard(criteria=(before,)),))
    rows = (row(("s",), ("s",), ChangeKind.WEAKENED), row(("s/filters",), (), ChangeKind.REMOVED))

    found = changes(old, version("2", GUARDED), *rows)

    assert [(c.change, len(c.fields)) for c in found if c.coded] == [(ChangeKind.WEAKENED, 0), (ChangeKind.REMOVED, 0)]


# --- data, field by field ---------------------------------------------------------------------------------------------

YEAR, MONTHS = Period(years=1), Period(months=6)
RULES = [
    ({"otherwise": Outcome.STOP}, ("otherwise", "hold", "stop", Direction.STRICTER)),
    ({"otherwise": Outcome.RESTRICT}, ("otherwise", "hold", "restrict", Direction.LOOSER)),
    ({"met": Outcome.PROCEED}, ("with", "restrict", "proceed", Direction.LOOSER)),
    (
        {"activities": (Activity.DEPLOY_EXTERNAL, Activity.TRAIN)},
        ("activities", "deploy-external", "deploy-external, train", Direction.STRICTER),
    ),
    ({"condition": None}, ("if", "t", "none", Direction.STRICTER)),
    ({"condition": all_(reached(), met("x"))}, ("if", "t", "t and x", Direction.LOOSER)),
    ({"condition": any_(reached(), met("x"))}, ("if", "t", "t or x", Direction.STRICTER)),
    ({"condition": met("x")}, ("if", "t", "x", Direction.UNCLEAR)),
    ({"require": any_(met(), met("x"))}, ("require", "s", "s or x", Direction.LOOSER)),
    ({"require": None}, ("require", "s", "none", Direction.STRICTER)),
    ({"conditions": ("logs are kept",)}, ("conditions", "none", "logs are kept", Direction.UNCLEAR)),
]


@pytest.mark.parametrize(("given", "field"), RULES, ids=[field[2] for _, field in RULES])
def test_a_rule_is_compared_field_by_field(given, field):
    """Outcomes, activities and formulas say by themselves whether they ask more; words do not."""
    assert only_field(version("1", GUARDED), version("2", replace(GUARDED, **given))) == field


def test_a_formula_written_differently_is_no_change():
    """Two formulas are the same if neither can hold without the other."""
    twice = replace(GUARDED, condition=any_(reached(), all_(reached(), met("x"))))

    assert {c.change for c in changes(version("1", GUARDED), version("2", twice))} == {ChangeKind.RETAINED}


X, NOT_X = met("x"), Not(met("x"))
WITHOUT = [
    ("condition", any_(reached(), all_(X, NOT_X)), Direction.LOOSER),
    ("condition", all_(reached(), any_(X, NOT_X)), Direction.UNCLEAR),
    ("require", all_(met(), any_(X, NOT_X)), Direction.LOOSER),
    ("require", any_(met(), all_(X, NOT_X)), Direction.UNCLEAR),
]


@pytest.mark.parametrize(("part", "formula", "direction"), WITHOUT)
def test_a_part_that_nothing_but_an_unknown_answer_decides_is_a_change_all_the_same(part, formula, direction):
    """While x is not known, a condition of this *or x and not x* applies, and *and x or not x* is not met (D-8)."""
    old = replace(GUARDED, **{part: formula})

    assert only_field(version("1", old), version("2", GUARDED))[3] is direction


LENGTHS = [
    (Period(months=1), Period(days=30), Direction.UNCLEAR),
    (Period(days=182), Period(months=6), Direction.UNCLEAR),
    (Period(months=3), Period(days=88), Direction.STRICTER),
    (Period(months=3), Period(days=93), Direction.LOOSER),
    (Period(days=365), YEAR, Direction.LOOSER),
]


@pytest.mark.parametrize(("before", "after", "direction"), LENGTHS)
def test_a_length_in_other_units_asks_more_only_if_it_never_ends_later(before, after, direction):
    """Thirty days end before a month in March and after it in February."""
    old, new = (version(v, GUARDED, duties=(duty("d", within=p),)) for v, p in (("1", before), ("2", after)))

    assert only_field(old, new)[3] is direction


def test_one_length_told_in_other_units_asks_neither_more_nor_less():
    """Twelve months are a year."""
    old, new = (version(v, GUARDED, duties=(duty("d", within=p),)) for v, p in (("1", YEAR), ("2", Period(months=12))))

    assert only_field(old, new) == ("within", "1 year", "12 months", Direction.UNCLEAR)


def test_a_force_that_fell_is_looser():
    """From a binding rule to a plan."""
    planned = replace(GUARDED, clause=clause("guarded", force=Force.PLAN))

    assert only_field(version("1", GUARDED), version("2", planned)) == ("force", "binding", "plan", Direction.LOOSER)


THRESHOLDS = [
    ({"burden": BurdenOfProof.UNSTATED}, ("when-unknown", "reached", "unstated", Direction.LOOSER)),
    ({"decides": all_(role("ceo"), role("rso"))}, ("decides", "ceo", "ceo and rso", Direction.STRICTER)),
    ({"valid": Validity(elapsed=MONTHS)}, ("valid: elapsed", "none", "6 months", Direction.STRICTER)),
    ({"valid": Validity(compute_ratio=4)}, ("valid: effective-compute", "none", "4", Direction.STRICTER)),
    (
        {"by": DeterminedBy.DETERMINATION},
        ("determined-by", "both", "determination", Direction.LOOSER),
    ),
    ({"domain": "cyber"}, ("domain", "cbrn", "cyber", Direction.UNCLEAR)),
    ({"burden": BurdenOfProof.HOLD}, ("when-unknown", "reached", "hold", Direction.STRICTER)),
]


@pytest.mark.parametrize(("given", "field"), THRESHOLDS, ids=[field[0] for _, field in THRESHOLDS])
def test_a_threshold_is_compared_field_by_field(given, field):
    """Burden of proof, quorum and validity."""
    assert only_field(version("1", GUARDED), version("2", GUARDED, thresholds=(threshold(**given),))) == field


def test_who_decides_is_a_demand_that_can_go():
    """Where no role is named, anybody may state it (D-3)."""
    anybody = version("2", GUARDED, thresholds=(replace(threshold(), decides=None),))

    assert only_field(version("1", GUARDED), anybody) == ("decides", "ceo", "none", Direction.LOOSER)


ONE, TWO, THREE = (ref(Kind.INDICATOR, name) for name in ("one", "two", "three"))
MEASURED = [
    (any_(ONE, TWO), Direction.STRICTER),
    (all_(ONE, TWO), Direction.LOOSER),
    (Not(Not(ONE)), None),
]


@pytest.mark.parametrize(("formula", "direction"), MEASURED)
def test_what_indicators_must_say_is_compared_by_meaning(formula, direction):
    """A threshold that either indicator reaches asks more than one that both must, a criterion that either meets asks less."""

    def threshold_of(wanted):
        return {"thresholds": (threshold(by=DeterminedBy.INDICATORS, indicators=wanted),)}

    def criterion_of(wanted):
        return {"safeguards": (safeguard(criteria=(Criterion(clause=clause("s/c"), indicators=wanted),)),)}

    turned = {Direction.STRICTER: Direction.LOOSER, Direction.LOOSER: Direction.STRICTER}
    for made, expected in ((threshold_of, direction), (criterion_of, turned.get(direction))):
        found = changes(version("1", GUARDED, **made(ONE)), version("2", GUARDED, **made(formula)))
        assert [field.direction for one in found for field in one.fields] == ([expected] if expected else [])


LEVELS = [
    (any_(ONE, all_(ONE, TWO)), ONE, Direction.LOOSER),
    (ONE, any_(ONE, all_(ONE, TWO)), Direction.STRICTER),
    (all_(ONE, TWO, THREE), all_(ONE, all_(TWO, THREE)), Direction.UNCLEAR),
    (all_(ONE, TWO), ONE, Direction.UNCLEAR),
    (all_(ONE, all_(TWO, THREE)), all_(all_(THREE, TWO), ONE), None),
]


@pytest.mark.parametrize(("before", "after", "direction"), LEVELS)
def test_a_formula_under_which_an_indicator_speaks_at_another_level_is_another(before, after, direction):
    """Where any of k may rule out, each has a k-th of its level (S-1): one that then stands alone asks less of it."""
    old, new = (
        version(number, GUARDED, thresholds=(threshold(by=DeterminedBy.INDICATORS, indicators=wanted),))
        for number, wanted in (("1", before), ("2", after))
    )

    found = [field.direction for one in changes(old, new) for field in one.fields]
    assert found == ([direction] if direction else [])


def test_the_condition_of_a_peer_clause_written_differently_is_no_change():
    """Its parts may stand in any order; whether another one asks more, the states say."""
    facts = [ref(Kind.PEER, name) for name in ("p", "q")]
    clauses = [
        permits_lowering("fn", when=all_(*parts), lowers=("guarded",)) for parts in (facts, facts[::-1], facts[:1])
    ]
    one, two, three = (version(v, GUARDED, peer_clauses=(c,)) for v, c in zip("123", clauses, strict=True))

    assert {c.change for c in changes(one, two)} == {ChangeKind.RETAINED}
    assert only_field(one, three) == ("when", "p and q", "p", Direction.UNCLEAR)


DUTIES = [
    ({"every": (MONTHS, MONTHS)}, {"every": (YEAR, YEAR)}, ("every", "6 months", "1 year", Direction.LOOSER)),
    (
        {"every": (MONTHS, YEAR)},
        {"every": (MONTHS, MONTHS)},
        ("every", "6 months to 1 year", "6 months", Direction.STRICTER),
    ),
    ({"every": (YEAR, YEAR)}, {}, ("every", "1 year", "none", Direction.LOOSER)),
    ({"within": Period(days=30)}, {"within": Period(days=7)}, ("within", "30 days", "7 days", Direction.STRICTER)),
    ({}, {"to": ("public",)}, ("to", "none", "public", Direction.UNCLEAR)),
]


@pytest.mark.parametrize(("before", "after", "field"), DUTIES, ids=[field[2] for _, _, field in DUTIES])
def test_a_duty_is_compared_field_by_field(before, after, field):
    """The longest permitted interval of a cadence counts, and a nearer limit is stricter."""
    old, new = (version(v, GUARDED, duties=(duty("d", **more),)) for v, more in (("1", before), ("2", after)))

    assert only_field(old, new) == field


def test_a_yearly_re_approval_that_fell_away_is_looser():
    """A standard that need not be approved anew asks less."""
    old = version("1", GUARDED, safeguards=(safeguard(re_approve=YEAR),))

    assert only_field(old, version("2", GUARDED)) == ("re-approve", "1 year", "none", Direction.LOOSER)


@pytest.mark.parametrize("more", [{"safeguards": (safeguard("x"),)}, {"arguments": (argument("x"),)}])
def test_a_standard_or_an_argument_that_was_left_to_judgement_is_looser(more):
    """Nothing is asked of it any more."""
    old, new = version("1", GUARDED, **more), version("2", GUARDED, judgements=(Judgement(clause=clause("x")),))

    (found,) = [c for c in changes(old, new) if c.new and c.new[0].id == "x"]
    assert [(f.field, f.direction) for f in found.fields] == [("kind", Direction.LOOSER)]


def test_a_rule_that_was_left_to_judgement_is_looser():
    """What nobody can decide mechanically any more asks less of the machine, and is shown as such."""
    found = changes(
        version("1", GUARDED),
        version("2", judgements=(Judgement(clause=GUARDED.clause),)),
        row(("guarded",), ("guarded",), ChangeKind.WEAKENED),
    )

    (coded,) = [c for c in found if c.coded]
    assert [(f.field, f.was, f.now, f.direction) for f in coded.fields] == [
        ("kind", "rule", "left to judgement", Direction.LOOSER)
    ]


# --- contradictions ---------------------------------------------------------------------------------------------------

LOOSER = replace(GUARDED, otherwise=Outcome.RESTRICT)
STRICTER = replace(GUARDED, otherwise=Outcome.STOP)


def contradictions(new: Framework, given: ClauseRow) -> tuple[str, ...]:
    (coded,) = [c for c in changes(version("1", GUARDED), new, given) if c.coded]
    return coded.contradictions


@pytest.mark.parametrize(
    ("change", "new", "told"),
    [
        (ChangeKind.STRENGTHENED, LOOSER, "coded as strengthened, but guarded otherwise: hold → restrict is looser"),
        (ChangeKind.WEAKENED, STRICTER, "coded as weakened, but guarded otherwise: hold → stop is stricter"),
        (ChangeKind.RETAINED, LOOSER, "coded as retained, but guarded otherwise: hold → restrict is looser"),
        (ChangeKind.RELOCATED, STRICTER, "coded as relocated, but guarded otherwise: hold → stop is stricter"),
        (ChangeKind.WEAKENED, LOOSER, None),
        (ChangeKind.STRENGTHENED, STRICTER, None),
        (ChangeKind.WEAKENED, replace(LOOSER, condition=None), None),
        (ChangeKind.RETAINED, GUARDED, None),
    ],
)
def test_a_coding_against_what_was_computed_is_contradicted(change, new, told):
    """A row may weigh several changes against each other, but not call stricter what is looser in every respect."""
    found = contradictions(version("2", new), row(("guarded",), ("guarded",), change))

    assert found == (() if told is None else (told,))


def test_a_removal_of_what_is_still_there_is_contradicted():
    """The id lives on, so either the row or the id is wrong."""
    told = contradictions(version("2", GUARDED), row(("guarded",), (), ChangeKind.REMOVED))

    assert told == ("coded as removed, but guarded is still there",)


def test_an_announcement_without_a_changelog_is_contradicted():
    """What no changelog lists was not announced in it."""
    given = row(("guarded",), ("guarded",), ChangeKind.WEAKENED, Announced.ANNOUNCED)

    assert contradictions(version("2", LOOSER), given) == (
        "coded as announced, but the newer version's file lists no changelog",
    )
    assert contradictions(version("2", LOOSER, changelog=LOG), given) == ()


def test_a_mapping_turned_round_turns_its_codings_round():
    """Read from the newer version to the older one, a removal is an addition, and nothing was announced."""
    rows = (row(("guarded",), (), ChangeKind.REMOVED, Announced.PARTLY),)
    back = turned_round(VersionMapping(correspondences=(), rows=rows)).rows

    (coded,) = [c for c in changes(version("2", effective=date(2026, 2, 1)), version("1", GUARDED), *back) if c.coded]

    assert (coded.change, [x.id for x in coded.new], coded.announced) == (ChangeKind.ADDED, ["guarded"], None)
    assert coded.contradictions == ()


def test_a_quorum_that_asks_fewer_is_looser():
    """Approvals are formulas like any other."""
    whole, part = (Quorum(Kind.APPROVED, who) for who in (all_(role("ceo"), role("rso")), role("ceo")))
    old, new = (version(v, replace(GUARDED, require=q)) for v, q in (("1", whole), ("2", part)))

    field = only_field(old, new)

    assert field[:3] == ("require", "approved ceo and rso", "approved ceo")
    assert field[3] is Direction.LOOSER


WEIGHTS = [
    (Weight.SATURATED, Weight.SUPPORTING, Direction.LOOSER),
    (Weight.SUPPORTING, Weight.SATURATED, Direction.STRICTER),
    (Weight.LOAD_BEARING, Weight.SATURATED, Direction.LOOSER),
    (Weight.SATURATED, Weight.LOAD_BEARING, Direction.UNCLEAR),
    (Weight.SUPPORTING, Weight.LOAD_BEARING, Direction.STRICTER),
]


@pytest.mark.parametrize(("before", "after", "direction"), WEIGHTS)
def test_an_indicator_that_is_saturated_no_more_can_rule_out_again(before, after, direction):
    """A saturated one clears nothing (D-2); a load-bearing one holds a determination to what it says (D-3)."""
    old, new = (
        version(number, GUARDED, indicators=(indicator(weight=weight),))
        for number, weight in (("1", before), ("2", after))
    )

    assert only_field(old, new)[-1] is direction
