# SPDX-License-Identifier: Apache-2.0
"""Entries and authors' signatures (L-1, L-2, L-3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.ledger_builders import CEO, KEYRING, RSO, SUBJECTS, draft, ref, text64

from ruleout.errors import VerificationFailed
from ruleout.ledger.entry import SCHEMAS, EntryType, Signature, parse_entry, payload, to_bytes
from ruleout.ledger.signing import pre_authentication_encoding, sign_entry, verify_authors
from ruleout.model.canonical import canonical, parse_canonical

SIGNED = sorted((kind for kind in EntryType if SCHEMAS[kind].signed), key=lambda kind: kind.value)


def changed(**fields: Any) -> bytes:
    """The bytes of an evidence entry with fields replaced; `None` as a name's value removes nothing."""
    return canonical({**parse_canonical(to_bytes(draft())), **fields})


def refusal(data: bytes) -> str:
    with pytest.raises(VerificationFailed) as caught:
        parse_entry(data, index=0)
    return caught.value.check


@pytest.mark.parametrize("kind", EntryType)
def test_every_kind_comes_back_as_written(kind: EntryType) -> None:
    """An entry of each kind is read as it was written, at the index it is read for."""
    entry = sign_entry(draft(kind), CEO)
    read = parse_entry(to_bytes(entry), index=7)

    assert (7, to_bytes(entry)) == (read.index, read.data)
    assert entry == read.content


@pytest.mark.parametrize("kind", EntryType)
def test_every_field_of_a_schema_is_needed_and_no_other_is_taken(kind: EntryType) -> None:
    """Leaving out a required field or adding an unknown one refuses the entry; optional ones may be there."""
    schema, subject = SCHEMAS[kind], SUBJECTS[kind]
    for name in schema.required:
        with pytest.raises(VerificationFailed, match="a subject of"):
            to_bytes(draft(kind, subject={key: value for key, value in subject.items() if key != name}))
    with pytest.raises(VerificationFailed, match="a subject of"):
        to_bytes(draft(kind, subject={**subject, "secret": "x"}))
    assert to_bytes(draft(kind, subject={**subject, **dict.fromkeys(schema.optional, "x")}))


@pytest.mark.parametrize("kind", [kind for kind in EntryType if SCHEMAS[kind].least_refs])
def test_a_kind_about_something_names_it(kind: EntryType) -> None:
    """Where the schema wants a reference, an entry without one is refused."""
    with pytest.raises(VerificationFailed, match="at least 1 refs"):
        to_bytes(draft(kind, refs=()))


@pytest.mark.parametrize(
    "fields",
    [
        {"v": 2},
        {"v": True},
        {"_sd_alg": "md5"},
        {"type": "permit"},
        {"type": []},
        {"id": ""},
        {"id": "Ünïcode"},
        {"id": "x" * 201},
        {"id": 5},
        {"ts": "2026-03-01"},
        {"ts": "2026-02-30T00:00:00Z"},
        {"ts": "2026-03-01T12:00:00+00:00"},
        {"ts": "2026-03-01T12:00:00z"},
        {"producer": " "},
        {"pseq": -1},
        {"pseq": True},
        {"pseq": 1},
        {"prev": "0" * 64},
        {"prev": "0" * 63},
        {"prev": None},
        {"subject": []},
        {"subject": {"case": "c", "evidence": None}},
        {"subject": {"case": "c", "evidence": {}}},
        {"subject": {"case": "c", "evidence": [1]}},
        {"refs": {}},
        {"refs": [1]},
        {"refs": [{}]},
        {"refs": [{"name": "a", "sha256": "0" * 64, "size": -1, "media_type": "a/b"}]},
        {"refs": [{"name": "a", "sha256": "0" * 63, "size": 1, "media_type": "a/b"}]},
        {"refs": [{"name": "a", "sha256": "A" * 64, "size": 1, "media_type": "a/b"}]},
        {"refs": [{"name": "a", "sha256": "0" * 64, "size": 1, "media_type": "text"}]},
        {"refs": [{"name": "a", "sha256": "0" * 64, "size": 1, "media_type": "a/b"}] * 2},
        {"refs": [{"name": str(n), "sha256": "0" * 64, "size": 1, "media_type": "a/b"} for n in range(101)]},
        {"_sd": ["x"]},
        {"_sd": [1]},
        {"_sd": ["b" * 43, "a" * 43]},
        {"_sd": ["a" * 43, "a" * 43]},
        {"sigs": "x"},
        {"sigs": [{}]},
        {"sigs": [{"keyid": "x", "sig": "A" * 86 + "=="}]},
        {"sigs": [{"keyid": "x+00000000", "sig": "AA=="}]},
        {"more": 1},
    ],
    ids=str,
)
def test_fields_of_another_form_are_refused(fields: dict[str, Any]) -> None:
    """Each field has its form, and the entry is refused under the name of the check."""
    assert "entry" == refusal(changed(**fields))


