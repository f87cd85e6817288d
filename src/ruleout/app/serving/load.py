# SPDX-License-Identifier: Apache-2.0
"""A gateway's files -> what it serves by: permits checked offline, the floor and tenants' policies loaded, secrets read.

All or nothing: one file that does not hold, and there is nothing to serve by (G-1, G-3). Where a file changes later, the
gateway loads again; if that fails, what the new files say is not known, and nothing is served until they are mended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ruleout.adapters.files import MIB, read_bounded
from ruleout.app.keyring import read_keyring
from ruleout.app.policy.load import Loaded, load_layers
from ruleout.app.serving.seen import Seen, keep_seen, read_seen
from ruleout.app.serving.shadows import load_shadows
from ruleout.app.serving.untrusted import read_untrusted, trusted_layers
from ruleout.app.verifier_files import read_permit_file, read_witness_policy
from ruleout.errors import RuleoutError
from ruleout.ledger.cosignature import parse_log_key
from ruleout.ledger.permits import Compromise, PermitVerdict, Trusted, strictest, verify_permits
from ruleout.ledger.signing import Keyring
from ruleout.ledger.verify import Status
from ruleout.model.permit import Permit
from ruleout.policy.bundle import MOST_BYTES
from ruleout.policy.decide import Layers
from ruleout.policy.shadow import NamedShadow, Shadow
from ruleout.serving.grants import Grants, grants_of
from ruleout.serving.settings.document import GatewayDoc, SecretDoc
from ruleout.serving.settings.parse import parse_settings
from ruleout.serving.tools import ToolRules, parse_tool_rules

_MOST_SECRET_BYTES = 64 * 1024
_BY_SETTINGS = "the settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Settings, the folder that their relative paths start from, and how they were read: see `read_settings`."""

    settings: GatewayDoc
    folder: Path
    file: Path
    upstreams: Mapping[str, str]

    def path(self, text: str) -> Path:
        """A path of the settings."""
        return self.folder / text

    @property
    def state(self) -> Path:
        """The folder of what must survive a restart."""
        return self.path(self.settings.state)

    def stamps(self) -> object:
        """Return what differs once one of the files or the settings' own has changed, or a bundle is no longer trusted. Effect: looks at them."""
        found = []
        for path in (self.file, *self.files):
            try:
                status = path.stat()
            except OSError:
                found.append((str(path), 0, 0, 0))
            else:
                found.append((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
        return found, read_untrusted(self.state)

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file whose change means that what is served by must be loaded again."""
        told = self.settings
        named = [*told.permits, told.floor, *told.policies, told.trust.keyring, told.trust.witnesses, told.tools]
        named += [one.shadow.bundle for one in told.tenants.values() if one.shadow is not None]
        return tuple(self.path(name) for name in named if name is not None)


class Later(NamedTuple):
    """What settings say that came since: who serves beside a process that drains goes by them, and kills hit by them here too (G-6).

    Attributes:
        permits: those that they name, in force or not.
        capabilities: by served model, those that the own settings do not state.
    """

    permits: tuple[Permit, ...] = ()
    capabilities: Mapping[str, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is served by.

    Attributes:
        grants: what permits in force grant, by served name; `permit_ids` are theirs.
        permits: those in force; `verdicts` says of every file how it stands, and why.
        layers: the floor and the tenants' policies; `floor` its name and version.
        loaded: the bundles that they are made of; `untrusted` labels those that nothing is served by, for their digest is
            among `distrusted`.
        later: what settings that came since say too.
        named_shadows: every shadow of the settings and how it stands; `shadows` are those to be asked, by tenant.
        tools: rules for calls of tools; none are allowed where the settings name no file.
        compromised: what permits' files tell of compromised keys, and what they told before.
        at: the instant it was judged at: no earlier than any that was seen, whatever the clock said.
    """

    grants: Grants
    permit_ids: frozenset[str]
    permits: tuple[Permit, ...]
    verdicts: tuple[PermitVerdict, ...]
    layers: Layers
    loaded: Loaded
    tools: ToolRules
    compromised: Mapping[str, Compromise]
    at: datetime
    later: Later
    named_shadows: tuple[NamedShadow, ...] = ()
    shadows: Mapping[str, Shadow] = field(default_factory=dict)
    distrusted: frozenset[str] = frozenset()
    untrusted: frozenset[str] = frozenset()

    def without(self, digests: frozenset[str]) -> Standing:
        """Return the same, but that nothing is served by these bundles. Pure. Raises VerificationFailed if the floor is one."""
        if digests <= self.distrusted:
            return self
        layers, labels = trusted_layers(self.loaded, self.distrusted | digests)
        return replace(self, layers=layers, distrusted=self.distrusted | digests, untrusted=labels)

    @property
    def floor(self) -> str:
        """Name and version of the floor."""
        return self.layers.floor.bundle


def read_settings(path: Path, upstreams: Mapping[str, str] | None = None) -> Place:
    """Return the settings of a file. Effect: reads it. Raises BadInput with all of its problems.

    Args:
        upstreams: addresses in place of the file's, by upstream's name; "" stands for the only one that there is.
    """
    data = read_bounded(path, limit_bytes=MIB, what="gateway's settings")
    upstreams, file = upstreams or {}, path.resolve()
    settings = parse_settings(data, file=str(path), upstreams=upstreams)
    return Place(settings=settings, folder=file.parent, file=file, upstreams=upstreams)


def load_standing(
    place: Place, *, at: datetime, before: Standing | None = None, untrusted: frozenset[str] = frozenset()
) -> Standing:
    """Return what is served by at an instant, seen in the light of what was seen before. Effect: reads files.

    A permit that is not in force serves nothing and stops nothing; a file that proves nothing stops everything, for what
    it would have revoked is not known.

    Args:
        before: what was served by up to now: nothing older replaces it, though it may not be written down yet.
        untrusted: digests of bundles that are not trusted, though that may not be written down yet either.

    Raises:
        RuleoutError: a file cannot be read, or does not hold.
    """
    seen, now, verdicts = _judged(place, at, before)
    told = place.settings
    compromised = _told_by(seen, verdicts)
    ring = counting_keys(place, compromised)
    policies = [read_bundle(place.path(name)) for name in told.policies]
    loaded = load_layers(read_bundle(place.path(told.floor)), policies, ring, seen.versions)
    shadows = load_shadows(told.tenants, lambda name: read_bundle(place.path(name)), ring, loaded.versions, at=now)
    permits = tuple(verdict.serves for verdict in verdicts if verdict.serves is not None)
    later = _later(place, seen, now, Later() if before is None else before.later)
    standing = Standing(
        grants=grants_of(permits, (*_read(verdicts), *later.permits)),
        permit_ids=frozenset(permit.id for permit in permits),
        permits=permits,
        verdicts=verdicts,
        layers=loaded.layers,
        loaded=loaded,
        tools=read_tools(place),
        compromised=compromised,
        at=now,
        later=later,
        named_shadows=shadows,
        shadows={one.tenant: one.asked for one in shadows if one.asked is not None},
    )
    return standing.without(read_untrusted(place.state) | untrusted)


def told_of_keys(place: Place, *, at: datetime, before: Standing | None) -> Mapping[str, Compromise] | None:
    """Return what permits' files tell of compromised keys, and told before, though nothing is served by them; None where one of them
    proves nothing. Effect: reads files.
    """
    try:
        seen, _, verdicts = _judged(place, at, before)
    except (RuleoutError, OSError):
        return None
    return _told_by(seen, verdicts)


def _judged(place: Place, at: datetime, before: Standing | None) -> tuple[Seen, datetime, tuple[PermitVerdict, ...]]:
    seen = _with(read_seen(place.state), before)
    now = at if seen.latest is None else max(at, seen.latest)
    return seen, now, _permits(place, seen, now)


def _told_by(seen: Seen, verdicts: Iterable[PermitVerdict]) -> Mapping[str, Compromise]:
    return strictest((seen.compromised, *(verdict.compromised for verdict in verdicts)))


def _with(seen: Seen, before: Standing | None) -> Seen:
    """What was seen and what was served by, as one. Pure."""
    if before is None:
        return seen
    size = max((seen.size, *(verdict.as_of_size or 0 for verdict in before.verdicts)))
    newer = {
        name: one
        for name, one in before.loaded.versions.items()
        if name not in seen.versions or one.version > seen.versions[name].version
    }
    compromised = strictest((seen.compromised, before.compromised))
    return replace(seen, size=size, versions={**seen.versions, **newer}, compromised=compromised)


def counting_keys(place: Place, compromised: Collection[str]) -> Keyring:
    """Return the keys of the keyring that somebody else does not have, as far as is known: by these alone a signature that stands in no
    log counts. Effect: reads the keyring's file. Source: G-3, L-7.
    """
    trust = place.settings.trust
    ended = {*compromised, *trust.compromised}
    return {key: holder for key, holder in read_keyring(place.path(trust.keyring)).items() if key not in ended}


def remember(place: Place, standing: Standing, *, at: datetime) -> None:
    """Remember what was seen, so that nothing older counts from now on. Effect: replaces `seen.json`; for one process only."""
    seen = read_seen(place.state)
    size = max((seen.size, *(verdict.as_of_size or 0 for verdict in standing.verdicts)))
    latest = at if seen.latest is None else max(at, seen.latest)
    compromised = strictest((seen.compromised, standing.compromised))
    keep_seen(place.state, Seen(latest=latest, size=size, versions=standing.loaded.versions, compromised=compromised))


def read_tools(place: Place) -> ToolRules:
    """Return the rules for tools that the settings name, none that allow any where they name no file. Effect: reads. Raises RuleoutError."""
    if place.settings.tools is None:
        return ToolRules(name="none", version=0, tools={})
    path = place.path(place.settings.tools)
    return parse_tool_rules(read_bounded(path, limit_bytes=MIB, what="rules for tools"), file=str(path))


def _permits(place: Place, seen: Seen, now: datetime) -> tuple[PermitVerdict, ...]:
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


def _later(place: Place, seen: Seen, now: datetime, before: Later) -> Later:
    """Return what the settings' file says by now, and said since. What cannot be read, or proves nothing, nobody serves by."""
    try:
        there = read_settings(place.file, place.upstreams)
        told = there.settings
        verdicts = () if told.permits == place.settings.permits else _permits(there, seen, now)
    except (RuleoutError, OSError):
        return before
    capabilities = dict(before.capabilities)
    for model, one in told.models.items():
        own = place.settings.models.get(model)
        more = set(one.capabilities).difference(() if own is None else own.capabilities)
        if more:
            capabilities[model] = capabilities.get(model, frozenset()) | more
    permits = (one for one in _read(verdicts) if one not in before.permits)
    return Later((*before.permits, *permits), capabilities)


def _read(verdicts: Iterable[PermitVerdict]) -> tuple[Permit, ...]:
    return tuple(verdict.read for verdict in verdicts if verdict.read is not None)


def read_bundle(path: Path) -> bytes:
    """Return a signed bundle as it is in its file, checked by nobody. Effect: reads. Raises RuleoutError."""
    return read_bounded(path, limit_bytes=MOST_BYTES, what="signed bundle")


def read_secret(place: Place, secret: SecretDoc, environment: Mapping[str, str], *, spaces: bool = False) -> str:
    """Return a secret, without white space around it. Effect: may read a file. Raises RuleoutError, which never holds it.

    A file that others than its owner may read is refused. A key has no space within it; how a database is reached may (`spaces`).
    """
    if secret.environment is not None:
        found = environment.get(secret.environment, "").strip()
        where = f"the variable {secret.environment}"
    else:
        path = place.path(str(secret.file))
        where = str(path)
        if path.exists() and path.stat().st_mode & 0o077:
            raise RuleoutError(f"{path}: others may read this secret", hint=f"chmod 600 {path}")
        found = _text(read_bounded(path, limit_bytes=_MOST_SECRET_BYTES, what="secret"), where)
    if not found or not found.isascii() or not found.isprintable() or (" " in found and not spaces):
        raise RuleoutError(f"{where}: expected one key of printable characters", hint="Put the key there, alone.")
    return found


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise RuleoutError(f"{where}: expected one key of printable characters", hint="Put the key there.") from error
