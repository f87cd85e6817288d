# SPDX-License-Identifier: Apache-2.0
"""Unlocking a private key: from the environment for machines, from its encrypted file for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ruleout.adapters.disclosure_store import fresh_salt
from ruleout.adapters.keys import KeySigner, create_key, key_from_seed, load_key, read_key
from ruleout.app.settings import Settings
from ruleout.errors import KeyUnavailable
from ruleout.ledger.disclosure import Salt

#: Asks a person for the passphrase of the named key; raises KeyUnavailable where nobody can be asked.
Ask = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The secrets of this run: where private keys are, whom to ask for a passphrase, and what draws salts."""

    settings: Settings
    ask: Ask
    salt: Salt = fresh_salt

    def unlock(self, name: str, *, signs_as: str | None = None) -> KeySigner:
        """Return the named key, under the name it signs with. Effect: reads the key's file, may ask.

        Raises:
            KeyUnavailable: there is no such key or it cannot be unlocked.
        """
        seed = self.settings.seed(name)
        if seed is not None:
            key = key_from_seed(name, seed)
        else:
            read_key(name, self.settings.keys_folder)  # nobody is asked for the passphrase of a key that is not there
            key = load_key(name, self.settings.keys_folder, self._passphrase(name))
        return key.named(signs_as or name)

    def create(self, name: str, *, signs_as: str | None = None) -> KeySigner:
        """Make a key and keep it encrypted outside the workspace; a seed in the environment is used as it is.

        Effect: draws randomness, writes the key's file, may ask.
        """
        seed = self.settings.seed(name)
        if seed is not None:
            key = key_from_seed(name, seed)
        else:
            key = create_key(name, self.settings.keys_folder, self._new_passphrase(name))
        return key.named(signs_as or name)

    def _new_passphrase(self, name: str) -> str:
        """A passphrase that a person types is typed twice: with a slip in it the key could never be used."""
        given = self.settings.passphrase()
        if given is not None:
            return given
        first, second = self.ask(name), self.ask(f"{name}, again")
        if first != second:
            raise KeyUnavailable("the two passphrases differ", hint="Try again; no key was made.")
        return first

    def _passphrase(self, name: str) -> str:
        given = self.settings.passphrase()
        return self.ask(name) if given is None else given
