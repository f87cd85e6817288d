# SPDX-License-Identifier: Apache-2.0
"""Redactions and erasures as the record states them: what is hidden, from whom, why, and until when (L-4, A-8).

A redaction is a signed entry that names digests of one earlier entry: salted disclosures, the decoys beside them so that
nobody can count, and objects by SHA-256. Its reason is public text. One that lacks anything, names a class that is not in the
list, or would hide a reason itself counts for nothing, and what it names is then withheld without a reason. An erasure
says that value and salt are gone. Neither changes a byte of what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from ruleout.errors import NotFound, VerificationFailed
from ruleout.ledger.audience import Audience
from ruleout.ledger.entry import DraftEntry, EntryType, LedgerEntry
from ruleout.ledger.key_life import key_life

JUSTIFICATION = "justification"
REASON = "reason"
REDACT, LIFT = "redact", "lift"
MOST_WORDS = 2000
_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}|[0-9a-f]{64}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

#: Kinds that say who may sign, what is hidden and why: nothing of them is ever hidden or erased.
NEVER_HIDDEN = frozenset({EntryType.KEY, EntryType.WITNESS, EntryType.REDACTION, EntryType.ERASURE, EntryType.HOST_LOG})

#: The bytes of an object by SHA-256; None or NotFound where it is not at hand.
ObjectOf = Callable[[str], bytes | None]


class RedactionClass(StrEnum):
    """Why something is hidden: a closed list."""

    IP = "ip"
    CYBERSECURITY = "cybersecurity"
    PUBLIC_SAFETY = "public-safety"
    NATIONAL_SECURITY = "national-security"
    LEGAL = "legal"
    PRIVACY = "privacy"


_STATUTES = ("CA BPC 22757.12(f)", "NY GBL 1421(5)", "IL P.A. 104-0538 10(g)")
_RSP = ("Anthropic RSP 3.4, risk reports",)


@dataclass(frozen=True, slots=True)
class ClassSource:
    """What a class covers, in our words, and the texts that allow it."""

    says: str
    sources: tuple[str, ...]


CLASSES: Mapping[RedactionClass, ClassSource] = MappingProxyType(
    {
        RedactionClass.IP: ClassSource("trade secrets and other intellectual property", (*_STATUTES, *_RSP)),
        RedactionClass.CYBERSECURITY: ClassSource("the developer's own cybersecurity", _STATUTES),
        RedactionClass.PUBLIC_SAFETY: ClassSource("public safety", (*_STATUTES, *_RSP)),
        RedactionClass.NATIONAL_SECURITY: ClassSource("national security", _STATUTES),
        RedactionClass.LEGAL: ClassSource("compliance with a law", (*_STATUTES, *_RSP)),
        # No ground of the three statutes: what they ask to be published cannot be hidden for it alone.
        RedactionClass.PRIVACY: ClassSource("people's privacy", _RSP),
    }
)


class ErasureGround(StrEnum):
    """Why a value was removed for good: a closed list in our own words; no statute gives one."""

    PERSONAL_DATA = "personal-data"
    COURT_ORDER = "court-order"
    THIRD_PARTY = "third-party"
    IN_ERROR = "recorded-in-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """A redaction that stands.

    Attributes:
        id: the redaction's own entry.
        entry: the entry of which something is hidden.
        digests: of disclosures (43 characters, decoys among them) and of objects (64 hex digits).
        class_: why, of the closed list.
        audiences: from whom it is hidden.
        authority: the role that answers for it, which a signer holds.
        justification: public words.
        material: whether its author holds that a reader needs it to judge the conclusions.
        review_by: the last day by which it is looked at again.
        location: where it stands, in words for readers; "" where not said.
    """

    id: str
    entry: str
    digests: frozenset[str]
    class_: RedactionClass
    audiences: frozenset[Audience]
    authority: str
    justification: str
    material: bool
    review_by: date
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """An erasure: its own entry, the entry whose values are gone, their digests, on what ground, who answers, and why."""

    id: str
    entry: str
    digests: frozenset[str]
    ground: ErasureGround
    authority: str
    reason: str


def redactions_in(entries: Iterable[LedgerEntry], object_of: ObjectOf) -> tuple[Redaction, ...]:
    """Return the redactions that stand after all entries, in the record's order. Asks for justifications; else pure.

    A lift by a compromised key that nobody saw in time lifts nothing: it could be a thief's (L-7). What hides stays.

    Args:
        entries: of one log, in order, with verified signatures.
        object_of: gives what entries name by digest.

    Source: L-4, A-8.
    """
    standing: dict[str, Redaction] = {}
    read = tuple(entries)
    life = key_life(read)
    for entry, kinds in _about(read, EntryType.REDACTION):
        content = entry.content
        if content.subject["act"] == LIFT and not life.is_void(entry) and _words(content, JUSTIFICATION, object_of):
            standing.pop(_text(content, "lifts"), None)
        elif content.subject["act"] == REDACT:
            redaction = _redaction(content, kinds, object_of)
            if redaction is not None:
                standing[redaction.id] = redaction
    return tuple(standing.values())


def erasures_in(entries: Iterable[LedgerEntry], object_of: ObjectOf) -> tuple[Erasure, ...]:
    """Return every erasure that is stated whole, in the record's order. Asks for reasons; otherwise pure. Source: L-4."""
    found = (_erasure(entry.content, kinds, object_of) for entry, kinds in _about(entries, EntryType.ERASURE))
    return tuple(erasure for erasure in found if erasure is not None)


