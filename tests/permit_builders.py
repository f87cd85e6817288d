# SPDX-License-Identifier: Apache-2.0
"""Terms, grounds and permits for tests: as small as they may be, each part replaceable; and a log that holds a permit."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

from tests.ledger_builders import CEO, KEYRING, LOG, ORIGIN, RSO, FakeSigner, checkpoint_of, draft

from ruleout.engine.permitting import Check, Ground
from ruleout.ledger import EntryType
from ruleout.ledger.disclosure import Sealed, seal
from ruleout.ledger.entry import to_bytes
from ruleout.ledger.keyring import keyring_bytes
from ruleout.ledger.permits import PermitFile, Trusted, build_permit_file, header_of
from ruleout.ledger.signing import sign_entry
from ruleout.model.canonical import canonical
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.permit import (
    Condition,
    ContentPolicy,
    Endpoint,
    Hook,
    Limit,
    LimitKind,
    Permit,
    RestingOn,
    ServedModel,
    SignedBy,
    Tenant,
    Terms,
)
from ruleout.model.plain import instant_text, plain
from ruleout.model.request import ExceptionGrant
from ruleout.model.verdict import Verdict

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DIGEST = "d" * 64
SLOW = "At most a hundred requests a minute."


def condition(name: str = "slow", says: str = SLOW, **more: object) -> Condition:
    fields: dict[str, object] = {
        "id": name,
        "says": says,
        "limits": (Limit(kind=LimitKind.REQUESTS_PER_MINUTE, at_most=100),),
        "only": (),
        "hook": "",
        "owner": "",
    }
    return Condition(**{**fields, **more})  # type: ignore[arg-type]


def terms(**more: object) -> Terms:
    fields: dict[str, object] = {
        "activity": Activity.DEPLOY_EXTERNAL,
        "scope": "general release",
        "models": (ServedModel(model="demo-1", digest=DIGEST, served_as=("demo",)),),
        "tenants": (Tenant(tenant="agency-a", customer="Agency A", tiers=("paid",)),),
        "endpoints": (Endpoint.ANTHROPIC_MESSAGES,),
        "tools": (),
        "limits": (),
        "hooks": (Hook(safeguard="watch", hook="agent-watch", outside=""),),
        "conditions": (condition(),),
        "content": ContentPolicy.NEVER,
        "not_before": AT,
        "last_day": date(2026, 6, 30),
    }
    return Terms(**{**fields, **more})  # type: ignore[arg-type]


def grant(**more: object) -> ExceptionGrant:
    fields: dict[str, object] = {
        "request": "analysis",
        "models": ("demo-1",),
        "customer": "Agency A",
        "clauses": ("intelligence",),
        "bears_on": ("covered",),
        "floor": Outcome.RESTRICT,
        "since": datetime(2026, 1, 1, tzinfo=UTC),
        "last_day": date(2026, 9, 30),
    }
    return ExceptionGrant(**{**fields, **more})  # type: ignore[arg-type]


def ground(**more: object) -> Ground:
    fields: dict[str, object] = {
        "developer": "Demo",
        "model": "demo-1",
        "model_digest": DIGEST,
        "activity": Activity.DEPLOY_EXTERNAL,
        "scope": "general release",
        "outcome": Outcome.RESTRICT,
        "conditions": (SLOW,),
        "safeguards": ("watch",),
        "exceptions": (),
        "ends": (),
        "taken": (),
        "checks": (Check(name="a decision that replays", holds=Verdict.YES, why="same bytes"),),
    }
    return Ground(**{**fields, **more})  # type: ignore[arg-type]


def permit(**more: object) -> Permit:
    fields: dict[str, object] = {
        "id": "general",
        "title": "Demo, general release",
        "developer": "Demo",
        "request_sha256": "1" * 64,
        "rests_on": RestingOn(
            decision="case-1/demo@1.0/deploy-external/1",
            index=1,
            entry_sha256="2" * 64,
            input_digest="3" * 64,
            result_sha256="4" * 64,
            framework="demo@1.0",
            framework_sha256="5" * 64,
            engine="ruleout-engine/4",
            outcome=Outcome.RESTRICT,
            signed=(SignedBy(key=RSO.key.key_id, entry="case-1/approval/1", index=1),),
        ),
        "terms": terms(),
        "safeguards": ("watch",),
        "exceptions": (),
        "earliest_end": None,
        "issued": AT,
    }
    return Permit(**{**fields, **more})  # type: ignore[arg-type]


def permit_bytes(one: Permit) -> bytes:
    return canonical(plain(one))


def sealed(data: bytes | str, name: str = "permit") -> Sealed:
    """The disclosure of a permit, or of anything in its place, under a salt of its own content."""
    text = data if isinstance(data, str) else data.decode()
    salts = (hashlib.sha256(f"{n}{text}".encode()).hexdigest()[:22] for n in range(10))
    return seal({name: text}, salt=lambda: next(salts))


def disclosure(one: Permit | bytes | str) -> str:
    """The text of the one disclosure of a permit's entry."""
    made = sealed(permit_bytes(one) if isinstance(one, Permit) else one)
    return next(iter(made.disclosures.values()))


class Log:
    """A log that grows entry by entry, in one producer's chain."""

    def __init__(self, kinds: tuple[EntryType, ...] = (EntryType.EVIDENCE, EntryType.DECISION)) -> None:
        self.entries: list[bytes] = []
        for kind in kinds:
            self.add(kind)

    def add(self, kind: EntryType, *, by: FakeSigner = CEO, **changes: object) -> int:
        number = len(self.entries)
        prev = hashlib.sha256(self.entries[-1]).hexdigest() if self.entries else ""
        fields = {"id": f"northlight/{number}", "pseq": number, "prev": prev, **changes}
        entry = draft(kind, **fields)
        self.entries.append(to_bytes(entry if kind is EntryType.EVIDENCE else sign_entry(entry, by)))
        return number

    def issue(self, one: Permit, *, by: FakeSigner = CEO, role: str = "ceo", **changes: object) -> int:
        subject = {**header_of(one), "role": role}
        salted = sealed(permit_bytes(one)).digests
        fields = {"ts": instant_text(one.issued), "subject": subject, "refs": (), "salted": salted, **changes}
        return self.add(EntryType.PERMIT, by=by, **fields)

    def revoke(self, name: str = "general", act: str = "revoke") -> int:
        return self.add(EntryType.PERMIT, subject={"permit": name, "act": act, "role": "ceo"})

    def file(self, index: int, one: Permit | bytes | str) -> PermitFile:
        return build_permit_file(
            checkpoint_of(self.entries),
            self.entries,
            origin=ORIGIN,
            index=index,
            permit=disclosure(one),
            keyring=hashlib.sha256(keyring_bytes(KEYRING.values())).hexdigest(),
        )


TRUSTED = Trusted(vkeys=(LOG.key,), keyring=KEYRING, issuers=("ceo",))
