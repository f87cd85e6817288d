# SPDX-License-Identifier: Apache-2.0
"""A bundle in shadow: its days, what it would decide, and that it is checked like one in force and remembered nowhere (G-10)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.policy_builders import CHAT, RING, floor, keyring, signed_floor, signed_tenant, tenant

from ruleout.app.policy.load import load_layers
from ruleout.app.policy.shadow import shadow_layer
from ruleout.app.serving.shadows import load_shadows
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.gateway.comparing.shadowing import shadowed
from ruleout.policy.calls import call_of
from ruleout.policy.decide import Answer, Ground, Layer, decide
from ruleout.policy.program import Compiled
from ruleout.policy.shadow import Days, Phase, Shadow, Would, ask_beside
from ruleout.policy.trial import Trial
from ruleout.serving.settings.document import TenantDoc

LOADED = load_layers(signed_floor(), [signed_tenant()], RING, {})
NEXT = tenant(
    '@id("short") permit (principal, action, resource) when { context.tokens < 100 };'
    '@id("long") permit (principal, action, resource) when { context.tokens > 8000 };',
    (
        Trial(name="short", call={**CHAT, "tokens": 99}, allowed=True, rules=("short",)),
        Trial(name="long", call={**CHAT, "tokens": 8001}, allowed=True, rules=("long",)),
    ),
    version=2,
)
DAYS = Days(first=date(2026, 11, 20), last=date(2026, 12, 1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def in_shadow(layer: Layer | None = None) -> Shadow:
    made = layer or shadow_layer(signed_tenant(NEXT), RING, LOADED.versions, tenant="acme")
    first, end = DAYS.bounds_ns
    return Shadow(name="other-lengths", layer=made, first_ns=first, end_ns=end)


@pytest.mark.parametrize(
    ("instant", "phase", "left"),
    [
        ("2026-11-19T23:59:59.999999", Phase.NOT_YET, 12),
        ("2026-11-20T00:00:00", Phase.RUNNING, 12),
        ("2026-12-01T00:00:00", Phase.RUNNING, 1),
        ("2026-12-01T23:59:59.999999", Phase.RUNNING, 1),
        ("2026-12-02T00:00:00", Phase.ENDED, 0),
        ("2999-01-01T00:00:00", Phase.ENDED, 0),
    ],
)
def test_days_are_whole_and_in_utc(instant, phase, left):
    """First and last included; the bounds by which requests are judged say the same."""
    first, end = DAYS.bounds_ns
    now = int((at(instant) - at("1970-01-01")).total_seconds() * 1_000_000) * 1000
    assert (DAYS.phase(at(instant)), DAYS.left(at(instant))) == (phase, left)
    assert (first <= now < end) is (phase is Phase.RUNNING)


@pytest.mark.parametrize(
    ("changes", "would", "rules"),
    [
        ({"tokens": 50}, Would.SAME, ()),
        ({"tokens": 4000}, Would.DENY, ()),
        ({"tokens": 9000}, Would.ALLOW, ("long",)),
        ({"tokens": None}, Would.ERROR, ()),
    ],
)
def test_what_a_shadow_would_decide(changes, would, rules):
    """Beside the answer in force, which stands."""
    call = call_of({name: value for name, value in (CHAT | changes).items() if value is not None})
    answer = decide(LOADED.layers, call)
    beside = ask_beside(in_shadow(), answer, call)
    assert (beside.would, beside.rules) == (would, rules)
    assert decide(LOADED.layers, call) == answer


def test_no_shadow_is_asked_about_what_the_floor_denies():
    call = call_of({**CHAT, "uses": ["crowd-tracking"]})
    assert shadowed(in_shadow(), decide(LOADED.layers, call), call) == ()


def test_a_shadow_that_goes_wrong_is_an_error_and_nothing_else():
    """Whatever its function raises."""

    def broken(*_):
        raise RecursionError

    call = call_of(CHAT)
    layer = Layer(bundle="acme@2", compiled=Compiled(rules=(), function=broken))
    (one,) = shadowed(in_shadow(layer), Answer(Ground.PERMITTED, "acme@1", ("chat",)), call)
    assert (one.shadow, one.bundle, one.would, one.rules) == ("other-lengths", "acme@2", "error", ())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (signed_floor(), "the floor is never in shadow"),
        (signed_floor(floor()), "the floor is never in shadow"),
        (signed_tenant(tenant(trials=(), version=2)), "tests"),
        (signed_tenant(tenant(about={"tenants": ["other"]}, version=2)), "'acme'"),
        (signed_tenant(tenant(NEXT.policy, NEXT.trials)), "one text"),
        (b'{"bundle":1}', "policy"),
    ],
)
def test_it_is_checked_like_a_bundle_in_force(data, says):
    """A floor by whatever key, no tests, another tenant's, another text under the version in force."""
    with pytest.raises(RuleoutError) as refused:
        shadow_layer(data, RING, LOADED.versions, tenant="acme")
    assert says in f"{refused.value}{getattr(refused.value, 'check', '')}"


def test_it_is_signed_by_a_key_that_counts():
    ring = keyring(floor_fay="floor", policy_pia="floor")
    with pytest.raises(VerificationFailed):
        shadow_layer(signed_tenant(NEXT), ring, LOADED.versions, tenant="acme")


def test_an_older_version_than_one_accepted_is_refused():
    versions = load_layers(signed_floor(), [signed_tenant(tenant(version=3))], RING, {}).versions
    with pytest.raises(VerificationFailed, match="older"):
        shadow_layer(signed_tenant(NEXT), RING, versions, tenant="acme")


def settings(**changes):
    told = {"name": "other-lengths", "bundle": "acme-2.json", "from": "2026-11-20", "until": "2026-12-01", **changes}
    return {"acme": TenantDoc.model_validate({"tier": "paid", "keys": ["0" * 64], "shadow": told})}


def loaded(data, instant):
    asked = []

    def read(path):
        asked.append(path)
        return data

    (one,) = load_shadows(settings(), read, RING, LOADED.versions, at=at(instant))
    return one, asked


def test_a_shadow_that_does_not_hold_is_said_and_not_asked():
    one, _ = loaded(signed_tenant(NEXT)[:-40], "2026-11-25")
    assert (one.state(at("2026-11-25")), one.asked, one.bundle) == ("does-not-hold", None, "")
    assert "not asked" in one.says(at("2026-11-25"))


def test_a_shadow_is_read_until_its_last_day_and_no_longer():
    """What has ended need not even be there; what has been loaded before ends all the same."""
    one, asked = loaded(signed_tenant(NEXT), "2026-12-01T23:00")
    assert (one.bundle, one.asked.layer.bundle, asked) == ("acme@2", "acme@2", ["acme-2.json"])
    assert one.says(at("2026-12-01T23:00")) == "from 2026-11-20 until 2026-12-01: 1 day left"
    assert one.says(at("2026-12-02")) == "ended on 2026-12-01, and is not asked"
    assert loaded(b"gone", "2026-12-02")[1] == []


def test_the_version_in_shadow_is_not_taken_for_accepted():
    """Else the bundle in force would be refused as rolled back."""
    before = dict(LOADED.versions)
    shadow_layer(signed_tenant(NEXT), RING, LOADED.versions, tenant="acme")
    assert LOADED.versions == before
