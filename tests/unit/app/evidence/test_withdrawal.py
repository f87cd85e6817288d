# SPDX-License-Identifier: Apache-2.0
"""What a withdrawal covers, when it stands, and what a record says of receipts, owners and last days (A-12, E-3, L-2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.evidence_builders import EVALUATED, Memory, attempts, measurement
from tests.ledger_builders import SUBJECTS, draft

from ruleout.app.evidence.receipt import end_in, find_receipt, life_fields, receipts_of
from ruleout.app.evidence.standing import standing_in
from ruleout.app.evidence.withdrawal import Selector, withdrawals_in
from ruleout.app.ledger import MEASUREMENT, SUMMARY
from ruleout.errors import NotFound, RuleoutError
from ruleout.evidence.stored import measurement_bytes
from ruleout.evidence.summary import summary_bytes, summary_of
from ruleout.ledger import EntryType, LedgerEntry

LOG = measurement(*attempts(1, 3), model_digest="cc" * 32)
DAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("selector", "covered"),
    [
        (Selector(digests=(LOG.digest,)), True),
        (Selector(digests=("0" * 64,)), False),
        (Selector(tool="scorer"), True),
        (Selector(tool="scorer", tool_version="1.2"), True),
        (Selector(tool="scorer", tool_version="1.3"), False),
        (Selector(tool_version="1.2"), False),
        (Selector(revision="abc1234"), True),
        (Selector(revision="abc"), False),
        (Selector(model_digest="cc" * 32), True),
        (Selector(producer="lab"), True),
        (Selector(producer="rival"), False),
        (Selector(tool="scorer", revision="other"), False),
        (Selector(digests=(LOG.digest,), tool="other"), False),
        (Selector(), False),
    ],
)
def test_a_withdrawal_covers_what_has_all_the_facts_it_names(selector, covered) -> None:
    """Several facts narrow it; no fact covers nothing; a version without its tool says nothing."""
    assert selector.covers(LOG, {"lab"}) is covered
    assert selector.covers(summary_of(LOG), {"lab"}) is covered


def test_a_withdrawal_says_when_by_which_key_and_why() -> None:
    """No person, and the same words on every later day."""
    record = Memory()
    record.withdrawal("2026-04-01T12:00:00Z", reason="wrong\ntemplate", tool="scorer")

    (found,) = withdrawals_in(record.entries, record.object)

    assert found.because == "withdrawn on 2026-04-01 by northlight/ceo: wrong template"


def test_a_lifted_withdrawal_stands_no_more_and_may_be_made_again() -> None:
    """By the id of its entry; lifting what does not stand changes nothing."""
    record = Memory()
    first = record.withdrawal(tool="scorer").content.id
    record.withdrawal(act="lift", lifts="entry/99")
    assert [w.id for w in withdrawals_in(record.entries, record.object)] == [first]

    record.withdrawal(act="lift", lifts=first)
    assert withdrawals_in(record.entries, record.object) == ()

    record.withdrawal(tool="scorer")
    assert len(withdrawals_in(record.entries, record.object)) == 1


def test_an_act_of_another_name_withdraws_nothing_and_lifts_nothing() -> None:
    """What strangers write into a log is read as far as it means something."""
    record = Memory()
    record.withdrawal(act="suspend", tool="scorer")
    record.withdrawal(digests="not a list")

    (found,) = withdrawals_in(record.entries, record.object)

    assert not found.selector.covers(LOG, ())


def test_evidence_stays_withdrawn_where_the_reason_is_not_kept() -> None:
    """A reason may be redacted; the act stands."""
    record = Memory()
    record.withdrawal(tool="scorer")

    def gone(digest: str) -> bytes:
        raise NotFound(digest)

    (found,) = withdrawals_in(record.entries, gone)

    assert found.selector.covers(LOG, ())
    assert "is not kept here" in found.reason


def test_a_withdrawal_holds_on_every_day_and_a_last_day_after_itself() -> None:
    """What turned out to be worthless was so before; a last day counts still."""
    record = Memory()
    record.ingested(LOG, valid_until="2026-05-01")
    assert standing_in(record).end_of(LOG, on=DAY) == ""
    assert standing_in(record).end_of(LOG, on=date(2026, 5, 2)) == "valid until 2026-05-01 by its receipt, expired"

    record.withdrawal("2026-06-01T00:00:00Z", producer="northlight")
    assert standing_in(record).end_of(LOG, on=date(2026, 1, 1)).startswith("withdrawn on 2026-06-01")


def test_a_withdrawal_follows_a_run_into_another_format() -> None:
    """What was asked has another digest there."""
    asked = measurement(*attempts(1, 3, content="asked "))
    told = [a._replace(content=f"told {a.content}", scores=(("accuracy", 0.0),)) for a in asked.attempts]
    again = measurement(*told, name="again", format="every-eval-ever")
    record = Memory()
    refs = (
        record.keep("measurement", measurement_bytes(asked), MEASUREMENT),
        record.keep("summary", summary_bytes(asked), SUMMARY),
    )
    record.add(EntryType.EVIDENCE, {"case": "", "evidence": asked.digest}, *refs, ts="2026-03-02T12:00:00Z")
    record.withdrawal(digests=(asked.digest,))

    assert "wrong template" in standing_in(record).end_of(again, on=DAY)
    assert not standing_in(record).end_of(replace(again, evaluated=EVALUATED + timedelta(days=1)), on=DAY)


@pytest.mark.parametrize("selector", [{"digests": (LOG.digest,)}, {"producer": "northlight"}])
def test_evidence_that_a_case_calls_by_a_digest_is_still_what_its_log_is(selector) -> None:
    """Any 64 letters may be the name of evidence in a case; the log behind it is told by what was kept."""
    record = Memory()
    kept = record.keep("measurement", measurement_bytes(LOG), MEASUREMENT)
    record.add(EntryType.EVIDENCE, {"case": "demo-case", "evidence": "ab" * 32}, kept, ts="2026-03-02T12:00:00Z")
    record.withdrawal(**selector)

    for withdrawn in (LOG, replace(LOG, digest="cd" * 32)):
        assert "wrong template" in standing_in(record).end_of(withdrawn, on=DAY)


def test_a_last_day_is_moved_by_a_signed_word_only() -> None:
    """An unsigned entry may set it once; else whoever writes the log could keep evidence alive unseen."""
    record = Memory()
    record.ingested(LOG, valid_until="2026-04-01", owner="evals-team")
    record.ingested(LOG, valid_until="2027-04-01", owner="nobody", signed=False)
    assert standing_in(record).end_of(LOG, on=DAY)
    assert [(r.owner, r.valid_until) for r in receipts_of(record)] == [("evals-team", date(2026, 4, 1))]

    record.ingested(LOG, valid_until="2027-04-01", signed=True)
    assert not standing_in(record).end_of(LOG, on=DAY)
    assert [(r.owner, r.valid_until) for r in receipts_of(record)] == [("evals-team", date(2027, 4, 1))]


def test_a_withdrawal_follows_a_run_that_was_tried_again_into_another_format() -> None:
    """By either of its starts, whichever of the two logs the record received."""
    again = replace(LOG, evaluated=EVALUATED - timedelta(days=1), begun=EVALUATED)
    told = replace(LOG, digest="ab" * 32, format="every-eval-ever", evaluated=EVALUATED + timedelta(seconds=59))
    for received, other in ((again, told), (told, again)):
        record = Memory()
        record.ingested(received)
        record.withdrawal(digests=(received.digest,))

        assert "wrong template" in standing_in(record).end_of(other, on=DAY)
        later = {"evaluated": EVALUATED + timedelta(days=1), "begun": None}
        assert not standing_in(record).end_of(replace(other, **later), on=DAY)


def test_a_stolen_key_ends_evidence_earlier_and_never_later() -> None:
    """What it signed counts no more once that is known; a word that may be a thief's never opens a gate."""
    record = Memory()
    record.ingested(LOG, valid_until="2026-04-01", owner="evals-team")
    renewed = record.ingested(LOG, valid_until="2027-04-01", owner="thief", signed=True)
    (sig,) = renewed.content.sigs
    stolen = {"act": "compromise", "of": sig.key_id, "until": 0, "compromised_from": "2026-03-02T00:00:00Z"}
    before = standing_in(record)
    record.add(EntryType.KEY, {**SUBJECTS[EntryType.KEY], **stolen}, ts="2026-04-02T12:00:00Z", signed=False)

    assert not before.end_of(LOG, on=DAY)
    assert standing_in(record).end_of(LOG, on=DAY) == "valid until 2026-04-01 by its receipt, expired"
    assert [(r.owner, r.valid_until) for r in receipts_of(record)] == [("evals-team", date(2026, 4, 1))]

    record.ingested(LOG, valid_until="2026-03-20", signed=True)
    assert [r.valid_until for r in receipts_of(record)] == [date(2026, 3, 20)]


