# SPDX-License-Identifier: Apache-2.0
"""Bundles, keys and calls for tests of run-time policy."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruleout.adapters.keys import KeySigner
from ruleout.app.policy.sources import read_bundle
from ruleout.framework import parse_framework
from ruleout.ledger.note import verifier_key
from ruleout.ledger.signing import Holder, Keyring
from ruleout.policy.bundle import Bundle, sign_bundle
from ruleout.policy.floor import parse_floor
from ruleout.policy.floor_bundle import floor_bundle
from ruleout.policy.trial import Trial

EXAMPLE = Path(__file__).parents[1] / "examples" / "policy"
FRAMEWORK = (EXAMPLE / "frameworks" / "northlight-fsf" / "1.0.yaml").read_bytes()
FLOOR_FILE = (EXAMPLE / "floor" / "floor.yaml").read_bytes()
CHAT: dict[str, Any] = {
    "tenant": "acme", "tier": "standard", "action": "generate", "model": "northlight-2", "activity": "deploy-external",
    "endpoint": "chat", "uses": [], "capabilities": [], "tools": [], "stream": True, "tokens": 400, "approved": False,
}  # fmt: skip


def signer(name: str) -> KeySigner:
    """A key made from its name."""
    return KeySigner(name, hashlib.sha256(name.encode()).digest())


def keyring(**roles: str) -> Keyring:
    """A keyring of keys by name, `_` for `-`, each with its roles, separated by commas."""
    made = {}
    for name, held in roles.items():
        key = signer(name.replace("_", "-"))
        known = verifier_key(key.name, key.public_key)
        made[known.key_id] = Holder(key=known, person=name, roles=tuple(held.split(",")), since="2026-01-01T00:00:00Z")
    return made


RING = keyring(floor_fay="floor", policy_pia="tenant-policy")


def floor(file: bytes = FLOOR_FILE, framework: bytes = FRAMEWORK) -> Bundle:
    """The floor of a file under a framework."""
    return floor_bundle(parse_floor(file, parse_framework(framework, file="f.yaml"), file="floor.yaml"))


def tenant(policy: str | None = None, trials: tuple[Trial, ...] | None = None, **changes: Any) -> Bundle:
    """The example's tenant bundle, with other rules, tests or fields."""
    made = read_bundle(EXAMPLE / "acme", None)
    made = made if policy is None else replace(made, policy=policy)
    return replace(made if trials is None else replace(made, trials=trials), **changes)


def signed_floor(bundle: Bundle | None = None) -> bytes:
    """A floor signed by its key."""
    return sign_bundle(floor() if bundle is None else bundle, signer("floor-fay"))


def signed_tenant(bundle: Bundle | None = None) -> bytes:
    """A tenant's bundle signed by its key."""
    return sign_bundle(tenant() if bundle is None else bundle, signer("policy-pia"))