def test_what_is_not_an_object_is_refused() -> None:
    """Canonical JSON of another shape is no entry; JSON that is not canonical is refused before."""
    assert "entry" == refusal(b"[]")
    assert "canonical" == refusal(to_bytes(draft()) + b" ")
    assert "canonical" == refusal(changed(id="x" * 33000))
    assert "canonical" == refusal(changed(subject={"case": [[["x"]]], "evidence": "e"}))


def test_salted_digests_are_kept() -> None:
    """Digests of disclosures stand in the entry, in order."""
    salted = ("a" * 43, "b" * 43)

    assert salted == parse_entry(to_bytes(draft(salted=salted)), index=0).content.salted


def test_the_pre_authentication_encoding_is_the_published_one() -> None:
    """Type and message stand behind their lengths, as the DSSE protocol's own example shows."""
    made = pre_authentication_encoding(b"hello world", payload_type="http://example.com/HelloWorld")

    assert b"DSSEv1 29 http://example.com/HelloWorld 11 hello world" == made


def test_signatures_cover_everything_but_signatures() -> None:
    """Two authors sign the same bytes, in any order; a changed field voids both."""
    entry = sign_entry(sign_entry(draft(EntryType.DECISION), CEO), RSO)

    assert payload(draft(EntryType.DECISION)) == payload(entry)
    assert ("P. ceo", "P. rso") == tuple(holder.person for holder in verify_authors(entry, KEYRING))
    for change in (
        {"id": "x"},
        {"ts": "2026-03-01T12:00:01Z"},
        {"refs": (ref(b"x"),)},
        {"producer": "x"},
        {"salted": ("a" * 43,)},
    ):
        with pytest.raises(VerificationFailed, match="wrong signature"):
            verify_authors(replace(entry, **change), KEYRING)


@pytest.mark.parametrize("kind", SIGNED)
def test_a_kind_with_an_author_must_be_signed(kind: EntryType) -> None:
    """An unsigned entry of a human or gate kind is refused; evidence may be unsigned."""
    with pytest.raises(VerificationFailed, match="to be signed"):
        verify_authors(draft(kind), KEYRING)
    assert () == verify_authors(draft(EntryType.EVIDENCE), KEYRING)


def test_a_signature_by_a_stranger_is_refused() -> None:
    """A key that is not in the ring counts for nothing, also on evidence."""
    with pytest.raises(VerificationFailed, match="a key of the keyring"):
        verify_authors(sign_entry(draft(), CEO), {})


def test_an_approval_needs_a_signer_of_its_role() -> None:
    """Signed by somebody else than the role it claims, an approval is refused."""
    approval = draft(EntryType.APPROVAL, refs=())

    assert verify_authors(sign_entry(approval, CEO), KEYRING)
    with pytest.raises(VerificationFailed, match="in role 'ceo'"):
        verify_authors(sign_entry(approval, RSO), KEYRING)


@pytest.mark.parametrize(
    ("ts", "since"),
    [("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000001Z"), ("2025-12-31T23:59:59.9Z", "2026-01-01T00:00:00Z")],
)
def test_a_key_counts_from_its_first_instant(ts: str, since: str) -> None:
    """An entry dated before its author's key counted is refused; at the very instant it is not."""
    entry = sign_entry(draft(ts=ts), CEO)
    holder = replace(KEYRING[CEO.key.key_id], since=since)

    with pytest.raises(VerificationFailed, match="from"):
        verify_authors(entry, {CEO.key.key_id: holder})
    assert verify_authors(entry, {CEO.key.key_id: replace(holder, since=ts)})


def test_a_key_signs_an_entry_once() -> None:
    """Signing twice with one key is refused when signing and when reading."""
    entry = sign_entry(draft(), CEO)

    with pytest.raises(VerificationFailed, match="has not signed yet"):
        sign_entry(entry, CEO)
    with pytest.raises(VerificationFailed, match="one signature per key"):
        verify_authors(replace(entry, sigs=entry.sigs * 2), KEYRING)


def test_a_signature_that_is_not_canonical_base64_is_refused() -> None:
    """Spare bits in the last character of a signature are refused."""
    entry = sign_entry(draft(), CEO)
    value = entry.sigs[0].value
    spare = value[:-3] + chr(ord(value[-3]) + 1) + "=="
    sig = Signature(key_id=CEO.key.key_id, value=spare)

    assert text64(bytes(64)) != spare
    with pytest.raises(VerificationFailed, match="wrong signature"):
        verify_authors(replace(entry, sigs=(sig,)), KEYRING)
