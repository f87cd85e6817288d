# SPDX-License-Identifier: Apache-2.0
"""How a version of a framework enters force: what was announced, who acted on it, and how it stands (D-15, A-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum


class ChangeAct(Enum):
    """An act about an announced version, signed over the digest of all its parts."""

    PROPOSE = "propose-framework"
    CONSULT = "consult-framework"
    NOTIFY = "notify-framework"
    APPROVE = "approve-framework"
    REFUSE = "refuse-framework"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a publication by SHA-256 (hex); "" for what there is none of.

    Attributes:
        framework: the framework file.
        change_log: the change log.
        mapping: the mapping file that says how the versions correspond.
        document: the published document, as the framework file names it.
        previous: the framework file of the version that it takes the place of.
    """

    framework: str
    change_log: str
    mapping: str
    document: str
    previous: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One act about an announcement: the entry, role, person by the keyring, what was done, over which digest, when."""

    entry: str
    role: str
    person: str
    act: ChangeAct
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A version as one entry of the record has it.

    Attributes:
        entry: the entry's id.
        act: "announce", "publish", or "" for a version that was kept beside a decision and never published.
        at: the entry's instant.
        version: its label.
        effective: the day on which it takes effect.
        parts: its parts by digest.
        has_document: whether the document's own bytes are kept.
        size: of the framework file, bytes.
    """

    entry: str
    act: str
    at: datetime
    version: str
    effective: date
    parts: Parts
    has_document: bool
    size: int


class Standing(Enum):
    """How a version stands at an instant."""

    DRAFT = "draft"
    WAITING = "waiting for approvals"
    HELD = "held by notice"
    READY = "ready to publish"
    LAPSED = "not published in time"
    REPLACED = "announcement replaced"
    PUBLISHED = "published, not yet in force"
    IN_FORCE = "in force"
    SUPERSEDED = "superseded"
    RECORDED = "recorded, never published"
    CONFLICT = "same label, other bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What an announcement still waits for.

    Attributes:
        missing: acts that are missing, in words such as "approval by board".
        refused: roles that refused.
        until: the day before which it may not be published; None if notice is not, or no longer, in the way.
        last_day: the last day on which it may be published; None for no end.
    """

    missing: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    until: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a version may not be published as it was handed in.

    Attributes:
        id: a word for the reason, the same for ever; docs/guide/change-control.md lists them.
        clauses: ids that it is about; empty where it is about the whole.
        says: what is wrong, in one sentence.
        witness: a state that shows it, decided by both versions; "" where none does.
    """

    id: str
    says: str
    clauses: tuple[str, ...] = ()
    witness: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionStatus:
    """One version as it stands.

    Attributes:
        name, version: which.
        standing: how it stands.
        pin: what the record has; None for a draft of the workspace alone.
        digest: over all its parts; "" for a draft.
        needs: what it waits for.
        acts: acts about it that count or once counted, over any digest.
        workspace_digest: SHA-256 of the workspace's file of this label; "" if there is none.
        mismatches: where a file or document at hand is not what is pinned, in words.
        irregular: what its publication did not wait for and should have, in words.
    """

    name: str
    version: str
    standing: Standing
    pin: Pinned | None
    digest: str
    needs: Needs
    acts: tuple[Signed, ...]
    workspace_digest: str
    mismatches: tuple[str, ...]
    irregular: tuple[str, ...]
