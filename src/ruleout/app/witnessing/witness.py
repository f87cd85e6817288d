# SPDX-License-Identifier: Apache-2.0
"""A witness as an auditor or regulator runs it: its folder, its key, and what it answers (L-8).

The folder holds `witness.yaml` (name, key, the logs it knows with their keys) and `state/`. The private key is kept like
everybody's, encrypted and outside the folder.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from ruleout.adapters.files import MIB, make_folder, read_bounded, write_new
from ruleout.adapters.keys import KeySigner
from ruleout.adapters.witnessing.state_store import StateStore, seen_in
from ruleout.app.unlock import Keys
from ruleout.documents.fields import Doc, Id, Line
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import KeyUnavailable, RuleoutError, VerificationFailed
from ruleout.ledger.cosignature import Algorithm, CosignerKey, LogKey, cosign, cosigner_key, parse_log_key
from ruleout.ledger.witnessing import Answer, Seen, judge, parse_request, recognise

CONFIG = "witness.yaml"
_STATE = "state"
VKey = Annotated[str, StringConstraints(max_length=3000)]


class LogDoc(Doc):
    """A log that the witness knows: its origin and every key that may sign for it."""

    origin: Line
    vkeys: Annotated[tuple[VKey, ...], Field(min_length=1, max_length=20)]


class WitnessDoc(Doc):
    """A witness's own file."""

    name: Line
    key: Id
    logs: Annotated[tuple[LogDoc, ...], Field(max_length=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessConfig:
    """What a witness is told: its name, its private key's name, and each log's keys by origin."""

    name: str
    key: str
    logs: Mapping[str, tuple[LogKey, ...]]


def init_witness(folder: Path, keys: Keys, *, name: str, key: str, logs: Iterable[str]) -> tuple[CosignerKey, ...]:
    """Make a witness and return its public keys. Effect: writes the private key, the folder and `witness.yaml`.

    Args:
        name: how its cosignatures name it, such as regulator.example/w1.
        key: name of the private key to make.
        logs: keys of the logs that it is to know, each under its log's origin.

    Raises:
        RuleoutError: there is a witness or key already, a name is not of its form, or a log's key is none.
    """
    known: dict[str, list[str]] = {}
    for text in logs:
        known.setdefault(_origin(text), []).append(text)
    if keys.settings.keys_folder.resolve().is_relative_to(folder.resolve()):
        raise KeyUnavailable("the private key would stand inside the witness's folder", hint="Set RULEOUT_KEYS.")
    if (folder / CONFIG).exists():
        raise RuleoutError(f"{folder / CONFIG} exists already", hint="Choose another folder; nothing was overwritten.")
    cosigner_key(name, bytes(1312), Algorithm.ML_DSA_44)  # a bad name is refused before a key is made
    public = witness_keys(keys.create(key, signs_as=name))
    make_folder(folder)
    lines = [
        "# A witness. Its private key is kept elsewhere; its memory is the folder `state`: never restore an old one.\n"
    ]
    lines.append(f"name: {json.dumps(name)}\nkey: {json.dumps(key)}\nlogs:{'' if known else ' []'}\n")
    for origin, texts in known.items():
        vkeys = "".join(f"      - {json.dumps(text)}\n" for text in texts)
        lines.append(f"  - origin: {json.dumps(origin)}\n    vkeys:\n{vkeys}")
    write_new(folder / CONFIG, "".join(lines).encode("utf-8"))
    return public


def _origin(text: str) -> str:
    try:
        return parse_log_key(text).name
    except VerificationFailed as error:
        hint = "Give the key that `ruleout verify` shows at its end for the log's record."
        raise RuleoutError(f"--log: {error}", hint=hint) from error


def witness_keys(signer: KeySigner) -> tuple[CosignerKey, ...]:
    """Return the public keys that a witness cosigns with: Ed25519, and ML-DSA-44 where the library has it. Pure."""
    ed25519 = cosigner_key(signer.name, signer.public_key, Algorithm.ED25519)
    try:
        return ed25519, cosigner_key(signer.name, signer.post_quantum_key, Algorithm.ML_DSA_44)
    except KeyUnavailable:
        return (ed25519,)


def read_config(folder: Path) -> WitnessConfig:
    """Return what a witness's folder says. Effect: reads `witness.yaml`.

    Raises:
        NotFound, BadInput: there is no such file, or it has problems.
    """
    path = folder / CONFIG
    document = read_yaml(read_bounded(path, limit_bytes=MIB, what="witness file"), file=str(path))
    told, findings = validate(WitnessDoc, document), Findings(document)
    logs: dict[str, tuple[LogKey, ...]] = {}
    for nth, log in enumerate(told.logs):
        if log.origin in logs:
            findings.note(
                "W001",
                ("logs", nth, "origin"),
                expected="each log once",
                got=repr(log.origin),
                hint="Join their vkeys.",
            )
        found = [_key(text, ("logs", nth, "vkeys", index), findings) for index, text in enumerate(log.vkeys)]
        logs[log.origin] = tuple(key for key in found if key is not None)
    findings.raise_any()
    return WitnessConfig(name=told.name, key=told.key, logs=logs)


def _key(text: str, path: tuple[str | int, ...], findings: Findings) -> LogKey | None:
    try:
        return parse_log_key(text)
    except VerificationFailed:
        hint = "Copy the key that `ruleout verify` shows."
        findings.note("S006", path, expected="a log's key: name+id+base64", got=repr(text[:60]), hint=hint)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessService:
    """A witness at work: what it knows, its key, its memory, its clock. Threads may call it at once."""

    config: WitnessConfig
    signer: KeySigner
    store: StateStore
    now: Callable[[], datetime]

    def add_checkpoint(self, body: bytes) -> Answer:
        """Return the answer to a request. Effect: may store a checkpoint, durably, before it is cosigned.

        Raises:
            LedgerError: the disk failed or holds something else; nothing was cosigned.
        """
        try:
            request = parse_request(body)
        except VerificationFailed as error:
            return Answer(status=400, body=f"{error}\n")
        head = recognise(request, self.config.logs)
        if isinstance(head, Answer):
            return head
        with self.store.alone(head.origin):
            refusal = judge(request, head, self.store.seen(head.origin))
            if refusal is not None:
                return refusal
            # (1) The checkpoint, durable. If we crash before, the old one stands and nothing was said; if we crash
            #     after, the new one stands, nobody has its cosignature, and whoever asks again from its size gets one.
            self.store.store(head, request.note)
            # (2) The cosignature: what it says is on the disk already.
            time = int(self.now().timestamp())
            signed = [
                cosign(head, self.signer, time=time, algorithm=key.algorithm) for key in witness_keys(self.signer)
            ]
        return Answer(status=200, body="".join(signed))


def open_witness(folder: Path, keys: Keys, now: Callable[[], datetime]) -> WitnessService:
    """Return the witness of a folder, ready to answer. Effect: reads its file, unlocks its key, locks its memory.

    Raises:
        KeyUnavailable, LedgerError, BadInput: its key, its memory or its file is not as it should be.
    """
    config = read_config(folder)
    signer = keys.unlock(config.key, signs_as=config.name)
    return WitnessService(config=config, signer=signer, store=StateStore(folder / _STATE), now=now)


def remembered(folder: Path, config: WitnessConfig) -> dict[str, Seen]:
    """Return what a witness remembers of each log it knows. Effect: reads; a server that runs is not disturbed."""
    return {origin: seen_in(folder / _STATE, origin) for origin in config.logs}
