# SPDX-License-Identifier: Apache-2.0
"""Where two programs that share no code could part: both verifiers say the same of what was made for it (L-8, L-10)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from tests.disclosure_builders import Written
from tests.integration.test_log_one_file_verifier import ENTRIES, SINGLE, said_by_library, said_by_tool
from tests.ledger_builders import LOG, ORIGIN, FakeSigner, bundle_of, checkpoint_of, draft

from ruleout.adapters.keys import KeySigner
from ruleout.ledger.bundle import Bundle, BundledEntry, to_bytes
from ruleout.ledger.cosignature import Algorithm, CosignerKey
from ruleout.ledger.entry import EntryType
from ruleout.ledger.entry import to_bytes as entry_bytes
from ruleout.ledger.note import VerifierKey, verifier_key
from ruleout.ledger.signing import sign_entry
from ruleout.ledger.witness_policy import parse_policy

NEXT, OTHER = (KeySigner(ORIGIN, hashlib.sha256(word).digest()) for word in (b"the next", b"another"))
QUANTUM_SAFE = CosignerKey(ORIGIN, bytes(1312), Algorithm.ML_DSA_44)
#: Keys with ids, of 32 bits, that are the same: whoever makes a hundred thousand keys has such pairs.
TWIN_SIGNERS = tuple(KeySigner(ORIGIN, hashlib.sha256(word).digest()) for word in (b"22174", b"32508"))
LIKE_SAFE = KeySigner(ORIGIN, hashlib.sha256(b"1137").digest())
SAFE_LIKE = CosignerKey(ORIGIN, (56959).to_bytes(4, "big") * 328, Algorithm.ML_DSA_44)


def cosigner(name: str) -> CosignerKey:
    return CosignerKey(name, FakeSigner("w").public_key, Algorithm.ED25519)


def nested(groups: int) -> str:
    """A policy in which each group is the two before it: read from the top, each would be counted twice as often."""
    lines = [f"witness g0 {cosigner('w')}", "group g1 any g0"]
    lines += [f"group g{nth} all g{nth - 1} g{nth - 2}" for nth in range(2, groups)]
    return "\n".join([*lines, f"quorum g{groups - 1}", ""])


def key_of(by: KeySigner) -> VerifierKey:
    return verifier_key(by.name, by.public_key)


TWINS = tuple(map(key_of, TWIN_SIGNERS))


def stated(policy: str) -> Bundle:
    """Chosen entries under a policy, which is then not held against the record's."""
    return replace(bundle_of(ENTRIES, chosen=(0,)), policy=policy)


def rotated(
    *named: VerifierKey | CosignerKey,
    known: tuple[VerifierKey | CosignerKey, ...] = (LOG.key,),
    signers: tuple[KeySigner, ...] = (NEXT, NEXT),
    size: int = 2,
) -> Bundle:
    """A log whose first entry names its next keys; one of them has signed it, and one the checkpoint."""
    subject = {"vkey": tuple(map(str, named)), "roles": ("log",), "from": "2026-03-01T12:00:00Z", "act": "rotate"}
    entry = draft(EntryType.KEY, subject={**subject, "replaces": LOG.key.key_id})
    first = entry_bytes(sign_entry(sign_entry(entry, LOG), signers[0]))
    prev = hashlib.sha256(first).hexdigest()
    entries = [first, entry_bytes(draft(id="case-1/other", pseq=1, prev=prev))][:size]
    places = tuple(BundledEntry(index=nth, data=data) for nth, data in enumerate(entries))
    return replace(bundle_of([]), checkpoint=checkpoint_of(entries, signers[1]), entries=places, vkeys=known)


def holes(acts: Iterable[tuple[EntryType, str, dict[str, Any]]]) -> Bundle:
    """A log whose entry `5` says something that is not in the copy, and what further acts say of it."""
    written = Written()
    written.add(EntryType.CONCERN, "5", {"concern": "5", "act": "received", "anonymous": True}, said={"words": "some"})
    digests = tuple(sorted(written.kept["5"]))
    for kind, name, subject in acts:
        refs = [written.keep(role, b"a reason of its own") for role in ("justification", "reason")]
        written.add(kind, name, {**subject, "digests": digests}, refs=refs)
    return replace(bundle_of(written.entries, objects=written.objects), audience="public")


