# SPDX-License-Identifier: Apache-2.0
"""The part of verification that looks at what is shown and what is not: one verdict per digest (L-4, L-10).

A digest that an entry names, or that a shown disclosure names, is disclosed and valid, a decoy shown as one, redacted or erased
by an entry that says why, or withheld without a reason. What does not fit its place fails: a text that nothing names, one
that comes twice, is malformed, was erased, or that a redaction hides from the audience the copy is made for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from ruleout.errors import VerificationFailed
from ruleout.ledger.audience import Audience
from ruleout.ledger.bundle import Bundle
from ruleout.ledger.disclosure import MAX_LEVELS, Disclosure, digest_of_disclosure, named_in, parse_disclosure
from ruleout.ledger.entry import LedgerEntry
from ruleout.ledger.holes import Explanations, Hole, Standing, explanations_in
from ruleout.model.expiry import has_ended


@dataclass(frozen=True, slots=True)
class DigestVerdict:
    """How one digest stands: of a disclosure (43 characters) or of an object (64 hex digits), and its hole if it is one."""

    digest: str
    entry: str
    standing: Standing
    hole: Hole | None = None

    @property
    def is_object(self) -> bool:
        """Whether it is of an object."""
        return len(self.digest) == 64

    def is_overdue(self, at: date | None) -> bool | None:
        """Whether its redaction was to be looked at again before a day; None where nobody says or no day is asked."""
        if at is None or self.hole is None or self.hole.review_by is None:
            return None
        return has_ended(self.hole.review_by, at)


def explanations_of(bundle: Bundle, entries: Iterable[LedgerEntry]) -> Explanations:
    """Return what a bundle says of its own holes, by objects that are what they are named. Pure."""

    def object_of(digest: str) -> bytes | None:
        data = bundle.objects.get(digest)
        return data if data is not None and hashlib.sha256(data).hexdigest() == digest else None

    return explanations_in(entries, object_of)


def check_disclosures(
    bundle: Bundle, entries: Iterable[LedgerEntry], explanations: Explanations
) -> tuple[DigestVerdict, ...]:
    """Return a verdict for each digest of a disclosure, in order of entry and place.

    Pure.

    Raises:
        VerificationFailed: check "disclosures"; a text does not belong where it claims to, or may not be here at all.

    Source: L-4, L-10; RFC 9901 §7.1.
    """
    walk = _Walk(texts=_parsed(bundle.disclosures), explanations=explanations, audience=_audience(bundle))
    for entry in entries:
        walk.enter(entry)
    orphans = walk.texts.keys() - walk.used
    if orphans:
        raise _refusal("disclosures that entries name", f"{len(orphans)} that none names: {min(orphans)[:12]}")
    return tuple(walk.verdicts)


def check_objects(
    bundle: Bundle, entries: Iterable[LedgerEntry], explanations: Explanations
) -> tuple[DigestVerdict, ...]:
    """Return a verdict for each object that entries name, in order of digest; their bytes are checked elsewhere.

    Pure.

    Raises:
        VerificationFailed: check "objects"; one is here that a redaction hides from the audience the copy is made for.

    Source: L-4, L-10.
    """
    audience = _audience(bundle)
    found: dict[str, DigestVerdict] = {}
    for entry in entries:
        for ref in entry.content.refs:
            verdict = _object(ref.sha256, entry.content.id, bundle, explanations, audience)
            before = found.get(ref.sha256)
            if before is None or before.standing is Standing.WITHHELD:
                found[ref.sha256] = verdict
    return tuple(found[digest] for digest in sorted(found))


def withheld(verdicts: Iterable[DigestVerdict]) -> int:
    """Return how many are absent without a reason. Pure."""
    return sum(verdict.standing is Standing.WITHHELD for verdict in verdicts)


def summary(verdicts: Iterable[DigestVerdict]) -> str:
    """Return the counts in words, those that are not zero. Pure."""
    counts: dict[Standing, int] = {}
    for verdict in verdicts:
        counts[verdict.standing] = counts.get(verdict.standing, 0) + 1
    said = [f"{counts[standing]} {_WORDS[standing]}" for standing in Standing if standing in counts]
    return ", ".join(said) or "none named"


_WORDS: Mapping[Standing, str] = {
    Standing.DISCLOSED: "disclosed and valid",
    Standing.DECOY: "decoys",
    Standing.REDACTED: "redacted with a logged reason",
    Standing.ERASED: "erased with a logged reason",
    Standing.WITHHELD: "withheld, unexplained",
}


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One pass over the entries; `used` are the digests named so far: none is named twice."""

    texts: Mapping[str, Disclosure]
    explanations: Explanations
    audience: Audience | None
    used: set[str] = field(default_factory=set)
    verdicts: list[DigestVerdict] = field(default_factory=list)

    def enter(self, entry: LedgerEntry) -> None:
        if entry.content.salted:
            self._object(entry.content.salted, entry.content.id, 1)

    def _object(self, digests: Iterable[str], entry: str, level: int) -> None:
        names: set[str] = set()
        for digest in digests:
            disclosure = self._take(digest, entry, level)
            if disclosure is None or disclosure.is_decoy:
                continue
            if disclosure.name is None or disclosure.name in names:
                raise _refusal(f"a member of its own name in {entry}", disclosure.name)
            names.add(disclosure.name)
            self._below(disclosure, entry, level)

    def _array(self, digests: Iterable[str], entry: str, level: int) -> None:
        for digest in digests:
            disclosure = self._take(digest, entry, level)
            if disclosure is None:
                continue
            if disclosure.is_decoy or disclosure.name is not None:
                raise _refusal(f"an element without a name in {entry}", disclosure.name)
            self._below(disclosure, entry, level)

    def _below(self, disclosure: Disclosure, entry: str, level: int) -> None:
        if type(disclosure.value) is dict:
            self._object(named_in(disclosure), entry, level + 1)
        elif type(disclosure.value) is list:
            self._array(named_in(disclosure), entry, level + 1)

    def _take(self, digest: str, entry: str, level: int) -> Disclosure | None:
        if digest in self.used or level > MAX_LEVELS + 1:
            raise _refusal("each digest once and at most 20 levels", digest)
        self.used.add(digest)
        disclosure = self.texts.get(digest)
        if disclosure is None:
            hole = self.explanations.hole(entry, digest, self.audience)
            self.verdicts.append(DigestVerdict(digest, entry, hole.standing, hole))
            return None
        self._require_shown(digest, entry)
        self.verdicts.append(
            DigestVerdict(digest, entry, Standing.DECOY if disclosure.is_decoy else Standing.DISCLOSED)
        )
        return disclosure

    def _require_shown(self, digest: str, entry: str) -> None:
        if self.explanations.erasure(entry, digest) is not None:
            raise _refusal(f"nothing of what was erased from {entry}", digest[:12])
        redaction = self.explanations.redaction(entry, digest, self.audience)
        if redaction is not None:
            raise _refusal(f"nothing that {redaction.id} hides from the {self.audience}", digest[:12])


def _parsed(texts: tuple[str, ...]) -> dict[str, Disclosure]:
    if any(one >= other for one, other in pairwise(texts)):
        raise _refusal("disclosures in order, each once", "another order, or one twice")
    try:
        return {digest_of_disclosure(text): parse_disclosure(text) for text in texts}
    except UnicodeEncodeError as error:
        raise _refusal("disclosures in base64url", error) from error


def _audience(bundle: Bundle) -> Audience | None:
    return None if bundle.audience is None else Audience(bundle.audience)


def _object(
    digest: str, entry: str, bundle: Bundle, explanations: Explanations, audience: Audience | None
) -> DigestVerdict:
    redaction = explanations.redaction(entry, digest, audience)
    if digest not in bundle.objects:
        hole = explanations.hole(entry, digest, audience)
        return DigestVerdict(digest, entry, hole.standing, hole)
    if redaction is not None:
        text = f"expected no object that {redaction.id} hides from the {audience}, got {digest[:12]}"
        raise VerificationFailed("objects", text)
    return DigestVerdict(digest, entry, Standing.DISCLOSED)


def _refusal(expected: str, got: object) -> VerificationFailed:
    return VerificationFailed("disclosures", f"expected {expected}, got {str(got)[:80]!r}")
