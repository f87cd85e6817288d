# SPDX-License-Identifier: Apache-2.0
"""Who sees what an entry discloses: by its kind, and of a document by whom it was made for (L-4, A-10)."""

from __future__ import annotations

import pytest
from tests.ledger_builders import SUBJECTS, draft

from ruleout.ledger.audience import CONFIDENTIAL, EVERYBODY, SEEN_BY, Audience, readers_of
from ruleout.ledger.entry import EntryType


@pytest.mark.parametrize("kind", EntryType)
def test_an_entry_is_for_those_of_its_kind(kind):
    """Where it does not say for whom it was made, the table says it."""
    assert readers_of(draft(kind, subject=SUBJECTS[kind])) == SEEN_BY[kind]


@pytest.mark.parametrize(
    ("made_for", "readers"),
    [
        ("public", EVERYBODY),
        ("staff", CONFIDENTIAL),
        ("regulator", CONFIDENTIAL),
        ("reviewer", CONFIDENTIAL | {Audience.REVIEWER}),
        ("Public", CONFIDENTIAL),
        ("everybody", CONFIDENTIAL),
    ],
)
def test_a_document_is_for_those_it_was_made_for(made_for, readers):
    """Staff and regulator see each; a word that is no audience opens it to nobody."""
    subject = {**SUBJECTS[EntryType.REPORT], "audience": made_for}

    assert readers_of(draft(EntryType.REPORT, subject=subject)) == readers


def test_no_other_kind_is_opened_by_a_word_in_its_header():
    """A redaction's own field of a like name is another thing."""
    assert (
        readers_of(draft(EntryType.CONCERN, subject={**SUBJECTS[EntryType.CONCERN], "audience": "public"}))
        == CONFIDENTIAL
    )


@pytest.mark.parametrize("act", ["open", "assign", "package", "receive", "file", "update", "Publish", "publish "])
def test_what_a_reviewer_wrote_is_in_confidence(act):
    """Each act of a review but one, and a word that only looks like that one."""
    assert readers_of(draft(EntryType.REVIEW, subject={"review": "october", "act": act})) == CONFIDENTIAL


def test_a_published_review_is_for_everybody():
    """Its pages were checked for what is withheld before they were recorded (A-9)."""
    assert readers_of(draft(EntryType.REVIEW, subject={"review": "october", "act": "publish"})) == EVERYBODY


def test_an_act_of_that_name_opens_nothing_but_a_review():
    """Other registers have acts of their own."""
    subject = {**SUBJECTS[EntryType.CONCERN], "act": "publish"}

    assert readers_of(draft(EntryType.CONCERN, subject=subject)) == CONFIDENTIAL
