# SPDX-License-Identifier: Apache-2.0
"""The degraded grant as acts: one person proposes it, another confirms the same bytes, either takes it back (G-7).

Nothing here needs the store of kills: a grant is given just when that is silent. It goes into a file of this host, and is copied to
others as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from ruleout.adapters.durable_file import SystemFiles, replace_files
from ruleout.adapters.files import read_bounded
from ruleout.adapters.kill.highest import read_highest
from ruleout.adapters.kill.store import Conflict, StoreUnavailable
from ruleout.app.kill.giving_back import proposal_path, read_proposal
from ruleout.app.kill.site import Site, digest_of, latest
from ruleout.app.kill.taking import key_in
from ruleout.errors import NotFound, RuleoutError
from ruleout.ledger import Signer
from ruleout.ledger.note import verifier_key
from ruleout.model.canonical import canonical
from ruleout.model.plain import instant_text
from ruleout.serving.epoch import ROLE, Degraded, SignedDegraded, grant_from_file, grant_to_file
from ruleout.serving.epoch.degraded import MOST_GRANT_BYTES, granters_of, sign_grant, why_not

_MOST_KEPT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one person proposes: for which record and gateway, from when to when, whom and what (None: all), and why."""

    origin: str
    gateway: str
    not_before: datetime
    until: datetime
    tenants: tuple[str, ...] | None
    models: tuple[str, ...] | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A grant as it stands on this host: `why_not` it counts, "" if it does; `is_ended` whether it was taken back."""

    signed: SignedDegraded
    why_not: str
    is_ended: bool = False


def known_epoch(site: Site) -> tuple[int, str]:
    """Return number and digest of the newest epoch; where the store is silent, of the highest that this host has accepted.

    Effect: asks the store, reads.

    Raises:
        NotFound: there is none.
        VerificationFailed: it is not as it should be.
    """
    try:
        found = latest(site)
    except StoreUnavailable:
        number, digest = read_highest(site.places.highest)
    else:
        number, digest = (0, "") if found is None else (found.epoch.number, found.digest)
    if number == 0:
        raise NotFound("no epoch is known here", hint="Ask on the host whose gateway served before.")
    return number, digest


def propose(site: Site, signer: Signer, wanted: Wanted, *, at: datetime) -> tuple[str, SignedDegraded]:
    """Sign a grant of the epoch in force; return the proposal's name. It opens nothing yet.

    Effect: asks the store, writes the proposal and the reason's words.

    Raises:
        KeyUnavailable: the key does not hold the role `kill`.
        VerificationFailed: check "degraded"; an instant or a name is out of bounds.

    Source: G-7.
    """
    key_id = key_in(site, signer, (ROLE,))
    number, digest = known_epoch(site)
    grant = Degraded(
        origin=wanted.origin, gateway=wanted.gateway, epoch=number, digest=digest, at=_second(at),
        not_before=_second(max(at, wanted.not_before)), until=_second(wanted.until), tenants=_sorted(wanted.tenants),
        models=_sorted(wanted.models), reason=digest_of(wanted.reason), by=key_id,
    )  # fmt: skip
    signed = sign_grant(SignedDegraded(grant=grant), signer)
    replace_files([(proposal_path(site, signed.digest), grant_to_file(signed))], SystemFiles())
    site.keep_words(wanted.reason)
    return signed.digest, signed


def confirm(site: Site, signer: Signer, name: str, *, at: datetime, ended: Collection[str] = ()) -> SignedDegraded:
    """Add the second person's signature and let the grant count on this host, in place of any before.

    Effect: asks the store, writes.

    Args:
        ended: ids of keys that have ended, by the record.

    Raises:
        KeyUnavailable: it was proposed by such a key.
        Conflict: the state is another than when it was proposed, or its time is over.
        VerificationFailed: the two are not two persons in the role `kill`, or the proposal is not the one of this name.

    Source: G-7.
    """
    signed = sign_grant(read_proposal(site, name, grant_from_file, ended), signer)
    granters_of(signed, site.keyring())
    against = why_not(signed.grant, epoch=known_epoch(site), now_ns=_ns(max(at, _instant(signed.grant.not_before))))
    if against:
        raise Conflict(f"this grant does not count: {against}", hint="Look at the state, then propose again.")
    data, folder, before = grant_to_file(signed), site.grants, _before(site)
    replace_files([(folder.kept(signed.digest), data), (folder.current, data)], SystemFiles())
    if before is not None and before != signed.digest:
        _take_back(site, before, signer, at)
    proposal_path(site, name).unlink(missing_ok=True)
    return signed


def end(site: Site, signer: Signer, *, at: datetime) -> SignedDegraded:
    """Take back the grant of this host, by one person; the agent sees it within a fraction of the lease.

    Effect: writes.

    Raises:
        KeyUnavailable: the key does not hold the role `kill`.
        NotFound: there is no grant, or it was taken back already.

    Source: G-7.
    """
    key_in(site, signer, (ROLE,))
    signed = site.grants.read()
    if site.grants.is_ended(signed.digest):
        raise NotFound("the grant was taken back already", hint="See `ruleout degrade show`.")
    _take_back(site, signed.digest, signer, at)
    return signed


def given_here(site: Site, *, at: datetime) -> Given | None:
    """Return the grant of this host and how it stands at an instant, None where there is none. Effect: asks the store, reads.

    Raises:
        VerificationFailed, RuleoutError: it is not as it should be.
    """
    try:
        signed = site.grants.read()
    except NotFound:
        return None
    granters_of(signed, site.keyring())
    if site.grants.is_ended(signed.digest):
        return Given(signed=signed, why_not="it was taken back", is_ended=True)
    return Given(signed=signed, why_not=why_not(signed.grant, epoch=known_epoch(site), now_ns=_ns(at)))


def kept_grants(site: Site) -> Iterator[tuple[SignedDegraded, bool]]:
    """Yield every grant that two persons gave on this host, and whether it was taken back; what nobody signed is left out.

    Effect: reads.
    """
    keyring, folder = site.keyring(), site.grants
    found = folder.path.glob("?" * 64 + ".json") if folder.path.is_dir() else ()
    for path in sorted(found)[:_MOST_KEPT]:
        try:
            signed = grant_from_file(read_bounded(path, limit_bytes=MOST_GRANT_BYTES, what="degraded grant"))
            granters_of(signed, keyring)
        except (RuleoutError, OSError):
            continue
        if path.stem == signed.digest:
            yield signed, folder.is_ended(signed.digest)


def _before(site: Site) -> str | None:
    """The digest of the grant that a new one takes the place of; whatever cannot be read as one counts for nobody."""
    try:
        return site.grants.read().digest
    except (RuleoutError, OSError):
        return None


def _take_back(site: Site, digest: str, signer: Signer, at: datetime) -> None:
    by = verifier_key(signer.name, signer.public_key).key_id
    said = canonical({"ended": digest, "at": _second(at), "by": by})
    replace_files([(site.grants.ended(digest), said)], SystemFiles())


def _sorted(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(sorted(set(names)))


def _second(at: datetime) -> str:
    return instant_text(at.replace(microsecond=0))


def _ns(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000_000


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
