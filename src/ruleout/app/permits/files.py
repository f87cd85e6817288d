# SPDX-License-Identifier: Apache-2.0
"""A permit as one file for gateways: made from the record, and checked against keys known from elsewhere (G-1)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ruleout.adapters.files import write_new
from ruleout.app.ledger import Record
from ruleout.app.permits.grounds import archive_of, decision_entry
from ruleout.app.permits.register import Issued, permit_text
from ruleout.engine.permitting import issuing_roles
from ruleout.errors import NotFound, RuleoutError
from ruleout.ledger.cosignature import LogKey
from ruleout.ledger.key_life import log_keys_at
from ruleout.ledger.keyring import keyring_bytes
from ruleout.ledger.permits import PermitFile, build_permit_file, permit_file_bytes


def permit_file_of(issued: Issued, record: Record) -> PermitFile:
    """Return the file that proves a permit, under the record's last checkpoint. Effect: reads the log's entries.

    Raises:
        NotFound: the permit's own text is not kept.
    """
    if issued.permit is None:
        raise NotFound(f"permit {issued.id!r} cannot be shown: {issued.fault}", hint="Bring it back from a copy.")
    return build_permit_file(
        record.view.checkpoint,
        [entry.data for entry in record.entries],
        origin=record.view.origin,
        index=issued.entry.index,
        permit=permit_text(issued.entry, record),
        keyring=hashlib.sha256(keyring_bytes(record.keyring.values())).hexdigest(),
    )


def write_permit_file(file: PermitFile, path: Path) -> int:
    """Write a permit's file; return its size in bytes. Effect: creates the file; an existing one is refused."""
    data = permit_file_bytes(file)
    write_new(path, data)
    return len(data)


def issuers_of(file: PermitFile, record: Record) -> tuple[str, ...]:
    """Return the roles that may issue a file's permit, by the framework of its decision in the record. Effect: reads objects.

    None where the record does not hold its entry, decision or framework: then nothing passes.
    """
    entry = next((e for e in record.entries if file.entries and e.data == file.entries[0]), None)
    if entry is None:
        return ()
    try:
        decided = archive_of(record).read(decision_entry(record, str(entry.content.subject.get("decision", ""))))
    except RuleoutError:
        return ()
    return issuing_roles(decided.framework, decided.activity)


def log_keys_before(file: PermitFile, record: Record) -> tuple[LogKey, ...]:
    """Return the log's keys where a file begins, as the record has them; later changes are in the file itself. Pure.

    Raises VerificationFailed: a change of the log's key in the record is not signed by both keys.
    """
    return log_keys_at(record.view.log_keys.generations[0], record.entries, size=file.index + 1)
