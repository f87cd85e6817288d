# SPDX-License-Identifier: Apache-2.0
"""The account's page: what others wrote stays text, every hole is told, an overdue review is called so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from ruleout.reports.portal.account import AbsentShown, Account, DecisionShown, File, Item, Shelf, Step
from ruleout.reports.portal.page import account_page, account_value

HOSTILE = "<script>alert(1)</script>\"'&\u202e"
HOLE = AbsentShown(what="1 of incident/1/1", why="", who="", review_by=None, is_overdue=False)
ACCOUNT = Account(
    origin=HOSTILE,
    audience="public",
    at=datetime(2026, 11, 22, tzinfo=UTC),
    entries=1,
    root="00" * 32,
    level=HOSTILE,
    steps=(Step(name=HOSTILE, status="not done", says=HOSTILE),),
    caveats=(HOSTILE,),
    keys=(HOSTILE,),
    shelves=(
        Shelf(
            id="documents",
            title=HOSTILE,
            says=HOSTILE,
            items=(Item(title=HOSTILE, says=HOSTILE, files=(File(label=HOSTILE, path='a b"<c>:#?.html'),)),),
        ),
    ),
    decisions=(
        DecisionShown(on=date(2026, 1, 1), case=HOSTILE, activity=HOSTILE, framework=HOSTILE, outcome="hold", index=0),
    ),
    absent=(replace(HOLE, what=HOSTILE, why=HOSTILE, who=HOSTILE),),
    record="record.json",
    verifier="ruleout_verify.py",
)


def test_what_others_wrote_is_text():
    """No tag, no quote out of an attribute, no turning of the line; and the address stays within the folder."""
    page = account_page(ACCOUNT)

    assert "<script" not in page
    assert "\u202e" not in page
    assert 'href="./a%20b%22%3Cc%3E%3A%23%3F.html"' in page


def test_a_hole_without_a_reason_is_called_so():
    """And one with a reason is not."""
    assert "withheld, unexplained" in account_page(replace(ACCOUNT, absent=(HOLE,)))
    assert "withheld, unexplained" not in account_page(replace(ACCOUNT, absent=(replace(HOLE, why="redacted"),)))


def test_an_overdue_review_is_told():
    """By the day that has passed."""
    due = replace(HOLE, why="redacted", review_by=date(2026, 1, 31))

    assert "which has passed" in account_page(replace(ACCOUNT, absent=(replace(due, is_overdue=True),)))
    assert "which has passed" not in account_page(replace(ACCOUNT, absent=(due,)))


def test_nothing_absent_is_said_as_well():
    """An empty list is no silence."""
    page = account_page(replace(ACCOUNT, absent=(), decisions=()))

    assert "<p>Nothing.</p>" in page
    assert "None is recorded." in page


def test_the_value_for_machines_has_plain_values():
    """Days as text, files by digest."""
    value = account_value(replace(ACCOUNT, absent=(replace(HOLE, review_by=date(2027, 1, 31)),)), {"a": "00"})

    assert value["absent"][0]["review_by"] == "2027-01-31"
    assert value["decisions"][0]["on"] == "2026-01-01"
    assert value["files"] == {"a": "00"}
