# SPDX-License-Identifier: Apache-2.0
"""Facts about peers: what weakens them shows and counts, what contradicts stands side by side, what ships is sourced."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ruleout.errors import BadInput
from ruleout.framework.landscape_document import parse_landscape
from ruleout.model.framework import Grade
from ruleout.model.landscape import LandscapeFact, as_peer_facts, conflicts_in, is_of_one_only
from ruleout.model.verdict import Verdict

ROOT = Path(__file__).parents[3]
DAY = date(2026, 3, 1)
FACT = """landscape: demo
title: Demo
collected: 2026-02-01
facts:
  zenith-ahead:
    developer: Zenith
    topic: capability
    about: level
    says: Zenith passed the level.
    grade: strong
    as-of: 2026-01-10
    answers: [rival-ahead]
    source: {title: Card, url: "https://zenith.example/card"}
"""
DENIAL = """  zenith-behind:
    developer: Zenith
    topic: capability
    about: level
    says: Zenith did not pass the level.
    holds: no
    grade: clear
    as-of: 2026-01-20
    answers: [rival-ahead]
    source: {title: Review, url: "https://review.example/zenith"}
"""


def facts_of(text: str) -> tuple[LandscapeFact, ...]:
    return parse_landscape(text.encode(), file="landscape.yaml").facts


def problems_of(text: str) -> set[str]:
    with pytest.raises(BadInput) as caught:
        facts_of(text)
    return {problem.id for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("mark", "grade"),
    [
        ("", Grade.STRONG),
        ("    second-hand: true\n", Grade.REPORTED),
        ("    contested: Zenith denies it.\n", Grade.UNVERIFIED),
    ],
)
def test_what_weakens_a_fact_lowers_the_grade_at_which_it_counts(mark: str, grade: Grade) -> None:
    """Second-hand counts as reported at best, contested as unverified; the collector's grade stays visible."""
    fact = facts_of(FACT + mark)[0]

    assert fact.counts_as is grade
    assert fact.grade is Grade.STRONG
    assert as_peer_facts([fact])[0].grade is grade


def test_a_weak_fact_is_not_raised_by_being_second_hand() -> None:
    """The lower of the two grades counts."""
    fact = facts_of(FACT.replace("grade: strong", "grade: unverified") + "    second-hand: true\n")[0]

    assert fact.counts_as is Grade.UNVERIFIED


def test_a_fact_goes_stale_after_a_year_or_on_its_own_day() -> None:
    """The last valid day still counts."""
    fact, dated = facts_of(FACT)[0], facts_of(FACT + "    valid-until: 2026-02-10\n")[0]

    assert not fact.is_stale(date(2027, 1, 10))
    assert fact.is_stale(date(2027, 1, 11))
    assert not dated.is_stale(date(2026, 2, 10))
    assert dated.is_stale(date(2026, 2, 11))
    assert fact.is_later(date(2026, 1, 9))


def test_facts_that_contradict_each_other_stand_side_by_side() -> None:
    """Neither is dropped, and a stale one is no side of a conflict any more."""
    facts = facts_of(FACT + DENIAL)

    assert [[fact.id for fact in group] for group in conflicts_in(facts, on=DAY)] == [["zenith-ahead", "zenith-behind"]]
    assert conflicts_in(facts, on=date(2027, 1, 15)) == ()


def test_that_one_developer_has_not_does_not_answer_whether_another_has() -> None:
    """A denial about one counts only as the contradiction of a fact about the same."""
    denial_alone = facts_of(FACT.partition("  zenith-ahead")[0] + DENIAL)
    both = facts_of(FACT + DENIAL)

    assert is_of_one_only(denial_alone[0], denial_alone)
    assert as_peer_facts(denial_alone) == ()
    assert [fact.holds for fact in as_peer_facts(both)] == [Verdict.YES, Verdict.NO]


def test_a_fact_without_an_address_is_refused() -> None:
    """What nobody can look up is no fact."""
    assert problems_of(FACT.replace(', url: "https://zenith.example/card"', "")) == {"S001"}


def test_a_typing_error_is_refused() -> None:
    """A field that does not exist, a grade that is none."""
    assert problems_of(FACT + "    contestd: yes\n") == {"S002"}
    assert problems_of(FACT.replace("grade: strong", "grade: certain")) == {"S005"}


def test_the_shipped_public_record_is_sourced_and_marked() -> None:
    """At least 25 facts, each with an address; second-hand and contested ones are marked; a conflict is shown."""
    path = ROOT / "landscape" / "public-record.yaml"
    landscape = parse_landscape(path.read_bytes(), file=str(path))

    assert len(landscape.facts) >= 25
    assert all(fact.source.url.startswith("https://") for fact in landscape.facts)
    assert any(fact.second_hand for fact in landscape.facts)
    assert any(fact.contested for fact in landscape.facts)
    assert conflicts_in(landscape.facts, on=date(2026, 5, 1))
