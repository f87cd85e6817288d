# SPDX-License-Identifier: Apache-2.0
"""The keyring as a file: what is written is read back, whatever the words."""

import pytest
from tests.ledger_builders import CEO, RSO

from ruleout.app.keyring import KeptKeyring, read_keyring, write_keyring
from ruleout.errors import BadInput, RuleoutError
from ruleout.ledger import Holder

WORDS = [
    "ada",
    "no",
    "null",
    "true",
    "123",
    "1e3",
    "0x1f",
    "ünal",
    'a "quoted" name',
    "a: b",
    "- x",
    "#hash",
    "back\\slash",
]


def holder(signer, person="ada", roles=("ceo",)):
    return Holder(key=signer.key, person=person, roles=roles, since="2026-01-01T00:00:00Z")


def ring(*holders):
    return {h.key.key_id: h for h in holders}


@pytest.mark.parametrize("word", WORDS)
def test_a_keyring_comes_back_as_it_was(tmp_path, word):
    """Also where a bare word would be a flag, a number, a comment or another structure."""
    file, made = tmp_path / "keyring.yaml", ring(holder(CEO, word), holder(RSO, "bea", ("rso", "no", "null")))

    write_keyring(file, made)

    assert read_keyring(file) == made


def test_an_empty_keyring_comes_back_empty(tmp_path):
    """As a new workspace has it."""
    write_keyring(tmp_path / "keyring.yaml", {})

    assert read_keyring(tmp_path / "keyring.yaml") == {}


def test_every_problem_of_a_keyring_is_found_with_its_place(tmp_path):
    """Two keys that are none, each on its own line."""
    file = tmp_path / "keyring.yaml"
    write_keyring(file, ring(holder(CEO), holder(RSO)))
    file.write_text(file.read_text(encoding="utf-8").replace("northlight/", "southdark/"), encoding="utf-8")

    with pytest.raises(BadInput) as caught:
        read_keyring(file)

    assert [(p.where.line, p.where.path) for p in caught.value.problems] == [
        (3, "$.keys[0].vkey"),
        (7, "$.keys[1].vkey"),
    ]


def test_a_key_that_stands_twice_is_refused(tmp_path):
    """Which of two persons would it be?"""
    file = tmp_path / "keyring.yaml"
    write_keyring(file, ring(holder(CEO)))
    text = file.read_text(encoding="utf-8")
    file.write_text(text + text.partition("keys:\n")[2].replace("ada", "bea"), encoding="utf-8")

    with pytest.raises(RuleoutError, match="twice"):
        read_keyring(file)


def test_a_kept_keyring_is_read_once_for_each_file(tmp_path):
    """A kill does not wait while a long keyring is read that was read before; a changed one is never overlooked."""
    file = tmp_path / "keyring.yaml"
    write_keyring(file, ring(holder(CEO)))
    kept = KeptKeyring(file)
    first = kept()
    assert kept() is first
    write_keyring(file, ring(holder(RSO)))
    assert kept().keys() == ring(holder(RSO)).keys()


def test_a_kept_keyring_that_cannot_be_read_is_not_that_of_before(tmp_path):
    file = tmp_path / "keyring.yaml"
    write_keyring(file, ring(holder(CEO)))
    kept = KeptKeyring(file)
    before = kept()
    good = file.read_bytes()
    file.write_text("keys: nonsense\n", "utf-8")
    for _ in range(2):
        with pytest.raises(BadInput):
            kept()
    file.unlink()
    with pytest.raises(RuleoutError):
        kept()
    file.write_bytes(good)
    assert kept() == before
