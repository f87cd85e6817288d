# SPDX-License-Identifier: Apache-2.0
"""Builders for ledger tests: keys, entries, logs in memory, bundles. Everything is deterministic."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ruleout.ledger.batches import first_head
from ruleout.ledger.bundle import Bundle, build_bundle
from ruleout.ledger.checkpoint import Checkpoint, sign_checkpoint
from ruleout.ledger.entry import DraftEntry, EntryType, Ref, to_bytes
from ruleout.ledger.merkle import leaf_hash, root_hash
from ruleout.ledger.note import VerifierKey, verifier_key
from ruleout.ledger.signing import Holder, sign_entry

ORIGIN = "example.org/log"
OBJECT = b"evidence: the whole of it\n"
SUBJECTS: dict[EntryType, dict[str, str | int | bool | tuple[str, ...]]] = {
    EntryType.FRAMEWORK: {"framework": "demo", "version": "1.0"},
    EntryType.EVIDENCE: {"case": "case-1", "evidence": "trial"},
    EntryType.DETERMINATION: {"case": "case-1", "threshold": "bio-1", "finding": "ruled-out"},
    EntryType.SAFEGUARD: {"case": "case-1", "safeguard": "asl", "met": "yes"},
    EntryType.PEER: {
        "question": "peers-pass",
        "holds": "no",
        "covers": "all",
        "grade": "strong",
        "as_of": "2026-01-01",
    },
    EntryType.DECISION: {
        "case": "case-1",
        "framework": "demo",
        "version": "1.0",
        "activity": "train",
        "outcome": "hold",
        "input_digest": "0" * 64,
    },
    EntryType.APPROVAL: {"role": "ceo", "act": "approve", "input_digest": "0" * 64},
    EntryType.PERMIT: {"permit": "general", "act": "issue", "role": "ceo"},
    EntryType.KEY: {"vkey": "a+b+c", "roles": ("ceo",), "from": "2026-01-01T00:00:00Z"},
    EntryType.WITHDRAWAL: {"act": "withdraw", "tool": "scorer", "tool_version": "1.2"},
    EntryType.GOAL: {"roadmap": "safety", "goal": "red-team", "act": "move", "before": "2027-01-01"},
    EntryType.GRADE: {"roadmap": "safety", "goal": "red-team", "says": "met"},
    EntryType.DUTY: {"act": "event", "event": "model-deployed", "at": "2026-05-01T12:00:00Z"},
    EntryType.INCIDENT: {"incident": "weights-1", "act": "open", "discovered": "2026-05-01T12:00:00Z"},
    EntryType.DEVIATION: {"deviation": "late-report", "act": "open", "discovered": "2026-05-01"},
    EntryType.CONCERN: {"concern": "7", "act": "received", "anonymous": True},
    EntryType.REQUEST: {"request": "r-7", "act": "open", "kind": "exception"},
    EntryType.REPORT: {"report": "risk-2026-10", "kind": "risk-report", "act": "publish"},
    EntryType.REDACTION: {"act": "redact", "entry": "northlight/7", "class": "privacy", "digests": ("A" * 43,)},
    EntryType.ERASURE: {"entry": "northlight/7", "ground": "personal-data", "digests": ("A" * 43,)},
    EntryType.REVIEW: {"review": "review-1", "act": "open", "reviewer": "outside"},
    EntryType.WITNESS: {"act": "policy", "quorum": 2},
    EntryType.AUDIT_BATCH: {
        "segment": "w0-0-0",
        "worker": "w0",
        "first": 0,
        "last": 4,
        "count": 5,
        "offset": 0,
        "before": first_head("w0-0-0"),
        "after": "b" * 64,
        "gap": False,
    },
    EntryType.KILL: {"act": "kill", "epoch": 2, "digest": "0" * 64},
}


@dataclass(frozen=True)
class FakeSigner:
    """A key made from a word."""

    name: str

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(self.name.encode()).digest())

    @property
    def public_key(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    @property
    def key(self) -> VerifierKey:
        return verifier_key(self.name, self.public_key)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


HOST = FakeSigner("edge.example/gateway")
SUBJECTS[EntryType.HOST_LOG] = {
    "origin": HOST.name,
    "size": 1,
    "checkpoint": sign_checkpoint(Checkpoint(HOST.name, 1, leaf_hash(b"entry")), HOST),
    "vkeys": (str(HOST.key),),
    "proof": (),
}
LOG = FakeSigner(ORIGIN)
CEO = FakeSigner("northlight/ceo")
RSO = FakeSigner("northlight/rso")
KEYRING = {
    signer.key.key_id: Holder(key=signer.key, person=f"P. {roles[0]}", roles=roles, since="2026-01-01T00:00:00Z")
    for signer, roles in ((CEO, ("ceo", "gateway")), (RSO, ("rso",)))
}


def ref(data: bytes = OBJECT, name: str = "report") -> Ref:
    return Ref(name=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data), media_type="text/plain")


def draft(kind: EntryType = EntryType.EVIDENCE, **changes: object) -> DraftEntry:
    fields: dict[str, object] = {
        "type": kind,
        "id": "case-1/entry",
        "ts": "2026-03-01T12:00:00Z",
        "producer": "northlight",
        "pseq": 0,
        "prev": "",
        "subject": SUBJECTS[kind],
        "refs": ()
        if kind is EntryType.HOST_LOG
        else (ref(name="records" if kind is EntryType.AUDIT_BATCH else "report"),),
    }
    return DraftEntry(**{**fields, **changes})  # type: ignore[arg-type]


def chain(kinds: Sequence[EntryType], *, producer: str = "northlight", author: FakeSigner = CEO) -> list[bytes]:
    """The bytes of entries of these kinds, numbered, chained and signed where an author is due."""
    made: list[bytes] = []
    for number, kind in enumerate(kinds):
        prev = hashlib.sha256(made[-1]).hexdigest() if made else ""
        entry = draft(kind, id=f"{producer}/{number}", producer=producer, pseq=number, prev=prev)
        made.append(to_bytes(entry if kind is EntryType.EVIDENCE else sign_entry(entry, author)))
    return made


def checkpoint_of(entries: Sequence[bytes], signer: FakeSigner = LOG, origin: str = ORIGIN) -> str:
    root = root_hash([leaf_hash(entry) for entry in entries])
    return sign_checkpoint(Checkpoint(origin, len(entries), root), signer)


def bundle_of(entries: Sequence[bytes], **changes: object) -> Bundle:
    """A bundle of these entries, with the keyring and the one object."""
    fields: dict[str, object] = {
        "origin": ORIGIN,
        "vkeys": (LOG.key,),
        "keyring": KEYRING,
        "objects": {ref().sha256: OBJECT},
    }
    return build_bundle(checkpoint_of(entries), entries, **{**fields, **changes})  # type: ignore[arg-type]


def text64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
