# SPDX-License-Identifier: Apache-2.0
"""How a review stands follows from its acts, and its clocks from dates alone (A-9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.command_line import ROOT
from tests.review_builders import declaration, review_file, rules

from ruleout.accountability.reviews.clocks import ClockState, clocks_of
from ruleout.accountability.reviews.fold import Approved, ReviewAct, ReviewState, fold
from ruleout.accountability.reviews.independence import declaration_digest
from ruleout.accountability.reviews.manifest import Manifest
from ruleout.accountability.reviews.parse import parse_review
from ruleout.adapters.zones import zone_of
from ruleout.app.reviews.rules import review_rules
from ruleout.errors import NotFound
from ruleout.model.clock import Calendar

CALENDAR = Calendar(name="UTC", zone=zone_of("UTC"))
SUBMITTED = datetime(2027, 2, 10, 9, 0, tzinfo=UTC)
SHARE_ENDS = datetime(2027, 2, 18, tzinfo=UTC)
SECTIONS = ("one", "two", "three")


def act(word: str, ts: datetime = SUBMITTED, **fields) -> ReviewAct:
    return ReviewAct(id=f"review/r/{word}", act=word, ts=ts, by=("rso-bea",), **fields)


def opened(**fields) -> ReviewAct:
    names = ("a-lab", "b-lab")
    return act("open", review=parse_review(review_file(*map(declaration, names), **fields), file="r"))


def manifest(reviewer: str = "a-lab") -> Manifest:
    digest = "0" * 64
    return Manifest(
        review="spring-report",
        reviewer=reviewer,
        report="report/x/1",
        framework="anthropic-rsp@3.4",
        report_digest=digest,
        sections=SECTIONS,
        questions=(),
        bundle=digest,
        origin="lab.example/record",
        size=1,
        root=digest,
        verifier=digest,
        page=digest,
        made="2027-02-12T15:00:00Z",
    )


def approvals(*names: str) -> dict[str, list[Approved]]:
    """The Trust's approval of these reviewers, as they declare."""
    return {
        one.id: [Approved(role="ltbt", approves=True, declaration=declaration_digest(one))]
        for one in opened().review.reviewers
        if one.id in names
    }


def state(*acts: ReviewAct, approved: tuple[str, ...] = ("a-lab", "b-lab"), **fields) -> ReviewState:
    found = fold([opened(**fields), *acts], rules(), approvals(*approved))
    assert found is not None
    return found


def clock(acts: list[ReviewAct], name: str, at: datetime, reviewer: str = "a-lab", **fields) -> ClockState:
    clocks = clocks_of(state(*acts, **fields), CALENDAR, at=at)
    return next(one.state for one in clocks if (one.name, one.reviewer) == (name, reviewer))


def test_nothing_is_no_review():
    """Without an opening there is nothing to stand."""
    assert fold([act("assign", reviewer="a-lab", sections=("one",))], rules(), {}) is None


def test_every_section_needs_a_reviewer():
    """What two reviewers have between them is covered; the last assignment of each counts."""
    first = act("assign", reviewer="a-lab", sections=("one", "two"))
    second = act("assign", reviewer="b-lab", sections=("three",))
    again = act("assign", reviewer="a-lab", sections=("one",))

    assert state().uncovered(SECTIONS) == SECTIONS
    assert state(first, second).uncovered(SECTIONS) == ()
    assert state(first, second, again).uncovered(SECTIONS) == ("two",)


def test_an_assignment_to_whoever_may_get_no_package_reaches_nobody():
    """Not approved, or not known to be independent: the section still has no reviewer."""
    acts = [
        act("assign", reviewer="a-lab", sections=SECTIONS[:2]),
        act("assign", reviewer="b-lab", sections=SECTIONS[2:]),
    ]

    assert state(*acts, approved=("a-lab",)).uncovered(SECTIONS) == ("three",)
    assert state(*acts).uncovered(SECTIONS) == ()


def test_who_got_a_package_is_not_taken_out_of_a_review():
    """A later file that names others leaves them in, with what they filed; one without a package goes."""
    acts = [
        act("package", reviewer="a-lab", manifest=manifest()),
        act("file", reviewer="a-lab"),
        act("amend", review=parse_review(review_file(declaration("c-lab")), file="r")),
    ]
    found = state(*acts)

    assert [("a-lab", 1), ("c-lab", 0)] == [(one.reviewer.id, len(one.filed)) for one in found.reviewers]


