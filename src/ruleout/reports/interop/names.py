# SPDX-License-Identifier: Apache-2.0
"""Names that other formats need and that we can give without promising a host: UUIDs, digest URIs, tokens.

What we name ourselves is `urn:uuid:` of a version 5 UUID over the name and its version, below a namespace that was drawn once at random
(RFC 9562). Such a name needs no authority and resolves nowhere (ADR 0023). UUIDs of documents are made the same way over what they
name, so the same record gives the same document.
"""

from __future__ import annotations

import base64
import re
from uuid import UUID, uuid5

from ruleout.model.canonical import canonical

#: Drawn once (version 4); everything that we name is below it.
NAMESPACE = UUID("1782c25b-1f68-4e5a-8592-20c97d405075")
_KEPT = re.compile(r"[A-Za-z0-9-]")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def name_uri(name: str) -> str:
    """Return the URI of a name of ours that holds its version, such as "predicate/decision/1". Pure. Source: RFC 9562 §5.5."""
    return f"urn:uuid:{uuid5(NAMESPACE, name)}"


#: The namespace of our OSCAL props and relationships, version 1.
OSCAL_NS = name_uri("oscal/1")


def uuid_of(*parts: str | int) -> str:
    """Return the UUID of what these parts name, the first of which is its kind. Pure. Source: RFC 9562 §5.5."""
    return str(uuid5(NAMESPACE, canonical(list(parts)).decode("utf-8")))


def digest_uri(sha256: str) -> str:
    """Return the address of bytes by their SHA-256, given in hex. Pure. Source: RFC 6920 §3."""
    encoded = base64.urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode("ascii")
    return f"ni:///sha-256;{encoded}"


def is_sha256(text: str) -> bool:
    """Say whether a text is a SHA-256 in lower-case hex. Pure: a revision or another digest is no subject."""
    return _SHA256.fullmatch(text) is not None


def token(name: str, *, prefix: str = "") -> str:
    """Return a name as an OSCAL token; different names of one set give different tokens. Pure.

    A slash becomes a point, a point of an item's number stays one; no set has both. What else a token cannot hold becomes
    `_` and its code. A token begins with a letter or `_`.
    """
    made = prefix + "".join(_part(char) for char in name)
    return made if made[:1].isalpha() or made[:1] == "_" else f"_{made}"


def _part(char: str) -> str:
    if _KEPT.fullmatch(char):
        return char
    return "." if char in "/." else f"_{ord(char):x}"
