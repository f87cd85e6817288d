# SPDX-License-Identifier: Apache-2.0
"""Determinations: when they count, when they are void, and what prongs and lineage make of them (D-3, D-4)."""

from datetime import date
from decimal import Decimal

import pytest
from tests.builders import TODAY, all_, any_, case, clause, determination, indicator, ref, role, threshold

from ruleout.engine.threshold import Evidence, find_threshold
from ruleout.model.case import Departure, Finding, Subject
from ruleout.model.clause import Period
from ruleout.model.evidence import Comparison, IndicatorFinding, Weight
from ruleout.model.formula import Kind
from ruleout.model.framework import DeterminedBy, Lineage, Validity
from ruleout.model.outcome import Activity
from ruleout.model.verdict import Verdict


def compared(name="i", comparison=Comparison.CLEAR, *, threshold="t", weight=Weight.LOAD_BEARING):
    return IndicatorFinding(
        indicator=indicator(name, threshold=threshold, weight=weight),
        evidence=name,
        comparison=comparison,
        alert=False,
        estimate=None,
        because=f"{comparison.value} it is",
    )


def evidence(*findings, usable=None):
    return Evidence(findings=findings, usable=usable or {}, on=TODAY)


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        (Finding.RULED_OUT, Verdict.NO),
        (Finding.CANNOT_RULE_OUT, Verdict.UNKNOWN),
        (Finding.REACHED, Verdict.YES),
        (Finding.TREATED_AS_REACHED, Verdict.YES),
    ],
)
def test_a_valid_determination_gives_its_verdict(finding, verdict):
    """Each finding has one verdict."""
    found = find_threshold(threshold(), case(determinations=(determination(finding),)), evidence())

    assert (verdict, "valid") == (found.verdict, found.determination)


def test_no_determination_is_unknown():
    """What nobody determined cannot be ruled out."""
    found = find_threshold(threshold(), case(), evidence())

    assert (Verdict.UNKNOWN, "none") == (found.verdict, found.determination)


@pytest.mark.parametrize(
    ("faulty", "reason"),
    [
        ({"by": ("cto",)}, "the framework asks for ceo"),
        ({"dated": date(2026, 5, 2)}, "dated 2026-05-02, after 2026-05-01"),
        ({"valid_until": date(2026, 4, 30)}, "expired on 2026-05-01"),
        ({"dated": date(2025, 10, 31)}, "6 months after 2025-10-31"),
        ({"relies_on": (("log", ""),)}, "evidence 'log' is missing"),
        ({"relies_on": (("kept", "ff" * 32),)}, "evidence 'kept' has changed"),
        ({"effective_compute": Decimal(1)}, "4x or more"),
    ],
)
def test_a_faulty_determination_is_void_and_unknown(faulty, reason):
    """A void determination leaves the threshold UNKNOWN and says why; the rule is never skipped."""
    rules = threshold(valid=Validity(elapsed=Period(months=6), compute_ratio=4))
    subject = Subject(
        developer="Demo",
        model="demo-1",
        model_digest="",
        activity=Activity.TRAIN,
        scope="all",
        effective_compute=Decimal(4),
    )
    made = case(determinations=(determination(**faulty),), subject=subject)
    found = find_threshold(rules, made, evidence(usable={"kept": "ab" * 32}))

    assert (Verdict.UNKNOWN, "void") == (found.verdict, found.determination)
    assert any(reason in fault for fault in found.void_because), found.void_because


def test_all_faults_are_told_at_once():
    """A determination with three faults lists three."""
    made = determination(by=("cto",), valid_until=date(2026, 4, 2), relies_on=(("gone", ""),))
    found = find_threshold(threshold(), case(determinations=(made,)), evidence())

    assert len(found.void_because) == 3


def test_the_last_valid_day_counts():
    """Valid until today still counts today."""
    made = determination(valid_until=TODAY)
    found = find_threshold(threshold(), case(determinations=(made,)), evidence())

    assert found.verdict is Verdict.NO


