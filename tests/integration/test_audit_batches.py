# SPDX-License-Identifier: Apache-2.0
"""Batches of run-time events: both verifiers find a hole between them, and nobody but the gateway's role signs one (L-2, L-3)."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from tests.integration.test_log_one_file_verifier import SINGLE
from tests.ledger_builders import CEO, RSO, FakeSigner, bundle_of, draft, ref

from ruleout.errors import VerificationFailed
from ruleout.ledger.batches import batches_in, first_head
from ruleout.ledger.bundle import parse_bundle, to_bytes
from ruleout.ledger.entry import EntryType, parse_entry
from ruleout.ledger.entry import to_bytes as entry_bytes
from ruleout.ledger.signing import sign_entry
from ruleout.ledger.verify import verify_bundle

ONE, OTHER = "w0-1-aa", "w1-1-bb"
RANGES = (b"first records", b"second", b"third and last")


def subject(segment: str, first: int, last: int, **changes: Any) -> dict[str, Any]:
    """A batch of a segment; heads are made of record numbers."""

    def head(number: int) -> str:
        return first_head(segment) if number == 0 else hashlib.sha256(f"{segment}{number}".encode()).hexdigest()

    return {
        "segment": segment,
        "worker": segment.partition("-")[0],
        "first": first,
        "last": last,
        "count": last - first + 1,
        "offset": 0,
        "before": head(first),
        "after": head(last + 1),
        "gap": False,
        **changes,
    }


def whole() -> list[tuple[dict[str, Any], bytes]]:
    """Three batches of two segments, interleaved."""
    return [
        (subject(ONE, 0, 4), RANGES[0]),
        (subject(OTHER, 0, 0, gap=True), RANGES[2]),
        (subject(ONE, 5, 7, offset=len(RANGES[0])), RANGES[1]),
    ]


def written(batches: list[tuple[dict[str, Any], bytes]], signer: FakeSigner = CEO) -> list[bytes]:
    made: list[bytes] = []
    for number, (said, data) in enumerate(batches):
        prev = hashlib.sha256(made[-1]).hexdigest() if made else ""
        refs = (ref(data, "records"),)
        kind, name = EntryType.AUDIT_BATCH, f"audit-batch/{number}"
        entry = draft(kind, id=name, subject=said, refs=refs, pseq=number, prev=prev, producer="gw")
        made.append(entry_bytes(sign_entry(entry, signer)))
    return made


def both(entries: list[bytes], **given: Any) -> tuple[dict[str, tuple[str, str]], set[str]]:
    """Each step as the library ends it, with its words, and the steps that fail; the one-file verifier agrees."""
    bundle = parse_bundle(to_bytes(bundle_of(entries, objects={}, **given)))
    found = {check.name: (check.status.value, check.detail) for check in verify_bundle(bundle).checks}
    told = SINGLE.verify(SINGLE.parse_bundle(to_bytes(bundle)))["checks"]
    assert {name: status for name, (status, _) in found.items()} == {one["name"]: one["status"] for one in told}
    return found, {name for name, (status, _) in found.items() if status == "failed"}


def test_batches_that_follow_each_other_pass_and_what_is_not_here_is_said() -> None:
    """The records stay with the gateway: the objects are withheld, and no verifier says otherwise."""
    found, failed = both(written(whole()))

    assert failed == set()
    sealed = "9 sealed records of 2 segments, no hole, 1 batches with a gap on record"
    assert found["producers"] == ("passed", f"1 producer, no gap; {sealed}")
    assert found["objects"][0] == "not done"
    assert "3 withheld" in found["objects"][1]


def altered(place: int, **changes: Any) -> list[tuple[dict[str, Any], bytes]]:
    batches = whole()
    batches[place] = ({**batches[place][0], **changes}, batches[place][1])
    return batches


TAMPERED = {
    "a batch left out": [whole()[0], *whole()[2:], whole()[1]][1:],
    "the first left out": whole()[1:],
    "two in another order": whole()[::-1],
    "one twice": [*whole(), whole()[2]],
    "a number skipped": altered(2, first=6, count=2),
    "another head before": altered(2, before="c" * 64),
    "another head at the start": altered(0, before="c" * 64),
    "another place": altered(2, offset=len(RANGES[0]) + 1),
    "another worker": altered(2, worker="w9"),
    "another count": altered(2, count=2),
    "nothing in it": altered(2, last=4, count=0),
    "a size that leaves a hole": [(whole()[0][0], b"shorter"), *whole()[1:]],
    "a name with a path": altered(0, segment="../x"),
    "a head that is none": altered(2, after="C" * 64),
    "a flag that is a number": altered(2, gap=1),
    "a number that is text": altered(2, first="5"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_hole_between_batches_is_found_by_both_verifiers(name: str) -> None:
    """Signed as it should be, by whoever holds the gateway's key: the chain of batches does not hold."""
    assert "producers" in both(written(TAMPERED[name]))[1]


def test_only_the_role_of_a_gateway_signs_batches() -> None:
    """A key of the ring in another role does not, nor does one outside; and an unsigned one does not count."""
    assert "authors" in both(written(whole(), RSO))[1]
    assert "authors" in both(written(whole(), FakeSigner("northlight/stranger")))[1]


def test_a_changed_batch_is_found_by_its_one_signature() -> None:
    """One signature covers the whole range: its digest, its numbers, its heads."""
    entries = written(whole())
    changed = entries[2].replace(hashlib.sha256(RANGES[1]).hexdigest().encode(), b"d" * 64)

    assert changed != entries[2]
    assert "authors" in both([*entries[:2], changed])[1]


def test_chosen_entries_show_no_chain() -> None:
    """What a part of the log cannot show is not done."""
    assert both(written(whole()), chosen=(1, 2))[0]["producers"][0] == "not done"


def test_batches_are_found_by_segment() -> None:
    """In order, each with its entry."""
    entries = [parse_entry(data, index=n) for n, data in enumerate(written(whole()))]

    assert {name: [batch.last for _, batch in of] for name, of in batches_in(entries).items()} == {
        ONE: [4, 7],
        OTHER: [0],
    }
    with pytest.raises(VerificationFailed):
        batches_in(entries[1:])
