# SPDX-License-Identifier: Apache-2.0
"""Bundles are loaded whole or refused by name, and the two layers decide apart (G-2, G-3, G-10)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy_builders import CHAT, RING, floor, keyring, signed_floor, signed_tenant, signer, tenant

from ruleout.adapters.cedar import BadPolicy, Oracle
from ruleout.app.policy.load import load_layers
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.policy.bundle import Kind, sign_bundle
from ruleout.policy.calls import call_of, in_cedar
from ruleout.policy.decide import Answer, Ground, decide, decide_tenant
from ruleout.policy.trial import Trial

LAYERS = load_layers(signed_floor(), [signed_tenant()], RING, {}).layers
EVERYTHING = '@id("everything") permit (principal, action, resource);'
ALL = (Trial(name="all", call=CHAT, allowed=True, rules=("everything",)),)


def asked(**changes) -> Answer:
    """The example's answer about a chat with changes; None takes a circumstance away."""
    plain = {name: value for name, value in (CHAT | changes).items() if value is not None}
    return decide(LAYERS, call_of(plain))


@pytest.mark.parametrize(
    ("changes", "ground", "rules", "failed"),
    [
        ({}, Ground.PERMITTED, ("chat",), ()),
        ({"uses": ["crowd-tracking"]}, Ground.RED_LINE, ("nobody-is-watched",), ()),
        ({"tools": ["camera-feed"]}, Ground.RED_LINE, ("nobody-is-watched",), ()),
        ({"activity": "weapon-guidance"}, Ground.RED_LINE, ("no-weapon-without-a-person",), ()),
        ({"uses": ["crowd-tracking"], "capabilities": None}, Ground.RED_LINE, ("nobody-is-watched",), ("no-weapon-without-a-person",)),
        ({"capabilities": None}, Ground.FLOOR_FAILED, (), ("no-weapon-without-a-person",)),
        ({"uses": "crowd-tracking"}, Ground.FLOOR_FAILED, (), ("nobody-is-watched",)),
        ({"tenant": "nobody"}, Ground.NO_POLICY, (), ()),
        ({"tokens": 9000}, Ground.NOT_PERMITTED, (), ()),
        ({"tokens": None}, Ground.FAILED, (), ("chat",)),
        ({"tokens": "9000"}, Ground.FAILED, (), ("chat",)),
        ({"capabilities": ["malware"]}, Ground.FORBIDDEN, ("no-cyber",), ()),
    ],
)  # fmt: skip
def test_the_ground_and_the_rules_of_an_answer(changes, ground, rules, failed):
    """Every ground, with the ids of the rules that decided and of those that failed."""
    answer = asked(**changes)

    assert (answer.ground, answer.rules, answer.failed) == (ground, rules, failed)
    assert answer.allowed is (ground is Ground.PERMITTED)


def test_a_tenant_that_permits_everything_does_not_weaken_the_floor():
    """The floor is asked first and alone."""
    bundle = tenant(EVERYTHING, ALL)
    layers = load_layers(signed_floor(), [signed_tenant(bundle)], RING, {}).layers

    assert decide(layers, call_of(CHAT)).allowed
    assert decide(layers, call_of(CHAT | {"uses": ["crowd-tracking"]})).ground is Ground.RED_LINE
    assert decide(layers, call_of({k: v for k, v in CHAT.items() if k != "uses"})).ground is Ground.FLOOR_FAILED


def test_a_forbid_that_fails_denies_although_cedar_skips_it():
    """The call says nothing of its capabilities: Cedar passes over the rule that asks, and allows."""
    call = {name: value for name, value in CHAT.items() if name != "capabilities"}
    request, entities = in_cedar(call)

    assert Oracle(tenant().policy).answers([request], entities) == [("Allow", ("chat",), ("no-cyber",))]
    assert decide_tenant(LAYERS.tenants["acme"], call_of(call)) == Answer(Ground.FAILED, "acme@1", (), ("no-cyber",))


def test_an_unsigned_change_is_refused():
    """One character of the rules, and the signature does not hold."""
    value = parse_canonical(signed_tenant())
    value["bundle"]["policy"] = value["bundle"]["policy"].replace("8000", "9000")

    with pytest.raises(VerificationFailed, match="signature"):
        load_layers(signed_floor(), [canonical(value)], RING, {})


@pytest.mark.parametrize(
    "ring",
    [
        keyring(policy_pia="tenant-policy"),
        keyring(floor_fay="tenant-policy", policy_pia="tenant-policy"),
        keyring(floor_fay="floor,tenant-policy", policy_pia="tenant-policy"),
        keyring(floor_fay="floor", policy_pia="ceo"),
    ],
)
def test_a_key_that_is_unknown_or_of_another_role_signs_nothing(ring):
    """Nor does one of both roles: the floor has a key of its own."""
    with pytest.raises(VerificationFailed, match="policy-signature"):
        load_layers(signed_floor(), [signed_tenant()], ring, {})


