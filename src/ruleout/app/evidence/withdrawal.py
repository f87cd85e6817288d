# SPDX-License-Identifier: Apache-2.0
"""Withdrawal: one signed entry after which all evidence it covers counts no more, until another entry lifts it (A-12).

A withdrawal says what it covers by facts of the evidence, so it covers logs that are received later too. It holds at every
instant: evidence that turned out to be worthless was so before anybody knew. What was decided on it stays on record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields

from ruleout.app.ledger import Record, Recorder
from ruleout.errors import KeyUnavailable, NotFound, RuleoutError
from ruleout.evidence.summary import Summary
from ruleout.ledger import EntryType, LedgerEntry, Signer, verifier_key
from ruleout.ledger.key_life import key_life
from ruleout.model.evidence import Measurement

REASON = "text/plain"
#: Digests one act may name: an entry holds at most 32 KiB.
MOST_DIGESTS = 300
_MOST_REASON = 2000
_SHA256 = re.compile(r"[0-9a-f]{64}")

#: The bytes kept under a digest; raises NotFound where there are none.
ObjectOf = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """What a withdrawal covers: any of the digests, and all of the other facts that are given; nothing if none is.

    `producer` is who wrote the entry by which the evidence was received.
    """

    digests: tuple[str, ...] = ()
    tool: str = ""
    tool_version: str = ""
    producer: str = ""
    model_digest: str = ""
    revision: str = ""

    @property
    def stated(self) -> dict[str, str | tuple[str, ...]]:
        """The facts that are given, by name."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}

    def covers(self, evidence: Measurement | Summary, producers: Collection[str]) -> bool:
        """Whether a piece of evidence, received from these producers, is covered. Pure."""
        asked = self.stated
        if not asked or ("tool_version" in asked and "tool" not in asked):
            return False
        facts = all(getattr(evidence, name) == asked[name] for name in asked.keys() - {"digests", "producer"})
        named = not self.digests or evidence.digest in self.digests
        return facts and named and (not self.producer or self.producer in producers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A withdrawal in force: its entry's id, instant (RFC 3339) and author's key, what it covers, and why."""

    id: str
    ts: str
    by: str
    selector: Selector
    reason: str

    @property
    def because(self) -> str:
        """Why what it covers counts no more; the same on every later day."""
        return f"withdrawn on {self.ts[:10]} by {self.by}: {self.reason}"


def withdrawals_in(entries: Iterable[LedgerEntry], object_of: ObjectOf) -> tuple[Withdrawal, ...]:
    """Return the withdrawals that stand after these entries, in order. An act of another name is none.

    Effect: reads the reasons, as `object_of` does.
    """
    standing: dict[str, Withdrawal] = {}
    read = tuple(entries)
    life = key_life(read)
    for entry in read:
        content = entry.content
        if content.type is not EntryType.WITHDRAWAL:
            continue
        if content.subject["act"] == "lift" and not life.is_void(entry):  # a stolen key may not bring evidence back
            standing.pop(str(content.subject.get("lifts")), None)
        elif content.subject["act"] == "withdraw":
            standing[content.id] = _withdrawal(entry, object_of)
    return tuple(standing.values())


def _withdrawal(entry: LedgerEntry, object_of: ObjectOf) -> Withdrawal:
    content = entry.content
    subject = content.subject
    digests = subject.get("digests", ())
    words = {f.name: str(subject.get(f.name, "")) for f in fields(Selector) if f.name != "digests"}
    return Withdrawal(
        id=content.id,
        ts=content.ts,
        by=", ".join(sig.key_id.partition("+")[0] for sig in content.sigs),
        selector=Selector(digests=digests if isinstance(digests, tuple) else (), **words),
        reason=_reason(content.refs[0].sha256, object_of),
    )


def _reason(digest: str, object_of: ObjectOf) -> str:
    """The reason's own words on one line. Evidence stays withdrawn where they are not kept."""
    try:
        text = object_of(digest).decode("utf-8", "replace")
    except NotFound:
        return f"its reason {digest[:12]} is not kept here"
    return " ".join(text[:_MOST_REASON].split())


def record_withdrawal(selector: Selector, reason: str, record: Record, recorder: Recorder, signer: Signer) -> str:
    """Draft the entry that withdraws all evidence a selector covers; return its id.

    Effect: keeps the reason and drafts one entry; the caller commits.

    Raises:
        RuleoutError: the selector names nothing, or not in its form, or the reason is empty or too long.
        KeyUnavailable: the key is not in the keyring.
    """
    require_selector(selector)
    return _record("withdraw", dict(selector.stated), reason, record, recorder, signer)


def record_lift(withdrawal: str, reason: str, record: Record, recorder: Recorder, signer: Signer) -> str:
    """Draft the entry that lifts a withdrawal in force; return its id. Effect and errors as for withdrawing.

    Raises:
        NotFound: no withdrawal of this id is in force.
    """
    known = [w.id for w in withdrawals_in(record.entries, record.object)]
    if withdrawal not in known:
        names = ", ".join(known) or "none"
        raise NotFound(f"no withdrawal {withdrawal!r} is in force; there are: {names}", hint="Name one of these.")
    return _record("lift", {"lifts": withdrawal}, reason, record, recorder, signer)


def _record(
    act: str,
    subject: dict[str, str | tuple[str, ...]],
    reason: str,
    record: Record,
    recorder: Recorder,
    signer: Signer,
) -> str:
    words = reason.strip()
    if not 1 <= len(words) <= _MOST_REASON:
        hint = "Say why, for those who relied on it; name no person."
        raise RuleoutError(f"expected a reason of 1 to {_MOST_REASON} characters, got {len(words)}", hint=hint)
    if verifier_key(signer.name, signer.public_key).key_id not in record.keyring:
        hint = f"Add it with `ruleout key new {signer.name} --role ROLE --person PERSON`."
        raise KeyUnavailable(f"key {signer.name!r} is not in this workspace's keyring", hint=hint)
    kept = recorder.keep("reason", words.encode("utf-8"), REASON)
    entry_id = f"withdrawal/{len(record.of_type(EntryType.WITHDRAWAL)) + 1}"
    recorder.add(EntryType.WITHDRAWAL, entry_id, {"act": act, **subject}, refs=(kept,), signer=signer)
    return entry_id


def require_selector(selector: Selector) -> None:
    """Refuse a selector that names nothing, a version without its tool, or digests that are none.

    Pure. Raises RuleoutError.
    """
    if not selector.stated:
        hint = "Name digests, or --tool, --producer, --model-digest or --revision."
        raise RuleoutError("expected something to withdraw, got nothing", hint=hint)
    if selector.tool_version and not selector.tool:
        hint = "Add --tool NAME: many tools have a version of this name."
        raise RuleoutError(f"expected the tool of version {selector.tool_version!r}, got none", hint=hint)
    wrong = [digest for digest in selector.digests if not _SHA256.fullmatch(digest)]
    if wrong or len(selector.digests) > MOST_DIGESTS:
        got = repr(wrong[0][:20]) if wrong else f"{len(selector.digests)} of them"
        raise RuleoutError(f"expected at most {MOST_DIGESTS} SHA-256 of logs, got {got}", hint="Withdraw in parts.")
