# SPDX-License-Identifier: Apache-2.0
"""A tenant's next bundle in shadow beside the one in force, in a running gateway: counted and recorded, and never an answer (G-10)."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import ask, chat, of, records, until, why
from tests.gateway_world import CALL, OPERATOR, OTHER_KEY, POLICY, Running, World, make_world, serve, trials
from tests.integration.command_line import Ran, run, seeds
from tests.policy_builders import floor, signed_floor, signed_tenant, tenant

from ruleout.policy.trial import Trial
from ruleout.serving.audit import Shadowed

NEXT = (
    POLICY
    + """
@id("no-streams")
forbid (principal, action, resource) when { context.stream };

@id("generous")
permit (principal, action, resource) when { context.tokens > 100000 };

@id("erring")
forbid (principal, action, resource)
when { (context.tokens == 1 || context.tokens == 77) && context.tokens * 9223372036854775807 > 0 };

@id("no-weather")
forbid (principal, action == Action::"use-tool", resource) when { context has tool && context.tool == "get_weather" };
"""
)
TRIALS = [
    *(one for one in trials(("acme",)) if one.name != "a tool"),
    Trial(name="another tool", call={**CALL, "action": "use-tool", "tool": "x"}, allowed=True, rules=("tools",)),
    Trial(name="a stream", call={**CALL, "stream": True}, allowed=False, rules=("no-streams",)),
    Trial(name="much", call={**CALL, "tokens": 200_000}, allowed=True, rules=("generous",)),
    Trial(name="one", call={**CALL, "tokens": 1}, allowed=False, rules=("erring",)),
    Trial(name="weather", call={**CALL, "action": "use-tool", "tool": "get_weather"}, allowed=False, rules=("no-weather",)),
]  # fmt: skip
WEATHER = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
BODIES = {
    "same": chat(),
    "deny": chat(stream=True),
    "allow": chat(max_tokens=200_000),
    "error": chat(max_tokens=77),
    "tool": chat('tool:get_weather {"city": "Oslo"}', tools=WEATHER),
    "unknown": chat(model="nothing"),
}


def typed(*words: object) -> Ran:
    """A command, now: shadows have dates of these days."""
    return run(*words, now=datetime.now(UTC))


def day(offset: int) -> str:
    return str((datetime.now(UTC) + timedelta(days=offset)).date())


def next_bundle(**changes: Any) -> bytes:
    made = tenant(policy=NEXT, trials=tuple(TRIALS), name="acme", about={"tenants": ["acme"]}, version=2)
    return signed_tenant(dataclasses.replace(made, **changes))


def in_shadow(world: World, data: bytes, first: int = -1, last: int = 4) -> World:
    (world.folder / "acme-2.json").write_bytes(data)
    shadow = {"name": "stricter", "bundle": "acme-2.json", "from": day(first), "until": day(last)}
    world.settings["tenants"]["acme"]["shadow"] = shadow
    return world


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


def counted(running: Running) -> dict[str, int]:
    page = running.get("/metrics", OPERATOR)[1]
    found = re.findall(r'ruleout_shadow_total\{tenant="acme",shadow="stricter",would="(\w+)"\} ([0-9]+)', page)
    assert page.count("ruleout_shadow_total{") == len(found), "a shadow is of one tenant"
    return {would: int(count) for would, count in found}


def asked(running: Running) -> Mapping[str, Any]:
    return {name: ask(running, body) for name, body in BODIES.items()}


def told(world: World) -> list[dict[str, Any]]:
    lines = (world.folder / "gateway.log").read_text("utf-8").splitlines()
    return [json.loads(line[17:]) for line in lines if line.startswith('ruleout gateway: {"shadow"')]


def test_no_answer_changes_and_what_would_is_counted_and_recorded(fake: Fake, tmp_path: Path) -> None:
    world = make_world(tmp_path, fake.url)
    with serve(world) as running:
        without = {name: (one.status, why(one)) for name, one in asked(running).items()}
    with serve(in_shadow(world, next_bundle())) as running:
        beside = asked(running)
        assert {name: (one.status, why(one)) for name, one in beside.items()} == without
        assert without["deny"] == without["error"] == without["tool"] == (200, "")
        assert without["allow"] == (403, "not-permitted-by-policy") or without["allow"][0] == 403
        for body in BODIES.values():
            assert ask(running, body, key=OTHER_KEY).status in (200, 403, 404)
        until(lambda: counted(running) == {"same": 2, "deny": 2, "allow": 1, "error": 1})
        until(lambda: told(world))
        assert running.get("/ready")[1] == f"ready\nshadow: stricter: from {day(-1)} until {day(4)}: 5 days left\n"

    def shadows(name: str) -> list[tuple[Shadowed, ...]]:
        return [one.shadows for one in of(world, beside[name].request)]

    def would(word: str, rules: tuple[str, ...], failed: tuple[str, ...] = (), tool: str = "") -> tuple[Shadowed, ...]:
        return (Shadowed("stricter", "acme@2", word, rules, failed, tool),)

    assert shadows("same") == [(), ()]
    assert shadows("deny") == [would("deny", ("no-streams",)), ()]
    assert shadows("allow") == [would("allow", ("generous",))]
    assert shadows("error") == [would("error", (), ("erring",)), ()]
    assert shadows("tool") == [(), would("deny", ("no-weather",), tool="get_weather")]
    assert all(not getattr(one, "shadows", ()) for one in records(world) if getattr(one, "tenant", "") == "other")
    (said,) = told(world)
    assert (said["shadow"], said["tenant"], said["bundle"], said["state"]) == ("stricter", "acme", "acme@2", "running")

    made = run("init", tmp_path / "record", "--origin", "lab.example/lab", "--producer", "lab", env=seeds("lab-log"))
    assert made.code == 0, made.err
    audit = ["audit", "query", "--audit", tmp_path / "audit", "-w", tmp_path / "record"]
    rows = typed(*audit, "--shadow", "stricter", "--json").json["requests"]
    assert {one["request"] for one in rows} == {beside[name].request for name in ("deny", "allow", "error", "tool")}
    assert {(one["shadows"][0]["would"], *one["shadows"][0]["rules"]) for one in rows} == {
        ("deny", "no-streams"), ("allow", "generous"), ("error",), ("deny", "no-weather"),
    }  # fmt: skip
    page = typed(*audit, "--request", beside["tool"].request).text
    assert "stricter (acme@2) would deny the call of get_weather: no-weather" in " ".join(page.split())


def test_after_its_last_day_it_is_not_asked_and_that_is_said(fake: Fake, tmp_path: Path) -> None:
    world = in_shadow(make_world(tmp_path, fake.url), next_bundle(), first=-5, last=-1)
    (tmp_path / "acme-2.json").unlink()
    with serve(world) as running:
        assert ask(running, chat(stream=True)).status == 200
        until(lambda: told(world))
        assert running.get("/ready")[1] == f"ready\nshadow: stricter: ended on {day(-1)}, and is not asked\n"
        assert counted(running) == {}
    assert told(world)[0]["state"] == "ended"
    checked = typed("gateway", "check", str(tmp_path / "gateway.yaml"))
    assert (checked.code, f"stricter for acme: ended on {day(-1)}" in checked.text) == (0, True)


@pytest.mark.parametrize("what", ["damaged", "gone", "floor", "other-key"])
def test_a_shadow_that_does_not_hold_closes_nothing(fake: Fake, tmp_path: Path, what: str) -> None:
    data = {"damaged": next_bundle()[:-40], "floor": signed_floor(floor())}.get(what, next_bundle())
    world = in_shadow(make_world(tmp_path, fake.url), data)
    if what == "gone":
        (tmp_path / "acme-2.json").unlink()
    if what == "other-key":
        (tmp_path / "acme-2.json").write_bytes(data.replace(b'"signature":"', b'"signature":"AAAA', 1))
    with serve(world) as running:
        assert ask(running, chat(stream=True)).status == 200
        until(lambda: told(world))
        assert running.get("/ready")[1] == "ready\nshadow: stricter: does not hold, and is not asked\n"
        assert counted(running) == {}
        # Mended while it serves, it is asked.
        (tmp_path / "acme-2.json").write_bytes(next_bundle())
        until(lambda: "days left" in running.get("/ready")[1])
        ask(running, chat(stream=True))
        until(lambda: counted(running) == {"deny": 1})
    if what == "floor":
        assert "the floor is never in shadow" in told(world)[0]["says"]


def test_check_names_it_with_its_days(fake: Fake, tmp_path: Path) -> None:
    world = in_shadow(make_world(tmp_path, fake.url), next_bundle())
    path = world.write()
    shown = typed("gateway", "check", str(path), "--json")
    (one,) = shown.json["shadows"]
    assert one == {
        "shadow": "stricter", "tenant": "acme", "bundle": "acme@2", "from": day(-1), "until": day(4), "state": "running",
        "days-left": 5, "fault": "",
    }  # fmt: skip
    assert shown.code == 0
    text = " ".join(typed("gateway", "check", str(path)).text.split())
    assert f"stricter for acme, acme@2: from {day(-1)} until {day(4)}: 5 days left" in text
    (tmp_path / "acme-2.json").write_bytes(signed_floor(floor()))
    refused = typed("gateway", "check", str(path))
    assert (refused.code, "the floor is never in shadow" in " ".join(refused.text.split())) == (1, True)
    world.settings["tenants"]["acme"]["shadow"]["until"] = day(40)
    assert typed("gateway", "check", str(world.write())).code == 2