def erased_digests(entries: Iterable[LedgerEntry]) -> dict[str, frozenset[str]]:
    """Return the digests that erasures name, by entry, whether or not their reasons are at hand: nothing of it is read.

    Pure.
    """
    found: dict[str, frozenset[str]] = {}
    for entry, kinds in _about(entries, EntryType.ERASURE):
        about = _text(entry.content, "entry")
        if _may_be_hidden(about, kinds):
            found[about] = found.get(about, frozenset()) | _digests(entry.content)
    return found


def _about(entries: Iterable[LedgerEntry], kind: EntryType) -> Iterator[tuple[LedgerEntry, Mapping[str, EntryType]]]:
    """The entries of a kind, each with the kinds of those before it: what is not there yet cannot be hidden."""
    kinds: dict[str, EntryType] = {}
    for entry in entries:
        if entry.content.type is kind:
            yield entry, kinds
        kinds[entry.content.id] = entry.content.type


def _redaction(content: DraftEntry, kinds: Mapping[str, EntryType], object_of: ObjectOf) -> Redaction | None:
    subject = content.subject
    about, authority, material = subject.get("entry"), subject.get("authority"), subject.get("material")
    audiences, digests = _audiences(subject.get("audiences")), _digests(content)
    class_, review_by = _class(subject.get("class")), _day(subject.get("review_by"))
    justification = _words(content, JUSTIFICATION, object_of)
    if not (audiences and digests and class_ and review_by and justification and type(material) is bool):
        return None
    if type(about) is not str or type(authority) is not str or not _may_be_hidden(about, kinds) or not authority:
        return None
    return Redaction(
        id=content.id,
        entry=about,
        digests=digests,
        class_=class_,
        audiences=audiences,
        authority=authority,
        justification=justification,
        material=material,
        review_by=review_by,
        location=_text(content, "location"),
    )


def _erasure(content: DraftEntry, kinds: Mapping[str, EntryType], object_of: ObjectOf) -> Erasure | None:
    subject = content.subject
    about, ground, reason = _text(content, "entry"), subject["ground"], _words(content, REASON, object_of)
    if ground not in [one.value for one in ErasureGround] or not _may_be_hidden(about, kinds) or not reason:
        return None
    authority, digests = _text(content, "authority"), _digests(content)
    return Erasure(
        id=content.id,
        entry=about,
        digests=digests,
        ground=ErasureGround(ground),
        authority=authority,
        reason=reason,
    )


def _text(content: DraftEntry, name: str) -> str:
    """A header field that is text; "" where it is another, or none: a number names nothing, though it reads like an id."""
    value = content.subject.get(name)
    return value if type(value) is str else ""


def _may_be_hidden(about: str, kinds: Mapping[str, EntryType]) -> bool:
    return about in kinds and kinds[about] not in NEVER_HIDDEN


def _audiences(value: object) -> frozenset[Audience]:
    """The audiences named; none if one is not known, since then nobody can say from whom it is hidden."""
    known = {one.value for one in Audience}
    if type(value) is not tuple or not set(value) <= known:
        return frozenset()
    return frozenset(Audience(one) for one in value)


def _digests(content: DraftEntry) -> frozenset[str]:
    value = content.subject.get("digests")
    return frozenset(one for one in value if _DIGEST.fullmatch(one)) if type(value) is tuple else frozenset()


def _class(value: object) -> RedactionClass | None:
    return RedactionClass(value) if value in [one.value for one in RedactionClass] else None


def _day(value: object) -> date | None:
    if type(value) is not str or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _words(content: DraftEntry, name: str, object_of: ObjectOf) -> str:
    """The text that an entry names, "" where it is not at hand, is no text, or says nothing."""
    digest = next((ref.sha256 for ref in content.refs if ref.name == name), "")
    try:
        data = object_of(digest) if digest else None
        text = "" if data is None else data.decode("utf-8")
    except (NotFound, VerificationFailed, UnicodeDecodeError):
        return ""
    return text if text.strip() and len(text) <= MOST_WORDS else ""
