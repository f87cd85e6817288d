# SPDX-License-Identifier: Apache-2.0
"""Who asks: by the digest of the key alone, never by anything else that a request says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from ruleout.adapters.clients.incoming import Incoming
from ruleout.policy.values import Entities, Facts, Uid
from ruleout.serving.settings.document import GatewayDoc

_BEARER = "bearer "


class Caller(NamedTuple):
    """A tenant as rules and records know it; `key` is the first 16 hex digits of the key's SHA-256.

    `principal` and `entities` are who it is to the rules.
    """

    tenant: str
    tier: str
    key: str
    uses: frozenset[str]
    principal: Uid
    entities: Entities


Callers = Mapping[str, Caller]


def callers_of(settings: GatewayDoc) -> Callers:
    """Return every caller by the SHA-256 (hex) of the key. Pure."""
    return {
        key: _caller(name, tenant.tier, key, frozenset(tenant.uses))
        for name, tenant in settings.tenants.items()
        for key in tenant.keys
    }


def _caller(tenant: str, tier: str, key: str, uses: frozenset[str]) -> Caller:
    principal = Uid("Tenant", tenant)
    facts = Facts(ancestors=frozenset({Uid("Tier", tier)}))
    return Caller(tenant, tier, key[:16], uses, principal, {principal: facts})


def digest_of_key(authorization: str | None, api_key: str | None) -> str | None:
    """Return the SHA-256 (hex) of the key that a request carries, None where it carries none, or two that differ. Pure.

    Args:
        authorization: the field of that name, as OpenAI's clients and MCP send it.
        api_key: the field `x-api-key`, as Anthropic's clients send it.
    """
    bearer = None
    if authorization is not None:
        if authorization[:7].lower() != _BEARER:
            return None
        bearer = authorization[7:]
    if bearer is not None and api_key is not None and bearer != api_key:
        return None
    key = bearer if bearer is not None else api_key
    return None if not key else hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def digest_in(client: Incoming) -> str | None:
    """Return the SHA-256 (hex) of the key in a request's header, None where there is none, or more than one of a field. Pure."""
    bearer = api_key = None
    for name, value in client.fields:
        # Of two fields of one name it is not for us to guess which counts.
        if name == b"authorization":
            if bearer is not None:
                return None
            bearer = value.decode("latin-1")
        elif name == b"x-api-key":
            if api_key is not None:
                return None
            api_key = value.decode("latin-1")
    return digest_of_key(bearer, api_key)