REDACT = {
    "act": "redact", "entry": "5", "class": "privacy", "audiences": ("public",), "authority": "ceo", "material": False,
    "review_by": "2027-06-30",
}  # fmt: skip
REDACTED = (EntryType.REDACTION, "6", REDACT)
PARTINGS = {
    "a change of keys that names one twice": rotated(key_of(NEXT), key_of(NEXT), QUANTUM_SAFE),
    "a change of keys that names two of one id": rotated(*TWINS, signers=TWIN_SIGNERS),
    "a change of keys to one with the id of another": rotated(
        key_of(LIKE_SAFE), known=(LOG.key, SAFE_LIKE), signers=(LIKE_SAFE, LIKE_SAFE), size=1
    ),
    "a key of the log twice": rotated(key_of(NEXT), known=(key_of(OTHER), LOG.key, key_of(OTHER), QUANTUM_SAFE)),
    "a change of keys": rotated(key_of(NEXT)),
    "a checkpoint that is too long in bytes": replace(
        bundle_of(ENTRIES), checkpoint=checkpoint_of(ENTRIES) + f"— {chr(0x20000) * 180} {'A' * 480}\n" * 95
    ),
    "groups of groups": stated(nested(120)),
    "a long name of a witness": stated(f"witness w {cosigner(chr(0x20000) * 100)}\nquorum none\n"),
    "a log named many times": stated(f"log {LOG.key}\n" * 200 + "quorum none\n"),
    "an erasure of a number": holes([(EntryType.ERASURE, "6", {"entry": 5, "ground": "personal-data"})]),
    "a lift of a number": holes([REDACTED, (EntryType.REDACTION, "7", {"act": "lift", "lifts": 6})]),
    "a place that is a list": holes([(EntryType.REDACTION, "6", {**REDACT, "location": ("a", "b")})]),
}


@pytest.mark.parametrize("name", PARTINGS)
def test_both_say_the_same_where_they_could_part(name: str) -> None:
    """The same steps, ends and caveats, or no bundle to either."""
    data = to_bytes(PARTINGS[name])

    assert said_by_library(data) == said_by_tool(data)


def test_groups_of_groups_are_counted_once_each() -> None:
    """A policy of two pages ends at once; it is met by the one witness that all of it rests on."""
    policy, other = parse_policy(nested(120)), SINGLE.parse_policy(nested(120))

    assert [policy.is_met(["g0"]), policy.is_met([]), policy.count(["g0"])] == [True, False, 2]
    assert [SINGLE.is_met(other, ["g0"]), SINGLE.is_met(other, [])] == [True, False]


def test_what_names_no_entry_hides_and_erases_nothing() -> None:
    """Only the id of an entry, as text, is one: what is absent stays unexplained, and a redaction stands."""
    ends = {name: dict(said_by_library(to_bytes(bundle))[0]) for name, bundle in PARTINGS.items() if "number" in name}

    assert ends["an erasure of a number"]["disclosures"] == "not done"
    assert ends["a lift of a number"]["disclosures"] == "passed"


class Place(int):
    """An index that counts how often it is compared for equality."""

    compared = 0
    __hash__ = int.__hash__

    def __eq__(self, other: object) -> bool:
        Place.compared += 1
        return int(self) == other


def test_what_a_compromised_key_signed_is_looked_up_and_not_searched_for() -> None:
    """A key that sealed a hundred thousand batches and was stolen keeps no verifier busy for hours."""
    signed = {"type": "evidence", "subject": {}, "sigs": [{"keyid": "k"}]}
    ended = {"type": "key", "subject": {"act": "compromise", "of": "k", "until": 0}, "sigs": []}
    read = [signed] * 300 + [ended]
    entries = [(Place(nth), b"", []) for nth in range(len(read))]

    assert SINGLE.policy_named({"read": read, "entries": entries}) is None
    assert Place.compared < len(read)
