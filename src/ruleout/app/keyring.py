# SPDX-License-Identifier: Apache-2.0
"""The keyring file: public keys with the person, the roles, and from when they count (L-7)."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from ruleout.adapters.files import MIB, read_bounded, replace_file
from ruleout.documents.fields import Doc, Id, Instant, Line
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.ledger import Holder, Keyring, VerifierKey, parse_vkey
from ruleout.model.plain import instant_text

VKey = Annotated[str, StringConstraints(max_length=300)]


class KeyDoc(Doc):
    """One public key, whose it is, and what it may sign."""

    vkey: VKey
    person: Line
    roles: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    since: Instant


class KeyringDoc(Doc):
    """A keyring file."""

    keys: Annotated[tuple[KeyDoc, ...], Field(max_length=1000)]


def read_keyring(path: Path) -> Keyring:
    """Return the keyring of a file, by key id. Effect: reads the file.

    Raises:
        NotFound, BadInput: there is no such file, or it has problems.
        RuleoutError: a key stands in it twice.
    """
    document = read_yaml(read_bounded(path, limit_bytes=MIB, what="keyring"), file=str(path))
    listed, findings = validate(KeyringDoc, document).keys, Findings(document)
    keys = [_key(k.vkey, index, findings) for index, k in enumerate(listed)]
    findings.raise_any()
    holders = [
        Holder(key=key, person=k.person, roles=k.roles, since=instant_text(k.since))
        for key, k in zip(keys, listed, strict=True)
        if key is not None
    ]
    ring = {holder.key.key_id: holder for holder in holders}
    if len(ring) != len(holders):
        raise RuleoutError(f"{path}: a key stands in the keyring twice", hint="Remove one of them.")
    return ring


class KeptKeyring:
    """A keyring that is read again only where its file is another, for whoever asks while a kill waits (G-6)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, ...] | None = None
        self._ring: Keyring = {}
        self._lock = threading.Lock()

    def __call__(self) -> Keyring:
        """Return the keyring as its file is now; for any thread. Effect: looks at the file, may read it. Raises as `read_keyring`."""
        with self._lock:
            stamp = self._stamped()
            if stamp is None or stamp != self._stamp:
                self._stamp = None  # what cannot be read is not kept from before
                self._ring = read_keyring(self._path)
                self._stamp = stamp
            return self._ring

    def _stamped(self) -> tuple[int, ...] | None:
        try:
            told = self._path.stat()
        except OSError:
            return None
        return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns


def _key(text: str, index: int, findings: Findings) -> VerifierKey | None:
    """The key, or None with the problem noted at its place."""
    try:
        return parse_vkey(text)
    except VerificationFailed:
        expected, hint = "a key as `ruleout key new` writes it: name+id+base64", "Restore the keyring from a copy."
        findings.note("S006", ("keys", index, "vkey"), expected=expected, got=repr(text[:60]), hint=hint)
    return None


def write_keyring(path: Path, keyring: Keyring) -> None:
    """Replace the keyring file. Effect: writes atomically."""
    lines = ["# Public keys: who may sign in which role. Private keys are kept elsewhere.\n", "keys:"]
    lines[-1] += "\n" if keyring else " []\n"
    for key_id in sorted(keyring):
        holder = keyring[key_id]
        roles = ", ".join(_quoted(role) for role in holder.roles)
        lines.append(f"  - vkey: {_quoted(str(holder.key))}\n    person: {_quoted(holder.person)}\n")
        lines.append(f"    roles: [{roles}]\n    since: {_quoted(holder.since)}\n")
    replace_file(path, "".join(lines).encode("utf-8"))


def _quoted(text: str) -> str:
    """The text in double quotes: bare, YAML would read `no`, `null` and `123` as something else than texts."""
    return json.dumps(text, ensure_ascii=False)
