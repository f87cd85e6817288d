# SPDX-License-Identifier: Apache-2.0
"""A gateway's settings: what is refused, all of it at once, and a reference that is what the shape says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import yaml
from tests.gateway_world import sha256

from ruleout.adapters.monitoring import MOST_NAMES
from ruleout.errors import BadInput, RuleoutError
from ruleout.ledger.batches import is_worker_name
from ruleout.serving.monitoring.watches import parse_watches
from ruleout.serving.settings.parse import parse_settings
from ruleout.serving.settings.restart import waiting_for_restart

ROOT = Path(__file__).resolve().parents[4]
WHOLE = {
    "gateway": "edge",
    "state": "state",
    "kills": "kills",
    "audit": "audit",
    "trust": {"log-keys": ["a+b+c"], "keyring": "keyring.yaml", "issuers": ["ceo"]},
    "permits": ["permit.json"],
    "floor": "floor.json",
    "upstreams": {"lab": {"url": "http://127.0.0.1:9000"}},
    "models": {"helper": {"upstream": "lab"}},
    "tenants": {"acme": {"tier": "paid", "keys": [sha256("k")]}},
}


def parsed(**changes):
    return parse_settings(yaml.safe_dump({**WHOLE, **changes}, sort_keys=False).encode(), file="gateway.yaml")


def problems(**changes):
    with pytest.raises(BadInput) as refused:
        parsed(**changes)
    return [problem.id for problem in refused.value.problems]


def test_settings_that_hold_are_read():
    assert parsed().listen.address == "127.0.0.1"


def test_every_problem_is_told_at_once():
    found = problems(
        listen={"address": "0.0.0.0"},
        upstreams={"lab": {"url": "http://models.example/v1"}, "two": {"url": "https://k@models.example"}},
        models={"helper": {"upstream": "lap"}},
        tenants={"acme": {"tier": "paid", "keys": [sha256("k")]}, "other": {"tier": "paid", "keys": [sha256("k")]}},
    )

    assert sorted(found) == ["F002", "N001", "N002", "N002", "N003"]


@pytest.mark.parametrize("address", ["http://hooks.example:9000/", "/run/bio.sock", "http://127.0.0.1:99999"])
def test_a_hook_that_is_not_on_this_host_is_a_problem_of_the_settings(address):
    """Said before anything begins, and not by each worker, which would end and be started again."""
    assert parsed(hooks={"bio": {"address": "unix:/run/bio.sock"}}).hooks
    assert problems(hooks={"bio": {"address": address}}, models={"helper": {"upstream": "lap"}}) == ["F002", "N007"]


def test_a_name_leaves_room_for_every_worker_to_have_one():
    """A worker is called after it and its number; one whose name is too long for a record would not begin."""
    assert is_worker_name(f"{parsed(gateway='g' * 55).gateway}-{MOST_NAMES}")
    assert problems(gateway="g" * 56)


@pytest.mark.parametrize(
    "change",
    [
        {"floor": None},
        {"fail-open": True},
        {"tenants": {}},
        {"tenants": {"acme": {"tier": "paid", "keys": ["rk-plain-key"]}}},
        {"upstreams": {"lab": {"url": "http://127.0.0.1:9000", "key": {"file": "k", "environment": "K"}}}},
        {"upstreams": {"lab": {"url": "file:///etc/passwd"}}},
    ],
)
def test_a_missing_unknown_or_open_field_is_refused(change):
    assert problems(**change)


def test_a_watch_of_what_the_gateway_does_not_have_is_refused_with_every_problem():
    """It would watch nothing, and tighten nothing; without settings any name will do."""
    text = (ROOT / "vectors" / "framework" / "base-watches.yaml").read_bytes()
    with pytest.raises(BadInput) as refused:
        parse_watches(text, file="watches.yaml", hooks=["boi"], tenants=["acem"])

    assert [(one.id, one.where.path) for one in refused.value.problems] == [
        ("N004", "$.watches[0].hook"),
        ("N004", "$.watches[0].tightens[1].tenant"),
        ("N004", "$.watches[1].hook"),
    ]
    assert "Did you mean boi" in refused.value.problems[0].hint
    assert len(parse_watches(text, file="watches.yaml", hooks=["bio"], tenants=["acme"])) == 2


def test_watching_closes_unless_told_otherwise():
    told = {"file": "watches.yaml", "key": "watcher", "workspace": "record"}

    assert (parsed(watch=told).watch.closes, parsed(watch=told).watch.seconds) == (True, 10)
    assert parsed(watch={**told, "closes": False}).watch.closes is False
    assert len(problems(watch={**told, "seconds": 0, "closes": "no"})) == 2


def test_an_address_given_otherwise_is_checked_like_the_files_own():
    text = yaml.safe_dump(WHOLE).encode()

    assert parse_settings(text, file="g", upstreams={"": "http://127.0.0.1:1"}).upstreams["lab"].url.endswith(":1")
    with pytest.raises(BadInput):
        parse_settings(text, file="g", upstreams={"lab": "http://models.example"})
    with pytest.raises(RuleoutError):
        parse_settings(text, file="g", upstreams={"other": "http://127.0.0.1:1"})


def test_the_reference_is_made_from_the_shape():
    spec = importlib.util.spec_from_file_location("gateway_settings", ROOT / "tools" / "gateway_settings.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)

    assert tool.PAGE.read_text("utf-8") == tool.page()


def shadowed(**changes):
    told = {"name": "stricter", "bundle": "acme-2.json", "from": "2026-11-20", "until": "2026-12-01", **changes}
    return {"tenants": {"acme": {"tier": "paid", "keys": [sha256("k")], "shadow": told}}}


def test_a_shadow_is_named_dated_and_bounded():
    """Thirty days at most, first and last counted; never the floor; nothing of it may be left out."""
    assert parsed(**shadowed()).tenants["acme"].shadow.bundle == "acme-2.json"
    assert parsed(**shadowed(**{"from": "2026-11-01", "until": "2026-11-30"}))
    assert problems(**shadowed(**{"from": "2026-11-01", "until": "2026-12-01"})) == ["N006"]
    assert problems(**shadowed(until="2026-11-19")) == ["N006"]
    assert problems(**shadowed(bundle="./floor.json", until="2027-11-19")) == ["N005", "N006"]
    for field in ("name", "bundle", "from", "until"):
        told = shadowed()
        del told["tenants"]["acme"]["shadow"][field]
        assert len(problems(**told)) == 1


def test_a_shadow_of_the_floor_says_where_it_stands_and_why_not():
    with pytest.raises(BadInput) as refused:
        parsed(**shadowed(bundle="floor.json"))
    (problem,) = refused.value.problems
    assert (problem.where.line > 1, problem.where.path) == (True, "$.tenants.acme.shadow.bundle")
    assert "the floor is never in shadow" in problem.expected


def test_there_is_no_other_place_for_a_shadow_of_the_floor():
    assert problems(shadow={"name": "x"}) != []
    assert problems(floor={"bundle": "floor.json", "shadow": "x"}) != []


@pytest.mark.parametrize("every", [0, -1, 1_000_001, False])
def test_decisions_are_asked_again_and_no_setting_stops_that(every):
    assert parsed().recheck.every == 1000
    assert problems(recheck={"every": every}) != []


def test_what_a_reload_takes_away_waits_for_no_restart_and_what_it_adds_beside_the_workers_does():
    """The name and the log of which a degraded grant has to be are those of the start too."""
    sealed = parsed(seal={"workspace": "record", "key": "gateway-1"})
    assert waiting_for_restart(sealed, parsed()) == []
    assert waiting_for_restart(parsed(), sealed) == ["seal"]
    trust = {**WHOLE["trust"], "log-keys": ["d+b+c"]}
    assert waiting_for_restart(parsed(), parsed(gateway="core", trust=trust)) == ["gateway", "trust.log-keys"]