def test_a_word_on_one_task_of_a_log_is_none_on_another() -> None:
    """Whoever looked at one of them again has not looked at the others; the list and the gates say the same."""
    record = Memory()
    other = replace(LOG, task="other")
    record.ingested(LOG, valid_until="2026-04-01")
    record.ingested(other, valid_until="2026-04-01")
    record.ingested(LOG, valid_until="2027-04-01", signed=True)
    standing = standing_in(record)

    assert not standing.end_of(LOG, on=DAY)
    assert standing.end_of(other, on=DAY) == "valid until 2026-04-01 by its receipt, expired"
    assert [(r.summary.task, r.valid_until) for r in receipts_of(record)] == [
        ("suite", date(2027, 4, 1)),
        ("other", date(2026, 4, 1)),
    ]


def test_a_last_day_is_the_earliest_of_a_run_and_its_copies() -> None:
    """Whoever looks ahead sees the day on which it ends, by whichever of them."""
    record = Memory()
    copy = replace(LOG, digest="ab" * 32)
    record.ingested(LOG, valid_until="2026-06-01")
    record.ingested(copy, valid_until="2026-05-01")
    standing = standing_in(record)

    assert [standing.last_day_of(one) for one in (LOG, copy)] == [DAY, DAY]
    third = replace(copy, digest="cd" * 32)
    assert standing.last_day_of(third) == DAY
    assert standing.last_day_of(replace(third, evaluated=EVALUATED + timedelta(seconds=1))) is None