@pytest.mark.parametrize("comparison", [Comparison.INCONCLUSIVE, Comparison.CROSSED])
@pytest.mark.parametrize(
    ("departures", "status"),
    [
        ((), "void"),
        ((Departure(indicator="i", rationale="  "),), "void"),
        ((Departure(indicator="other", rationale="a good one"),), "void"),
        ((Departure(indicator="i", rationale="a good one"),), "valid"),
    ],
)
def test_ruling_out_against_an_indicator_needs_a_named_departure_with_a_rationale(comparison, departures, status):
    """0.604 against 0.6: named and argued it stands, otherwise it is void."""
    made = determination(Finding.RULED_OUT, departures=departures)
    found = find_threshold(threshold(), case(determinations=(made,)), evidence(compared(comparison=comparison)))

    assert status == found.determination
    assert [d.indicator for d in found.departures] == ["i"]


def test_being_stricter_than_an_indicator_is_no_departure():
    """A clear indicator does not force anyone to rule out: 2.53 under 2.8 and still not ruled out."""
    made = determination(Finding.CANNOT_RULE_OUT)
    found = find_threshold(threshold(), case(determinations=(made,)), evidence(compared()))

    assert ("valid", ()) == (found.determination, found.departures)


def test_cannot_rule_out_departs_from_a_crossed_indicator():
    """Short of *reached* where a load-bearing indicator is crossed is a departure too."""
    made = determination(Finding.CANNOT_RULE_OUT)
    found = find_threshold(threshold(), case(determinations=(made,)), evidence(compared(comparison=Comparison.CROSSED)))

    assert "void" == found.determination


@pytest.mark.parametrize("weight", [Weight.SUPPORTING, Weight.SATURATED])
def test_only_load_bearing_indicators_bind(weight):
    """A saturated or supporting evaluation constrains nobody."""
    finding = compared(comparison=Comparison.CROSSED, weight=weight)
    found = find_threshold(threshold(), case(determinations=(determination(),)), evidence(finding))

    assert "valid" == found.determination


def test_indicators_of_another_threshold_do_not_bind():
    """Departures are judged against the threshold's own indicators."""
    finding = compared(comparison=Comparison.CROSSED, threshold="u")
    found = find_threshold(threshold(), case(determinations=(determination(),)), evidence(finding))

    assert "valid" == found.determination


def test_a_threshold_determined_by_determination_alone_is_not_bound_by_indicators():
    """Where the framework lets the determination decide, a crossed indicator is shown but does not void it."""
    alone = threshold(by=DeterminedBy.DETERMINATION)
    found = find_threshold(
        alone, case(determinations=(determination(),)), evidence(compared(comparison=Comparison.CROSSED))
    )

    assert "valid" == found.determination


def test_two_determinations_about_the_same_threshold_are_void():
    """Nobody chooses between two statements for the developer."""
    found = find_threshold(
        threshold(), case(determinations=(determination(), determination(Finding.REACHED))), evidence()
    )

    assert "void" == found.determination


def pronged():
    prongs = any_(ref(Kind.PRONG, "one"), all_(ref(Kind.PRONG, "two-a"), ref(Kind.PRONG, "two-b")))
    clauses = tuple(clause(f"t/{name}") for name in ("one", "two-a", "two-b"))
    return threshold(prongs=prongs, prong_clauses=clauses)


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ({"one": Finding.RULED_OUT, "two-a": Finding.RULED_OUT}, Verdict.NO),
        ({"one": Finding.RULED_OUT}, Verdict.UNKNOWN),
        ({"one": Finding.REACHED}, Verdict.YES),
        ({"one": Finding.RULED_OUT, "two-a": Finding.REACHED, "two-b": Finding.REACHED}, Verdict.YES),
        ({"one": Finding.RULED_OUT, "two-a": Finding.REACHED, "two-b": Finding.CANNOT_RULE_OUT}, Verdict.UNKNOWN),
    ],
)
def test_prongs_combine_as_the_framework_says(findings, verdict):
    """One or (two-a and two-b); a prong nobody determined is UNKNOWN."""
    made = tuple(determination(f, prong=p) for p, f in findings.items())
    found = find_threshold(pronged(), case(determinations=made), evidence())

    assert verdict is found.verdict


def test_a_whole_determination_cannot_be_milder_than_its_prongs():
    """Ruled out as a whole while a prong is reached is void."""
    made = (determination(Finding.RULED_OUT), determination(Finding.REACHED, prong="one"))
    found = find_threshold(pronged(), case(determinations=made), evidence())

    assert "void" == found.determination
    assert "its prongs together are reached" in found.because


