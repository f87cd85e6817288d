# SPDX-License-Identifier: Apache-2.0
"""A secret that a gateway's settings name: from the environment, or from a file that nobody but its owner may read."""

from __future__ import annotations

from collections.abc import Mapping

from ruleout.adapters.files import read_bounded
from ruleout.app.serving.place import Place
from ruleout.errors import RuleoutError
from ruleout.serving.settings.document import SecretDoc

_MOST_SECRET_BYTES = 64 * 1024


def read_secret(place: Place, secret: SecretDoc, environment: Mapping[str, str], *, spaces: bool = False) -> str:
    """Return a secret, without white space around it. Effect: may read a file. Raises RuleoutError, which never holds it.

    A file that others than its owner may read is refused. A key has no space within it; how a database is reached may (`spaces`).
    """
    if secret.environment is not None:
        found = environment.get(secret.environment, "").strip()
        where = f"the variable {secret.environment}"
    else:
        path = place.path(str(secret.file))
        where = str(path)
        if path.exists() and path.stat().st_mode & 0o077:
            raise RuleoutError(f"{path}: others may read this secret", hint=f"chmod 600 {path}")
        found = _text(read_bounded(path, limit_bytes=_MOST_SECRET_BYTES, what="secret"), where)
    if not found or not found.isascii() or not found.isprintable() or (" " in found and not spaces):
        raise RuleoutError(f"{where}: expected one key of printable characters", hint="Put the key there, alone.")
    return found


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise RuleoutError(f"{where}: expected one key of printable characters", hint="Put the key there.") from error
