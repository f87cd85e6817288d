# SPDX-License-Identifier: Apache-2.0
"""The workspace's record as use cases see it: read it proved, write it in one chain."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ruleout.adapters.disclosure_store import get_disclosures, put_disclosures
from ruleout.adapters.keys import KeySigner
from ruleout.adapters.log_writer import LogWriter, open_log
from ruleout.adapters.tile_store import LogView, audit_log, get_object, put_object, read_description, read_log
from ruleout.app.disclosure.erased import finish_erasures
from ruleout.app.keyring import read_keyring
from ruleout.app.keys.counting import Counting
from ruleout.app.unlock import Keys
from ruleout.app.witnessing.watch import Leave, have_witnessed, require_newest
from ruleout.app.workspace import Workspace
from ruleout.errors import LedgerError, VerificationFailed
from ruleout.ledger import DraftEntry, EntryType, Keyring, LedgerEntry, Ref, Signer, parse_entry, sign_entry, to_bytes
from ruleout.ledger.disclosure import Salt, Tree, reveal, seal
from ruleout.ledger.key_life import (
    is_log_rotation,
    key_life,
    keys_named,
    open_head,
    require_keys_in_force,
    with_log_keys,
)
from ruleout.ledger.keyring import REF, keyring_bytes, keyring_from
from ruleout.ledger.redaction import erased_digests
from ruleout.ledger.signing import verify_authors
from ruleout.model.plain import instant_text

YAML = "application/yaml"
DECISION = "application/vnd.ruleout.decision+json"
MEASUREMENT = "application/vnd.ruleout.measurement+json"
SUMMARY = "application/vnd.ruleout.evidence-summary+json"
LOG_FILE = "application/octet-stream"

Subject = Mapping[str, str | int | bool | tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A workspace's log at its last checkpoint: audited, every entry parsed, every author checked."""

    view: LogView
    entries: tuple[LedgerEntry, ...]
    keyring: Keyring
    erased: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of_type(self, kind: EntryType) -> tuple[LedgerEntry, ...]:
        """The entries of one type, in order."""
        return tuple(e for e in self.entries if e.content.type is kind)

    @property
    def ids(self) -> frozenset[str]:
        """Every entry id."""
        return frozenset(e.content.id for e in self.entries)

    def object(self, digest: str) -> bytes:
        """The bytes kept under a digest, checked against it."""
        return get_object(self.view.path, digest)

    def disclosures(self, entry: LedgerEntry) -> Mapping[str, str]:
        """What the workspace keeps of an entry's disclosures, by digest, decoys among them; never what was erased."""
        if not entry.content.salted:
            return {}
        kept = get_disclosures(self.view.path, entry.content.id)
        gone = self.erased.get(entry.content.id, frozenset())
        return {digest: text for digest, text in kept.items() if digest not in gone} if gone else kept

    def disclosed(self, entry: LedgerEntry) -> Mapping[str, Tree]:
        """The values that an entry holds as disclosures; `Hidden` where one was erased (L-4)."""
        return reveal(entry.content.salted, self.disclosures(entry))


def read_record(workspace: Workspace) -> Record:
    """Return the workspace's record after a full audit from disk. Effect: reads the ledger and the keyring.

    Gates act only on entries whose inclusion is proved (L-9), so nothing is returned of a log that does not verify.

    Raises:
        LedgerError, VerificationFailed: the log is missing or does not hold together.
    """
    view = read_log(workspace.ledger)
    audit_log(view, view.keys)
    entries = tuple(parse_entry(data, index=i) for i, data in enumerate(view.entries()))
    open_head(view.checkpoint, view.log_keys.generations[0], entries, origin=view.origin)
    keyring = _recorded_keyring(workspace, entries)
    with_own = with_log_keys(keyring, view.keys, entries)
    for entry in entries:
        verify_authors(entry.content, with_own if is_log_rotation(entry.content) else keyring)
    require_keys_in_force(entries)
    return Record(view=view, entries=entries, keyring=keyring, erased=erased_digests(entries))


def _recorded_keyring(workspace: Workspace, entries: tuple[LedgerEntry, ...]) -> Keyring:
    """The keyring that the last `key` entry names; the file may be one step behind it, and say nothing else (L-7)."""
    stated = read_keyring(workspace.keyring)
    named = [
        ref.sha256 for e in entries if e.content.type is EntryType.KEY for ref in e.content.refs if ref.name == REF
    ]
    if not named:
        return stated
    digest = hashlib.sha256(keyring_bytes(stated.values())).hexdigest()
    may_be_behind = digest in named[-2:] or (not stated and len(named) == 1)
    if not may_be_behind:
        raise VerificationFailed(
            "keyring",
            f"expected the keyring {named[-1][:12]} of the record in {workspace.keyring}, got {digest[:12]}",
            hint="Restore the file: keys, persons and roles change by `ruleout key new` only.",
        )
    return keyring_from(get_object(workspace.ledger, named[-1]))


def unlock_log_key(workspace: Workspace, keys: Keys) -> KeySigner:
    """Return the key that signs the log's checkpoints now. Effect: reads the log's description, unlocks the key."""
    generation = len(read_description(workspace.ledger).generations)
    return keys.unlock(workspace.log_key_of(generation), signs_as=workspace.origin)


