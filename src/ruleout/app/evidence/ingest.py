# SPDX-License-Identifier: Apache-2.0
"""Take evaluation logs into the record: what each holds, with an honest denominator, and its bytes by digest.

Two steps, so that the ledger is locked for a moment and not while thousands of logs are read: what was measured is
kept beside the ledger as each log is read, and the entries are drafted together at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from ruleout.adapters.logs.orders import Reading
from ruleout.adapters.tile_store import put_object, read_log
from ruleout.app.ledger import LOG_FILE, MEASUREMENT, SUMMARY, Recorder
from ruleout.app.workspace import Workspace
from ruleout.errors import UnreadableLog
from ruleout.evidence.stored import measurement_bytes
from ruleout.evidence.summary import summary_bytes
from ruleout.ledger import EntryType, Ref
from ruleout.ledger.entry import MAX_REFS
from ruleout.model.evidence import Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMeasurement:
    """One measurement whose bytes are kept: the id of its entry, header fields, references to bytes."""

    entry_id: str
    digest: str
    status: str
    format: str
    refs: tuple[Ref, ...]


def require_ledger(workspace: Workspace) -> None:
    """Look that the workspace's ledger is there, before anything is kept beside it. Effect: reads two files.

    Raises:
        LedgerError, VerificationFailed: it is not, or its checkpoint is not its own.
    """
    read_log(workspace.ledger)


def keep_reading(reading: Reading, name: str, workspace: Workspace, *, keep_log: bool) -> tuple[KeptMeasurement, ...]:
    """Keep what was measured beside the ledger; return what its entries will hold. Effect: writes objects, durably.

    Args:
        name: the log's, for messages.
        keep_log: whether the log's own files are kept, and so referred to; the reading has kept them.

    Raises:
        UnreadableLog: too-large, when the log has more files than an entry can refer to.
        LedgerError: the disk failed.
    """
    logs = _log_refs(reading) if keep_log else ()
    if len(logs) > MAX_REFS - 2:
        detail = f"expected at most {MAX_REFS - 2} files in a log that is kept, got {len(logs)}"
        raise UnreadableLog(name, "too-large", detail, hint="Use --no-keep-log.")
    alone = len(reading.measurements) == 1
    kept = []
    for m in reading.measurements:
        refs = (
            _keep("measurement", measurement_bytes(m), MEASUREMENT, workspace),
            _keep("summary", summary_bytes(m), SUMMARY, workspace),
            *logs,
        )
        entry_id = _entry_id(m, alone=alone)
        kept.append(KeptMeasurement(entry_id=entry_id, digest=m.digest, status=m.status, format=m.format, refs=refs))
    return tuple(kept)


def _keep(name: str, data: bytes, media_type: str, workspace: Workspace) -> Ref:
    return Ref(name=name, sha256=put_object(workspace.ledger, data), size=len(data), media_type=media_type)


def _log_refs(reading: Reading) -> tuple[Ref, ...]:
    several = len(reading.files) > 1
    return tuple(
        Ref(name=f"log-{number}" if several else "log", sha256=digest, size=size, media_type=LOG_FILE)
        for number, (_, digest, size) in enumerate(reading.files)
    )


def _entry_id(m: Measurement, *, alone: bool) -> str:
    """The digest names a log; where it holds several measurements, task and model tell them apart."""
    if alone:
        return f"evidence/{m.digest[:16]}"
    # Names of tasks and models have characters and lengths that no id may have.
    which = hashlib.sha256(f"{m.task}\0{m.model}".encode()).hexdigest()
    return f"evidence/{m.digest[:16]}/{which[:16]}"


def record_kept(kept: KeptMeasurement, recorder: Recorder, life: Mapping[str, str]) -> bool:
    """Draft the entry of a kept measurement; return whether it is new. What is in the record already adds nothing.

    Effect: drafts one entry; the caller commits.

    Args:
        life: whose it is and until when it counts, from `life_fields` (A-12).
    """
    if recorder.has(kept.entry_id):
        return False
    subject = {"case": "", "evidence": kept.digest, "status": kept.status, "format": kept.format, **life}
    recorder.add(EntryType.EVIDENCE, kept.entry_id, subject, refs=kept.refs)
    return True
