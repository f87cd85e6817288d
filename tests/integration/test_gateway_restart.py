# SPDX-License-Identifier: Apache-2.0
"""What a gateway remembers across its end: kills, and that without their state it is closed (G-6)."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import ask, until, why
from tests.gateway_world import make_world, serve
from tests.integration.test_gateway_kill import give_back, strike

from ruleout.serving.epoch import Target


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


def test_restart_while_killed_stays_killed(fake: Fake, tmp_path: Path) -> None:
    world = make_world(tmp_path / "w", fake.url)
    with serve(world) as running:
        strike(world, Target.ALL)
        until(lambda: ask(running).status == 503)
    with serve(world, wait=False) as running:
        until(lambda: why(ask(running)) == "killed" if running.get("/health")[0] else False, 20)
        assert running.get("/ready")[0] == 503
        give_back(world)
        running.until_ready()
        assert ask(running).status == 200


def test_a_state_that_is_lost_or_older_is_closed(fake: Fake, tmp_path: Path) -> None:
    world = make_world(tmp_path / "w", fake.url)
    epochs, kept = world.folder / "kills" / "epochs", tmp_path / "before"
    shutil.copytree(epochs, kept)
    strike(world, Target.ALL)
    with serve(world, wait=False) as running:
        until(lambda: why(ask(running)) == "killed" if running.get("/health")[0] else False, 20)
    shutil.rmtree(epochs)
    kept.rename(epochs)
    with serve(world, wait=False) as running:
        running.until_ready(ready=False)
        time.sleep(1)
        refused = ask(running)
        assert refused.status == 503
        assert why(refused) in ("closed", "killed", "lease")


def test_boot_without_state_is_closed(fake: Fake, tmp_path: Path) -> None:
    world = make_world(tmp_path / "w", fake.url)
    shutil.rmtree(world.folder / "kills")
    with serve(world, wait=False) as running:
        running.until_ready(ready=False)
        time.sleep(1)
        refused = ask(running)
        assert (refused.status, why(refused)) == (503, "closed")
        assert running.get("/health")[0] == 200
        world.open()
        running.until_ready()
        assert ask(running).status == 200
