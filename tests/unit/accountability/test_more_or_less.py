# SPDX-License-Identifier: Apache-2.0
"""Whether a changed field asks for more or less than before (A-2)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ruleout.accountability.roadmap.changes.compared import Asks
from ruleout.accountability.roadmap.changes.more_or_less import judged
from ruleout.accountability.roadmap.changes.trees import Branch


def branch(path: str, was: object, now: object) -> Branch:
    """A difference at a path written with dots."""
    return Branch(path=tuple(path.split(".")), was=was, now=now)


@pytest.mark.parametrize(
    ("one", "asks", "because"),
    [
        (branch("target", "2026-05-15", "2026-09-30"), Asks.LESS, "it is later by 138 days"),
        (branch("target", "2026-05-15", "2026-05-14"), Asks.MORE, "it is earlier by 1 day"),
        (branch("rule.fully", 60, 50), Asks.LESS, "it is lower"),
        (branch("rule.mostly", 80, 90), Asks.MORE, "it is higher"),
        (branch("comment.days", 7, 5), Asks.LESS, "it is lower"),
        (branch("answer-within", "6 months", "9 months"), Asks.LESS, "it is later"),
        (branch("comment-days", 7, 5), Asks.LESS, "it is lower"),
        (
            branch("answer-within", {"years": 0, "months": 6, "days": 0}, {"years": 1, "months": 0, "days": 0}),
            Asks.LESS,
            "it is later",
        ),
        (branch("rule.at-least", "0.90", "0.9"), Asks.SAME, "both mean the same"),
        (branch("then.next.within", "6 weeks", "14 days"), Asks.MORE, "it is earlier"),
        (branch("rule.at-most", Decimal("0.1"), Decimal("0.2")), Asks.LESS, "it is higher"),
        (branch("then.next.within", "6 weeks", "42 days"), Asks.SAME, "both mean the same"),
        (branch("confidence", "moderate", None), Asks.LESS, "it was stated and is no longer"),
        (branch("target", "2026-07-01", None), Asks.LESS, "it was stated and is no longer"),
        (branch("grader", None, "rso"), Asks.MORE, "it is stated for the first time"),
        (branch("candidates.vetting", {"id": "vetting"}, None), Asks.LESS, "it was stated and is no longer"),
        (branch("redactions.r1", None, {"id": "r1"}), Asks.LESS, "it is stated for the first time"),
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
