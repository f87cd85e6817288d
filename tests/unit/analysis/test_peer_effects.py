# SPDX-License-Identifier: Apache-2.0
"""What facts about peers may and may not change for a case: told from the clauses, and tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests import builders as b

from ruleout.analysis.peer_effects import PeerEffects, peer_effects
from ruleout.model.case import Finding, Record
from ruleout.model.evidence import Source
from ruleout.model.formula import Kind
from ruleout.model.framework import Framework, Grade, PeerClause, PeerKind, Quantifier
from ruleout.model.landscape import LandscapeFact, Topic
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict

GUARDED = b.rule("guarded", condition=b.reached(), require=b.met(), met=Outcome.RESTRICT)


def fact(**more: object) -> LandscapeFact:
    fields: dict[str, object] = {
        "id": "zenith",
        "developer": "Zenith",
        "model": "",
        "topic": Topic.CAPABILITY,
        "about": "level",
        "says": "Zenith passed.",
        "holds": Verdict.YES,
        "covers": Quantifier.ANOTHER,
        "grade": Grade.CLEAR,
        "as_of": date(2026, 4, 1),
        "valid_until": None,
        "second_hand": False,
        "contested": "",
        "answers": ("p",),
        "source": Source(title="Card", url="https://zenith.example"),
        "note": "",
    }
    return LandscapeFact(**{**fields, **more})  # type: ignore[arg-type]


def clause(kind: PeerKind, **more: object) -> PeerClause:
    return replace(b.permits_lowering("pc", when=b.ref(Kind.PEER, "p"), lowers=()), kind=kind, **more)  # type: ignore[arg-type]


def permissive(*more_rules: object, **more: object) -> Framework:
    fn = b.permits_lowering("fn", when=b.ref(Kind.PEER, "p"), lowers=("guarded",))
    return b.framework(GUARDED, *more_rules, peer_clauses=(fn,), peer_questions=(b.peer_question(),), **more)  # type: ignore[arg-type]


def effects(framework: Framework, *facts: LandscapeFact, invokes: tuple[str, ...] = ()) -> PeerEffects:
    case = b.case(record=Record.PUBLIC, determinations=(b.determination(Finding.REACHED),), invokes=invokes)
    return peer_effects(framework, case, facts, activity=Activity.DEPLOY_EXTERNAL, at=b.AT)


def test_what_the_cases_own_developer_did_is_no_fact_about_another() -> None:
    """A landscape tells of everybody; of its own earlier release a developer's case makes nothing."""
    own = effects(permissive(), fact(developer="DEMO"), invokes=("fn",))
    other = effects(permissive(), fact(), invokes=("fn",))

    assert (Outcome.HOLD, Outcome.RESTRICT) == (own.with_landscape, other.with_landscape)
    assert "is about the developer whose case this is" in own.questions[0].facts[0].because


def test_a_permissive_clause_lowers_only_what_it_names_and_only_if_all_is_known() -> None:
    """Hold as stated; restrict at most; the facts at hand do nothing while the clause is not invoked."""
    found = effects(permissive(), fact())

    assert (found.as_stated, found.with_landscape, found.at_most) == (Outcome.HOLD, Outcome.HOLD, Outcome.RESTRICT)
    assert "guarded" in found.clauses[0].may[0]


def test_an_invoked_clause_works_with_a_fact_that_counts() -> None:
    """The landscape's fact, at the asked grade and in date, is what was missing."""
    found = effects(permissive(), fact(), invokes=("fn",))

    assert (found.as_stated, found.with_landscape) == (Outcome.HOLD, Outcome.RESTRICT)
    assert found.questions[0].verdict is Verdict.YES
    assert found.questions[0].facts[0].counts


def test_a_fact_that_is_stale_second_hand_contested_or_later_does_not_count() -> None:
    """Each is shown with its reason and changes nothing."""
    weak = {
        "stale": {"as_of": date(2025, 1, 1)},
        "counts as reported": {"second_hand": True},
        "counts as unverified": {"contested": "Zenith denies it."},
        "after 2026-05-01": {"as_of": date(2026, 6, 1)},
        "one developer only": {"holds": Verdict.NO},
        "leaves open": {"holds": Verdict.UNKNOWN},
        "is about all": {"covers": Quantifier.ALL},
    }
    for reason, change in weak.items():
        found = effects(permissive(), fact(**change), invokes=("fn",))

        assert found.with_landscape is Outcome.HOLD, reason
        assert not found.questions[0].facts[0].counts, reason
        assert reason in found.questions[0].facts[0].because


def test_nothing_about_peers_crosses_a_red_line() -> None:
    """Stop as stated, stop at most; the page names the line."""
    framework = permissive(questions=(b.question(),), red_lines=(b.red_line("line", b.ref(Kind.QUESTION, "q")),))
    found = effects(framework, fact(), invokes=("fn",))

    assert {found.as_stated, found.with_landscape, found.at_most} == {Outcome.STOP}
    assert "red line line" in found.never


def test_each_kind_of_clause_says_what_it_may_and_may_not() -> None:
    """A prohibition permits nothing; a factor lowers nothing by itself; obliging clauses only add."""
    said = {}
    for kind in (PeerKind.FORBIDS, PeerKind.FACTOR, PeerKind.OBLIGES_DELAY, PeerKind.OBLIGES_MATCHING):
        framework = b.framework(GUARDED, peer_clauses=(clause(kind),), peer_questions=(b.peer_question(),))
        said[kind] = effects(framework).clauses[0]

    assert said[PeerKind.FORBIDS].may == ()
    assert "factor" in said[PeerKind.FACTOR].may[0]
    assert all("only add" in said[kind].may_not[0] for kind in (PeerKind.OBLIGES_DELAY, PeerKind.OBLIGES_MATCHING))


def test_a_framework_without_peer_clauses_is_untouched() -> None:
    """The three outcomes are one."""
    found = effects(b.framework(GUARDED), fact())

    assert found.clauses == ()
    assert {found.as_stated, found.with_landscape, found.at_most} == {Outcome.HOLD}
