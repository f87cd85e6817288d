# SPDX-License-Identifier: Apache-2.0
"""The degraded grant: two persons let plain chat go on, for some hours, while the store of kills cannot be asked (G-7).

It is of one state: an epoch by number and digest. It opens nothing that this epoch does not open under a lease, and of that
only plain chat. Whatever of it is not known refuses it, and then the lease ends as if there were none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.ledger.note import Signer
from ruleout.ledger.signing import Holder, Keyring, pre_authentication_encoding
from ruleout.model.canonical import canonical, digest_of, parse_canonical
from ruleout.serving.epoch.document import HEX, KEY_ID, TS, fits, is_name
from ruleout.serving.epoch.scope import Scope
from ruleout.serving.epoch.signatures import (
    Signatures,
    holders_of,
    persons_in,
    signatures_of,
    value_of_signatures,
    with_signature,
)
from ruleout.serving.epoch.succession import ROLE

FORMAT = "ruleout-degraded/1"
PAYLOAD_TYPE = "application/vnd.ruleout.degraded+json"
"""Its own: a signature over a grant is none over an epoch, nor the other way about."""
MOST_GRANT_BYTES = 16 * 1024
LONGEST_S = 4 * 3600
"""Seconds from first to last instant: the time in which people mend or replace a database; then two of them look again."""
AHEAD_S = 7 * 24 * 3600
"""Seconds that it may be given ahead of its first instant: for the maintenance that is planned."""
MOST_NAMES = 64
ALL = "all"
"""In place of names: every tenant, every model that permits name."""
_FIELDS = {
    "format", "origin", "gateway", "epoch", "digest", "at", "not_before", "until", "tenants", "models", "reason", "by",
}  # fmt: skip
_NS = 1_000_000_000


class GrantAct(Enum):
    """What was done with a grant; the act of its ledger entry."""

    GIVEN = "degrade"
    ENDED = "degrade-ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Degraded:
    """What two persons sign.

    Attributes:
        origin: the record of the developer; `gateway` the name of the gateway in its settings.
        epoch: the state under which it was given, and that state's `digest`; it counts under no other.
        at: when it was proposed; `not_before` and `until` its first instant, and the first at which it counts no more, in UTC.
        tenants: whom it covers by exact name, None for everybody; `models` likewise, as they are asked for.
        reason: SHA-256 (hex) of the reason's words; `by` the key id of who proposed it.
    """

    origin: str
    gateway: str
    epoch: int
    digest: str
    at: str
    not_before: str
    until: str
    tenants: tuple[str, ...] | None
    models: tuple[str, ...] | None
    reason: str
    by: str

    def covers(self, scope: Scope) -> bool:
        """Whether a request is plain chat of a tenant and a model that it names. Pure."""
        return (
            scope.plain
            and (self.tenants is None or scope.tenant in self.tenants)
            and (self.models is None or scope.model in self.models)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedDegraded:
    """A grant with its signatures, of which none has been checked."""

    grant: Degraded
    sigs: Signatures = ()

    @property
    def digest(self) -> str:
        """SHA-256 of what is signed, in hex."""
        return digest_of(value_of_grant(self.grant))


def value_of_grant(grant: Degraded) -> dict[str, Any]:
    """Return what is signed, as JSON values. Pure."""
    return {
        "format": FORMAT, "origin": grant.origin, "gateway": grant.gateway, "epoch": grant.epoch, "digest": grant.digest,
        "at": grant.at, "not_before": grant.not_before, "until": grant.until,
        "tenants": ALL if grant.tenants is None else list(grant.tenants),
        "models": ALL if grant.models is None else list(grant.models), "reason": grant.reason, "by": grant.by,
    }  # fmt: skip


def sign_grant(signed: SignedDegraded, signer: Signer) -> SignedDegraded:
    """Return the grant with one more signature. Asks the signer; otherwise pure.

    Raises:
        VerificationFailed: check "epoch-signature"; the key has signed already, or two have.
    """
    return SignedDegraded(grant=signed.grant, sigs=with_signature(_message(signed.grant), signed.sigs, signer))


def grant_to_file(signed: SignedDegraded) -> bytes:
    """Return the canonical bytes of the file. Pure. Raises VerificationFailed if a reader would refuse them."""
    data = canonical({"document": value_of_grant(signed.grant), "sigs": value_of_signatures(signed.sigs)})
    grant_from_file(data)
    return data


def grant_from_file(data: bytes) -> SignedDegraded:
    """Return the grant of a file, its form and bounds checked and its signatures not.

    Pure; bounded; strict.

    Raises:
        VerificationFailed: check "canonical", "epoch" (its signatures' form) or "degraded".

    Source: G-7.
    """
    value = parse_canonical(data, max_bytes=MOST_GRANT_BYTES, max_depth=5)
    _require(type(value) is dict and value.keys() == {"document", "sigs"}, "a document and its signatures")
    return SignedDegraded(grant=_grant_of(value["document"]), sigs=signatures_of(value["sigs"]))


def granters_of(signed: SignedDegraded, keyring: Keyring) -> tuple[Holder, ...]:
    """Return the two persons who gave a grant.

    Pure.

    Raises:
        VerificationFailed: check "epoch-signature" for a signature that does not hold; "degraded" where they are not two persons
            in the role `kill`, or its author is none of them.

    Source: G-7.
    """
    holders = holders_of(_message(signed.grant), signed.sigs, keyring)
    _require(len(persons_in(holders, ROLE)) == len(holders) == 2, f"two persons in role {ROLE!r}")
    _require(signed.grant.by in {holder.key.key_id for holder in holders}, "its author among those who signed")
    return holders


def why_not(grant: Degraded, *, epoch: tuple[int, str], now_ns: int) -> str:
    """Return why a grant does not count at an instant under a state, "" if it does.

    Pure.

    Args:
        epoch: number and digest of the highest epoch that is known.
        now_ns: nanoseconds since 1970 in UTC.
    """
    if (grant.epoch, grant.digest) != epoch:
        return f"it is of epoch {grant.epoch}, not of epoch {epoch[0]} in force"
    if now_ns < seconds_of(grant.not_before) * _NS:
        return f"it begins at {grant.not_before}"
    over_s = seconds_of(grant.until)
    return f"it ended at {grant.until}" if now_ns >= over_s * _NS else ""


def seconds_of(instant: str) -> int:
    """Return the seconds since 1970 of an instant of a grant. Pure. Raises ValueError for one that no calendar has."""
    return int(datetime.strptime(instant, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def _grant_of(value: Any) -> Degraded:
    _require(type(value) is dict and value.get("format") == FORMAT, f"the format {FORMAT}")
    _require(value.keys() == _FIELDS, "its twelve fields")
    _require(is_name(value["origin"]) and is_name(value["gateway"]), "the names of a record and of a gateway")
    _require(type(value["epoch"]) is int and value["epoch"] >= 1, "the number of an epoch")
    _require(fits(value["digest"], HEX) and fits(value["reason"], HEX), "digests of an epoch and of a reason")
    _require(fits(value["by"], KEY_ID), "a key")
    _check_times(value)
    return Degraded(
        origin=value["origin"], gateway=value["gateway"], epoch=value["epoch"], digest=value["digest"], at=value["at"],
        not_before=value["not_before"], until=value["until"], tenants=_names(value["tenants"]),
        models=_names(value["models"]), reason=value["reason"], by=value["by"],
    )  # fmt: skip


def _check_times(value: dict[str, Any]) -> None:
    texts = [value["at"], value["not_before"], value["until"]]
    _require(all(fits(text, TS) for text in texts), "instants in UTC")
    try:
        at, first, over = map(seconds_of, texts)
    except (ValueError, OverflowError):
        raise _refusal("instants that a calendar has") from None
    _require(at <= first <= at + AHEAD_S, f"a first instant at most {AHEAD_S // 86400} days after it is given")
    _require(first < over <= first + LONGEST_S, f"an end at most {LONGEST_S // 3600} hours after its first instant")


def _names(value: Any) -> tuple[str, ...] | None:
    if value == ALL:
        return None
    _require(type(value) is list and 1 <= len(value) <= MOST_NAMES, f'"{ALL}", or 1 to {MOST_NAMES} names')
    _require(all(is_name(name) for name in value) and value == sorted(set(value)), "names in order, each once")
    return tuple(value)


def _message(grant: Degraded) -> bytes:
    return pre_authentication_encoding(canonical(value_of_grant(grant)), payload_type=PAYLOAD_TYPE)


def _require(holds: bool, expected: str) -> None:  # noqa: FBT001 - the condition itself, not a flag
    if not holds:
        raise _refusal(expected)


def _refusal(expected: str) -> VerificationFailed:
    return VerificationFailed("degraded", f"expected {expected}, got something else", hint="Propose it again.")