def test_an_unknown_prong_name_is_void():
    """A prong the framework does not have voids the determination."""
    found = find_threshold(pronged(), case(determinations=(determination(prong="three"),)), evidence())

    assert "void" == found.determination


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        (Comparison.CLEAR, Comparison.CLEAR, Verdict.NO),
        (Comparison.CROSSED, Comparison.CROSSED, Verdict.YES),
        (Comparison.CROSSED, Comparison.CLEAR, Verdict.NO),
        (Comparison.CROSSED, Comparison.INCONCLUSIVE, Verdict.UNKNOWN),
    ],
)
def test_a_threshold_determined_by_indicators_follows_their_formula(left, right, verdict):
    """Reached when both are crossed: one clear indicator rules it out."""
    both = all_(ref(Kind.INDICATOR, "a"), ref(Kind.INDICATOR, "b"))
    by_numbers = threshold(by=DeterminedBy.INDICATORS, indicators=both)
    found = find_threshold(by_numbers, case(), evidence(compared("a", left), compared("b", right)))

    assert (verdict, "not needed") == (found.verdict, found.determination)


def inheriting(*carries):
    line = Lineage(from_ids=("old",), versions=("1.0",), carries=carries, because="the old bar was lower")
    return threshold(lineage=(line,))


def test_lineage_carries_what_the_framework_argues_it_carries():
    """Ruled out under the old, lower bar is ruled out here."""
    made = determination(threshold="old")
    found = find_threshold(inheriting("ruled-out"), case(determinations=(made,)), evidence())

    assert (Verdict.NO, "old") == (found.verdict, found.carried_from)


def test_lineage_carries_nothing_else():
    """Reached under the old bar says nothing certain here."""
    made = determination(Finding.REACHED, threshold="old")
    found = find_threshold(inheriting("ruled-out"), case(determinations=(made,)), evidence())

    assert (Verdict.UNKNOWN, "none") == (found.verdict, found.determination)


@pytest.mark.parametrize(("carries", "verdict"), [("reached", Verdict.YES), ("ruled-out", Verdict.UNKNOWN)])
def test_what_is_treated_as_reached_is_carried_where_reached_is(carries, verdict):
    """A precaution taken under an earlier version goes on, also beside a half that was found reached."""
    line = Lineage(from_ids=("a", "b"), versions=("1.0",), carries=(carries,), because="they are its halves")
    made = (determination(Finding.TREATED_AS_REACHED, threshold="a"), determination(Finding.REACHED, threshold="b"))
    found = find_threshold(threshold(lineage=(line,)), case(determinations=made), evidence())

    assert found.verdict is verdict


@pytest.mark.parametrize("combine", [None, any_, all_])
def test_a_finding_that_its_own_prongs_contradict_is_not_carried(combine):
    """One of two prongs reached: ruled out as a whole is carried only where the prongs are known, and both are needed."""
    line = Lineage(from_ids=("old",), versions=("1.0",), carries=("ruled-out",), because="the same bar")
    known = combine is not None and {
        "prong_clauses": (clause("t/one"), clause("t/two")),
        "prongs": combine(ref(Kind.PRONG, "one"), ref(Kind.PRONG, "two")),
    }
    made = (
        determination(threshold="old"),
        determination(Finding.REACHED, threshold="old", prong="one"),
        determination(threshold="old", prong="two"),
    )
    found = find_threshold(threshold(lineage=(line,), **(known or {})), case(determinations=made), evidence())

    assert (found.verdict, found.determination) == (
        (Verdict.NO, "valid") if combine is all_ else (Verdict.UNKNOWN, "void")
    )


@pytest.mark.parametrize(
    "prongs",
    [
        (determination(Finding.REACHED, threshold="old", prong="one"), determination(threshold="old", prong="one")),
        (
            determination(Finding.REACHED, threshold="old", prong="one"),
            determination(threshold="old", prong="two", by=()),
        ),
    ],
    ids=["said-twice", "said-by-nobody"],
)
def test_a_prong_that_does_not_count_takes_back_nothing_that_another_one_says(prongs):
    """Found reached, and ruled out beside it by a statement that voids the whole under its own id: not carried either."""
    line = Lineage(from_ids=("old",), versions=("1.0",), carries=("ruled-out",), because="the same bar")
    both = all_(ref(Kind.PRONG, "one"), ref(Kind.PRONG, "two"))
    here = threshold(lineage=(line,), prongs=both, prong_clauses=(clause("t/one"), clause("t/two")))
    found = find_threshold(here, case(determinations=(determination(threshold="old"), *prongs)), evidence())

    assert (found.verdict, found.determination) == (Verdict.UNKNOWN, "void")


