# SPDX-License-Identifier: Apache-2.0
"""What the environment sets, and that showing it gives nothing away."""

import pytest

from ruleout.app.settings import from_environment
from ruleout.app.unlock import Keys
from ruleout.errors import KeyUnavailable

SECRET = "eleven green umbrellas"


def settings(**environment):
    return from_environment({"RULEOUT_KEYS": "keys", **environment})


def test_settings_and_keys_show_no_secret():
    """Neither passphrase nor seed stands in any form of the settings or of what holds them."""
    given = settings(RULEOUT_PASSPHRASE=SECRET, RULEOUT_KEY_CI="c2VlZA==")
    keys = Keys(settings=given, ask=lambda name: SECRET)

    for shown in (repr(given), str(given), repr(keys), f"{[keys]}"):
        assert SECRET not in shown
        assert "c2VlZA==" not in shown


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"RULEOUT_KEYS": "/a/keys", "XDG_CONFIG_HOME": "/x"}, "/a/keys"),
        ({"XDG_CONFIG_HOME": "/x"}, "/x/ruleout/keys"),
        ({"RULEOUT_KEYS": "", "XDG_CONFIG_HOME": "/x"}, "/x/ruleout/keys"),
    ],
)
def test_the_folder_of_keys_is_the_named_one_or_that_of_the_user(environment, folder):
    """An empty variable counts as none."""
    assert str(from_environment(environment).keys_folder) == folder


def test_a_seed_is_found_under_the_keys_name():
    """Hyphens become underscores; another name's seed is not taken."""
    given = settings(RULEOUT_KEY_LAB_LOG="seed")

    assert given.seed("lab-log") == "seed"
    assert given.seed("lab") is None


def test_without_any_passphrase_there_is_none():
    """None, not an empty one; an empty variable is an empty passphrase, which no key accepts."""
    assert settings().passphrase() is None
    assert settings(RULEOUT_PASSPHRASE="").passphrase() == ""


def typed(*answers):
    """Somebody who types these in turn."""
    rest = iter(answers)
    return lambda name: next(rest)


def test_a_new_keys_passphrase_is_typed_twice(tmp_path):
    """With a slip in one of them no key is made."""
    given = from_environment({"RULEOUT_KEYS": str(tmp_path / "keys")})

    with pytest.raises(KeyUnavailable, match="differ"):
        Keys(settings=given, ask=typed(SECRET, SECRET + "s")).create("ada")
    assert not (tmp_path / "keys").exists()

    made = Keys(settings=given, ask=typed(SECRET, SECRET)).create("ada")
    assert Keys(settings=given, ask=typed(SECRET)).unlock("ada", signs_as="origin").name == "origin"
    assert made.name == "ada"


def test_nobody_is_asked_for_the_passphrase_of_a_key_that_is_not_there(tmp_path):
    """A slip in a name is told as what it is, before anything is typed."""
    given = from_environment({"RULEOUT_KEYS": str(tmp_path / "keys")})

    with pytest.raises(KeyUnavailable, match="no key 'aad'"):
        Keys(settings=given, ask=typed()).unlock("aad")
