# SPDX-License-Identifier: Apache-2.0
"""Keys of other logs' states: they follow from the copy's own rotations, and checkpoints from before one still count (L-7, L-11)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.integration.test_host_logs import ENTRIES, HOST, host, record, state, steps
from tests.integration.test_log_one_file_verifier import SINGLE
from tests.ledger_builders import CEO, KEYRING, OBJECT, RSO, chain, checkpoint_of, draft, ref
from tests.witness_builders import policy_of, signer

from ruleout.adapters.keys import KeySigner
from ruleout.ledger.bundle import Bundle, build_bundle, to_bytes
from ruleout.ledger.checkpoint import parse_checkpoint
from ruleout.ledger.cosignature import Algorithm, cosign, cosigner_key, post_quantum_line
from ruleout.ledger.entry import EntryType
from ruleout.ledger.entry import to_bytes as entry_bytes
from ruleout.ledger.note import VerifierKey, verifier_key, with_lines
from ruleout.ledger.signing import sign_entry
from ruleout.ledger.verify import verify_bundle
from ruleout.ledger.witness_policy import policy_text

WITNESSES = ("a.example/wa", "b.example/wb")
POLICY = policy_text(policy_of(*WITNESSES, needed=2).witnesses, 2)
ONE, TWO, STRANGER = (
    KeySigner(HOST, hashlib.sha256(word.encode()).digest()) for word in (HOST, "the next", "a stranger")
)
SINCE = {"roles": ("rso",), "from": "2026-01-01T00:00:00Z"}


def key_of(by: KeySigner) -> VerifierKey:
    return verifier_key(by.name, by.public_key)


class Log:
    """A host's log in memory that states its witnesses, and lets a stolen key count for what they had seen."""

    def __init__(self) -> None:
        self.entries: list[bytes] = []
        self.objects = {ref().sha256: OBJECT}
        self.add(EntryType.WITNESS, {"act": "policy"}, CEO, refs=(self.keep(POLICY, "policy"),))
        self.add(EntryType.APPROVAL, {"role": "rso", "act": "approve", "input_digest": "0" * 64}, RSO)

    def keep(self, text: str, name: str) -> Any:
        data = text.encode()
        self.objects[ref(data).sha256] = data
        return ref(data, name)

    def add(self, kind: EntryType, subject: dict[str, Any], *authors: Any, refs: Any = ()) -> None:
        number = len(self.entries)
        prev = hashlib.sha256(self.entries[-1]).hexdigest() if number else ""
        one = draft(kind, id=f"gw/{number}", producer="gw", pseq=number, prev=prev, subject=subject, refs=refs)
        for author in authors:
            one = sign_entry(one, author)
        self.entries.append(entry_bytes(one))

    def compromise(self, since: str) -> None:
        note = self.keep(cosigned(checkpoint_of(self.entries, ONE, HOST)), "witnessed")
        said = {"act": "compromise", "of": RSO.key.key_id, "compromised_from": since, "until": len(self.entries)}
        self.add(EntryType.KEY, {"vkey": str(RSO.key), **SINCE, **said}, CEO, refs=(note,))

    def rotate(self) -> None:
        said = {"act": "rotate", "replaces": key_of(ONE).key_id, "roles": ("log",)}
        self.add(EntryType.KEY, {"vkey": str(key_of(TWO)), **SINCE, **said}, ONE, TWO)

    def state(self, size: int, before: int, by: KeySigner) -> dict[str, Any]:
        note = checkpoint_of(self.entries[:size], by, HOST)
        return {**state(size, before, entries=self.entries), "checkpoint": note, "vkeys": (str(key_of(by)),)}

    def copy(self, by: KeySigner) -> Bundle:
        note = checkpoint_of(self.entries, by, HOST)
        made = build_bundle(
            note, self.entries, origin=HOST, vkeys=(key_of(ONE),), objects=self.objects, keyring=KEYRING
        )  # fmt: skip
        return replace(made, policy=POLICY)


def cosigned(note: str) -> str:
    """The checkpoint with the word of both witnesses."""
    head = parse_checkpoint(note.rpartition("\n\n")[0] + "\n")
    lines = [cosign(head, signer(name), time=1_700_000_000, algorithm=Algorithm.ED25519) for name in WITNESSES]
    return with_lines(note, lines)


def rotated() -> Log:
    """Four entries, the last of which changes the log's key, and one more."""
    log = Log()
    log.compromise("2026-02-01T00:00:00Z")
    log.rotate()
    log.add(EntryType.EVIDENCE, {"case": "case-1", "evidence": "trial"}, refs=(ref(),))
    return log


