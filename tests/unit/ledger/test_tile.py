# SPDX-License-Identifier: Apache-2.0
"""Tiles and entry bundles at their limits (L-5); their laws are in tests/property/test_merkle_laws.py."""

from __future__ import annotations

import pytest

from ruleout.errors import VerificationFailed
from ruleout.ledger.tile import pack_bundle, unpack_bundle, unpack_tile


def test_an_entry_too_long_for_its_length_is_refused() -> None:
    """65,535 bytes fit behind 16 bits; one more does not."""
    assert 65537 == len(pack_bundle([bytes(65535)]))
    with pytest.raises(ValueError, match="at most 65535"):
        pack_bundle([bytes(65536)])


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x01", b"\x00\x00\x00"])
def test_bundles_that_do_not_end_with_their_entry_are_refused(data: bytes) -> None:
    """A length cut short, an entry cut short and a byte too many are refused."""
    with pytest.raises(VerificationFailed) as caught:
        unpack_bundle(data, 1)

    assert "tile" == caught.value.check


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_tiles_of_another_length_are_refused(size: int) -> None:
    """A tile of one hash has 32 bytes."""
    with pytest.raises(VerificationFailed):
        unpack_tile(bytes(size), 1)
