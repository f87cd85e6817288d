# SPDX-License-Identifier: Apache-2.0
"""The files of permits that a gateway's settings name, checked offline beside each other, and the keys that count (G-1, G-3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from ruleout.app.keyring import read_keyring
from ruleout.app.serving.place import Place
from ruleout.app.serving.seen import Seen
from ruleout.app.verifier_files import read_permit_file, read_witness_policy
from ruleout.errors import RuleoutError
from ruleout.ledger.cosignature import parse_log_key
from ruleout.ledger.permits import Compromise, PermitVerdict, Trusted, strictest, verify_permits
from ruleout.ledger.signing import Keyring
from ruleout.ledger.verify import Status
from ruleout.model.permit import Permit

_BY_SETTINGS = "the settings"


def check_permits(place: Place, seen: Seen, now: datetime) -> tuple[PermitVerdict, ...]:
    """Return how each permit of the settings stands, in their order, in the light of what was seen. Effect: reads files.

    Raises:
        RuleoutError: a file cannot be read, or proves nothing.
    """
    trust = place.settings.trust
    trusted = Trusted(
        vkeys=tuple(parse_log_key(key) for key in trust.log_keys),
        keyring=read_keyring(place.path(trust.keyring)),
        issuers=trust.issuers,
        least_size=max(trust.least_size, seen.size),
        latest_seen=seen.latest,
        policy=None if trust.witnesses is None else read_witness_policy(place.path(trust.witnesses)),
        compromised={**seen.compromised, **{key: Compromise(below=0, by=_BY_SETTINGS) for key in trust.compromised}},
    )
    paths = [place.path(name) for name in place.settings.permits]
    files = [read_permit_file(path) for path in paths]
    verdicts = verify_permits(files, trusted, at=now)
    for path, verdict in zip(paths, verdicts, strict=True):
        if verdict.has_failed:
            says = next((check.detail for check in verdict.checks if check.status is Status.FAILED), "a check failed")
            hint = "See `ruleout permit check`. Where keys have changed, write each permit's file and the keyring anew."
            raise RuleoutError(f"{path}: the permit's file proves nothing: {says}", hint=hint)
    # A file of an older checkpoint than that of another may hide a revocation, today as after a restart; a file that begins
    # later than another does not hold what that tells of keys.
    newest = max((trusted.least_size, *(verdict.as_of_size or 0 for verdict in verdicts)))
    told = strictest((trusted.compromised, *(verdict.compromised for verdict in verdicts)))
    return verify_permits(files, replace(trusted, least_size=newest, compromised=told), at=now)


def read_permits(verdicts: Iterable[PermitVerdict]) -> tuple[Permit, ...]:
    """Return the permits that could be read, in force or not. Pure."""
    return tuple(verdict.read for verdict in verdicts if verdict.read is not None)


def counting_keys(place: Place, compromised: Collection[str]) -> Keyring:
    """Return the keys of the keyring that somebody else does not have, as far as is known: by these alone a signature that stands in no
    log counts. Effect: reads the keyring's file. Source: G-3, L-7.
    """
    trust = place.settings.trust
    ended = {*compromised, *trust.compromised}
    return {key: holder for key, holder in read_keyring(place.path(trust.keyring)).items() if key not in ended}
