# SPDX-License-Identifier: Apache-2.0
"""The workspace's witnesses: `witnesses.yaml`, and the policy that the record holds of it, which is the one that counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from ruleout.adapters.files import MIB, read_bounded
from ruleout.adapters.tile_store import LogView, get_object
from ruleout.adapters.witnessing.client import is_allowed_url
from ruleout.documents.fields import Doc, Id
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import VerificationFailed
from ruleout.ledger import LedgerEntry, parse_entry
from ruleout.ledger.cosignature import CosignerKey, parse_cosigner_key
from ruleout.ledger.verify_witnesses import policy_named
from ruleout.ledger.witness_policy import Witness, WitnessPolicy, parse_policy, policy_text

FILE = "witnesses.yaml"
#: Reference of a `witness` entry that states a policy: the file it was made from.
SOURCE = "file"
#: How the canonical bytes of every entry of these kinds end: a cheap way to find them among many.
_ENDINGS = (b'"type":"witness","v":1}', b'"type":"key","v":1}')
_Text = Annotated[str, StringConstraints(max_length=3000)]


class NamedWitnessDoc(Doc):
    """One witness: a name of our own for it, its key, its server."""

    name: Id
    vkey: _Text
    url: Annotated[str, StringConstraints(max_length=500)]


class WitnessesDoc(Doc):
    """A file of witnesses. Without `quorum` it takes more than half of them: 2 of 3."""

    quorum: Annotated[int, Field(ge=1, le=32)] | None = None
    witnesses: Annotated[tuple[NamedWitnessDoc, ...], Field(min_length=1, max_length=32)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """A checked file of witnesses: its bytes, its witnesses, and how many of them are needed."""

    data: bytes
    witnesses: tuple[Witness, ...]
    needed: int

    @property
    def text(self) -> str:
        """The policy as text by C2SP tlog-policy."""
        return policy_text(self.witnesses, self.needed)


def read_policy_file(path: Path, own_keys: Collection[bytes]) -> PolicyFile:
    """Return the witnesses of a file. Effect: reads it.

    Args:
        own_keys: raw public keys of the log and of everybody in its keyring, none of which may be a witness.

    Raises:
        NotFound, BadInput: there is no such file, or it has problems.
    """
    data = read_bounded(path, limit_bytes=MIB, what="file of witnesses")
    document = read_yaml(data, file=str(path))
    told, findings = validate(WitnessesDoc, document), Findings(document)
    witnesses = tuple(_witness(item, nth, findings) for nth, item in enumerate(told.witnesses))
    _note_doubles([w for w in witnesses if w is not None], own_keys, findings)
    needed = len(witnesses) // 2 + 1 if told.quorum is None else told.quorum
    if needed > len(witnesses):
        expected, hint = f"at most the {len(witnesses)} witnesses there are", "Name more witnesses, or ask for fewer."
        findings.note("S008", ("quorum",), expected=expected, got=str(needed), hint=hint)
    findings.raise_any()
    return PolicyFile(data=data, witnesses=tuple(w for w in witnesses if w is not None), needed=needed)


def _witness(item: NamedWitnessDoc, nth: int, findings: Findings) -> Witness | None:
    key = _key(item.vkey, nth, findings)
    if not is_allowed_url(item.url):
        expected, hint = "an https address (http only on this machine itself)", "Ask the witness for its address."
        findings.note("S006", ("witnesses", nth, "url"), expected=expected, got=repr(item.url[:60]), hint=hint)
    return None if key is None else Witness(name=item.name, key=key, url=item.url)


def _key(text: str, nth: int, findings: Findings) -> CosignerKey | None:
    try:
        return parse_cosigner_key(text)
    except VerificationFailed:
        expected, hint = "a witness's key: name+id+base64", "Copy it from `ruleout witness show --folder FOLDER`."
        findings.note("S006", ("witnesses", nth, "vkey"), expected=expected, got=repr(text[:60]), hint=hint)
    return None


def _note_doubles(witnesses: list[Witness], own_keys: Collection[bytes], findings: Findings) -> None:
    names: set[str] = set()
    keys: set[bytes] = set()
    for nth, witness in enumerate(witnesses):
        if witness.name in names or witness.key.public_key in keys:
            hint = "Name another witness: one counts once."
            findings.note(
                "W001", ("witnesses", nth), expected="another name and another key", got=repr(witness.name), hint=hint
            )
        if witness.key.public_key in own_keys:
            expected, hint = "a key that is not the operator's own", "Ask somebody else to witness."
            findings.note("W002", ("witnesses", nth, "vkey"), expected=expected, got=repr(witness.name), hint=hint)
        names.add(witness.name)
        keys.add(witness.key.public_key)


def witness_entries(entries: Iterable[bytes]) -> tuple[LedgerEntry, ...]:
    """Return the `witness` and `key` entries among the bytes of a log's entries from index 0 on, in order. Pure."""
    found = [(nth, data) for nth, data in enumerate(entries) if data.endswith(_ENDINGS)]
    return tuple(parse_entry(data, index=nth) for nth, data in found)


def recorded_policy(view: LogView, *, but: str = "", void: bool = False) -> tuple[str, WitnessPolicy] | None:
    """Return the policy that counts by a log's record, as text and value. Effect: reads entries and the object.

    Args:
        but: id of a key whose statements are passed over.
        void: take also what a compromised key stated and nobody saw in time.

    Raises:
        NotFound, VerificationFailed: the record names a policy that is not there or is none.
    """
    digest = policy_named(witness_entries(view.entries()), but=but, void=void)
    if digest is None:
        return None
    text = get_object(view.path, digest).decode("utf-8", "replace")
    return text, parse_policy(text)


def asked_policy(view: LogView) -> WitnessPolicy | None:
    """Return whose word is asked: the policy that counts, or where none does the last one stated. Effect: reads.

    After a key was compromised that had named the witnesses, they vouch for nothing, but may still refuse.
    """
    known = recorded_policy(view) or recorded_policy(view, void=True)
    return None if known is None else known[1]
