# SPDX-License-Identifier: Apache-2.0
"""Private keys: encrypted at rest, unlocked by their passphrase alone, never shown."""

import base64
import json
import os
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ruleout.adapters import keys
from ruleout.adapters.keys import create_key, key_from_seed, key_path, load_key
from ruleout.errors import KeyUnavailable, RuleoutError

PASSPHRASE = "eleven green umbrellas"
SEED = bytes(range(32))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the key `ada`; nothing here changes it."""
    place = tmp_path_factory.mktemp("keys") / "below" / "here"
    create_key("ada", place, PASSPHRASE)
    return place


def test_a_key_comes_back_as_it_was_made(folder):
    """The unlocked key signs, and its public part is that of the file."""
    first, second = load_key("ada", folder, PASSPHRASE), load_key("ada", folder, PASSPHRASE)

    assert first.public_key == second.public_key
    Ed25519PublicKey.from_public_bytes(first.public_key).verify(second.sign(b"message"), b"message")
    assert len(first.sign(b"message")) == 64


def test_the_file_is_private_and_holds_neither_seed_nor_passphrase(folder):
    """Mode 0600 in a folder of mode 0700, and no form of the secrets in its bytes."""
    file = folder / "ada.key"
    data = file.read_bytes()
    private = load_key("ada", folder, PASSPHRASE)._private
    seed = private.private_bytes_raw()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for secret in (seed, seed.hex().encode(), base64.b64encode(seed), PASSPHRASE.encode()):
        assert secret not in data


def test_two_keys_under_one_passphrase_share_nothing(folder, tmp_path):
    """Salt, nonce and key are drawn anew for each."""
    create_key("ada", tmp_path, PASSPHRASE)
    one, other = (json.loads((place / "ada.key").read_bytes()) for place in (folder, tmp_path))

    assert all(one[part] != other[part] for part in ("salt", "nonce", "sealed"))


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE.upper(), PASSPHRASE + " "])
def test_a_wrong_passphrase_unlocks_nothing(folder, passphrase):
    """And neither is repeated."""
    with pytest.raises(KeyUnavailable) as caught:
        load_key("ada", folder, passphrase)

    assert "wrong passphrase or damaged file" in str(caught.value)
    assert not passphrase or passphrase not in str(caught.value)


@pytest.mark.parametrize("passphrase", ["", "short", "eleven chrs"])
def test_a_short_passphrase_makes_no_key(tmp_path, passphrase):
    """Nothing is written, not even the folder."""
    with pytest.raises(KeyUnavailable, match="at least 12 characters"):
        create_key("ada", tmp_path / "keys", passphrase)

    assert not (tmp_path / "keys").exists()


def test_bytes_that_are_no_text_make_a_passphrase_too(tmp_path):
    """An environment may hold any bytes; they reach us as surrogates."""
    passphrase = os.fsdecode(b"twelve bytes \xff\xfe")

    made = create_key("ada", tmp_path, passphrase)

    assert load_key("ada", tmp_path, passphrase).public_key == made.public_key


def test_a_key_is_never_replaced(folder):
    """A second key of the same name is refused, and the first still unlocks."""
    before = (folder / "ada.key").read_bytes()
    with pytest.raises(RuleoutError, match="exists already"):
        create_key("ada", folder, PASSPHRASE)

    assert (folder / "ada.key").read_bytes() == before


def test_a_missing_key_says_how_to_make_one(tmp_path):
    """The name, the folder and the command."""
    with pytest.raises(KeyUnavailable, match="no key 'bea'") as caught:
        load_key("bea", tmp_path, PASSPHRASE)

    assert "ruleout key new bea" in caught.value.hint


def damaged(folder, change):
    held = json.loads((folder / "ada.key").read_bytes())
    change(held)
    return json.dumps(held, sort_keys=True, separators=(",", ":")).encode()


DAMAGES = {
    "empty": lambda f: b"",
    "text": lambda f: b"-----BEGIN PRIVATE KEY-----",
    "a list": lambda f: b"[]",
    "a number": lambda f: b"7",
    "other format": lambda f: damaged(f, lambda h: h.update(format="ruleout-key/2", sealed=h["sealed"][2:])),
    "no salt": lambda f: damaged(f, lambda h: h.pop("salt")),
    "odd nonce": lambda f: damaged(f, lambda h: h.update(nonce="00")),
    "no hex": lambda f: damaged(f, lambda h: h.update(sealed="zz")),
    "a number as salt": lambda f: damaged(f, lambda h: h.update(salt=7)),
    "one bit": lambda f: damaged(f, lambda h: h.update(sealed=f"{int(h['sealed'][:2], 16) ^ 1:02x}" + h["sealed"][2:])),
    "too large": lambda f: b" " * 20_000,
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_unlocks_nothing_and_does_not_crash(folder, tmp_path, name):
    """Whatever the file holds, the answer is a named refusal."""
    (tmp_path / "ada.key").write_bytes(DAMAGES[name](folder))

    with pytest.raises(RuleoutError):
        load_key("ada", tmp_path, PASSPHRASE)


def test_a_key_file_under_another_name_does_not_unlock(folder, tmp_path):
    """The name is bound to the secret: one person's key cannot pose as another's."""
    (tmp_path / "bea.key").write_bytes((folder / "ada.key").read_bytes())

    with pytest.raises(KeyUnavailable, match="'bea'"):
        load_key("bea", tmp_path, PASSPHRASE)


@pytest.mark.parametrize("name", ["", "-", "../ada", "Ada", "ada.key", "ada/bea", "ada bea", "ådа", "ada\n"])
def test_a_name_that_is_no_id_never_becomes_a_path(tmp_path, name):
    """Only a-z, 0-9 and hyphens."""
    with pytest.raises(RuleoutError):
        key_path(tmp_path, name)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """A file stands in its place."""
    (tmp_path / "keys").write_text("x", encoding="utf-8")

    with pytest.raises(RuleoutError, match="keys"):
        create_key("ada", tmp_path / "keys", PASSPHRASE)


def test_a_seed_gives_the_same_key_everywhere():
    """The seed of the environment is the Ed25519 seed."""
    expected = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()

    assert key_from_seed("ci", base64.b64encode(SEED).decode()).public_key == expected


@pytest.mark.parametrize(
    "text", ["", "abc", "====", base64.b64encode(SEED[:31]).decode(), base64.b64encode(SEED * 2).decode()]
)
def test_a_seed_that_is_none_is_refused_and_not_repeated(text):
    """Only the key's name stands in the message."""
    with pytest.raises(KeyUnavailable, match="'ci'") as caught:
        key_from_seed("ci", text)

    assert not text or text not in str(caught.value) + caught.value.hint


def test_a_signer_shows_its_name_only():
    """Neither `repr` nor `str` nor a traceback's locals show a secret."""
    signer = key_from_seed("ci", base64.b64encode(SEED).decode())

    for shown in (repr(signer), str(signer), repr(signer.named("other")), f"{[signer]}"):
        assert base64.b64encode(SEED).decode() not in shown
        assert SEED.hex() not in shown
        assert "_private" not in shown
    assert repr(signer) == "KeySigner(name='ci')"


def test_the_cost_of_guessing_is_as_documented():
    """64 MiB and 2^16 rounds per guess; a cheaper setting would be a change of the format."""
    assert keys._COST == {"n": 65536, "r": 8, "p": 1}
    assert 128 * keys._COST["n"] * keys._COST["r"] == 64 * 1024 * 1024