def test_a_last_day_that_is_no_day_has_passed() -> None:
    """Nonsense never keeps evidence alive."""
    record = Memory()
    record.ingested(LOG, valid_until="for ever")

    assert standing_in(record).end_of(LOG, on=DAY)
    entry = LedgerEntry(index=0, data=b"", content=draft(EntryType.EVIDENCE))
    assert end_in(entry) is None


def test_receipt_is_the_first_entrys_and_is_never_changed() -> None:
    """The time of receipt, apart from the evaluation's (E-3)."""
    record = Memory()
    record.ingested(LOG, ts="2026-03-02T12:00:00Z")
    record.ingested(LOG, ts="2026-04-02T12:00:00Z")

    (receipt,) = receipts_of(record)

    assert receipt.received == "2026-03-02T12:00:00Z"
    assert receipt.summary.evaluated == "2026-03-01T12:00:00Z"


def test_two_tasks_of_one_log_are_two_pieces_of_evidence() -> None:
    """A digest alone does not name one of them; an entry's id does."""
    record = Memory()
    record.ingested(LOG)
    record.ingested(replace(LOG, task="other"))
    receipts = receipts_of(record)

    assert len(receipts) == 2
    with pytest.raises(NotFound, match="2 pieces"):
        find_receipt(LOG.digest, receipts)
    assert find_receipt("entry/1", receipts).summary.task == "other"


@pytest.mark.parametrize("name", ["", "abc", "zzzz", "entry/9"])
def test_what_is_not_in_the_record_is_not_found(name) -> None:
    """Also a beginning too short to mean anything."""
    record = Memory()
    record.ingested(LOG)

    with pytest.raises(NotFound, match="no evidence"):
        find_receipt(name, receipts_of(record))
    assert find_receipt(LOG.digest[:4], receipts_of(record)).entry == "entry/0"


@pytest.mark.parametrize("owner", ["Ada Lovelace", "ada@lab.example", "a" * 3 + "\n", "-"])
def test_an_owner_is_a_role_or_team(owner) -> None:
    """Header fields stay for good: no person's name or address goes in."""
    with pytest.raises(RuleoutError, match="expected an owner"):
        life_fields(owner=owner, valid_until=None)
    assert life_fields(owner="evals-team", valid_until=DAY) == {"owner": "evals-team", "valid_until": "2026-05-01"}
    assert life_fields(owner="", valid_until=None) == {}
