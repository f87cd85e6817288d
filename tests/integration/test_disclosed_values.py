# SPDX-License-Identifier: Apache-2.0
"""Values that the record holds as disclosures (L-4): written, read back, removed, while the log stays as it was."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from tests.integration.command_line import NOW, Lab, build_lab

from ruleout.adapters.disclosure_store import remove_disclosures
from ruleout.app.bundle import verify
from ruleout.app.ledger import Record, read_record, recording
from ruleout.app.settings import Settings
from ruleout.app.unlock import Keys
from ruleout.app.workspace import open_workspace
from ruleout.errors import VerificationFailed
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.ledger.disclosure import Hidden

SECRET = "the name of the person who copied them"
SAID = {"title": "Report", "sections": [{"says": SECRET, "figure": 3}, {"says": "public"}]}


@pytest.fixture
def lab(tmp_path) -> Lab:
    lab = build_lab(tmp_path)
    keys = Keys(settings=Settings(keys_folder=lab.folder, environment=lab.env), ask=lambda _: "")
    with recording(open_workspace(lab.record), keys, at=NOW + timedelta(days=1)) as (_, recorder):
        subject = {"report": "risk-1", "kind": "risk-report", "act": "build"}
        recorder.add(EntryType.REPORT, "lab/risk-1", subject, disclosed=SAID, signer=keys.unlock("rso-bea"))
        recorder.commit()
    return lab


def report_of(lab: Lab) -> tuple[Record, LedgerEntry]:
    record = read_record(open_workspace(lab.record))
    [entry] = record.of_type(EntryType.REPORT)
    return record, entry


def files_of(lab: Lab) -> dict[str, bytes]:
    """Every file of the log but the disclosures, by name."""
    ledger = lab.record / "ledger"
    found = (path for path in ledger.rglob("*") if path.is_file() and "disclosures" not in path.parts)
    return {str(path.relative_to(ledger)): path.read_bytes() for path in found}


def test_what_was_disclosed_is_read_back_and_stands_in_no_file_of_the_log(lab: Lab) -> None:
    record, entry = report_of(lab)
    assert record.disclosed(entry) == {
        "title": "Report",
        "sections": ({"says": SECRET, "figure": 3}, {"says": "public"}),
    }
    assert not any(SECRET.encode() in data for data in files_of(lab).values())


def test_a_value_that_is_removed_leaves_a_hole_and_the_log_as_it_was(lab: Lab) -> None:
    """Everything below the removed value stays kept until it is removed too; the record still verifies."""
    before = files_of(lab)
    record, entry = report_of(lab)
    [sections] = [
        d for d, text in record.disclosures(entry).items() if d in entry.content.salted and _is(text, "sections")
    ]
    assert remove_disclosures(lab.record / "ledger", "lab/risk-1", {sections}) == 1

    assert files_of(lab) == before
    record, entry = report_of(lab)
    assert record.disclosed(entry) == {"title": "Report", f"?{sections}": Hidden(sections)}
    assert not verify(lab.record)[1].has_failed


def test_a_disclosure_of_another_value_is_refused(lab: Lab) -> None:
    """A kept text that was changed no longer fits any digest of the entry: its place shows a hole, not the change."""
    [file] = (lab.record / "ledger" / "disclosures").rglob("*.json")
    text = file.read_text("ascii")
    record, entry = report_of(lab)
    [title] = [text for text in record.disclosures(entry).values() if _is(text, "title")]
    file.write_text(text.replace(title, title[:-4] + "AAAA"), "ascii")
    record, entry = report_of(lab)
    assert "title" not in record.disclosed(entry)


def test_what_cannot_be_disclosed_reaches_neither_store_nor_log(lab: Lab) -> None:
    before = files_of(lab)
    keys = Keys(settings=Settings(keys_folder=lab.folder, environment=lab.env), ask=lambda _: "")
    subject = {"report": "risk-2", "kind": "risk-report", "act": "build"}
    with recording(open_workspace(lab.record), keys, at=NOW + timedelta(days=2)) as (_, recorder):
        with pytest.raises((TypeError, VerificationFailed)):
            recorder.add(EntryType.REPORT, "lab/risk-2", subject, disclosed={"share": 0.5})
        recorder.commit()
    assert files_of(lab) == before
    assert len(list((lab.record / "ledger" / "disclosures").rglob("*.json"))) == 1


def _is(text: str, name: str) -> bool:
    parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return len(parts) == 3 and parts[1] == name
