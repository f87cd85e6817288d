# SPDX-License-Identifier: Apache-2.0
"""The manifest of a package: what a reviewer was given, byte for byte, in a few digests (A-9).

It fixes the page (all of the file but the manifest itself), the bundle, the verifier, the report as it was shown, the
sections and the questions. The digest of its canonical bytes is the package's, and every answer names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.model.canonical import canonical, digest_of, parse_canonical

FORMAT = "ruleout-review-package/1"
MAX_BYTES = 256 * 1024
_DIGESTS = ("report_digest", "bundle", "root", "verifier", "page")
_TEXTS = ("review", "reviewer", "report", "framework", "origin", "made")
_LISTS = ("sections", "questions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a package holds.

    Attributes:
        review, reviewer, report, framework: for whom, of what, under whose rules.
        report_digest: SHA-256 of the canonical JSON of the report as shown.
        sections, questions: ids of what is asked, in order.
        bundle: SHA-256 of the record's bundle; `origin`, `size` and `root` of the log that it proves.
        verifier: SHA-256 of the one-file verifier.
        page: SHA-256 of the file with the manifest's own text cut out.
        made: RFC 3339 instant.
    """

    review: str
    reviewer: str
    report: str
    framework: str
    report_digest: str
    sections: tuple[str, ...]
    questions: tuple[str, ...]
    bundle: str
    origin: str
    size: int
    root: str
    verifier: str
    page: str
    made: str

    @property
    def digest(self) -> str:
        """The package's digest: of the manifest's canonical bytes, 64 hex digits."""
        return digest_of(manifest_value(self))


def manifest_value(manifest: Manifest) -> dict[str, Any]:
    """Return the manifest as plain JSON. Pure."""
    names = (*_DIGESTS, *_TEXTS, "size")
    value = {name: getattr(manifest, name) for name in names}
    return {"format": FORMAT, **value, **{name: list(getattr(manifest, name)) for name in _LISTS}}


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the manifest's canonical bytes. Pure."""
    return canonical(manifest_value(manifest))


def parse_manifest(data: bytes) -> Manifest:
    """Return the manifest of its bytes. Pure; bounded. Raises VerificationFailed if it is none."""
    raw = parse_canonical(data, max_bytes=MAX_BYTES, max_depth=3)
    fields = {"format", "size", *_DIGESTS, *_TEXTS, *_LISTS}
    if type(raw) is not dict or raw.keys() != fields or raw["format"] != FORMAT:
        raise _refusal(f"an object of {FORMAT}")
    if not all(type(raw[name]) is str for name in (*_DIGESTS, *_TEXTS)) or type(raw["size"]) is not int:
        raise _refusal("texts and a size")
    if not all(type(raw[name]) is list and all(type(i) is str for i in raw[name]) for name in _LISTS):
        raise _refusal("lists of ids")
    if not all(len(raw[name]) == 64 and set(raw[name]) <= set("0123456789abcdef") for name in _DIGESTS):
        raise _refusal("digests of 64 hex digits")
    kept: dict[str, Any] = {name: tuple(raw[name]) if name in _LISTS else raw[name] for name in fields - {"format"}}
    return Manifest(**kept)


def _refusal(expected: str) -> VerificationFailed:
    hint = "Ask for the package again."
    return VerificationFailed("package", f"expected {expected} as the manifest, got something else", hint=hint)
