# SPDX-License-Identifier: Apache-2.0
"""A log in memory whose entries disclose, redact and erase, and copies of it for an audience. Everything is deterministic."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.ledger_builders import CEO, KEYRING, LOG, ORIGIN, FakeSigner, checkpoint_of, draft, ref

from ruleout.ledger.audience import Audience
from ruleout.ledger.bundle import Bundle, build_bundle, for_audience
from ruleout.ledger.disclosure import Sealed, named_in, parse_disclosure, seal
from ruleout.ledger.entry import DraftEntry, EntryType, LedgerEntry, Ref, parse_entry, to_bytes
from ruleout.ledger.holes import explanations_in, objects_for, seen_by
from ruleout.ledger.keyring import keyring_bytes
from ruleout.ledger.signing import sign_entry

REVIEW_BY = "2027-06-30"


@dataclass
class Written:
    """A log as it is written: its entries, what is kept of their disclosures, its objects."""

    origin: str = ORIGIN
    log: FakeSigner = LOG
    entries: list[bytes] = field(default_factory=list)
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    made: dict[str, Sealed] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    salts: int = 0

    def salt(self) -> str:
        self.salts += 1
        digest = hashlib.sha256(f"{self.origin} {self.salts}".encode()).digest()
        return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode("ascii")

    def keep(self, name: str, data: bytes) -> Ref:
        made = ref(data, name)
        self.objects[made.sha256] = data
        return made

    def add(
        self, kind: EntryType, name: str, subject: Mapping[str, Any], *, said: Mapping[str, Any] | None = None,
        refs: Iterable[Ref] = (),
    ) -> str:  # fmt: skip
        """Add a signed entry; what it says is sealed and kept."""
        made = seal(said, salt=self.salt) if said else None
        if made is not None:
            self.made[name], self.kept[name] = made, {**made.disclosures, **made.decoys}
        prev = hashlib.sha256(self.entries[-1]).hexdigest() if self.entries else ""
        entry: DraftEntry = draft(
            kind, id=name, pseq=len(self.entries), prev=prev, subject=subject, refs=tuple(refs),
            salted=made.digests if made else (),
        )  # fmt: skip
        self.entries.append(to_bytes(sign_entry(entry, CEO)))
        return name

    def path(self, entry: str, path: str) -> str:
        """The digest of the value at a path."""
        return next(digest for digest, place in self.made[entry].paths.items() if place == path)

    def beside(self, entry: str, path: str) -> list[str]:
        """The decoys beside the value at a path."""
        digest, made = self.path(entry, path), self.made[entry]
        rows = [made.digests, *(named_in(parse_disclosure(text)) for text in made.disclosures.values())]
        row = next(one for one in rows if digest in one)
        return [one for one in row if one in made.decoys]

    def redact(self, name: str, entry: str, digests: Iterable[str], /, *audiences: str, **more: Any) -> str:
        """Add a redaction."""
        subject = {
            "act": "redact",
            "entry": entry,
            "digests": tuple(sorted(set(digests))),
            "class": "ip",
            "audiences": tuple(sorted(audiences)) or ("public",),
            "authority": "ceo",
            "material": False,
            "review_by": REVIEW_BY,
        }
        refs = [self.keep("justification", f"why {name}".encode())]
        return self.add(EntryType.REDACTION, name, {**subject, **more}, refs=refs)

    def redact_path(self, name: str, entry: str, path: str, *audiences: str) -> str:
        """Add a redaction of a value and the decoys beside it."""
        return self.redact(name, entry, [self.path(entry, path), *self.beside(entry, path)], *audiences)

    def erase(self, name: str, entry: str, path: str) -> str:
        """Add an erasure, and take the value, the decoys beside it and everything below away."""
        digests = [self.path(entry, path), *self.beside(entry, path)]
        subject = {"entry": entry, "ground": "personal-data", "digests": tuple(sorted(digests)), "authority": "ceo"}
        self.add(EntryType.ERASURE, name, subject, refs=[self.keep("reason", f"why {name}".encode())])
        self._take(entry, digests)
        return name

    def _take(self, entry: str, digests: Iterable[str]) -> None:
        for digest in digests:
            text = self.kept[entry].pop(digest, None)
            if text is not None:
                self._take(entry, named_in(parse_disclosure(text)))

    def parsed(self) -> list[LedgerEntry]:
        return [parse_entry(data, index=index) for index, data in enumerate(self.entries)]

    def copy(self, audience: str | None, **changes: Any) -> Bundle:
        """A bundle of it for an audience, as an export makes it."""
        whom = None if audience is None else Audience(audience)
        entries = self.parsed()
        explanations = explanations_in(entries, self.objects.get)
        shown: dict[str, str] = {}
        for entry in entries:
            shown |= seen_by(entry.content, self.kept.get(entry.content.id, {}), explanations, whom).shown
        objects = {digest: self.objects[digest] for digest in objects_for(entries, explanations, whom)}
        fields: dict[str, Any] = {
            "vkeys": (self.log.key,),
            "keyring": KEYRING,
            "objects": objects,
        }
        checkpoint = checkpoint_of(self.entries, self.log, self.origin)
        made = build_bundle(checkpoint, self.entries, origin=self.origin, **{**fields, **changes})
        return for_audience(made, shown.values(), whom)


def began(origin: str = ORIGIN, log: FakeSigner = LOG) -> Written:
    """A log whose first entry names the keyring."""
    made = Written(origin=origin, log=log)
    subject = {"vkey": str(CEO.key), "roles": ("ceo",), "from": "2026-01-01T00:00:00Z"}
    made.add(EntryType.KEY, "key/ceo", subject, refs=[made.keep("keyring", keyring_bytes(KEYRING.values()))])
    return made


def published(origin: str = ORIGIN, log: FakeSigner = LOG) -> Written:
    """A log with a report, an incident, a review, and what is hidden and removed of them: every hole has its reason."""
    made = began(origin, log)
    made.add(
        EntryType.FRAMEWORK, "framework/1", {"framework": "demo", "version": "1.0"}, refs=[made.keep("file", b"rules")]
    )
    sections = [{"heading": f"part {n}", "text": f"what part {n} says"} for n in range(4)]
    figures = {"tasks": 60, "solved": 1, "note": None, "held": True}
    said = {"title": "Risk report", "sections": sections, "figures": figures}
    report = {"report": "r-1", "kind": "risk-report", "act": "publish"}
    made.add(EntryType.REPORT, "report/1", report, said=said)
    statement = {"statement": "incident: weights-1", "reason": "an intruder"}
    made.add(EntryType.INCIDENT, "incident/1", {"incident": "weights-1", "act": "open"}, said=statement)
    review = {"text": "it holds", "author": "A. Person", "answers": ["yes", "no", "yes"]}
    # What reviews disclose is in confidence; this stands for any other entry that the public reads.
    made.add(EntryType.REPORT, "review/1", {"report": "v-1", "kind": "note", "act": "give"}, said=review)
    made.add(
        EntryType.EVIDENCE, "evidence/1", {"case": "c", "evidence": "e"}, refs=[made.keep("log", b"a log of ours")]
    )
    made.redact_path("redaction/1", "report/1", "sections.1.text", "public", "reviewer")
    made.redact("redaction/2", "incident/1", made.made["incident/1"].digests, "public", "reviewer")
    made.redact_path("redaction/3", "report/1", "figures.solved", "public")
    lifts = {"act": "lift", "lifts": "redaction/3", "authority": "ceo"}
    made.add(EntryType.REDACTION, "redaction/4", lifts, refs=[made.keep("justification", b"published since")])
    made.redact_path("redaction/5", "report/1", "sections.3", "public")
    made.redact("redaction/6", "evidence/1", [hashlib.sha256(b"a log of ours").hexdigest()], "public", "reviewer")
    made.erase("erasure/1", "review/1", "author")
    return made
