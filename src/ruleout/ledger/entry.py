# SPDX-License-Identifier: Apache-2.0
"""Entries: what one line of the record is, and one closed list of kinds with one schema each (L-1, L-2).

Rules: canonical JSON of at most 32 KiB; only header fields in clear, nothing personal, no secret; anything larger goes
in by digest, size and media type. Every key of every schema is known: an unknown one is refused, because what nobody
checks is where a secret or a loophole hides. A draft has no index; an entry of a log has one.
It checks shapes. Signatures are `signing`'s, chains and inclusion are `verify`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.model.canonical import canonical, parse_canonical

VERSION = 1
MAX_BYTES = 32 * 1024
MAX_REFS = 100
_KEYS = frozenset({"v", "type", "id", "ts", "producer", "pseq", "prev", "subject", "_sd_alg", "_sd", "refs", "sigs"})
_ID = re.compile(r"[a-z0-9][A-Za-z0-9._:/@-]{0,199}")
_TS = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z"
)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SALTED = re.compile(r"[A-Za-z0-9_-]{43}")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,100}")
_KEY_ID = re.compile(r"[^\s+]{1,200}\+[0-9a-f]{8}")
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{86}==")


class EntryType(Enum):
    """What an entry records. Later kinds of L-2 join this list together with their schema."""

    FRAMEWORK = "framework"
    EVIDENCE = "evidence"
    DETERMINATION = "determination"
    SAFEGUARD = "safeguard"
    PEER = "peer"
    DECISION = "decision"
    APPROVAL = "approval"
    PERMIT = "permit"
    KEY = "key"
    WITHDRAWAL = "withdrawal"
    GOAL = "goal"
    GRADE = "grade"
    DUTY = "duty"
    INCIDENT = "incident"
    DEVIATION = "deviation"
    CONCERN = "concern"
    REQUEST = "request"
    REPORT = "report"
    REDACTION = "redaction"
    ERASURE = "erasure"
    REVIEW = "review"
    WITNESS = "witness"
    AUDIT_BATCH = "audit-batch"
    KILL = "kill"
    HOST_LOG = "host-log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a kind of entry holds: subject fields it must and may have, least number of refs, whether it is signed."""

    required: frozenset[str]
    optional: frozenset[str]
    least_refs: int
    signed: bool = True


def _schema(required: str, optional: str = "", *, least_refs: int, signed: bool = True) -> Schema:
    fields = frozenset(required.split()), frozenset(optional.split())
    return Schema(required=fields[0], optional=fields[1], least_refs=least_refs, signed=signed)


