# SPDX-License-Identifier: Apache-2.0
"""The epoch document: what is killed and tightened now, as one numbered value with one canonical form (G-6, G-7)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.model.canonical import digest_of
from ruleout.model.permit import LimitKind

FORMAT = "ruleout-epoch/1"
MOST_BYTES = 64 * 1024
"""Longest signed document in bytes: what a page has room for."""
KEPT_FREE = 4 * 1024
"""Bytes that only a kill of everything may use, so that there is always room for one."""
LEASE_MS = (1000, 5000)
"""Shortest and longest lease in milliseconds (G-7)."""
MOST_NAME_BYTES = 200
DRILL_NAME = "ruleout-drill"
"""The surface that nothing serves: what a drill kills."""

HEX = re.compile(r"[0-9a-f]{64}")
TS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
KEY_ID = re.compile(r"[^\s+]{1,200}\+[0-9a-f]{8}")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


class Target(Enum):
    """What kind of thing a kill names."""

    MODEL = "model"
    CAPABILITY = "capability"
    TOOL = "tool"
    TENANT = "tenant"
    SURFACE = "surface"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One thing that is not served until two persons say otherwise.

    Attributes:
        id: unique among all epochs, such as "kill-7".
        name: what is killed; "" for everything.
        reason: SHA-256 (hex) of the reason's text, which stands in the record, in confidence.
        by: key id of who killed.
        at: instant in UTC, as that person's machine states it.
    """

    id: str
    kind: Target
    name: str
    reason: str
    by: str
    at: str

    @property
    def is_drill(self) -> bool:
        """Whether it kills only what nothing serves."""
        return self.kind is Target.SURFACE and self.name == DRILL_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class TightLimit:
    """A limit tighter than the permit's: `tenant` "" is everybody, `at_most` the count of the kind's own unit."""

    kind: LimitKind
    tenant: str
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """The whole state. `number` from 1; `prev` is the digest of the epoch before, "" for the first; `bundle` may be ""."""

    number: int
    prev: str
    at: str
    lease_ms: int
    bundle: str
    kills: tuple[Kill, ...]
    limits: tuple[TightLimit, ...]


def value_of(epoch: Epoch) -> dict[str, Any]:
    """Return what is signed, as JSON values. Pure."""
    kills = [
        {"id": k.id, "kind": k.kind.value, "name": k.name, "reason": k.reason, "by": k.by, "at": k.at}
        for k in epoch.kills
    ]
    limits = [{"kind": one.kind.value, "tenant": one.tenant, "at_most": one.at_most} for one in epoch.limits]
    return {
        "format": FORMAT, "epoch": epoch.number, "prev": epoch.prev, "at": epoch.at, "lease_ms": epoch.lease_ms,
        "bundle": epoch.bundle, "kills": kills, "limits": limits,
    }  # fmt: skip


def epoch_digest(epoch: Epoch) -> str:
    """Return the SHA-256 of what is signed, in hex. Pure."""
    return digest_of(value_of(epoch))


_FIELDS = {"format", "epoch", "prev", "at", "lease_ms", "bundle", "kills", "limits"}


def epoch_of(value: Any) -> Epoch:
    """Return the epoch of JSON values; whatever is not known refuses it.

    Pure.

    Raises:
        VerificationFailed: check "epoch"; another format, a field too many or too few, or one not of its form.

    Source: G-6.
    """
    require(type(value) is dict and value.get("format") == FORMAT, f"the format {FORMAT}")
    require(value.keys() == _FIELDS, "its eight fields")
    require(type(value["epoch"]) is int and value["epoch"] >= 1, "a number from 1")
    require(type(value["lease_ms"]) is int, "a lease in whole milliseconds")
    require(LEASE_MS[0] <= value["lease_ms"] <= LEASE_MS[1], f"a lease of {LEASE_MS[0]} to {LEASE_MS[1]} ms")
    require(fits(value["prev"], HEX) or value["prev"] == "", "prev as a digest")
    require((value["prev"] == "") == (value["epoch"] == 1), "an empty prev exactly for the first")
    require(fits(value["bundle"], HEX) or value["bundle"] == "", "bundle as a digest")
    require(fits(value["at"], TS), "at as an instant")
    require(type(value["kills"]) is list and type(value["limits"]) is list, "kills and limits as lists")
    kills = tuple(_kill(item) for item in value["kills"])
    limits = tuple(_limit(item) for item in value["limits"])
    require(len({k.id for k in kills}) == len(kills), "ids of kills that differ")
    require(len({(one.kind, one.tenant) for one in limits}) == len(limits), "one limit of a kind for a tenant")
    return Epoch(
        number=value["epoch"], prev=value["prev"], at=value["at"], lease_ms=value["lease_ms"],
        bundle=value["bundle"], kills=kills, limits=limits,
    )  # fmt: skip


def is_name(name: object) -> bool:
    """Whether a text can name a target: 1 to 200 bytes, each character printable, no space at its ends. Pure."""
    if type(name) is not str or not name or name != name.strip() or not name.isprintable():
        return False
    try:
        return len(name.encode("utf-8")) <= MOST_NAME_BYTES
    except UnicodeEncodeError:
        return False


def folded(name: str) -> str:
    """Return the form in which names are compared: case, width and composition do not tell names apart. Pure."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


_TARGETS = {target.value: target for target in Target}
_KINDS = {kind.value: kind for kind in LimitKind}


def _kill(item: Any) -> Kill:
    require(type(item) is dict and item.keys() == {"id", "kind", "name", "reason", "by", "at"}, "kills of six fields")
    require(fits(item["id"], _ID) and fits(item["reason"], HEX), "kills with an id and the digest of a reason")
    require(fits(item["by"], KEY_ID) and fits(item["at"], TS), "kills with a key and an instant")
    require(type(item["kind"]) is str and item["kind"] in _TARGETS, "a known kind of target")
    kind = _TARGETS[item["kind"]]
    require(item["name"] == "" if kind is Target.ALL else is_name(item["name"]), "a name that can be told apart")
    return Kill(
        id=item["id"], kind=kind, name=item["name"], reason=item["reason"], by=item["by"], at=item["at"]
    )  # fmt: skip


def _limit(item: Any) -> TightLimit:
    require(type(item) is dict and item.keys() == {"kind", "tenant", "at_most"}, "limits of three fields")
    require(type(item["kind"]) is str and item["kind"] in _KINDS, "a known kind of limit")
    require(item["tenant"] == "" or is_name(item["tenant"]), "a tenant's name")
    require(type(item["at_most"]) is int and item["at_most"] >= 0, "a limit from 0")
    return TightLimit(kind=_KINDS[item["kind"]], tenant=item["tenant"], at_most=item["at_most"])


def fits(value: object, pattern: re.Pattern[str]) -> bool:
    """Whether a value is a text of a form. Pure."""
    return type(value) is str and pattern.fullmatch(value) is not None


def require(holds: bool, expected: str) -> None:  # noqa: FBT001 - the condition itself, not a flag
    """Raise VerificationFailed (check "epoch") unless a condition holds. Pure."""
    if not holds:
        raise VerificationFailed("epoch", f"expected {expected}, got something else", hint="Restore the state.")
