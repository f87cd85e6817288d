# SPDX-License-Identifier: Apache-2.0
"""Decisions of a running gateway are asked again of Cedar: where it decides otherwise, nothing is served by that bundle (G-3)."""

from __future__ import annotations

import dataclasses
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import ask, chat, kinds, live, until, why
from tests.gateway_world import OPERATOR, OTHER_KEY, POLICY, ROOT, Running, World, make_world, serve, trials
from tests.policy_builders import signed_tenant, tenant

#: Calls that the wrong rules of `tests/wrong_rules` permit (a tenant's) or forbid (a floor's); the right ones the other way about.
WRONG_TOKENS = 131_313


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


@contextmanager
def wrong(folder: Path, fake: Fake, what: str, **settings: Any) -> Iterator[Running]:
    world = make_world(folder, fake.url)
    world.settings.update({"recheck": {"every": 1}, **settings})
    with served(world, what) as running:
        yield running


@contextmanager
def served(world: World, what: str) -> Iterator[Running]:
    path = f"{ROOT / 'tests' / 'wrong_rules'}:{ROOT / 'src'}:{ROOT}"
    with serve(world, environment={"PYTHONPATH": path, "WRONG_RULES": what}) as running:
        yield running


def counted(running: Running) -> dict[str, int]:
    page = running.get("/metrics", OPERATOR)[1]
    return {name: int(count) for name, count in re.findall(r'policy_rechecks_total\{outcome="(\w+)"\} ([0-9]+)', page)}


def told(running: Running) -> list[dict[str, Any]]:
    lines = (running.world.folder / "gateway.log").read_text("utf-8").splitlines()
    return [json.loads(line[17:]) for line in lines if line.startswith('ruleout gateway: {"policy"')]


def test_decisions_that_agree_are_counted_and_change_nothing(fake: Fake, tmp_path: Path) -> None:
    with wrong(tmp_path, fake, "") as running:
        for body in (chat(), chat(stream=True), chat(max_tokens=200_000)):
            ask(running, body)
        until(lambda: counted(running).get("same") == 3)
        assert counted(running) == {"same": 3}
        assert running.get("/ready") == (200, "ready\n")
        assert told(running) == []


def test_a_tenants_bundle_that_is_wrong_serves_nobody_any_more(fake: Fake, tmp_path: Path) -> None:
    with wrong(tmp_path, fake, "tenant", workers=2) as running:
        with live(running, chat("silent", stream=True)) as (under_way,):
            wrongly = ask(running, chat("a marker", max_tokens=WRONG_TOKENS))
            assert kinds(running.world, wrongly.request)[:1] == ["Opened"], "the wrong rules permit it"
            under_way.wait()
        until(lambda: "acme@1: not trusted" in running.get("/ready")[1])
        # Of two workers one may know a second later: forty in a row do not all come to the other.
        until(lambda: [ask(running).status for _ in range(40)] == [403] * 40)
        refused = ask(running)
        assert (refused.status, why(refused)) == (403, "failed"), refused.data
        assert b"bundle-not-trusted" in refused.body
        assert ask(running, key=OTHER_KEY).status == 200, "another tenant's bundle is its own"
        # What the other worker counts is told once a second.
        until(lambda: counted(running).get("differs", 0) >= 1)
        until((tmp_path / "state" / "untrusted").exists)
        until(lambda: not list((tmp_path / "state" / "untrusted").glob("*.tmp")))
        (kept,) = (tmp_path / "state" / "untrusted").iterdir()
        until(lambda: told(running))
        one = told(running)[0]
        assert (one["bundle"], one["kind"], one["digest"]) == ("acme@1", "tenant-policy", kept.name)
        assert (one["ours"], one["cedar"]) == ("permitted by generate", "not-permitted by no rule")
        assert "marker" not in (tmp_path / "gateway.log").read_text("utf-8") + kept.read_text("utf-8")

    # It stays so through a restart, under right rules too; another text under the next version is served by.
    with served(running.world, "") as running:
        folder = running.world.folder
        assert ask(running).status == 403
        assert "acme@1: not trusted" in running.get("/ready")[1]
        made = tenant(policy=POLICY, trials=trials(("acme",)), name="acme", about={"tenants": ["acme"]}, version=2)
        beside = folder / "acme.json.new"
        beside.write_bytes(signed_tenant(dataclasses.replace(made, policy=POLICY + "\n")))
        beside.replace(folder / "acme.json")
        until(lambda: ask(running).status == 200)
        until(lambda: running.get("/ready") == (200, "ready\n"))  # of two workers one may load later


def test_a_floor_that_is_wrong_closes_the_gateway(fake: Fake, tmp_path: Path) -> None:
    with wrong(tmp_path, fake, "floor") as running:
        with live(running, chat("silent", stream=True), key=OTHER_KEY) as (under_way,):
            assert why(ask(running, chat(max_tokens=WRONG_TOKENS))) == "red-line"
            under_way.wait()
        assert "the floor is not trusted" in running.until_ready(ready=False)
        time.sleep(2.5)  # loaded again meanwhile
        refused = ask(running, key=OTHER_KEY)
        assert (refused.status, why(refused)) == (503, "closed")
        until(lambda: told(running))
        assert told(running)[0]["kind"] == "floor"


def test_a_cedar_that_hangs_holds_up_nothing(fake: Fake, tmp_path: Path) -> None:
    with wrong(tmp_path, fake, "hangs") as running:
        took = []
        for _ in range(100):
            began = time.monotonic()
            assert ask(running).status == 200
            took.append(time.monotonic() - began)
        assert sorted(took)[50] < 5, "half of the requests waited"
        assert counted(running) == {"dropped": 36}
        assert "recheck: behind" in running.get("/ready")[1]
        running.process.terminate()
        assert running.process.wait(90) is not None