SCHEMAS: Mapping[EntryType, Schema] = MappingProxyType(
    {
        EntryType.FRAMEWORK: _schema("framework version", "act document effective in_force supersedes", least_refs=1),
        EntryType.EVIDENCE: _schema(
            "case evidence", "status format evaluated owner valid_until", least_refs=1, signed=False
        ),
        EntryType.DETERMINATION: _schema("case threshold finding", "prong dated valid_until replaces", least_refs=1),
        EntryType.SAFEGUARD: _schema("case safeguard met", "kind dated valid_until replaces", least_refs=1),
        EntryType.PEER: _schema("question holds covers grade as_of", "case valid_until replaces", least_refs=1),
        EntryType.DECISION: _schema(
            "case framework version activity outcome input_digest",
            "scope model at regime engine result_digest replaces",
            least_refs=1,
        ),
        EntryType.APPROVAL: _schema("role act input_digest", "case decision at", least_refs=0),
        # G-1: the permit is a disclosure: whom it serves stands there and not in the header.
        EntryType.PERMIT: _schema("permit act role", "decision not_before expires", least_refs=0),
        EntryType.KEY: _schema("vkey roles from", "act compromised_from of replaces until", least_refs=0),
        # The reason is the reference: words about a failure may name people, and header fields stay for good (L-1).
        EntryType.WITHDRAWAL: _schema(
            "act", "digests tool tool_version producer model_digest revision lifts", least_refs=1
        ),
        # Accountability (ADR 0017, 0020): `statement` holds what the act says, whole, as a reference or, in confidence, as a
        # disclosure; the header only finds it.
        EntryType.GOAL: _schema("roadmap goal act", "area target before flagged superseded_by", least_refs=1),
        EntryType.GRADE: _schema("roadmap goal", "says by comment_from comment_until", least_refs=1),
        EntryType.DUTY: _schema("act", "event duty regime about at until", least_refs=0),
        EntryType.INCIDENT: _schema("incident act", "regime stage into discovered", least_refs=0),
        EntryType.DEVIATION: _schema("deviation act", "framework version clause discovered corrected", least_refs=0),
        EntryType.CONCERN: _schema("concern act", "quarter status anonymous", least_refs=0),
        EntryType.REQUEST: _schema(
            "request act", "kind answer clause models instrument requester_kind expires forum as_of", least_refs=0
        ),
        # Publication (A-7 … A-10, L-4, L-8): what a report or review says stands in its disclosures.
        EntryType.REPORT: _schema(
            "report kind act", "at audience covers framework model published regime replaces version", least_refs=0
        ),
        EntryType.REDACTION: _schema(
            "act", "audiences authority class digests entry lifts location material review_by", least_refs=1
        ),
        EntryType.ERASURE: _schema("entry ground digests", "authority", least_refs=1),
        EntryType.REVIEW: _schema("review act", "due independent report reviewer section version", least_refs=0),
        EntryType.WITNESS: _schema("act", "name quorum vkey", least_refs=0),
        # Run-time events (G-8): counts and digests only; one signature covers the records that the reference names (L-3).
        EntryType.AUDIT_BATCH: _schema("segment worker first last count offset before after gap", least_refs=1),
        # G-6: an epoch of kills and tightened limits, by digest; reason and target are disclosures.
        EntryType.KILL: _schema("act epoch digest", "kills late", least_refs=0),
        # L-11: a state of another log. Nothing of it is outside the header, so nothing of it can be held back.
        EntryType.HOST_LOG: _schema("origin size checkpoint vkeys proof", least_refs=0),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A larger thing kept outside the log: `name` within the entry, SHA-256 (hex), size in bytes, media type."""

    name: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """An author's signature: `key_id` is `name+id` of the key, `value` 64 bytes in base64."""

    key_id: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEntry:
    """An entry before it has a place in the log.

    Attributes:
        id: unique within the log, such as "northlight/case-7/decision-2".
        ts: instant in UTC as RFC 3339 with "Z", as the producer states it; not proof of time.
        producer: who writes this chain of entries; a name, not a person.
        pseq: number in the producer's own chain, from 0.
        prev: SHA-256 (hex) of the bytes of the producer's previous entry, "" for the first.
        subject: header fields of the kind's schema: strings, integers, booleans, or tuples of strings.
        refs: what the entry is about, by digest.
        salted: digests of salted disclosures (base64url, 43 characters), sorted (L-4).
        sigs: authors' signatures over all of the above.
    """

    type: EntryType
    id: str
    ts: str
    producer: str
    pseq: int
    prev: str
    subject: Mapping[str, str | int | bool | tuple[str, ...]]
    refs: tuple[Ref, ...] = ()
    salted: tuple[str, ...] = ()
    sigs: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """An entry of a log: its position and its bytes, with what the bytes say."""

    index: int
    data: bytes
    content: DraftEntry


def payload(entry: DraftEntry) -> bytes:
    """Return the canonical bytes that authors sign: the entry without `sigs`. Pure. Source: L-3."""
    return canonical(_plain(entry))


def to_bytes(entry: DraftEntry) -> bytes:
    """Return the entry's canonical bytes, checked as a reader would check them.

    Pure.

    Raises:
        VerificationFailed: check "entry"; the entry would be refused when read.
    """
    data = canonical({**_plain(entry), "sigs": [{"keyid": sig.key_id, "sig": sig.value} for sig in entry.sigs]})
    parse_entry(data, index=0)
    return data


def parse_entry(data: bytes, *, index: int) -> LedgerEntry:
    """Return the entry that stands at `index` of a log. Pure; bounded.

    Raises:
        VerificationFailed: check "canonical" if the bytes are not canonical JSON of at most 32 KiB, check "entry" if
            they do not follow the schema of their kind.

    Source: L-1, L-2.
    """
    raw = parse_canonical(data, max_bytes=MAX_BYTES, max_depth=4)
    if type(raw) is not dict or raw.keys() != _KEYS:
        raise _refusal("its twelve fields", sorted(raw) if type(raw) is dict else raw)
    if type(raw["v"]) is not int or raw["v"] != VERSION or raw["_sd_alg"] != "sha-256":
        raise _refusal(f"version {VERSION} and sha-256", (raw["v"], raw["_sd_alg"]))
    content = DraftEntry(
        type=_kind(raw["type"]),
        id=_text(raw, "id", _ID),
        ts=_instant(raw, "ts"),
        producer=_text(raw, "producer", _ID),
        pseq=_count(raw, "pseq"),
        prev=_text(raw, "prev", _SHA256) if raw["prev"] != "" else "",
        subject=_subject(raw["subject"], SCHEMAS[_kind(raw["type"])]),
        refs=tuple(_ref(item) for item in _items(raw, "refs")),
        salted=tuple(_salted(_items(raw, "_sd"))),
        sigs=tuple(_signature(item) for item in _items(raw, "sigs")),
    )
    _require_whole(content)
    return LedgerEntry(index=index, data=data, content=content)


def _require_whole(content: DraftEntry) -> None:
    if (content.prev == "") != (content.pseq == 0):
        raise _refusal("an empty prev exactly for the producer's first entry", (content.pseq, content.prev))
    least = SCHEMAS[content.type].least_refs
    if len(content.refs) < least or len({ref.name for ref in content.refs}) < len(content.refs):
        raise _refusal(f"at least {least} refs with names that differ", [ref.name for ref in content.refs])


def _plain(entry: DraftEntry) -> dict[str, object]:
    return {
        "v": VERSION,
        "type": entry.type.value,
        "id": entry.id,
        "ts": entry.ts,
        "producer": entry.producer,
        "pseq": entry.pseq,
        "prev": entry.prev,
        "subject": dict(entry.subject),
        "_sd_alg": "sha-256",
        "_sd": entry.salted,
        "refs": [
            {"name": ref.name, "sha256": ref.sha256, "size": ref.size, "media_type": ref.media_type}
            for ref in entry.refs
        ],
    }


def _kind(value: Any) -> EntryType:
    try:
        return EntryType(value)
    except ValueError:
        raise _refusal("a known type", value) from None


def _subject(value: Any, schema: Schema) -> Mapping[str, str | int | bool | tuple[str, ...]]:
    fields = value.keys() if type(value) is dict else frozenset()
    if not schema.required <= fields <= schema.required | schema.optional:
        raise _refusal(f"a subject of {', '.join(sorted(schema.required))}", sorted(fields))
    return MappingProxyType({name: _field(item) for name, item in value.items()})


def _field(value: Any) -> str | int | bool | tuple[str, ...]:
    if type(value) is list and all(type(item) is str for item in value):
        return tuple(value)
    if type(value) not in (str, int, bool):
        raise _refusal("subject fields of strings, integers, booleans or lists of strings", value)
    return value  # type: ignore[no-any-return]


def _ref(value: Any) -> Ref:
    if type(value) is not dict or value.keys() != {"name", "sha256", "size", "media_type"}:
        raise _refusal("refs of name, sha256, size and media_type", value)
    return Ref(
        name=_text(value, "name", _ID),
        sha256=_text(value, "sha256", _SHA256),
        size=_count(value, "size"),
        media_type=_text(value, "media_type", _MEDIA_TYPE),
    )


def _signature(value: Any) -> Signature:
    if type(value) is not dict or value.keys() != {"keyid", "sig"}:
        raise _refusal("sigs of keyid and sig", value)
    return Signature(key_id=_text(value, "keyid", _KEY_ID), value=_text(value, "sig", _SIGNATURE))


def _salted(values: list[Any]) -> list[str]:
    if not all(type(item) is str and _SALTED.fullmatch(item) for item in values) or values != sorted(set(values)):
        raise _refusal("_sd of different digests in order", values)
    return values


def _items(raw: dict[str, Any], name: str) -> list[Any]:
    value = raw[name]
    if type(value) is not list or len(value) > MAX_REFS:
        raise _refusal(f"a list of at most {MAX_REFS} as {name}", value)
    return value


def _text(raw: dict[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = raw[name]
    if type(value) is not str or not pattern.fullmatch(value):
        raise _refusal(f"{name} of its form", value)
    return value


def _count(raw: dict[str, Any], name: str) -> int:
    value = raw[name]
    if type(value) is not int or value < 0:
        raise _refusal(f"{name} as a count", value)
    return value


def _instant(raw: dict[str, Any], name: str) -> str:
    text = _text(raw, name, _TS)
    if not is_instant(text):
        raise _refusal(f"{name} as a day of the calendar", text)
    return text


def is_instant(value: object) -> bool:
    """Say whether a value is an instant as entries state them: a day of the calendar, UTC, at most microseconds. Pure."""
    if type(value) is not str or not _TS.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _refusal(expected: str, got: object) -> VerificationFailed:
    return VerificationFailed("entry", f"expected {expected}, got {str(got)[:80]!r}")