@pytest.mark.parametrize(
    ("received", "at", "expected"),
    [
        (None, SHARE_ENDS - timedelta(seconds=1), ClockState.DUE),
        (None, SHARE_ENDS, ClockState.OVERDUE),
        (SHARE_ENDS - timedelta(seconds=1), SHARE_ENDS, ClockState.DONE),
        (SHARE_ENDS, SHARE_ENDS, ClockState.DONE_LATE),
    ],
)
def test_the_report_is_shared_within_a_week_of_submission(received, at, expected):
    """The seventh day counts to its end in the framework's place; a package alone is not a receipt."""
    acts = [act("package", reviewer="a-lab", manifest=manifest())]
    acts += [] if received is None else [act("receive", reviewer="a-lab", at=received)]

    assert expected is clock(acts, "share", at)
    assert clock(acts, "share", SHARE_ENDS, reviewer="b-lab") is ClockState.OVERDUE


def test_what_was_not_submitted_starts_no_clock():
    """Unknown is written as unknown, and no deadline is made up."""
    assert clock([], "share", SHARE_ENDS, submitted="unknown") is ClockState.NOT_STARTED


def test_a_later_statement_of_the_submission_moves_no_deadline_back():
    """The earliest instant that was ever stated counts."""
    later = act("amend", review=parse_review(review_file(declaration("a-lab"), submitted="2027-03-10"), file="r"))

    assert clock([later], "share", SHARE_ENDS) is ClockState.OVERDUE
    assert state(later).submitted == SUBMITTED


def test_comment_runs_from_receipt_else_from_the_package():
    """Thirty days; who states no receipt gains no time by it."""
    made = datetime(2027, 2, 12, 15, 0, tzinfo=UTC)
    package = act("package", ts=made, reviewer="a-lab", manifest=manifest())
    receipt = act("receive", reviewer="a-lab", at=made + timedelta(days=2))
    last = datetime(2027, 3, 15, tzinfo=UTC)

    assert clock([], "comment", last) is ClockState.NOT_STARTED
    assert clock([package], "comment", last - timedelta(seconds=1)) is ClockState.DUE
    assert clock([package], "comment", last) is ClockState.OVERDUE
    assert clock([package, receipt], "comment", last) is ClockState.DUE


def test_publication_settles_the_comment_of_those_who_answered():
    """A reviewer of whom nothing was filed is not settled by the publication of another's answers."""
    acts = [
        act("package", reviewer="a-lab", manifest=manifest()),
        act("package", reviewer="b-lab", manifest=manifest("b-lab")),
        act("file", reviewer="a-lab"),
        act("publish"),
    ]

    assert clock(acts, "comment", SUBMITTED) is ClockState.DONE
    assert clock(acts, "comment", SUBMITTED, reviewer="b-lab") is ClockState.DUE


def test_every_version_stays():
    """The original is version 1, and what comes later stands beside it."""
    acts = [act("file", reviewer="a-lab"), act("update", reviewer="a-lab", reason="more was read")]
    found = state(*acts).reviewer("a-lab")

    assert found is not None
    assert [(1, ""), (2, "more was read")] == [(filed.version, filed.reason) for filed in found.filed]


def test_the_clauses_cited_stand_in_the_framework():
    """Rules for reviews and the framework's own encoding cite the same clauses."""
    folder = ROOT / "frameworks" / "anthropic-rsp"
    text = (folder / "3.4.yaml").read_text("utf-8")
    own = (folder / "reviews" / "3.4.yaml").read_text("utf-8")
    cited = [line.split()[1] for line in own.splitlines() if line.strip().startswith("clause:")]

    assert len(cited) == 19
    assert all(f"\n  {clause}:\n" in text for clause in cited)


def test_rules_of_a_framework_without_any_are_asked_for_in_vain():
    """The message names those that have some."""
    with pytest.raises(NotFound, match=r"anthropic-rsp@3\.4"):
        review_rules("anthropic-rsp@2.2", None)
