# SPDX-License-Identifier: Apache-2.0
"""Names that look like others: two spellings of one task would be two tasks, or two models (E-1, E-2)."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator

# Letters of other scripts that look like Latin ones.
LOOKALIKES = str.maketrans("аеорсухіѕԁոαορνικ", "aeopcyxisdnaopvik")
_INVISIBLE = "Cf"


def alike(names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (name, the one it looks like) of names that no eye tells apart.

    Pure. They differ in white space, invisible characters, compatible forms or letters of another script alone. Memory is
    that of the names that have any of these.

    Args:
        names: each once, quick to look up.
    """
    plain = {name: look for name in names if (look := _look(name)) != name}
    taken = {name: name for name in plain.values() if name in names}
    for name, look in plain.items():
        other = taken.setdefault(look, name)
        if other != name:
            yield name, other


def _look(name: str) -> str:
    if name.isascii():
        return " ".join(name.split())
    seen = "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != _INVISIBLE)
    return " ".join(seen.split()).translate(LOOKALIKES)
