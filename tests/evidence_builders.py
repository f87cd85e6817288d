# SPDX-License-Identifier: Apache-2.0
"""Measurements, records in memory and little files for tests of evidence: only what a test cares about is named."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.ledger_builders import CEO, draft

from ruleout.app.ledger import MEASUREMENT, YAML
from ruleout.evidence.stored import measurement_bytes
from ruleout.ledger import EntryType, LedgerEntry, Ref, parse_entry, sign_entry, to_bytes
from ruleout.model.evidence import Attempt, Measurement, SampleState

EVALUATED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def attempt(sample: str, value: object = "I", *, epoch: int = 1, content: str = "", **more: object) -> Attempt:
    fields: dict[str, object] = {"state": SampleState.SCORED, "scores": (("match", value),), "content": content}
    return Attempt(sample=sample, epoch=epoch, **{**fields, **more})  # type: ignore[arg-type]


def attempts(successes: int, tasks: int, *, content: str = "") -> tuple[Attempt, ...]:
    """That many tasks, the first of them successes; `content` prefixes what each asks."""
    return tuple(
        attempt(f"q{i}", "C" if i < successes else "I", content=f"{content}{i}" if content else "")
        for i in range(tasks)
    )


def measurement(*attempts: Attempt, name: str = "log", **more: object) -> Measurement:
    """A finished run of the task `suite` by `lab/model`; `name` makes its digest."""
    fields: dict[str, object] = {
        "digest": hashlib.sha256(name.encode()).hexdigest(),
        "format": "inspect-eval",
        "status": "success",
        "task": "suite",
        "task_version": "1",
        "model": "lab/model",
        "evaluated": EVALUATED,
        "dataset_samples": len(attempts),
        "expected": len(attempts),
        "epochs": 1,
        "partial": "",
        "tool": "scorer",
        "tool_version": "1.2",
        "revision": "abc1234",
        "dirty": False,
        "attempts": attempts,
    }
    return Measurement(**{**fields, **more})  # type: ignore[arg-type]


@dataclass
class Memory:
    """A record in memory: entries as they would stand in a log, objects by digest."""

    made: list[LedgerEntry] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)

    @property
    def entries(self) -> tuple[LedgerEntry, ...]:
        return tuple(self.made)

    def object(self, digest: str) -> bytes:
        return self.objects[digest]

    def keep(self, name: str, data: bytes, media_type: str = YAML) -> Ref:
        digest = hashlib.sha256(data).hexdigest()
        self.objects[digest] = data
        return Ref(name=name, sha256=digest, size=len(data), media_type=media_type)

    def add(
        self, kind: EntryType, subject: Mapping[str, object], *refs: Ref, ts: str, signed: bool = True, **more: object
    ) -> LedgerEntry:
        index = len(self.made)
        entry = draft(kind, id=f"entry/{index}", ts=ts, subject=dict(subject), refs=refs, **more)
        self.made.append(parse_entry(to_bytes(sign_entry(entry, CEO) if signed else entry), index=index))
        return self.made[-1]

    def framework(self, text: str, *, ts: str, version: str = "1.0") -> LedgerEntry:
        """The entry of a framework file, as recording a decision makes it."""
        file = self.keep("framework", text.encode())
        return self.add(EntryType.FRAMEWORK, {"framework": "demo", "version": version}, file, ts=ts)

    def decision(self, case: str, *, ts: str, case_id: str = "demo-case") -> LedgerEntry:
        """The entry of a decision on a case file."""
        subject = {"case": case_id, "framework": "demo", "version": "1.0", "activity": "train", "outcome": "hold"}
        file = self.keep("case", case.encode())
        return self.add(EntryType.DECISION, {**subject, "input_digest": "0" * 64}, file, ts=ts)

    def ingested(self, m: Measurement, *, ts: str = "2026-03-02T12:00:00Z", signed: bool = False, **life: str):
        """The entry of a log that was received."""
        file = self.keep("measurement", measurement_bytes(m), MEASUREMENT)
        subject = {"case": "", "evidence": m.digest, **life}
        return self.add(EntryType.EVIDENCE, subject, file, ts=ts, signed=signed)

    def withdrawal(self, ts: str = "2026-04-01T12:00:00Z", *, reason: str = "wrong template", **subject: object):
        """The entry of a withdrawal, or of what lifts one."""
        kept = self.keep("reason", reason.encode(), "text/plain")
        return self.add(EntryType.WITHDRAWAL, {"act": "withdraw", **subject}, kept, ts=ts)
