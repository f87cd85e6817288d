# SPDX-License-Identifier: Apache-2.0
"""Bundles and their verification (L-9, L-10)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from tests.ledger_builders import CEO, KEYRING, LOG, OBJECT, ORIGIN, RSO, bundle_of, chain, checkpoint_of, draft, ref

from ruleout.errors import VerificationFailed
from ruleout.ledger.bundle import Bundle, BundledEntry, Earlier, build_bundle, parse_bundle, to_bytes
from ruleout.ledger.entry import EntryType
from ruleout.ledger.entry import to_bytes as entry_bytes
from ruleout.ledger.keyring import keyring_bytes, keyring_from
from ruleout.ledger.merkle import consistency_proof, levels_of
from ruleout.ledger.signing import Holder, sign_entry
from ruleout.ledger.verify import NOT_REPLAYED, OWN_KEYS, OWN_RING, UNWITNESSED, Level, Status, verify_bundle
from ruleout.model.canonical import canonical, parse_canonical

KINDS = (EntryType.FRAMEWORK, EntryType.EVIDENCE, EntryType.DETERMINATION, EntryType.DECISION, EntryType.EVIDENCE)
ENTRIES = chain(KINDS)
FULL = bundle_of(ENTRIES, earlier=checkpoint_of(ENTRIES[:3]))
PROOFS = bundle_of(ENTRIES, chosen=(3, 0))


def statuses(bundle: Bundle, **keys: Any) -> dict[str, str]:
    return {check.name: check.status.value for check in verify_bundle(bundle, **keys).checks}


def failed(bundle: Bundle) -> set[str]:
    report = verify_bundle(bundle)
    assert report.has_failed == (Level.NONE is report.level)
    return {check.name for check in report.checks if check.status is Status.FAILED}


@pytest.mark.parametrize("bundle", [FULL, PROOFS, bundle_of([], objects={})], ids=["full", "proofs", "empty"])
def test_a_bundle_is_read_as_it_was_written(bundle: Bundle) -> None:
    """Reading gives the same bundle and the same bytes."""
    data = to_bytes(bundle)

    assert bundle == parse_bundle(data)
    assert data == to_bytes(parse_bundle(data))


def test_a_full_bundle_reaches_the_full_audit() -> None:
    """Everything that can be checked passes, and what cannot is named."""
    report = verify_bundle(FULL, vkeys=[LOG.key], keyring=KEYRING)
    not_done = {check.name for check in report.checks if check.status is Status.NOT_DONE}

    assert Level.FULL_AUDIT is report.level
    assert {"keyring", "witnesses", "decisions"} == not_done
    assert (UNWITNESSED, NOT_REPLAYED) == report.caveats


def test_chosen_entries_reach_inclusion_and_claim_no_more() -> None:
    """Proofs show entries in their place; that they are all, or chained, is not done."""
    report = verify_bundle(PROOFS)
    ended = statuses(PROOFS)

    assert Level.INCLUSION is report.level
    assert ("passed", "not done", "not done") == (ended["inclusion"], ended["full-audit"], ended["producers"])
    assert ("passed", "passed") == (ended["authors"], ended["objects"])


def test_an_earlier_checkpoint_is_shown_to_be_contained() -> None:
    """With an earlier checkpoint chosen entries reach consistency, also from the empty log."""
    assert Level.CONSISTENCY is verify_bundle(bundle_of(ENTRIES, chosen=(1,), earlier=checkpoint_of(ENTRIES[:2]))).level
    assert "passed" == statuses(bundle_of(ENTRIES, earlier=checkpoint_of([])))["consistency"]
    assert "passed" == statuses(bundle_of(ENTRIES, earlier=checkpoint_of(ENTRIES)))["consistency"]


def test_no_entry_reaches_the_signature_only() -> None:
    """A bundle of nothing chosen shows a signed checkpoint and nothing else."""
    assert Level.SIGNATURE is verify_bundle(bundle_of(ENTRIES, chosen=())).level


def test_the_report_says_whose_keys_were_used() -> None:
    """Keys out of the bundle itself are named as such."""
    assert {OWN_KEYS, OWN_RING} < set(verify_bundle(FULL).caveats)
    assert OWN_KEYS not in verify_bundle(FULL, vkeys=[LOG.key]).caveats


def test_keys_the_verifier_knows_count_instead_of_the_bundles() -> None:
    """A bundle signed by another log key, or authors of another ring, fails against what the verifier knows."""
    assert "failed" == statuses(FULL, vkeys=[RSO.key])["signature"]
    assert "not done" == statuses(FULL, vkeys=[RSO.key])["full-audit"]
    assert "failed" == statuses(FULL, keyring={})["authors"]


def with_entry(index: int, data: bytes) -> Bundle:
    entries = list(FULL.entries)
    entries[index] = replace(entries[index], data=data)
    return replace(FULL, entries=tuple(entries))


TAMPERED = {
    "checkpoint by another key": (replace(FULL, checkpoint=checkpoint_of(ENTRIES, signer=CEO)), {"signature"}),
    "checkpoint of another log": (replace(FULL, origin="example.org/other"), {"signature"}),
    "checkpoint of another size": (
        replace(FULL, checkpoint=checkpoint_of(ENTRIES[:4])),
        {"inclusion", "full-audit", "consistency"},
    ),
    "an entry left out": (replace(FULL, entries=FULL.entries[:4]), {"inclusion", "full-audit"}),
    "an entry more": (
        replace(FULL, entries=(*FULL.entries, FULL.entries[4])),
        {"inclusion", "full-audit", "producers"},
    ),
    "an entry changed": (with_entry(4, ENTRIES[4].replace(b"trial", b"trail")), {"inclusion", "full-audit"}),
    "an entry not canonical": (with_entry(4, ENTRIES[4] + b" "), {"entries", "inclusion", "full-audit"}),
    "a proof bit": (
        replace(PROOFS, entries=(replace(PROOFS.entries[0], proof=(bytes(32), *PROOFS.entries[0].proof[1:])),)),
        {"inclusion"},
    ),
    "a proof for another index": (replace(PROOFS, entries=(replace(PROOFS.entries[0], index=1),)), {"inclusion"}),
    "proofs out of order": (replace(PROOFS, entries=PROOFS.entries[::-1]), {"inclusion"}),
    "an earlier fork": (
        replace(FULL, earlier=Earlier(checkpoint=checkpoint_of([b"x"]), proof=FULL.earlier.proof)),
        {"consistency"},
    ),
    "an earlier other root": (
        replace(FULL, earlier=replace(FULL.earlier, checkpoint=checkpoint_of([b"x", *ENTRIES[1:3]]))),
        {"consistency"},
    ),
    "an earlier empty tree with a proof": (
        replace(FULL, earlier=Earlier(checkpoint=checkpoint_of([]), proof=(bytes(32),))),
        {"consistency"},
    ),
    "an earlier larger log": (
        replace(FULL, earlier=Earlier(checkpoint=checkpoint_of([*ENTRIES, b"x"]), proof=())),
        {"consistency"},
    ),
    "an earlier checkpoint by a stranger": (
        replace(FULL, earlier=replace(FULL.earlier, checkpoint=checkpoint_of(ENTRIES[:3], signer=CEO))),
        {"consistency"},
    ),
    "an object changed": (replace(FULL, objects={ref().sha256: OBJECT + b"x"}), {"objects"}),
    "a holder missing": (replace(FULL, keyring=()), {"authors"}),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_each_kind_of_tampering_fails_its_check(name: str) -> None:
    """Every change is found by the checks that it concerns, and by no others."""
    bundle, expected = TAMPERED[name]

    assert expected == failed(bundle)


def chained(*drafts: Any) -> Bundle:
    return bundle_of([entry_bytes(entry) for entry in drafts])


def test_gaps_and_repetitions_in_a_producers_chain_fail() -> None:
    """A number left out, a wrong predecessor or an id that comes twice fails; two producers do not disturb each other."""
    first = draft(id="a")
    prev = hashlib.sha256(entry_bytes(first)).hexdigest()

    assert {"producers"} == failed(chained(first, draft(id="b", pseq=2, prev=prev)))
    assert {"producers"} == failed(chained(first, draft(id="b", pseq=1, prev="0" * 64)))
    assert {"producers"} == failed(chained(first, draft(id="b")))
    assert {"producers"} == failed(chained(first, draft(id="a", pseq=1, prev=prev)))
    assert set() == failed(chained(first, draft(id="b", producer="other"), draft(id="c", pseq=1, prev=prev)))


def test_an_object_of_another_size_than_stated_fails() -> None:
    """The digest alone does not do: the size is stated too."""
    assert {"objects"} == failed(chained(draft(refs=(replace(ref(), size=1),))))


def test_missing_objects_are_counted_and_not_passed() -> None:
    """What is not in the bundle is not done, and says how many."""
    report = verify_bundle(bundle_of(ENTRIES, objects={}))
    check = next(check for check in report.checks if check.name == "objects")

    assert (Status.NOT_DONE, True) == (check.status, check.detail.endswith("1 withheld, unexplained"))


def test_an_unsigned_determination_fails_its_author() -> None:
    """A whole bundle fails where one author is missing."""
    assert {"authors"} == failed(chained(draft(EntryType.DETERMINATION)))
    assert set() == failed(chained(sign_entry(draft(EntryType.DETERMINATION), RSO)))


def test_no_bundle_is_made_that_would_not_verify() -> None:
    """Other entries, a foreign checkpoint, a later `earlier` or an index out of range make no bundle."""
    for build in (
        lambda: build_bundle(checkpoint_of(ENTRIES), ENTRIES[:4], origin=ORIGIN, vkeys=[LOG.key]),
        lambda: build_bundle(checkpoint_of(ENTRIES), [b"x", *ENTRIES[1:]], origin=ORIGIN, vkeys=[LOG.key]),
        lambda: build_bundle(checkpoint_of(ENTRIES), ENTRIES, origin=ORIGIN, vkeys=[CEO.key]),
        lambda: bundle_of(ENTRIES[:2], earlier=checkpoint_of(ENTRIES)),
    ):
        with pytest.raises(VerificationFailed):
            build()
    with pytest.raises(ValueError, match="index 5"):
        bundle_of(ENTRIES, chosen=(5,))
    with pytest.raises(ValueError, match="old 4"):
        consistency_proof(levels_of([bytes(32)] * 3), 4, 3)


def test_a_bundle_of_a_longer_log_stops_at_its_checkpoint() -> None:
    """Entries behind the checkpoint's size are left out."""
    bundle = build_bundle(checkpoint_of(ENTRIES[:2]), ENTRIES, origin=ORIGIN, vkeys=[LOG.key])

    assert [0, 1] == [entry.index for entry in bundle.entries]


