# SPDX-License-Identifier: Apache-2.0
"""A bucket in memory with the mirror of one log, and what happens to that log (L-11)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.integration.test_log_writer import entries, files
from tests.ledger_builders import LOG, ORIGIN, FakeSigner, draft, ref
from tests.witness_builders import policy_of, signer

from ruleout.adapters.log_writer import create_log, open_log
from ruleout.adapters.mirror.store import Mirror
from ruleout.adapters.tile_store import put_object, read_log
from ruleout.app.mirror.fetch import Fetched, fetch
from ruleout.app.mirror.push import Pushed, push
from ruleout.ledger.cosignature import Algorithm, cosign
from ruleout.ledger.entry import EntryType, to_bytes
from ruleout.ledger.signing import sign_entry
from ruleout.ledger.witness_policy import policy_text

obstore = pytest.importorskip("obstore", reason="NOT TESTED: mirrors need the extra `remote`")


class Second(FakeSigner):
    """Another key under the same name."""

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"second").digest())


OTHER = Second(ORIGIN)


class Bucket:
    """A store in memory with the mirror of one log in it."""

    def __init__(self) -> None:
        self.store = obstore.store.MemoryStore()

    def mirror(self, kind: type[Mirror] = Mirror) -> Mirror:
        return kind(self.store, base="mem://bucket", prefix="/logs/lab/")

    @property
    def files(self) -> dict[str, bytes]:
        listed = [meta["path"] for chunk in obstore.list(self.store) for meta in chunk]
        return {path.removeprefix("logs/lab/"): bytes(obstore.get(self.store, path).bytes()) for path in listed}

    def put(self, path: str, data: bytes | None) -> None:
        if data is None:
            obstore.delete(self.store, f"logs/lab/{path}")
        else:
            obstore.put(self.store, f"logs/lab/{path}", data)

    def push(self, log: Path, *, is_whole: bool = False) -> Pushed:
        return push(log, self.mirror(), is_whole=is_whole)

    def fetch(self, folder: Path) -> Fetched:
        return fetch(self.mirror(), folder)


def grow(log: Path, count: int, signer: FakeSigner = LOG) -> None:
    with open_log(log, signer) as writer:
        writer.append(entries(count, writer.size))
        writer.publish()


def rotate(log: Path) -> None:
    """The log's own entry, signed by both keys, and then the new key."""
    said = {"act": "rotate", "replaces": LOG.key.key_id, "roles": ("log",), "from": "2026-01-01T00:00:00Z"}
    entry = draft(EntryType.KEY, subject={**said, "vkey": str(OTHER.key)})
    with open_log(log, LOG) as writer:
        writer.append([to_bytes(sign_entry(sign_entry(entry, LOG), OTHER))])
        writer.publish()
        writer.hand_over(OTHER)


def witnessed(log: Path, name: str) -> None:
    line = cosign(read_log(log).head, signer(name), time=1_700_000_000, algorithm=Algorithm.ED25519)
    with open_log(log, LOG) as writer:
        writer.add_lines([line])


ONE_WITNESS = policy_text(policy_of("a.example/w", needed=1).witnesses, 1).encode()


def with_policy(log: Path, text: bytes) -> None:
    """The log names its witnesses."""
    put_object(log, text)
    entry = draft(EntryType.WITNESS, subject={"act": "policy"}, refs=(ref(text, "policy"),))
    with open_log(log, LOG) as writer:
        writer.append([to_bytes(sign_entry(entry, LOG))])
        writer.publish()


def published(log: Path) -> dict[str, bytes]:
    return {name: data for name, data in files(log).items() if name not in ("journal", "lock")}


def other_log(folder: Path, count: int, signer: FakeSigner = LOG) -> Path:
    path = folder / "other"
    create_log(path, signer)
    with open_log(path, signer) as writer:
        writer.append([b"other %d" % number for number in range(count)])
        writer.publish()
    return path
