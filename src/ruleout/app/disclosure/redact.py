# SPDX-License-Identifier: Apache-2.0
"""Hide values of an entry from audiences by a signed act with its reason, end that again, and list what stands (A-8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ruleout.app.accountability.signed import holder_of, stated_reason
from ruleout.app.disclosure.places import named_places, place_digests
from ruleout.app.ledger import Record, Recorder, Subject
from ruleout.errors import KeyUnavailable, NotFound, RuleoutError
from ruleout.ledger import EntryType, LedgerEntry, Signer
from ruleout.ledger.audience import Audience
from ruleout.ledger.redaction import (
    JUSTIFICATION,
    LIFT,
    NEVER_HIDDEN,
    REDACT,
    Redaction,
    RedactionClass,
    redactions_in,
)
from ruleout.model.expiry import has_ended

_TEXT = "text/plain"
_MOST_LOCATION = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is to be hidden: values of an entry by path, `*` for all, and its objects by SHA-256 or by name."""

    entry: str
    paths: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A redaction somebody asks for: see `ledger.redaction.Redaction`; `location` is "" for the paths themselves."""

    class_: RedactionClass
    audiences: frozenset[Audience]
    authority: str
    justification: str
    material: bool
    review_by: date
    location: str = ""


def redact(target: Target, wanted: Wanted, record: Record, recorder: Recorder, signer: Signer) -> str:
    """Draft the act that hides values and objects of an entry; return its id.

    Effect: keeps the justification, drafts one entry; the caller commits. What is hidden stays where it is, and not a
    byte of its entry changes. Decoys beside a hidden value are hidden with it, so that nobody can count.

    Raises:
        NotFound: no such entry, path or object; the message lists those there are.
        RuleoutError: nothing is named, the review lies in the past, no reason is given, or a reason would be hidden.
        KeyUnavailable: the key is not in the keyring, or does not hold the role.

    Source: L-4, A-8.
    """
    entry = entry_named(target.entry, record)
    require_role(record, signer, wanted.authority)
    digests = {*place_digests(entry, record, target.paths), *object_digests(entry, target.objects)}
    if not digests or not wanted.audiences:
        hint = f"The entry discloses: {', '.join(named_places(entry, record)) or 'nothing'}."
        raise RuleoutError("expected a path or an object and an audience, got none", hint=hint)
    if has_ended(wanted.review_by, recorder.at):
        raise RuleoutError(f"expected a day of review to come, got {wanted.review_by}", hint="Mend --review-by.")
    words = stated_reason(wanted.justification, option="--justification")
    location = wanted.location or ", ".join((*target.paths, *target.objects))[:_MOST_LOCATION]
    subject: Subject = {
        "act": REDACT,
        "entry": target.entry,
        "digests": tuple(sorted(digests)),
        "class": wanted.class_.value,
        "audiences": tuple(sorted(one.value for one in wanted.audiences)),
        "authority": wanted.authority,
        "material": wanted.material,
        "review_by": wanted.review_by.isoformat(),
        "location": location,
    }
    made = _next(recorder)
    refs = [recorder.keep(JUSTIFICATION, words.encode("utf-8"), _TEXT)]
    recorder.add(EntryType.REDACTION, made, subject, refs=refs, signer=signer)
    return made


def lift(
    redaction: str, justification: str, record: Record, recorder: Recorder, signer: Signer, *, authority: str
) -> str:
    """Draft the act that ends a redaction; return its id. Effect: keeps the reason, drafts one; the caller commits.

    Raises:
        NotFound: no redaction of this id stands.
        KeyUnavailable, RuleoutError: as for redacting.
    """
    require_role(record, signer, authority)
    standing = [one.id for one in standing_redactions(record)]
    if redaction not in standing:
        known = ", ".join(standing) or "none"
        hint = "Name one of these." if standing else "There is nothing to lift."
        raise NotFound(f"no redaction {redaction[:80]!r} stands; there are: {known}", hint=hint)
    made, words = _next(recorder), stated_reason(justification, option="--justification")
    refs = [recorder.keep(JUSTIFICATION, words.encode("utf-8"), _TEXT)]
    subject: Subject = {"act": LIFT, "lifts": redaction, "authority": authority}
    recorder.add(EntryType.REDACTION, made, subject, refs=refs, signer=signer)
    return made


def standing_redactions(
    record: Record, *, audience: Audience | None = None, due_at: date | None = None
) -> tuple[Redaction, ...]:
    """Return the redactions that stand. Effect: reads justifications.

    Args:
        audience: only those that hide something from it.
        due_at: only those whose review was due before this day.
    """
    return tuple(
        one
        for one in redactions_in(record.entries, record.object)
        if (audience is None or audience in one.audiences) and (due_at is None or has_ended(one.review_by, due_at))
    )


def entry_named(entry_id: str, record: Record) -> LedgerEntry:
    """Return the entry of an id of which something may be hidden.

    Raises:
        NotFound: there is none.
        RuleoutError: it is of a kind of which nothing is ever hidden.
    """
    entry = next((one for one in record.entries if one.content.id == entry_id), None)
    if entry is None:
        raise NotFound(f"no entry {entry_id[:80]!r} in the record", hint="`ruleout log` lists the entries.")
    if entry.content.type in NEVER_HIDDEN:
        kinds = ", ".join(sorted(kind.value for kind in NEVER_HIDDEN))
        hint = f"Keys and reasons stay in sight: {kinds}."
        raise RuleoutError(f"nothing of a {entry.content.type.value} entry is ever hidden", hint=hint)
    return entry


def require_role(record: Record, signer: Signer, authority: str) -> None:
    """Raise KeyUnavailable unless the key is in the keyring and its holder has the role that answers for the act."""
    holder = holder_of(record, signer)
    if authority not in holder.roles:
        hint = f"Use a key that holds {authority}, or name a role of this one."
        raise KeyUnavailable(f"key {signer.name!r} holds {', '.join(holder.roles)}, not {authority[:80]!r}", hint=hint)


def object_digests(entry: LedgerEntry, objects: Iterable[str]) -> tuple[str, ...]:
    """Return the SHA-256 of an entry's objects by digest or by name. Pure. Raises NotFound with those there are."""
    by_name = {ref.name: ref.sha256 for ref in entry.content.refs}
    found = []
    for one in objects:
        digest = by_name.get(one, one)
        if digest not in by_name.values():
            known = ", ".join(f"{name} {sha[:12]}" for name, sha in by_name.items()) or "none"
            raise NotFound(
                f"{entry.content.id} names no object {one[:80]!r}; it names: {known}", hint="Name one of these."
            )
        found.append(digest)
    return tuple(found)


def also_named_by(target: Target, record: Record) -> tuple[LedgerEntry, ...]:
    """Return the other entries that name an object which is to be hidden, in order: it is hidden behind them too. Pure.

    Raises:
        NotFound: no such entry or object.
    """
    entry = entry_named(target.entry, record)
    hidden = set(object_digests(entry, target.objects))
    others = (one for one in record.entries if one.content.id != target.entry)
    return tuple(one for one in others if any(ref.sha256 in hidden for ref in one.content.refs))


def _next(recorder: Recorder) -> str:
    number = 1
    while recorder.has(f"redaction/{number}"):
        number += 1
    return f"redaction/{number}"
