# SPDX-License-Identifier: Apache-2.0
"""Renew evidence: a signed word about whose it is and until when it counts, after somebody looked again (A-12)."""

from __future__ import annotations

from datetime import date

from ruleout.app.evidence.receipt import find_receipt, life_fields, receipts_of
from ruleout.app.ledger import MEASUREMENT, SUMMARY, Record, Recorder
from ruleout.errors import KeyUnavailable, RuleoutError
from ruleout.evidence.ending import as_read
from ruleout.evidence.stored import measurement_bytes, measurement_from
from ruleout.evidence.summary import summary_bytes
from ruleout.ledger import EntryType, Signer, verifier_key


def record_renewal(
    name: str, record: Record, recorder: Recorder, signer: Signer, *, owner: str, valid_until: date | None
) -> str:
    """Draft the entry that gives evidence another owner, another last day, or both; return its id.

    Effect: drafts one entry; the caller commits. The receipt stays as it is (E-3); this stands behind it.

    Raises:
        NotFound: no evidence of this name, or several.
        RuleoutError: nothing is said, or the owner is no id.
        KeyUnavailable: the key is not in the keyring.
    """
    receipt = find_receipt(name, receipts_of(record))
    said = life_fields(owner=owner, valid_until=valid_until)
    if not said:
        raise RuleoutError("expected an owner or a last day, got neither", hint="Add --owner or --valid-until.")
    if verifier_key(signer.name, signer.public_key).key_id not in record.keyring:
        hint = f"Add it with `ruleout key new {signer.name} --role ROLE --person PERSON`."
        raise KeyUnavailable(f"key {signer.name!r} is not in this workspace's keyring", hint=hint)
    measurement = as_read(measurement_from(record.object(receipt.objects[0])))
    digest = receipt.summary.digest
    stem = f"evidence/{digest[:16]}/renewal"
    number = sum(e.content.id.startswith(stem) for e in record.of_type(EntryType.EVIDENCE)) + 1
    subject = {"case": "", "evidence": digest, "status": measurement.status, "format": measurement.format, **said}
    refs = (
        recorder.keep("measurement", measurement_bytes(measurement), MEASUREMENT),
        recorder.keep("summary", summary_bytes(measurement), SUMMARY),
    )
    recorder.add(EntryType.EVIDENCE, f"{stem}-{number}", subject, refs=refs, signer=signer)
    return f"{stem}-{number}"
