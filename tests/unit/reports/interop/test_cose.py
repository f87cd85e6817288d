# SPDX-License-Identifier: Apache-2.0
"""COSE receipts: read and checked by `scitt_cose` and `cbor2`, which share no code with us (A-10, L-10)."""

import cbor2
import pytest
import scitt_cose
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger_builders import FakeSigner

from ruleout.ledger.merkle import inclusion_proof, leaf_hash, levels_of, root_at
from ruleout.reports.interop.cose import Inclusion, encode, receipt

LOG = FakeSigner("lab.example/record")
PEM = Ed25519PublicKey.from_public_bytes(LOG.public_key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
ENTRIES = [f"entry {n}".encode() for n in range(40)]


def receipt_of(index, size, signer=LOG):
    levels = levels_of(leaf_hash(entry) for entry in ENTRIES[:size])
    path = inclusion_proof(levels, index, size)
    return receipt(Inclusion(entry=f"e/{index}", index=index, size=size, root=root_at(levels, size), path=path), signer)


def checked(data, entry, pem=PEM):
    return scitt_cose.verify_receipt(data, leaf_entry_hex=entry.hex(), log_public_key_pem=pem)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33, 40])
def test_another_library_accepts_every_entry_at_every_size(size):
    """And reads size, place, issuer and subject."""
    for index in range(size):
        result = checked(receipt_of(index, size), ENTRIES[index])

        assert result.ok, result.errors
        assert (result.tree_size, result.leaf_index) == (size, index)
        assert (result.issuer, result.subject) == ("lab.example/record", f"e/{index}")


def test_another_entry_another_key_and_any_flipped_bit_are_refused():
    """A receipt that cannot fail proves nothing."""
    data = receipt_of(5, 33)
    stranger = Ed25519PublicKey.from_public_bytes(FakeSigner("x").public_key)
    other = stranger.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    assert not checked(data, ENTRIES[6]).ok
    assert not checked(data, ENTRIES[5], other).ok
    for place in range(len(data)):
        flipped = bytes([*data[:place], data[place] ^ 1, *data[place + 1 :]])
        assert not checked(flipped, ENTRIES[5]).ok, place


#: Lengths on both sides of every width of a head.
BYTES = st.integers(0, 300).map(lambda n: bytes(n % 256 for n in range(n)))
TEXT = st.integers(0, 300).map(lambda n: "aé"[: n % 3] * n)
values = st.recursive(
    st.none() | st.integers(-(2**64), 2**64 - 1) | BYTES | TEXT,
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.integers(-70000, 70000), inner, max_size=30),
    max_leaves=20,
)


@settings(max_examples=50)
@given(values)
def test_our_cbor_is_read_as_it_was_meant_and_is_as_short_as_another_encoder_makes_it(value):
    """For every value we can be asked to write; only the order of keys differs, by the newer rule."""
    assert plain(cbor2.loads(encode(value))) == value
    assert len(cbor2.dumps(value, canonical=True)) == len(encode(value))


def plain(value):
    """Lists and dicts of what this version of `cbor2` gives back."""
    if hasattr(value, "items"):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def test_an_integer_too_large_is_refused():
    """Sixty-four bits, not one more."""
    with pytest.raises(ValueError, match="64 bits"):
        encode(2**64)
