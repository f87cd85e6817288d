# SPDX-License-Identifier: Apache-2.0
"""A gateway's files -> what it serves by: permits checked offline, the floor and tenants' policies loaded.

All or nothing: one file that does not hold, and there is nothing to serve by (G-1, G-3). Where a file changes later, the
gateway loads again; if that fails, what the new files say is not known, and nothing is served until they are mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from ruleout.app.policy.load import load_layers
from ruleout.app.serving.permits import check_permits, counting_keys, read_permits
from ruleout.app.serving.place import Place, read_bundle, read_settings, read_tools
from ruleout.app.serving.seen import Seen, keep_seen, read_seen
from ruleout.app.serving.shadows import load_shadows
from ruleout.app.serving.standing import Later, Standing
from ruleout.app.serving.untrusted import read_untrusted
from ruleout.errors import RuleoutError
from ruleout.ledger.permits import Compromise, PermitVerdict, strictest
from ruleout.serving.grants import grants_of


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
        grants=grants_of(permits, (*read_permits(verdicts), *later.permits)),
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


def remember(place: Place, standing: Standing, *, at: datetime) -> None:
    """Remember what was seen, so that nothing older counts from now on. Effect: replaces `seen.json`; for one process only."""
    seen = read_seen(place.state)
    size = max((seen.size, *(verdict.as_of_size or 0 for verdict in standing.verdicts)))
    latest = at if seen.latest is None else max(at, seen.latest)
    compromised = strictest((seen.compromised, standing.compromised))
    keep_seen(place.state, Seen(latest=latest, size=size, versions=standing.loaded.versions, compromised=compromised))


def _judged(place: Place, at: datetime, before: Standing | None) -> tuple[Seen, datetime, tuple[PermitVerdict, ...]]:
    seen = _with(read_seen(place.state), before)
    now = at if seen.latest is None else max(at, seen.latest)
    return seen, now, check_permits(place, seen, now)


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


def _later(place: Place, seen: Seen, now: datetime, before: Later) -> Later:
    """Return what the settings' file says by now, and said since. What cannot be read, or proves nothing, nobody serves by."""
    try:
        there = read_settings(place.file, place.upstreams)
        told = there.settings
        is_own = (there.folder, told.permits) == (place.folder, place.settings.permits)
        verdicts = () if is_own else check_permits(there, seen, now)
    except (RuleoutError, OSError):
        return before
    capabilities = dict(before.capabilities)
    for model, one in told.models.items():
        own = place.settings.models.get(model)
        more = set(one.capabilities).difference(() if own is None else own.capabilities)
        if more:
            capabilities[model] = capabilities.get(model, frozenset()) | more
    permits = (one for one in read_permits(verdicts) if one not in before.permits)
    return Later((*before.permits, *permits), capabilities)
