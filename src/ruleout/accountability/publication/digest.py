# SPDX-License-Identifier: Apache-2.0
"""One digest over every part of a publication: who signs it has signed these texts and no others."""

from __future__ import annotations

import hashlib

from ruleout.model.canonical import canonical
from ruleout.model.publication import Parts

_FORM = "ruleout/framework-publication/1"


def publication_digest(name: str, version: str, parts: Parts) -> str:
    """Return the SHA-256 (hex) over a version's label and the digests of its parts. Pure.

    The version that it takes the place of is a part: the same words in place of another text are another change.

    Source: D-11, D-15.
    """
    value = {
        "form": _FORM,
        "framework": name,
        "version": version,
        "parts": {
            "framework": parts.framework,
            "change-log": parts.change_log,
            "mapping": parts.mapping,
            "document": parts.document,
            "previous": parts.previous,
        },
    }
    return hashlib.sha256(canonical(value)).hexdigest()