@pytest.mark.parametrize("first", [3, 4, None])
def test_a_copy_with_a_checkpoint_from_before_its_rotation_passes(first: int | None) -> None:
    """Whether the record knows the log from before its key changed, from the moment, or only since."""
    log = rotated()
    states = [] if first is None else [log.state(first, 0, ONE)]
    found = steps(record(*states, log.state(5, first or 0, TWO)), log.copy(TWO))

    assert not verify_bundle(log.copy(TWO)).has_failed
    assert found[f"host-log {HOST}"][0] == "passed"


def test_states_under_keys_that_no_rotation_names_fail_the_copy() -> None:
    """Whoever may write to the main record enters a state under a key of their own, of a true beginning and what they like."""
    forged = [*ENTRIES[:3], *chain([EntryType.EVIDENCE] * 4, producer="forger")[:1]]
    note = checkpoint_of(forged, STRANGER, HOST)
    entered = {**state(4, 3, entries=forged), "checkpoint": note, "vkeys": (str(key_of(STRANGER)),)}
    copy = build_bundle(note, forged, origin=HOST, vkeys=(key_of(STRANGER),), objects={}, keyring=KEYRING)
    found = steps(record(state(3), entered), copy)

    assert found["producers"][0] == "passed"
    assert "own rotations lead to" in found[f"host-log {HOST}"][1]


@pytest.mark.parametrize(
    ("sizes", "by"), [((3, 5), (ONE, ONE)), ((2, 3), (ONE, TWO)), ((2, 3, 5), (ONE, STRANGER, TWO))]
)
def test_each_state_must_be_under_the_keys_of_its_size(sizes: Sequence[int], by: Sequence[KeySigner]) -> None:
    """The old key signs nothing larger, the new one nothing smaller, and a stranger's state between fails as well."""
    log, befores = rotated(), (0, *sizes)
    states = [log.state(size, before, one) for size, before, one in zip(sizes, befores, by, strict=False)]
    found = steps(record(*states), log.copy(TWO))

    assert found["producers"][0] == "passed"
    assert "own rotations lead to" in found[f"host-log {HOST}"][1]


def test_a_state_that_leaves_out_an_algorithm_fails_the_copy() -> None:
    """Whoever can forge one of two signatures has forged nothing."""
    keys = (key_of(ONE), cosigner_key(HOST, ONE.post_quantum_key, Algorithm.ML_DSA_44))
    whole = checkpoint_of(ENTRIES[:3], ONE, HOST)
    both = with_lines(whole, [post_quantum_line(parse_checkpoint(whole.rpartition("\n\n")[0] + "\n"), ONE)])
    told = {**state(3), "checkpoint": both, "vkeys": tuple(map(str, keys))}

    assert steps(record(told, state(5, 3)), replace(host(), vkeys=keys))[f"host-log {HOST}"][0] == "failed"


NO_INSTANTS = (
    "yesterday", "2026-02-01", "2026-02-01T00:00:00", "2026-02-01T00:00:00+00:00", "2026-02-30T00:00:00Z",
    "0000-01-01T00:00:00Z", 7, ("2026-02-01T00:00:00Z",),
)  # fmt: skip


@pytest.mark.parametrize("since", NO_INSTANTS)
def test_a_compromise_at_no_instant_fails_by_both_verifiers(since: Any) -> None:
    log = Log()
    log.compromise(since)

    assert steps(log.copy(ONE))["witnesses"][0] == "failed"


@pytest.mark.parametrize(("count", "ended"), [(1000, "not done"), (1001, "failed")])
def test_more_compromises_than_a_keyring_has_keys_fail_by_both_verifiers(count: int, ended: str) -> None:
    """Each costs a look at the whole log: whoever hands a log over may not keep its readers busy for hours."""
    log = Log()
    said = {"act": "compromise", "of": RSO.key.key_id, "compromised_from": "2026-02-01T00:00:00Z", "until": 1}
    for _ in range(count):
        log.add(EntryType.KEY, {"vkey": str(RSO.key), **SINCE, **said})
    copy = log.copy(ONE)
    tool = SINGLE.verify(SINGLE.parse_bundle(to_bytes(copy)))["checks"]

    assert [c.status.value for c in verify_bundle(copy).checks if c.name == "witnesses"] == [ended]
    assert [c["status"] for c in tool if c["name"] == "witnesses"] == [ended]