@pytest.mark.parametrize(
    "fields",
    [
        {"format": "ruleout-bundle/3"},
        {"audience": "friends"},
        {"disclosures": {}},
        {"disclosures": [1]},
        {"policy": 1},
        {"format": "ruleout-bundle/1"},
        {"mode": "all"},
        {"origin": 1},
        {"checkpoint": None},
        {"vkeys": "x"},
        {"vkeys": [1]},
        {"vkeys": ["x"]},
        {"entries": {}},
        {"entries": [1]},
        {"mode": "proofs"},
        {"mode": "proofs", "entries": [{"index": -1, "entry": "", "proof": []}]},
        {"mode": "proofs", "entries": [{"index": 0, "entry": 1, "proof": []}]},
        {"mode": "proofs", "entries": [{"index": 0, "entry": "", "proof": ["AA=="]}]},
        {"mode": "proofs", "entries": [{"index": 0, "entry": "", "proof": ["*"]}]},
        {"mode": "proofs", "entries": [{"index": 0, "entry": "", "proof": ["A"] * 65}]},
        {"earlier": {}},
        {"earlier": {"checkpoint": 1, "proof": []}},
        {"objects": []},
        {"objects": {"x": ""}},
        {"objects": {"0" * 64: 1}},
        {"objects": {"0" * 64: "AA"}},
        {"keyring": {}},
        {"keyring": [1]},
        {"keyring": [{"vkey": str(CEO.key), "person": "p", "roles": [], "from": "today"}]},
        {"keyring": [{"vkey": str(CEO.key), "person": "p", "roles": ["a"], "from": "2026-01-01T00:00:00Z"}] * 2},
        {"more": 1},
    ],
    ids=str,
)
def test_what_is_no_bundle_is_refused(fields: dict[str, Any]) -> None:
    """Other shapes are refused as a bundle or as a key, never half read."""
    data = canonical({**parse_canonical(to_bytes(FULL)), **fields})
    with pytest.raises(VerificationFailed) as caught:
        parse_bundle(data)

    assert caught.value.check in ("bundle", "key")


