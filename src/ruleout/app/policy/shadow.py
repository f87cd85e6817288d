# SPDX-License-Identifier: Apache-2.0
"""A signed bundle -> what may be asked in shadow: checked just like the bundle in force, and remembered nowhere (G-10)."""

from __future__ import annotations

from ruleout.app.policy.load import Versions, proved, tenants_of
from ruleout.errors import VerificationFailed
from ruleout.ledger.signing import Keyring
from ruleout.model.canonical import parse_canonical
from ruleout.policy.bundle import MOST_BYTES, Kind, check_version, open_bundle
from ruleout.policy.decide import Layer


def shadow_layer(data: bytes, keyring: Keyring, versions: Versions, *, tenant: str) -> Layer:
    """Return the rules of a tenant's bundle for its shadow. Effect: makes code.

    Its version is held against those accepted before, but is none of them: the bundle in force may stay the older one.

    Raises:
        VerificationFailed: a floor; a signature, a version, tests; or a bundle that is not for this tenant.
        BadPolicy, UnsupportedPolicy: rules that do not fit the schema or are not compiled.

    Source: G-3, G-10.
    """
    if _is_floor(data):
        hint = "Red lines are in force or they are not: sign the floor and put it under `floor:`."
        raise VerificationFailed(
            "policy-shadow", "expected a tenant's bundle, got a floor: the floor is never in shadow", hint=hint
        )
    bundle, _ = open_bundle(data, keyring, Kind.TENANT)
    check_version(bundle, versions.get(f"{Kind.TENANT.value}/{bundle.name}"))
    if tenant not in tenants_of(bundle):
        raise VerificationFailed(
            "policy-shadow", f"expected a bundle for {tenant!r}, got {bundle.label}", hint="Name the tenant in it."
        )
    return Layer(bundle=bundle.label, compiled=proved(bundle))


def _is_floor(data: bytes) -> bool:
    match parse_canonical(data, max_bytes=MOST_BYTES):
        case {"bundle": {"kind": Kind.FLOOR.value}}:
            return True
    return False
