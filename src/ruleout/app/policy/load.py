# SPDX-License-Identifier: Apache-2.0
"""Signed bundles -> the two layers that decide: each check in its order, and none that may be left out (G-2, G-3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ruleout.adapters.cedar import BadPolicy, answers_differ, compile_policy
from ruleout.errors import VerificationFailed
from ruleout.ledger.signing import Keyring
from ruleout.policy.bundle import Bundle, Kind, Seen, check_version, open_bundle
from ruleout.policy.calls import SCHEMA, SCHEMA_ID
from ruleout.policy.decide import Answer, Layer, Layers, decide_floor, decide_tenant
from ruleout.policy.program import Compiled, Effect
from ruleout.policy.trial import Fault, faults_of
from ruleout.policy.values import BadValue, Call

#: Newest accepted versions by kind and name.
Versions = Mapping[str, Seen]


class TestsFailed(VerificationFailed):
    """A bundle's own tests do not hold; `faults` lists what they found."""

    def __init__(self, label: str, faults: Sequence[Fault]) -> None:
        shown = "; ".join(str(fault) for fault in faults[:10])
        super().__init__("policy-tests", f"{label}: {shown}", hint="Mend the rules or the tests; nothing was accepted.")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The two layers, the bundles they came from, and which versions have been seen from now on."""

    layers: Layers
    floor: Bundle
    tenants: tuple[Bundle, ...]
    versions: Versions


def load_layers(floor: bytes, tenants: Sequence[bytes], keyring: Keyring, versions: Versions) -> Loaded:
    """Return what decides, from signed bundles; nothing at all where one of them is refused. Effect: makes code.

    Args:
        floor: the signed floor; there is no deciding without one.
        tenants: the tenants' signed bundles; no tenant in two of them.
        keyring: keys that count now, by key id.
        versions: what was accepted before.

    Raises:
        VerificationFailed: a signature, a version, a kind, or tests.
        BadPolicy, UnsupportedPolicy: rules that do not fit the schema or are not compiled.

    Source: G-2, G-3.
    """
    # (1) Who signed what. (2) Which version. (3) Rules, schema, effects. (4) Its own tests. Then only is it accepted.
    newest = dict(versions)
    below = _accepted(floor, Kind.FLOOR, keyring, newest)
    layer = Layer(bundle=below.label, compiled=proved(below))
    found: dict[str, Layer] = {}
    bundles = []
    for data in tenants:
        bundle = _accepted(data, Kind.TENANT, keyring, newest)
        above = Layer(bundle=bundle.label, compiled=proved(bundle))
        for tenant in tenants_of(bundle):
            if tenant in found:
                raise VerificationFailed(
                    "policy-tenants", f"expected one policy for {tenant!r}, got two", hint="Drop one."
                )
            found[tenant] = above
        bundles.append(bundle)
    layers = Layers(floor=layer, tenants=found)
    return Loaded(layers=layers, floor=below, tenants=tuple(bundles), versions=newest)


def _accepted(data: bytes, kind: Kind, keyring: Keyring, newest: dict[str, Seen]) -> Bundle:
    bundle, _ = open_bundle(data, keyring, kind)
    name = f"{kind.value}/{bundle.name}"
    newest[name] = check_version(bundle, newest.get(name))
    return bundle


def tenants_of(bundle: Bundle) -> tuple[str, ...]:
    """Return the tenants that a bundle is for. Pure. Raises VerificationFailed if it does not say so."""
    tenants = bundle.about.get("tenants")
    if type(tenants) is not list or not tenants or not all(type(tenant) is str for tenant in tenants):
        raise VerificationFailed("policy-bundle", f"expected {bundle.label} to name its tenants, got none")
    return tuple(tenants)


def proved(bundle: Bundle) -> Compiled:
    """Return a bundle's rules as a function once its own tests hold and decide by every rule. Effect: makes code.

    Raises:
        VerificationFailed: an unknown schema, a permit in a floor, or tests that are absent, fail, or leave a rule out.
        BadPolicy, UnsupportedPolicy: the rules themselves.

    Source: G-2, G-3.
    """
    compiled = compiled_of(bundle)
    faults = found_by_tests(bundle, compiled)
    if faults:
        raise TestsFailed(bundle.label, faults)
    return compiled


def compiled_of(bundle: Bundle) -> Compiled:
    """Return a bundle's rules as a function; its tests are not asked. Effect: makes code. Raises as `proved`."""
    if bundle.schema != SCHEMA_ID:
        raise VerificationFailed("policy-schema", f"expected the schema {SCHEMA_ID}, got {bundle.schema[:80]!r}")
    compiled = compile_policy(bundle.policy, SCHEMA)
    permits = [rule.id for rule in compiled.rules if rule.effect is Effect.PERMIT]
    if bundle.kind is Kind.FLOOR and permits:
        raise BadPolicy(
            f"expected a floor of forbids alone, got the permit {permits[0]!r}", hint="A floor permits nothing."
        )
    return compiled


def found_by_tests(bundle: Bundle, compiled: Compiled) -> tuple[Fault, ...]:
    """Return what a bundle's own tests find, Cedar asked too. Raises VerificationFailed for a call that is none."""
    layer = Layer(bundle=bundle.label, compiled=compiled)
    floor: Callable[[Call], Answer | None] = lambda call: decide_floor(layer, call)  # noqa: E731
    tenant: Callable[[Call], Answer | None] = lambda call: decide_tenant(layer, call)  # noqa: E731
    try:
        found = faults_of(compiled, bundle.trials, floor if bundle.kind is Kind.FLOOR else tenant)
        differ = tuple(answers_differ(bundle.policy, compiled, [trial.call for trial in bundle.trials]))
    except BadValue as error:
        raise VerificationFailed("policy-tests", f"{bundle.label}: {error}", hint="Mend the test's call.") from error
    return (*found, *(Fault(trial=call, expected=theirs, got=ours) for call, theirs, ours in differ))