def require_rotation_done(view: LogView, entries: Iterable[LedgerEntry]) -> None:
    """Refuse to write where the record names a new key of the log that does not sign yet (L-7).

    Raises:
        LedgerError: the change was cut short; nothing else may be signed with the old key.
    """
    named = [keys_named(e.content)[0] for e in entries if is_log_rotation(e.content)]
    if named and named[-1] != view.key:
        raise LedgerError(
            f"{view.path}: expected checkpoints by the log's new key {named[-1].key_id}, got {view.key.key_id}",
            hint="Finish the change: run `ruleout key rotate --log` again.",
        )


@dataclass(slots=True)
class Recorder:
    """Collects entries in the producer's chain and appends them together; one per open log."""

    workspace: Workspace
    writer: LogWriter
    at: datetime
    salt: Salt
    counting: Counting
    _next: int
    _prev: str
    _ids: set[str]
    _drafts: list[bytes] = field(default_factory=list)
    _disclosures: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def has(self, entry_id: str) -> bool:
        """Whether an entry of this id is in the log or among the drafts."""
        return entry_id in self._ids

    def keep(self, name: str, data: bytes, media_type: str) -> Ref:
        """Keep bytes beside the log and return the reference an entry holds. Effect: writes the object, durably."""
        digest = put_object(self.workspace.ledger, data)
        return Ref(name=name, sha256=digest, size=len(data), media_type=media_type)

    def add(
        self,
        kind: EntryType,
        entry_id: str,
        subject: Subject,
        *,
        refs: Iterable[Ref] = (),
        disclosed: Mapping[str, Any] | None = None,
        signer: Signer | tuple[Signer, ...] | None = None,
    ) -> None:
        """Draft one entry, signed by its author or authors, if any; nothing is kept or in the log before `commit`.

        Effect: draws salts.

        Args:
            disclosed: values that stand in the entry as salted digests, each removable alone: text, integers,
                booleans, null, lists and mappings of such (L-4).

        Raises:
            LedgerError: the id is taken; a log that holds an id twice would never verify again.
            KeyUnavailable: nor would one with a signature that its readers refuse.
        """
        if self.has(entry_id):
            raise LedgerError(f"expected a new id, got {entry_id!r}, which is in the record", hint="Nothing was added.")
        sealed = seal(disclosed, salt=self.salt) if disclosed else None
        draft = DraftEntry(
            type=kind,
            id=entry_id,
            ts=instant_text(self.at),
            producer=self.workspace.producer,
            pseq=self._next,
            prev=self._prev,
            subject=subject,
            refs=tuple(refs),
            salted=sealed.digests if sealed else (),
        )
        for one in signer if isinstance(signer, tuple) else (signer,) if signer else ():
            draft = sign_entry(draft, one)
        self.counting.require(draft)
        data = to_bytes(draft)
        if sealed is not None:
            self._disclosures[entry_id] = (*sealed.disclosures.values(), *sealed.decoys.values())
        self._drafts.append(data)
        self._ids.add(entry_id)
        self._next += 1
        self._prev = hashlib.sha256(data).hexdigest()

    def commit(self) -> list[int]:
        """Keep what drafts disclose, append them and publish a checkpoint, which is put to the witnesses; return the indices.

        Disclosures are on disk before the entries are, so that no entry names a value that was never kept.

        Effect: durable on return; asks the witnesses of the record's policy, and a silent one stops nothing (L-8).

        Raises:
            LedgerError: the disk failed; or a witness saw another record, when what was written stands here.
        """
        before = self.writer.size
        put_disclosures(self.workspace.ledger, self._disclosures)
        self._disclosures.clear()
        indices = self.writer.append(self._drafts)
        self._drafts.clear()
        self.writer.publish()
        have_witnessed(self.writer, self.workspace.ledger, hint=before)
        return indices


@contextmanager
def recording(
    workspace: Workspace, keys: Keys, *, at: datetime, leave: Leave | None = None
) -> Iterator[tuple[Record, Recorder]]:
    """Open the workspace's log for writing, behind a full audit and the witnesses' word that it is the newest.

    Effect: asks the witnesses of the record's policy, if it has one, then locks the log until the end.

    Args:
        at: the instant of the entries.
        leave: what this act may do without of the witnesses' word.

    Yields:
        the record as it stands, and the recorder that adds to it. Drafts that were not committed are dropped.

    Raises:
        LedgerError, VerificationFailed, KeyUnavailable: the log or its key is not as it should be, or a witness knows
            a later or another record; nothing is written.
    """
    signer = unlock_log_key(workspace, keys)
    require_newest(workspace.ledger, at=at, leave=leave)
    with open_log(workspace.ledger, signer) as writer:
        writer.publish()
        record = read_record(workspace)
        require_rotation_done(record.view, record.entries)
        finish_erasures(workspace.ledger, record.entries)  # of a run that was cut off between its two steps
        own = [e for e in record.entries if e.content.producer == workspace.producer]
        prev = hashlib.sha256(own[-1].data).hexdigest() if own else ""
        counting = Counting(view=record.view, keyring=record.keyring, life=key_life(record.entries))
        yield record, Recorder(workspace, writer, at, keys.salt, counting, len(own), prev, set(record.ids))