def test_what_is_noted_of_a_determination_is_noted_where_it_is_carried():
    """An unchecked trigger, an upper bound and a precaution are told under the new id as under the old one."""
    line = Lineage(from_ids=("old",), versions=("1.0",), carries=("reached",), because="the same bar")
    made = determination(Finding.TREATED_AS_REACHED, threshold="old", bounded_by="model-9")
    found = find_threshold(
        threshold(lineage=(line,), valid=Validity(compute_ratio=4)), case(determinations=(made,)), evidence()
    )

    assert [note.partition(":")[0] for note in found.notes] == [
        "treated as reached by the determination itself, as a precaution",
        "bounded by model-9, argued in its grounds",
        "effective compute is not stated",
    ]


def test_a_void_determination_is_not_carried():
    """A departure without rationale under the old id voids it here as well."""
    made = determination(threshold="old")
    finding = compared(comparison=Comparison.CROSSED, threshold="old")
    found = find_threshold(inheriting("ruled-out"), case(determinations=(made,)), evidence(finding))

    assert (Verdict.UNKNOWN, "void") == (found.verdict, found.determination)


@pytest.mark.parametrize("comparison", [Comparison.CROSSED, Comparison.INCONCLUSIVE])
def test_a_carried_determination_answers_to_the_indicators_of_the_threshold_it_is_carried_to(comparison):
    """Writing it under the old id does not get round what this version measures; naming and arguing it does."""
    made = determination(threshold="old")
    argued = determination(threshold="old", departures=(Departure(indicator="i", rationale="a defect of the task"),))
    unnamed, named = (
        find_threshold(inheriting("ruled-out"), case(determinations=(d,)), evidence(compared(comparison=comparison)))
        for d in (made, argued)
    )

    assert (Verdict.UNKNOWN, "void") == (unnamed.verdict, unnamed.determination)
    assert (Verdict.NO, ["i"]) == (named.verdict, [shown.indicator for shown in named.departures])


@pytest.mark.parametrize("turned", [False, True])
def test_of_several_lines_the_most_cautious_finding_is_carried(turned):
    """One half ruled out and the other reached: the line for the other half speaks, wherever it stands."""
    both = Lineage(from_ids=("a", "b"), versions=("1.0",), carries=("ruled-out",), because="they are its halves")
    lines = (both, *(Lineage(from_ids=(x,), versions=("1.0",), carries=("reached",), because="a half") for x in "ab"))
    made = case(determinations=(determination(threshold="a"), determination(Finding.REACHED, threshold="b")))
    found = find_threshold(threshold(lineage=lines[::-1] if turned else lines), made, evidence())

    assert (Verdict.YES, "b") == (found.verdict, found.carried_from)


def test_a_ruled_out_finding_is_carried_beside_lines_that_carry_only_concern():
    """Both halves are ruled out, so the lines that carry what is reached say nothing against it."""
    both = Lineage(from_ids=("a", "b"), versions=("1.0",), carries=("ruled-out",), because="they are its halves")
    lines = (both, *(Lineage(from_ids=(x,), versions=("1.0",), carries=("reached",), because="a half") for x in "ab"))
    made = case(determinations=(determination(threshold="a"), determination(threshold="b")))
    found = find_threshold(threshold(lineage=lines), made, evidence())

    assert (Verdict.NO, "a and b") == (found.verdict, found.carried_from)


def test_an_own_determination_comes_before_a_carried_one():
    """Lineage is looked at only where the case says nothing of the threshold itself."""
    made = (determination(threshold="old"), determination(Finding.REACHED))
    found = find_threshold(inheriting("ruled-out"), case(determinations=made), evidence())

    assert (Verdict.YES, "") == (found.verdict, found.carried_from)


def test_an_upper_bound_and_an_unchecked_trigger_are_noted():
    """A bound by a more capable model and an unchecked compute trigger are told beside the verdict."""
    made = determination(bounded_by="demo-2")
    rules = threshold(valid=Validity(compute_ratio=4), decides=role("ceo"))
    found = find_threshold(rules, case(determinations=(made,)), evidence())

    assert any("demo-2" in note for note in found.notes)
    assert any("4x trigger was not checked" in note for note in found.notes)
