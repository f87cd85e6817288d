# SPDX-License-Identifier: Apache-2.0
"""Whether a changed field asks for more or less than before (A-2)."""

from __future__ import annotations

import pytest

from ruleout.accountability.roadmap.compared import Asks
from ruleout.accountability.roadmap.more_or_less import judged
from ruleout.accountability.roadmap.trees import Branch


def branch(path: str, was: object, now: object, *, is_entry: bool = False) -> Branch:
    """A difference at a path written with dots."""
    return Branch(path=tuple(path.split(".")), was=was, now=now, is_entry=is_entry)


@pytest.mark.parametrize(
    ("one", "asks", "because"),
    [
        (branch("target", "2026-05-15", "2026-09-30"), Asks.LESS, "it is later by 138 days"),
        (branch("target", "2026-05-15", "2026-05-14"), Asks.MORE, "it is earlier by 1 day"),
        (branch("rule.fully", "60", "50"), Asks.LESS, "it is lower"),
        (branch("rule.mostly", "80", "90"), Asks.MORE, "it is higher"),
        (branch("comment-days", 7, 5), Asks.LESS, "it is lower"),
        (branch("answer-within", {"months": 6, "days": 0}, {"months": 9, "days": 0}), Asks.LESS, "it is later"),
        (branch("then.within", {"days": 42}, {"days": 14}), Asks.MORE, "it is earlier"),
        (branch("confidence", "moderate", None), Asks.LESS, "it was stated and is no longer"),
        (branch("target", "2026-07-01", None), Asks.LESS, "it was stated and is no longer"),
        (branch("grader", None, "rso"), Asks.MORE, "it is stated for the first time"),
        (branch("candidates.vetting", {"id": "vetting"}, None, is_entry=True), Asks.LESS, "it was stated and is no longer"),
        (branch("redactions.r1", None, {"id": "r1"}, is_entry=True), Asks.LESS, "it is stated for the first time"),
        (branch("confidence", "high", "moderate"), Asks.UNCLEAR, "people must judge what the change means"),
        (branch("target", "2026-07-01", "soon"), Asks.UNCLEAR, "the two cannot be compared"),
        (branch("says", "a", "b"), Asks.UNCLEAR, "the words differ; people must judge whether less is meant"),
    ],
)  # fmt: skip
def test_a_change_is_judged_where_a_rule_can_tell(one, asks, because):
    """Dates, shares and lengths are ordered; what is lost is less; words are for people."""
    found = judged(one, same_sentence=False)

    assert (found.asks, found.because) == (asks, because)


def test_other_words_over_the_same_sentence_are_the_same():
    """Telling a rule anew changes nothing if the source's sentence stands."""
    assert judged(branch("says", "a", "b"), same_sentence=True).asks is Asks.SAME


def test_a_moved_date_is_judged_although_the_sentence_stands():
    """An anchor excuses other words, and no other date."""
    assert judged(branch("target", "2026-05-15", "2026-09-30"), same_sentence=True).asks is Asks.LESS
