# SPDX-License-Identifier: Apache-2.0
"""Disclosures beside the log (L-4): kept whole, removed for good, and a damaged file is said to be one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ruleout.adapters.disclosure_store import FOLDER, fresh_salt, get_disclosures, put_disclosures, remove_disclosures
from ruleout.errors import LedgerError
from ruleout.ledger.disclosure import digest_of_disclosure, reveal, seal

MADE = seal({"name": "Ada", "days": [3, 4]}, salt=fresh_salt)
TEXTS = (*MADE.disclosures.values(), *MADE.decoys.values())


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    put_disclosures(tmp_path, {"lab/1": TEXTS})
    assert reveal(MADE.digests, get_disclosures(tmp_path, "lab/1")) == {"name": "Ada", "days": (3, 4)}
    assert get_disclosures(tmp_path, "lab/2") == {}


def test_what_is_removed_is_in_no_file(tmp_path: Path) -> None:
    """Value and salt are gone from every file; the others stand."""
    put_disclosures(tmp_path, {"lab/1": TEXTS})
    [gone] = [digest for digest, path in MADE.paths.items() if path == "name"]
    assert remove_disclosures(tmp_path, "lab/1", {gone}) == 1
    assert remove_disclosures(tmp_path, "lab/1", {gone}) == 0
    kept = "".join(file.read_text() for file in (tmp_path / FOLDER).rglob("*.json"))
    assert MADE.disclosures[gone] not in kept
    assert gone not in map(digest_of_disclosure, get_disclosures(tmp_path, "lab/1").values())


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b'{"disclosures":[],"entry":"lab/2","format":"x"}'])
def test_a_damaged_file_is_said_to_be_one(tmp_path: Path, damage: bytes) -> None:
    put_disclosures(tmp_path, {"lab/1": TEXTS})
    [file] = (tmp_path / FOLDER).rglob("*.json")
    file.write_bytes(damage)
    with pytest.raises(LedgerError, match="lab/1"):
        get_disclosures(tmp_path, "lab/1")


def test_salts_are_of_128_bits_and_differ() -> None:
    salts = {fresh_salt() for _ in range(1000)}
    assert len(salts) == 1000
    assert {len(salt) for salt in salts} == {22}
