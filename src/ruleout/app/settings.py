# SPDX-License-Identifier: Apache-2.0
"""What the environment may set, and the only place that reads or sets it.

RULEOUT_KEYS: folder of private keys (default: ~/.config/ruleout/keys). RULEOUT_PASSPHRASE_FILE or RULEOUT_PASSPHRASE:
the passphrase where nobody can be asked. RULEOUT_KEY_<NAME>: base64 seed of one key, for machines (`-` becomes `_`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ruleout.errors import KeyUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one run. The environment itself is not shown when settings are printed: it may hold secrets."""

    keys_folder: Path
    environment: Mapping[str, str] = field(repr=False)

    def passphrase(self) -> str | None:
        """The passphrase the environment gives, None if it gives none. Effect: may read the named file.

        Raises:
            KeyUnavailable: the passphrase file cannot be read.
        """
        path = self.environment.get("RULEOUT_PASSPHRASE_FILE")
        if not path:
            return self.environment.get("RULEOUT_PASSPHRASE")
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            hint = "Check RULEOUT_PASSPHRASE_FILE."
            raise KeyUnavailable(f"cannot read the passphrase file {path}", hint=hint) from error

    def seed(self, name: str) -> str | None:
        """The base64 seed the environment gives for one key, None if it gives none."""
        return self.environment.get("RULEOUT_KEY_" + name.upper().replace("-", "_"))


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Return this run's settings. Effect: reads the environment unless one is given."""
    given = dict(os.environ) if environment is None else dict(environment)
    return Settings(keys_folder=Path(given.get("RULEOUT_KEYS") or _default_folder(given)), environment=given)


def take_environment(environment: Mapping[str, str]) -> None:
    """Run with this environment alone from now on. Effect: replaces the process's environment; for a process just forked."""
    os.environ.clear()
    os.environ.update(environment)


def _default_folder(environment: Mapping[str, str]) -> Path:
    configuration = environment.get("XDG_CONFIG_HOME")
    try:
        return Path(configuration or Path.home() / ".config") / "ruleout" / "keys"
    except RuntimeError as error:
        hint = "Set RULEOUT_KEYS to the folder of the private keys."
        raise KeyUnavailable("this user has no home folder to keep keys in", hint=hint) from error