def test_a_tenants_bundle_is_no_floor_and_a_floor_no_tenants():
    """Each is signed as what it is."""
    with pytest.raises(VerificationFailed, match="policy-bundle"):
        load_layers(signed_tenant(), [], RING, {})
    with pytest.raises(VerificationFailed, match="policy-bundle"):
        load_layers(signed_floor(), [signed_floor()], RING, {})
    relabelled = sign_bundle(replace(tenant(), kind=Kind.FLOOR), signer("policy-pia"))
    with pytest.raises(VerificationFailed, match="policy-signature"):
        load_layers(relabelled, [], RING, {})


def test_a_floor_with_a_permit_is_refused_whoever_signed_it():
    """Permits cannot be written in it."""
    with pytest.raises(BadPolicy, match="expected a floor of forbids alone"):
        load_layers(signed_floor(replace(floor(), policy=floor().policy + EVERYTHING)), [], RING, {})


def test_an_older_version_and_another_text_under_the_same_are_refused():
    """What was accepted once is never gone behind."""
    newer = load_layers(signed_floor(), [signed_tenant(tenant(version=2))], RING, {}).versions

    assert load_layers(signed_floor(), [signed_tenant(tenant(version=2))], RING, newer).versions == newer
    with pytest.raises(VerificationFailed, match="policy-version: expected acme from version 2"):
        load_layers(signed_floor(), [signed_tenant()], RING, newer)
    with pytest.raises(VerificationFailed, match="policy-version: expected one text"):
        load_layers(signed_floor(), [signed_tenant(tenant(EVERYTHING, ALL, version=2))], RING, newer)


@pytest.mark.parametrize(
    ("bundle", "found"),
    [
        (lambda: tenant(trials=()), "expected tests of its own, got none"),
        (lambda: tenant(trials=tenant().trials[1:4]), "expected a test that 'chat' decides, got none"),
        (lambda: tenant(trials=(replace(tenant().trials[0], allowed=False), *tenant().trials[1:])), "expected deny by chat, got allow by chat"),
        (lambda: tenant(trials=(replace(tenant().trials[0], rules=("no-cyber",)), *tenant().trials[1:])), "expected allow by no-cyber, got allow by chat"),
        (lambda: tenant(trials=(replace(tenant().trials[0], call=CHAT | {"tokens": None}),)), "expected a boolean"),
    ],
)  # fmt: skip
def test_a_bundle_whose_tests_are_absent_fail_or_leave_a_rule_out_is_refused(bundle, found):
    """The tests run at load."""
    with pytest.raises(VerificationFailed, match="policy-tests") as refusal:
        load_layers(signed_floor(), [signed_tenant(bundle())], RING, {})
    assert found in str(refusal.value)


@pytest.mark.parametrize(
    ("policy", "named"),
    [
        ("permit (principal, action, resource);", "a rule without an @id"),
        (EVERYTHING + EVERYTHING, "two rules with the id 'everything'"),
        ('@id("t") permit (principal == ?principal, action, resource);', "a template"),
        ('@id("i") permit (principal, action, resource) when { ip("10.0.0.1").isLoopback() };', "'isLoopback'"),
        (
            '@id("d") permit (principal, action, resource) when { decimal("1.0").lessThan(decimal("2.0")) };',
            "'lessThan'",
        ),
        ('@id("x") permit (principal, action, resource) when { context.nothing };', "nothing"),
        ('@id("x") permit (principal, action, resource) when { context.tool == "shell" };', "tool"),
        ('@id("x") permit (principal, action, resource) when { context.tokens like "a" };', "schema"),
        ("permit (", "expected Cedar policies"),
    ],
)
def test_what_is_not_compiled_or_does_not_fit_the_schema_is_refused_by_name(policy, named):
    """Never guessed, never left out."""
    with pytest.raises(RuleoutError, match="expected") as refusal:
        load_layers(signed_floor(), [signed_tenant(tenant(policy, ALL))], RING, {})
    assert named in str(refusal.value)


def test_two_policies_for_one_tenant_and_another_schema_are_refused():
    """Nobody has to guess which counts."""
    with pytest.raises(VerificationFailed, match="policy-tenants"):
        load_layers(signed_floor(), [signed_tenant(), signed_tenant(tenant(name="other"))], RING, {})
    with pytest.raises(VerificationFailed, match="policy-schema"):
        load_layers(signed_floor(), [signed_tenant(tenant(schema="ruleout-calls/2"))], RING, {})


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", canonical({"bundle": {}, "key": "", "signature": ""}), b"\xff"])
def test_bytes_that_are_no_bundle_are_refused(data):
    """Whatever they are."""
    with pytest.raises(VerificationFailed):
        load_layers(data, [], RING, {})