def test_a_reformatted_bundle_is_refused() -> None:
    """A bundle has one spelling."""
    with pytest.raises(VerificationFailed) as caught:
        parse_bundle(to_bytes(FULL).replace(b',"earlier"', b', "earlier"'))

    assert "canonical" == caught.value.check


def test_entries_that_are_no_entries_are_refused_and_the_rest_is_still_checked() -> None:
    """A log of other things passes the audit of its bytes and fails the schema."""
    bundle = replace(bundle_of(ENTRIES), checkpoint=checkpoint_of([b"x"]), entries=(BundledEntry(index=0, data=b"x"),))
    ended = statuses(bundle)

    assert ("failed", "passed", "not done") == (ended["entries"], ended["full-audit"], ended["authors"])


def keyed(keyring: dict[str, Holder] = KEYRING, *, named: dict[str, Holder] = KEYRING) -> Bundle:
    """A bundle with `keyring` whose one key entry names the keyring `named`."""
    held = keyring_bytes(named.values())
    entry = draft(EntryType.KEY, refs=(ref(held, "keyring"),))
    objects = {ref(held).sha256: held}
    return bundle_of([entry_bytes(sign_entry(entry, CEO))], keyring=keyring, objects=objects)


def test_the_keyring_is_the_one_the_last_key_entry_names() -> None:
    """A changed person or role, which no signature covers, is found; chosen entries cannot show it."""
    ceo = KEYRING[CEO.key.key_id]

    assert "passed" == statuses(keyed())["keyring"]
    for changed in (
        replace(ceo, person="P. rso"),
        replace(ceo, roles=("ceo", "board")),
        replace(ceo, since="2025-01-01T00:00:00Z"),
    ):
        assert {"keyring"} == failed(keyed({**KEYRING, CEO.key.key_id: changed}))
    assert {"keyring"} == failed(keyed({CEO.key.key_id: ceo}))
    assert "not done" == statuses(PROOFS)["keyring"]


def test_a_keyring_reads_back_from_its_bytes_and_nothing_else_does() -> None:
    """What a key entry names is a keyring again; anything else is refused."""
    assert KEYRING == keyring_from(keyring_bytes(KEYRING.values()))
    for wrong in (b"{}", b"[1]", b'[{"from":"","person":"","roles":[],"vkey":""}]'):
        with pytest.raises(VerificationFailed):
            keyring_from(wrong)
