# SPDX-License-Identifier: Apache-2.0
"""What a shelf of an account is filled from and with, and which objects of the record may lie on it (L-4, A-8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from ruleout.app.ledger import Record
from ruleout.app.workspace import Workspace
from ruleout.ledger.audience import Audience
from ruleout.ledger.holes import explanations_in, objects_for
from ruleout.reports.portal.account import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """For whom and when an account is made, and of which record; `ended` as `portal.ended.ended_in` has it."""

    record: Record
    workspace: Workspace
    audience: Audience
    at: datetime
    ended: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A shelf and the bytes of its files by place."""

    shelf: Shelf
    files: Mapping[str, bytes] = field(default_factory=dict)


Shelve = Callable[[Wanted], Filled]


def open_objects(wanted: Wanted) -> frozenset[str]:
    """Return the SHA-256 of every object that the audience may have and that no erasure took. Effect: reads reasons."""
    record = wanted.record
    explanations = explanations_in(record.entries, record.object)
    gone = {
        ref.sha256
        for entry in record.entries
        for ref in entry.content.refs
        if explanations.erasure(entry.content.id, ref.sha256) is not None
    }
    return objects_for(record.entries, explanations, wanted.audience) - gone


def place(folder: str, name: str, suffix: str) -> str:
    """Return where the file of a name lies: one part below its folder, whatever the name holds. Pure."""
    return f"{folder}/{quote(name, safe='')}{suffix}"
