# SPDX-License-Identifier: Apache-2.0
"""Holes: what of a record an audience does not see, each with the reason that the record gives, or none (L-4, A-8).

`seen_by` decides what of an entry goes to an audience; `Explanations` says why something is absent. Both whoever exports
and whoever verifies use the second, so that a hole is explained on one side exactly if it is on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from ruleout.errors import VerificationFailed
from ruleout.ledger.audience import Audience, readers_of
from ruleout.ledger.disclosure import Disclosure, named_in, parse_disclosure
from ruleout.ledger.entry import DraftEntry, LedgerEntry
from ruleout.ledger.redaction import Erasure, ObjectOf, Redaction, erasures_in, redactions_in

_Hides = Callable[[str], bool]


class Standing(StrEnum):
    """How one digest stands in a copy."""

    DISCLOSED = "disclosed"
    DECOY = "decoy"
    REDACTED = "redacted"
    ERASED = "erased"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """What is absent, and why.

    Attributes:
        digest: of the disclosure (43 characters) or of the object (64 hex digits).
        entry: the entry that names it.
        standing: redacted, erased, or withheld without a reason.
        class_: class of the redaction or ground of the erasure; "" without a reason.
        justification: public words; "" without a reason.
        audiences: from whom the redaction hides it, in order of name.
        authority: the role that answers for it.
        material: whether its author holds that readers need it to judge; None where nobody says.
        review_by: last day by which the redaction is looked at again.
        location: where it stands, in words; "" where not said.
        by: the entry that gives the reason; "" without one.
    """

    digest: str
    entry: str
    standing: Standing
    class_: str = ""
    justification: str = ""
    audiences: tuple[str, ...] = ()
    authority: str = ""
    material: bool | None = None
    review_by: date | None = None
    location: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an audience sees of one entry: texts by digest, and the digests that are named and absent."""

    shown: dict[str, str]
    absent: list[str]


@dataclass(frozen=True, slots=True)
class Explanations:
    """Every standing redaction and every erasure of a record, to be asked by entry and digest."""

    redactions: tuple[Redaction, ...] = ()
    erasures: tuple[Erasure, ...] = ()
    _redacted: dict[tuple[str, str], list[Redaction]] = field(default_factory=dict, compare=False)
    _erased: dict[tuple[str, str], Erasure] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for redaction in self.redactions:
            for digest in redaction.digests:
                self._redacted.setdefault((redaction.entry, digest), []).append(redaction)
        for erasure in self.erasures:
            for digest in erasure.digests:
                self._erased.setdefault((erasure.entry, digest), erasure)

    def redaction(self, entry: str, digest: str, audience: Audience | None) -> Redaction | None:
        """The first standing redaction that hides this digest of this entry from an audience; None if there is none."""
        return next((one for one in self._redacted.get((entry, digest), ()) if audience in one.audiences), None)

    def erasure(self, entry: str, digest: str) -> Erasure | None:
        """The erasure that took this digest of this entry away; None if there is none."""
        return self._erased.get((entry, digest))

    def hole(self, entry: str, digest: str, audience: Audience | None) -> Hole:
        """Why this digest of this entry is absent from a copy for an audience; withheld where the record does not say."""
        redaction, erasure = self.redaction(entry, digest, audience), self.erasure(entry, digest)
        if redaction is not None:
            return _redacted(redaction, digest)
        return (
            Hole(digest=digest, entry=entry, standing=Standing.WITHHELD)
            if erasure is None
            else _erased(erasure, digest)
        )


def explanations_in(entries: Iterable[LedgerEntry], object_of: ObjectOf) -> Explanations:
    """Return what a record's entries say of what is hidden or gone. Asks for reasons; otherwise pure. Source: L-4."""
    kept = tuple(entries)
    return Explanations(redactions_in(kept, object_of), erasures_in(kept, object_of))


def seen_by(
    content: DraftEntry, kept: Mapping[str, str], explanations: Explanations, audience: Audience | None
) -> Seen:
    """Return the disclosures of an entry that go to an audience, by digest, and the digests that are holes.

    Pure. What is hidden hides what is below it. Decoys are shown as such exactly where nothing of their object is hidden,
    so that a copy with nothing to explain raises no alarm, and one with a hole does not tell how many values it has.

    Args:
        kept: the texts at hand, decoys among them, by digest.
        audience: None for a copy of everything at hand, which stays in the house.

    Raises:
        VerificationFailed: check "disclosures"; a text is malformed.

    Source: L-4, A-8.
    """
    if audience is not None and audience not in readers_of(content):
        return Seen({}, list(content.salted))
    seen = Seen({}, [])
    _see(content.salted, kept, seen, lambda digest: explanations.redaction(content.id, digest, audience) is not None)
    return seen


def _see(digests: Iterable[str], kept: Mapping[str, str], seen: Seen, hides: _Hides) -> None:
    shown: dict[str, Disclosure] = {d: parse_disclosure(kept[d]) for d in digests if d in kept and not hides(d)}
    is_whole = all(digest in shown for digest in digests)
    for digest in digests:
        disclosure = shown.get(digest)
        if disclosure is None or (disclosure.is_decoy and not is_whole):
            seen.absent.append(digest)
            continue
        if digest in seen.shown:
            raise VerificationFailed("disclosures", f"expected each digest once, got {digest[:12]} again")
        seen.shown[digest] = kept[digest]
        if not disclosure.is_decoy:
            _see(named_in(disclosure), kept, seen, hides)


def objects_for(
    entries: Iterable[LedgerEntry], explanations: Explanations, audience: Audience | None
) -> frozenset[str]:
    """Return the SHA-256 of every object that an audience may have of these entries.

    Pure. An object goes where an entry that names it may be read whole, unless a redaction hides it from this audience: that
    hides it behind every entry that names it.

    Source: L-4, A-8.
    """
    shown: set[str] = set()
    hidden: set[str] = set()
    for entry in entries:
        content = entry.content
        is_for = audience is None or audience in readers_of(content)
        for ref in content.refs:
            if explanations.redaction(content.id, ref.sha256, audience) is not None:
                hidden.add(ref.sha256)
            elif is_for:
                shown.add(ref.sha256)
    return frozenset(shown - hidden)


def _redacted(redaction: Redaction, digest: str) -> Hole:
    return Hole(
        digest=digest,
        entry=redaction.entry,
        standing=Standing.REDACTED,
        class_=redaction.class_.value,
        justification=redaction.justification,
        audiences=tuple(sorted(one.value for one in redaction.audiences)),
        authority=redaction.authority,
        material=redaction.material,
        review_by=redaction.review_by,
        location=redaction.location,
        by=redaction.id,
    )


def _erased(erasure: Erasure, digest: str) -> Hole:
    return Hole(
        digest=digest,
        entry=erasure.entry,
        standing=Standing.ERASED,
        class_=erasure.ground.value,
        justification=erasure.reason,
        authority=erasure.authority,
        by=erasure.id,
    )
