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
        until(lambda: ask(running).status == 403)
    with serve(world, wait=False) as running:
        until(lambda: why(ask(running)) == "killed" if running.get("/health")[0] else False)
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
        until(lambda: why(ask(running)) == "killed" if running.get("/health")[0] else False)
    shutil.rmtree(epochs)
    kept.rename(epochs)
    with serve(world, wait=False) as running:
        running.until_ready(ready=False)
        time.sleep(1)
        refused = ask(running)
        assert refused.status in (403, 503)
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


def below(pid: int) -> set[int]:
    """Every process that a process started, at whatever remove."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found |= {child} | below(child)
    return found


def lives(pid: int) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_nothing_serves_on_after_a_master_that_was_killed(fake: Fake, tmp_path: Path) -> None:
    """Neither a worker nor the host's agent, which would go on to renew the lease; and the next start is not in their way."""
    world = make_world(tmp_path / "w", fake.url)
    with serve(world) as running:
        started = below(running.process.pid)
        assert len(started) >= 2
        running.process.kill()
        until(lambda: not any(map(lives, started)))
    with serve(world) as running:
        assert ask(running).status == 200
