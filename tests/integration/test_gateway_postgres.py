# SPDX-License-Identifier: Apache-2.0
"""Two hosts' gateways with their kills in one PostgreSQL: a kill on one holds on the other; a silent database serves nothing (G-6, G-7)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import ask, chat, live, until, why
from tests.gateway_world import OTHER_KEY, Running, World, make_world, serve
from tests.integration.test_gateway_kill import give_back, open_kills, strike
from tests.postgres_server import postgres, standing_still

from ruleout.adapters.kill.postgres_store import PostgresStore
from ruleout.adapters.kill.store import StoreUnavailable
from ruleout.app.kill.proof import wait_for
from ruleout.serving.epoch import Target

TEXTS = ("silent", "long:4000\nslow:0.02")


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as one:
        yield one


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[object, str]]:
    with postgres() as running:
        yield running


def world_with(folder: Path, upstream: str, conninfo: str) -> World:
    world = make_world(folder, upstream)
    world.conninfo = conninfo
    world.settings["kills-store"] = {"environment": "KILLS_STORE"}
    return world


@pytest.fixture(scope="module")
def hosts(server, fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Running]]:
    store = PostgresStore(server[1])
    until(lambda: _prepared(store), 90)
    store.close()
    one, other = (world_with(tmp_path_factory.mktemp(name), fake.url, server[1]) for name in ("one", "other"))
    one.open()
    told = {"KILLS_STORE": server[1]}
    with serve(one, environment=told) as first, serve(other, environment=told) as second:
        yield first, second


def _prepared(store: PostgresStore) -> bool:
    try:
        store.prepare()
    except StoreUnavailable:
        return False
    return True


def test_a_kill_on_one_host_holds_on_the_other(hosts: tuple[Running, Running]) -> None:
    """Also for what is under way there; whoever is not named goes on; two persons on either host give back."""
    here, there = hosts
    bodies = [chat(text, stream=True) for text in TEXTS]
    with live(there, *bodies) as mine, live(there, chat("long:60\nslow:0.03", stream=True), key=OTHER_KEY) as (others,):
        epoch, _ = strike(here.world, Target.TENANT, "acme")
        for world in (here.world, there.world):
            proof = wait_for(world.site(), epoch, timeout_s=60)
            assert proof.holds, proof
        for one in mine:
            assert why(one.wait()) == "killed"
        assert others.wait().body.endswith(b"data: [DONE]\n\n")
    for running in hosts:
        assert (ask(running).status, why(ask(running))) == (403, "killed")
        assert ask(running, key=OTHER_KEY).status == 200
    give_back(there.world)
    for running in hosts:
        until(lambda running=running: ask(running).status == 200)  # type: ignore[misc]


def test_a_database_that_stands_still_serves_nothing_and_what_was_killed_stays_killed(
    server, hosts: tuple[Running, Running], fake: Fake
) -> None:
    here, there = hosts
    epoch, _ = strike(here.world, Target.TENANT, "other")
    for running in hosts:
        assert wait_for(running.world.site(), epoch, timeout_s=60).holds
    try:
        with live(here, *[chat(text, stream=True) for text in TEXTS]) as streams, standing_still(server[0]):
            for one in streams:
                assert why(one.wait()) == "lease"
            for running in hosts:
                until(lambda running=running: running.get("/ready")[0] == 503)  # type: ignore[misc]
                refused = ask(running)
                assert (refused.status, why(refused)) == (503, "lease")
                assert why(ask(running, key=OTHER_KEY)) in ("lease", "killed")
                assert running.get("/health")[0] == 200
            with pytest.raises(StoreUnavailable):
                strike(there.world, Target.ALL)
        for running in hosts:
            until(lambda running=running: ask(running).status == 200)  # type: ignore[misc]
            refused = ask(running, key=OTHER_KEY)
            assert (refused.status, why(refused)) == (403, "killed")
    finally:
        give_back(here.world)
    assert not open_kills(there.world)


def test_a_gateway_that_starts_while_the_database_stands_still_is_closed(
    server, hosts: tuple[Running, Running], fake: Fake, tmp_path: Path
) -> None:
    world = world_with(tmp_path / "third", fake.url, server[1])
    strike(hosts[0].world, Target.TENANT, "other")
    with standing_still(server[0]), serve(world, environment={"KILLS_STORE": server[1]}, wait=False) as running:
        until(lambda: running.get("/health")[0] == 200, 60)
        assert (ask(running).status, why(ask(running))) in ((503, "closed"), (503, "lease"))
    with serve(world, environment={"KILLS_STORE": server[1]}) as running:
        assert ask(running).status == 200
        assert why(ask(running, key=OTHER_KEY)) == "killed"
    give_back(hosts[0].world)
