# SPDX-License-Identifier: Apache-2.0
"""Sealing: what segments hold durably enters the log, one signed batch for each segment that grew (G-8, L-2, L-3).

Where a segment is sealed up to is what the log says, nothing else: so a crash at any instant leaves either the old or
the new position, and the next sealing goes on from it. One sealer at a time, which a lock on the folder sees to.
What one segment is or holds stops no other, and what a reader of the log would refuse does not enter it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ruleout.adapters.audit.segment_file import read_bytes, segments_in, size_of, sync_segment, worker_of
from ruleout.adapters.durable_file import FileOps, SystemFiles, disk_errors, sync_directory
from ruleout.app.ledger import Recorder, recording
from ruleout.app.unlock import Keys
from ruleout.app.workspace import Workspace
from ruleout.errors import KeyUnavailable, LedgerError, RuleoutError
from ruleout.ledger import EntryType, Keyring, Signer, verifier_key
from ruleout.ledger.batches import Batch, batches_in, first_head, read_batch, ref_of, subject_of
from ruleout.ledger.signing import GATEWAY
from ruleout.serving.audit import Fault, Gap, Parsed, Place, Wrong, parse_segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What one sealing did: the batches that entered the log, and the segments that could not be sealed further, and why."""

    batches: tuple[Batch, ...]
    refused: tuple[tuple[str, str], ...]

    @property
    def records(self) -> int:
        """How many records were sealed."""
        return sum(batch.last - batch.first + 1 for batch in self.batches)


@dataclass(slots=True)
class Sealing:
    """An open log into which segments are sealed; made by `sealing`."""

    folder: Path
    recorder: Recorder
    signer: Signer
    ops: FileOps
    _last: dict[str, Batch] = field(default_factory=dict)

    def seal(self, at: datetime) -> Sealed:
        """Seal every whole record that is on disk and not sealed yet. Effect: one commit; durable on return.

        Raises:
            LedgerError: the log's disk failed; nothing counts as sealed that the log does not hold.
        """
        self.recorder.at = at
        made: list[Batch] = []
        refused: list[tuple[str, str]] = []
        for name in segments_in(self.folder):
            try:
                batch, why = self._next(name)
            except (RuleoutError, OSError) as error:
                batch, why = None, str(error)
            if batch is not None:
                made.append(batch)
            if why:
                refused.append((name, why))
        for batch in made:
            refs = (ref_of(batch),)
            self.recorder.add(EntryType.AUDIT_BATCH, _id(batch), subject_of(batch), refs=refs, signer=self.signer)
        if made:
            self.recorder.commit()
            self._last.update({batch.segment: batch for batch in made})
        return Sealed(batches=tuple(made), refused=tuple(refused))

    def _next(self, name: str) -> tuple[Batch | None, str]:
        """The batch that follows in a segment, None where nothing does; and why it goes no further, if so.

        Raises RuleoutError or OSError: nothing of it can be sealed now.
        """
        last = self._last.get(name)
        size, start = size_of(self.folder, name), 0 if last is None else last.end
        if size < start:
            return None, f"it has {size} bytes, and {start} are sealed"
        if size == start:
            return None, ""
        # The size is taken before the sync: what a worker writes meanwhile may not be on disk yet, and waits.
        sync_segment(self.folder, name, self.ops)
        if last is None:  # its name may not be on disk either
            sync_directory(self.folder, self.ops)
        data = read_bytes(self.folder, name, offset=start)[: size - start]
        head = bytes.fromhex(first_head(name) if last is None else last.after)
        place = Place(0 if last is None else last.last + 1, start, head)
        parsed = parse_segment(data, name, at=place)
        return _batch(name, place, parsed, data), _why(parsed.fault)


@contextmanager
def sealing(
    workspace: Workspace, keys: Keys, folder: Path, *, key: str, at: datetime, ops: FileOps | None = None
) -> Iterator[Sealing]:
    """Open the workspace's log to seal a folder's segments into it, once or each second.

    Effect: unlocks the key, asks the witnesses, locks and audits the log, and keeps the lock until the end. A gateway
    that seals each second keeps its own workspace for it, so that others can write theirs (L-11).

    Raises:
        LedgerError: another sealer is at work here, or as `recording`.
        KeyUnavailable: the key does not hold the role `gateway`.
    """
    signer = keys.unlock(key)
    with _alone(folder), recording(workspace, keys, at=at) as (record, recorder):
        _require_role(signer, record.keyring)
        last = {name: of[-1][1] for name, of in batches_in(record.entries).items()}
        yield Sealing(folder, recorder, signer, ops or SystemFiles(), last)


def seal_once(workspace: Workspace, keys: Keys, folder: Path, *, key: str, at: datetime) -> Sealed:
    """Seal once and let go of the log. Effect and errors as `sealing` and `Sealing.seal`."""
    with sealing(workspace, keys, folder, key=key, at=at) as open_log:
        return open_log.seal(at)


def _batch(name: str, place: Place, parsed: Parsed, data: bytes) -> Batch | None:
    """The batch of what was read, if anything. Raises VerificationFailed where no reader would take it."""
    if not parsed.records:
        return None
    sealed = data[: parsed.end - place.offset]
    batch = Batch(
        segment=name,
        worker=worker_of(name),
        first=place.number,
        last=parsed.records[-1].number,
        offset=place.offset,
        size=len(sealed),
        before=place.head.hex(),
        after=parsed.head.hex(),
        digest=hashlib.sha256(sealed).hexdigest(),
        gap=any(isinstance(kept.record, Gap) for kept in parsed.records),
    )
    # As a reader will: not every name of a segment names a worker, and one entry that is refused spoils a log for good.
    return read_batch(_id(batch), subject_of(batch), (ref_of(batch),))


def _id(batch: Batch) -> str:
    return f"{EntryType.AUDIT_BATCH.value}/{batch.segment}/{batch.first}"


def _why(fault: Fault | None) -> str:
    """Why sealing stops in a segment; a torn tail is no reason: it is what a write under way looks like."""
    if fault is None or fault.wrong is Wrong.TORN:
        return ""
    return f"record {fault.number} at byte {fault.offset} does not hold: {fault.says}"


def _require_role(signer: Signer, keyring: Keyring) -> None:
    key_id = verifier_key(signer.name, signer.public_key).key_id
    if key_id not in keyring or GATEWAY not in keyring[key_id].roles:
        hint = f"Make one with `ruleout key new NAME --role {GATEWAY} --person NAME`."
        raise KeyUnavailable(f"key {signer.name!r} does not hold the role {GATEWAY!r}", hint=hint)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock for sealing."""
    with disk_errors(folder):
        fd = os.open(folder / "seal.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(fd)
        hint = "Wait for it to end; a running gateway seals by itself."
        raise LedgerError(f"{folder}: expected no other sealer, got one", hint=hint) from error
    try:
        yield
    finally:
        os.close(fd)
