# SPDX-License-Identifier: Apache-2.0
"""The register of reviews as the record has it.

A review is judged by the rules that its opening holds: whoever changes a file of rules afterwards changes no review.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ruleout.accountability.reviews.answers import answers_bytes, parse_answers
from ruleout.accountability.reviews.fold import (
    AMEND,
    ASSIGN,
    FILE,
    OPEN,
    PACKAGE,
    RECEIVE,
    UPDATE,
    Approved,
    ReviewAct,
    ReviewState,
    fold,
)
from ruleout.accountability.reviews.manifest import parse_manifest
from ruleout.accountability.reviews.parse import parse_review, parse_review_rules
from ruleout.app.accountability.acts import RecordedAct, acts_in
from ruleout.app.ledger import Record
from ruleout.documents.fields import parse_instant
from ruleout.errors import NotFound, VerificationFailed
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.ledger.disclosure import Hidden
from ruleout.ledger.key_life import key_life
from ruleout.ledger.signing import Holder
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.model.review import Answers, ReviewRules

#: The member that holds the file of rules, in an opening.
RULES = "rules"
APPROVE, REFUSE = "approve", "refuse"
#: The member that holds the SHA-256 of the answers file as it came.
FILE_DIGEST = "file"
_MOST_STATEMENT = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRegister:
    """Every review of a record by id."""

    states: Mapping[str, ReviewState]

    def state(self, review: str) -> ReviewState:
        """Return one review. Raises NotFound with those there are."""
        if review not in self.states:
            known = ", ".join(sorted(self.states)) or "none"
            raise NotFound(f"no review {review!r} in the record; there are: {known}", hint="Name one of these.")
        return self.states[review]


def reviews_of(record: Record, *, seen_at: datetime | None = None) -> ReviewRegister:
    """Return the register as the record has it, up to an aware instant. Effect: reads what its entries name.

    A review of whose opening something is gone is not among them: nobody knows by which rules it is judged.

    Raises:
        NotFound, VerificationFailed, BadInput: something an act names is not kept, or not as it was.
    """
    entries = {entry.content.id: entry for entry in record.of_type(EntryType.REVIEW)}
    by_id: dict[str, list[ReviewAct]] = {}
    for act in acts_in(record, EntryType.REVIEW):
        if seen_at is None or datetime.fromisoformat(act.ts) <= seen_at:
            by_id.setdefault(str(act.subject["review"]), []).append(_act(act, entries[act.id], record))
    states: dict[str, ReviewState] = {}
    for name, acts in by_id.items():
        rules = next((act.rules for act in acts if act.rules is not None), None)
        state = None if rules is None else fold(acts, rules, approvals_of(record, name, seen_at=seen_at))
        if state is not None:
            states[name] = state
    return ReviewRegister(states=states)


def approval_name(review: str, reviewer: str) -> str:
    """Return what approvals of one reviewer share as `decision`. Pure."""
    return f"review/{review}/{reviewer}"


def approvals_of(record: Record, review: str, *, seen_at: datetime | None = None) -> dict[str, list[Approved]]:
    """Return the acts about each reviewer of a review, by the reviewer's id, in order. Pure over the record.

    An act by a person who opened or amended the review, before or after it, is none. Nor is an approval by a compromised
    key that nobody saw in time; a refusal by it stays. The entries' signatures have been verified; the person is the one that
    the keyring names.

    Source: A-9, A-13, L-7.
    """
    stem = approval_name(review, "")
    chose = choosers(record, review, seen_at=seen_at)
    life = key_life([e for e in record.entries if seen_at is None or datetime.fromisoformat(e.content.ts) <= seen_at])
    found: dict[str, list[Approved]] = {}
    for entry in record.of_type(EntryType.APPROVAL):
        subject, ts = entry.content.subject, datetime.fromisoformat(entry.content.ts)
        name, act = str(subject.get("decision", "")), str(subject["act"])
        if not name.startswith(stem) or act not in (APPROVE, REFUSE) or (seen_at is not None and ts > seen_at):
            continue
        if act == APPROVE and life.is_void(entry):
            continue
        role = str(subject["role"])
        if {holder.person for holder in _holders(entry, record) if role in holder.roles} <= chose:
            continue
        approved = Approved(role=role, approves=act == APPROVE, declaration=str(subject["input_digest"]))
        found.setdefault(name.removeprefix(stem), []).append(approved)
    return found


def choosers(record: Record, review: str, *, seen_at: datetime | None = None) -> frozenset[str]:
    """Return the persons who opened or amended a review, as the keyring names them. Pure over the record."""
    acts = (
        entry
        for entry in record.of_type(EntryType.REVIEW)
        if entry.content.subject["review"] == review and entry.content.subject["act"] in (OPEN, AMEND)
        if seen_at is None or datetime.fromisoformat(entry.content.ts) <= seen_at
    )
    return frozenset(holder.person for entry in acts for holder in _holders(entry, record))


def _holders(entry: LedgerEntry, record: Record) -> tuple[Holder, ...]:
    return tuple(record.keyring[sig.key_id] for sig in entry.content.sigs)


def filed_answers(entry: LedgerEntry, record: Record) -> Answers | None:
    """Return the answers that an entry holds, proved by the digest that it states; None where some were erased.

    Effect: reads the entry's disclosures.
    """
    value = _plain(record.disclosed(entry))
    if value is None:
        return None
    stated = value.pop(FILE_DIGEST, "")
    answers = parse_answers(canonical(value))
    if stated != hashlib.sha256(answers_bytes(answers)).hexdigest():
        expected = f"in {entry.content.id} the answers that it names by digest"
        raise VerificationFailed("answers", f"expected {expected}, got others")
    return answers


def _act(act: RecordedAct, entry: LedgerEntry, record: Record) -> ReviewAct:
    """An act; one whose statement was erased states nothing, and so opens, packages and receives nothing."""
    word, statement = str(act.subject["act"]), act.statement
    answers = filed_answers(entry, record) if word in (FILE, UPDATE) else None
    return ReviewAct(
        id=act.id,
        act=word,
        ts=datetime.fromisoformat(act.ts),
        by=act.by,
        reason=act.reason,
        reviewer=_one(act.subject.get("reviewer", "")),
        review=parse_review(statement, file=act.id) if statement and word in (OPEN, AMEND) else None,
        sections=_sections(statement) if statement and word == ASSIGN else (),
        manifest=parse_manifest(statement) if statement and word == PACKAGE else None,
        at=parse_instant(parse_canonical(statement, max_bytes=_MOST_STATEMENT)["at"])
        if statement and word == RECEIVE
        else None,
        answers=answers,
        rules=_rules(entry, record) if word == OPEN else None,
    )


def _sections(statement: bytes) -> tuple[str, ...]:
    stated = parse_canonical(statement, max_bytes=_MOST_STATEMENT)["sections"]
    return tuple(str(name) for name in stated)


def _rules(entry: LedgerEntry, record: Record) -> ReviewRules | None:
    stated = record.disclosed(entry).get(RULES)
    return parse_review_rules(stated.encode("utf-8"), file=entry.content.id) if type(stated) is str else None


def _one(value: object) -> str:
    """An act's reviewer; an opening names several, and is about all of them."""
    return value if isinstance(value, str) else ""


def _plain(value: Any) -> Any:
    """A tree without holes as plain values; None if anything in it is hidden."""
    if isinstance(value, Hidden):
        return None
    if isinstance(value, Mapping):
        made = {name: _plain(item) for name, item in value.items()}
        return None if any(item is None for item in made.values()) else made
    if isinstance(value, tuple | list):
        items = [_plain(item) for item in value]
        return None if any(item is None for item in items) else items
    return value
