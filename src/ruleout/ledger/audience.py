# SPDX-License-Identifier: Apache-2.0
"""Who may see what stands outside the log: four audiences, and one table by kind of entry (L-4, A-8).

The table is the least that is asked of whoever exports: a value that it keeps from an audience stays a hole without
a reason until a redaction gives one. It fails closed: a kind that it does not name is for staff and regulator only.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from ruleout.ledger.entry import DraftEntry, EntryType


class Audience(StrEnum):
    """For whom a copy of the record is made."""

    PUBLIC = "public"
    STAFF = "staff"
    REVIEWER = "reviewer"
    REGULATOR = "regulator"


EVERYBODY = frozenset(Audience)
CONFIDENTIAL = frozenset({Audience.STAFF, Audience.REGULATOR})

#: Kinds whose statements may name people, customers or open holes: words in confidence (A-4 to A-6, A-13, G-1, G-6).
_IN_CONFIDENCE = frozenset(
    {EntryType.INCIDENT, EntryType.DEVIATION, EntryType.CONCERN, EntryType.REQUEST, EntryType.PERMIT, EntryType.KILL}
)

#: The act of a review whose pages are for everybody (A-9).
_PUBLISHED = "publish"

SEEN_BY: Mapping[EntryType, frozenset[Audience]] = MappingProxyType(
    {
        EntryType.FRAMEWORK: EVERYBODY,
        EntryType.EVIDENCE: EVERYBODY,
        EntryType.DETERMINATION: EVERYBODY,
        EntryType.SAFEGUARD: EVERYBODY,
        EntryType.PEER: EVERYBODY,
        EntryType.DECISION: EVERYBODY,
        EntryType.APPROVAL: EVERYBODY,
        EntryType.KEY: EVERYBODY,
        EntryType.WITHDRAWAL: EVERYBODY,
        EntryType.GOAL: EVERYBODY,
        EntryType.GRADE: EVERYBODY,
        EntryType.DUTY: EVERYBODY,
        **dict.fromkeys(_IN_CONFIDENCE, CONFIDENTIAL),
        EntryType.REPORT: EVERYBODY,  # those made for the public: see readers_of
        EntryType.REDACTION: EVERYBODY,
        EntryType.ERASURE: EVERYBODY,
        # What a reviewer wrote may say what is withheld: it is public as the published page, see readers_of.
        EntryType.REVIEW: CONFIDENTIAL,
        EntryType.WITNESS: EVERYBODY,
        EntryType.HOST_LOG: EVERYBODY,
        EntryType.AUDIT_BATCH: CONFIDENTIAL,  # the records: who was served what, and when (G-8)
    }
)


def audiences_of(kind: EntryType) -> frozenset[Audience]:
    """Return who sees what entries of a kind disclose, as long as no redaction says otherwise. Pure. Source: L-4."""
    return SEEN_BY.get(kind, CONFIDENTIAL)


def readers_of(content: DraftEntry) -> frozenset[Audience]:
    """Return who sees what one entry discloses, as long as no redaction says otherwise.

    Pure. A document that says in its header that it was made for others than the public is for staff and regulator, one for
    reviewers for them too; a word that is no audience opens it to nobody else. The act that publishes a review is for
    everybody: what it names was checked for what is withheld before it was recorded.

    Source: L-4, A-9, A-10.
    """
    if content.type is EntryType.REVIEW and content.subject.get("act") == _PUBLISHED:
        return EVERYBODY
    if content.type is not EntryType.REPORT:
        return audiences_of(content.type)
    return readers_of_document(str(content.subject.get("audience", Audience.PUBLIC.value)))


def readers_of_document(made_for: str) -> frozenset[Audience]:
    """Return who reads a document that was made for an audience. Pure. Source: L-4, A-8."""
    if made_for == Audience.PUBLIC.value:
        return audiences_of(EntryType.REPORT)
    return CONFIDENTIAL | {one for one in Audience if one.value == made_for}
