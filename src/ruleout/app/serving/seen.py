# SPDX-License-Identifier: Apache-2.0
"""What a gateway has seen and must not forget: the latest instant, the largest log, the newest version of each bundle, stolen keys.

Without it an old copy of a permit's file could hide a revocation, a clock set back could bring an ended permit to life, and a thief's
bundle would count again once another permit's file begins after the entry that tells of the theft.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ruleout.adapters.files import MIB, read_bounded, replace_file
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.ledger.permits import Compromise
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.model.plain import instant_text
from ruleout.policy.bundle import Seen as SeenVersion

FILE = "seen.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen up to now; `latest` is an aware UTC instant, `size` that of the newest checkpoint, `compromised` by key id."""

    latest: datetime | None
    size: int
    versions: Mapping[str, SeenVersion]
    compromised: Mapping[str, Compromise] = field(default_factory=dict)


NOTHING = Seen(latest=None, size=0, versions={})


def read_seen(state: Path) -> Seen:
    """Return what was seen. Effect: reads the state folder.

    Raises:
        RuleoutError: the file is damaged: that is not taken for *nothing seen yet*.
    """
    path = state / FILE
    if not path.exists():
        return NOTHING
    try:
        held = parse_canonical(read_bounded(path, limit_bytes=MIB, what="file of what was seen"))
        return _seen(held)
    except (VerificationFailed, AttributeError, KeyError, TypeError, ValueError) as error:
        hint = "Restore it from a copy; without it an old permit could be taken for a new one."
        raise RuleoutError(f"{path}: expected what was seen, got damage", hint=hint) from error


def _seen(held: Any) -> Seen:
    versions = {
        name: SeenVersion(version=int(one["version"]), digest=str(one["digest"]))
        for name, one in held["versions"].items()
    }
    latest = datetime.fromisoformat(held["latest"]) if held["latest"] else None
    told = held.get("compromised", {})  # files of before hold none
    compromised = {key: Compromise(below=int(one["below"]), by=str(one["by"])) for key, one in told.items()}
    return Seen(latest=latest, size=int(held["size"]), versions=versions, compromised=compromised)


def keep_seen(state: Path, seen: Seen) -> None:
    """Remember what was seen; durable on return. Effect: replaces the file."""
    versions = {name: {"version": one.version, "digest": one.digest} for name, one in seen.versions.items()}
    latest = "" if seen.latest is None else instant_text(seen.latest)
    told = {key: {"below": one.below, "by": one.by} for key, one in seen.compromised.items()}
    held = {"compromised": told, "latest": latest, "size": seen.size, "versions": versions}
    replace_file(state / FILE, canonical(held))
