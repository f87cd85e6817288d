# SPDX-License-Identifier: Apache-2.0
"""A sealed page: one HTML file that carries a bundle, the verifier and a manifest between exact marks (A-9, L-10).

Each stands once, in base64, as the text of a script element that no browser executes. Whoever reads the file takes
exactly one of each, so that a second one that a browser might show first is found. The manifest names the digest of
the whole file without the manifest's own text, and that of the bundle: nothing in the file changes unseen.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from ruleout.errors import VerificationFailed
from ruleout.ledger.note import decode_base64
from ruleout.model.canonical import parse_canonical

MAX_BYTES = 400 * 1024 * 1024
_MAX_MANIFEST = 256 * 1024
_END = b"</script>"
_ANY = re.compile(rb"<script[^>]{0,500}vnd\.ruleout\.", re.IGNORECASE)
PARTS = ("manifest", "bundle", "verifier")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPage:
    """What a sealed page carries: the manifest's and the bundle's bytes, and the verifier's."""

    manifest: bytes
    bundle: bytes
    verifier: bytes

    @property
    def digest(self) -> str:
        """The package's digest: SHA-256 of the manifest, 64 hex digits."""
        return hashlib.sha256(self.manifest).hexdigest()


def begin(part: str) -> str:
    """Return the mark before a part. Pure."""
    return f'<script type="application/vnd.ruleout.{part};base64" id="sealed-{part}">'


def sealed_block(part: str, data: bytes) -> str:
    """Return a part with its marks. Pure."""
    return f"{begin(part)}{base64.b64encode(data).decode('ascii')}{_END.decode('ascii')}"


def is_page(data: bytes) -> bool:
    """Say whether bytes look like a page rather than a bundle: they begin as HTML does. Pure."""
    return data[:64].lstrip().lower().startswith(b"<!doctype html")


def page_digest(page: bytes) -> str:
    """Return what a manifest names as `page`: SHA-256 of the file with the manifest's own text cut out. Pure.

    Raises VerificationFailed if there is not exactly one manifest.
    """
    start, end = _place(page, "manifest")
    return hashlib.sha256(page[:start] + page[end:]).hexdigest()


def with_manifest(page: bytes, manifest: bytes) -> bytes:
    """Return a page whose manifest's place holds this manifest. Pure. Raises VerificationFailed if there is no one place."""
    start, end = _place(page, "manifest")
    return page[:start] + base64.b64encode(manifest) + page[end:]


def open_sealed(page: bytes) -> SealedPage:
    """Return what a sealed page carries, once its manifest fits it. Pure; at most 400 MiB.

    Raises:
        VerificationFailed: check "package"; a part is missing, stands twice or is not base64, or the file or its
            bundle is not the one that the manifest names.

    Source: A-9, L-10.
    """
    _require(len(page) <= MAX_BYTES, f"at most {MAX_BYTES} bytes", len(page))
    _require(len(_ANY.findall(page)) == len(PARTS), "one manifest, one bundle, one verifier", "others")
    parts = {part: _part(page, part) for part in PARTS}
    named = parse_canonical(parts["manifest"], max_bytes=_MAX_MANIFEST, max_depth=3)
    _require(type(named) is dict, "an object as the manifest", "something else")
    made = {
        "page": page_digest(page),
        "bundle": hashlib.sha256(parts["bundle"]).hexdigest(),
        "verifier": hashlib.sha256(parts["verifier"]).hexdigest(),
    }
    for name, digest in made.items():
        _require(named.get(name) == digest, f"the {name} that the manifest names", digest[:12])
    return SealedPage(**parts)


def _part(page: bytes, part: str) -> bytes:
    start, end = _place(page, part)
    try:
        text = page[start:end].decode("ascii")
    except UnicodeDecodeError as error:
        raise _refusal(f"base64 as the {part}", "other characters") from error
    return decode_base64(text, check="package")


def _place(page: bytes, part: str) -> tuple[int, int]:
    mark = begin(part).encode("ascii")
    count = page.count(mark)
    _require(count == 1, f"exactly one {part}", f"{count}")
    start = page.index(mark) + len(mark)
    end = page.find(_END, start)
    _require(end >= 0, f"an end of the {part}", "none")
    return start, end


def _require(holds: bool, expected: str, got: object) -> None:  # noqa: FBT001 - the condition itself, not a flag
    if not holds:
        raise _refusal(expected, got)


def _refusal(expected: str, got: object) -> VerificationFailed:
    hint = "Ask for the package again, and compare its digest with the one you were told."
    return VerificationFailed("package", f"expected {expected}, got {got}", hint=hint)
