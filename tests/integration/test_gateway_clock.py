# SPDX-License-Identifier: Apache-2.0
"""A host's clock that jumps: no ended permit comes back, no limit fills again, nothing of the record is lost (G-1, G-4, G-8)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import ask, chat, live, of, records, until, why
from tests.gateway_world import OTHER_KEY, Running, World, make_world, serve
from tests.integration.command_line import Lab, run, seeds
from tests.stepped_clock import SteppedClock

from ruleout.app.serving.seen import read_seen
from ruleout.model.permit import Limit, LimitKind, Tenant

SECONDS = timedelta(seconds=1)


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as one:
        yield one


@pytest.fixture
def clock(tmp_path: Path) -> SteppedClock:
    return SteppedClock(tmp_path)


@contextmanager
def served(world: World, clock: SteppedClock, **more: str) -> Iterator[Running]:
    """The gateway under that clock, as soon as it answers at all."""
    with serve(world, environment={**clock.environment, **more}, wait=False) as running:
        until(lambda: running.get("/health")[0] == 200, 90)
        yield running


def remembered(world: World, clock: SteppedClock) -> None:
    """Have the host write down now what it has seen."""
    since = clock.now.replace(microsecond=0)
    os.utime(world.folder / "permit-general.json")
    until(lambda: (read_seen(world.folder / "state").latest or datetime.min.replace(tzinfo=UTC)) >= since, 90)


def sealing_lab(folder: Path) -> tuple[Lab, dict[str, str]]:
    lab, keys = Lab(folder), seeds("lab-log", "gateway-1")
    assert run("init", lab.record, "--origin", "lab.example/lab", "--producer", "lab", env=keys).code == 0
    assert lab.run("key", "new", "gateway-1", "--role", "gateway", "--person", "edge", env=keys).code == 0
    return lab, keys


def unsealed(lab: Lab, world: World) -> str:
    """What `audit verify` says while it does not hold."""
    said = lab.run("audit", "verify", "--audit", world.folder / "audit")
    return said.text + said.err if said.code else ""


def sealed_within(lab: Lab, world: World, seconds: float) -> None:
    """Wait until everything is sealed and verifies."""
    try:
        until(lambda: not unsealed(lab, world), seconds)
    except AssertionError:
        raise AssertionError(unsealed(lab, world) + (world.folder / "gateway.log").read_text("utf-8")[-2000:]) from None


def test_a_jump_past_a_permits_end_ends_its_answers_and_a_jump_back_brings_nothing_back(
    tmp_path: Path, fake: Fake, clock: SteppedClock
) -> None:
    """Every refusal in between is on record, and the record verifies, whatever the instants say."""
    lab, keys = sealing_lab(tmp_path)
    world = make_world(tmp_path / "w", fake.url, last_day=clock.now.date() + timedelta(days=2))
    world.settings["seal"] = {"workspace": str(lab.record), "key": "gateway-1"}
    with served(world, clock, **keys) as running:
        running.until_ready()
        asked = [ask(running)]
        assert asked[0].status == 200
        texts = ("silent", "long:4000\nslow:0.02", "long:4000\nslow:0.02")
        with live(running, *[chat(text, stream=True) for text in texts]) as streams:
            clock.step(timedelta(days=4))
            for one in streams:
                assert why(one.wait()) == "not-permitted", one.body[-300:]
                asked.append(one)
        for by in (timedelta(days=4), timedelta(0), timedelta(days=-400)):
            clock.step(by)
            asked.append(ask(running))
            assert (asked[-1].status, why(asked[-1])) == (403, "not-permitted"), by
        sealed_within(lab, world, 90)
    told = {one.request: [type(r).__name__ for r in of(world, one.request)] for one in asked}
    assert list(told.values()) == [["Opened", "Ended"]] * 4 + [["Refused"]] * 3
    instants = [r.at for r in records(world) if type(r).__name__ == "Refused"]
    assert instants == sorted(instants), "the record's clock went back"


def test_a_gateway_that_starts_with_its_clock_set_back_goes_on_from_what_it_had_seen(
    tmp_path: Path, fake: Fake, clock: SteppedClock
) -> None:
    """The permit ends when it would have ended, and not when the clock comes there for the second time."""
    last = clock.now.date() + timedelta(days=2)
    end = datetime.combine(last + timedelta(days=1), time(tzinfo=UTC))
    world = make_world(tmp_path / "w", fake.url, last_day=last)
    clock.step(end - datetime.now(UTC) - 8 * SECONDS)
    with served(world, clock) as running:
        remembered(world, clock)
        assert (read_seen(world.folder / "state").latest or end) > end - timedelta(minutes=1)
        until(lambda: ask(running).status in (200, 403), 90)
    clock.step(timedelta(0))
    with served(world, clock) as running:
        until(lambda: why(ask(running)) == "not-permitted", 90)
        os.utime(world.folder / "permit-general.json")
        until(lambda: (read_seen(world.folder / "state").latest or end) >= end, 90)


def test_no_limit_fills_again_because_a_clock_is_set(tmp_path: Path, fake: Fake, clock: SteppedClock) -> None:
    """A minute is sixty seconds that passed; a day that was begun is not begun again, also after a restart."""
    world = make_world(
        tmp_path / "w",
        fake.url,
        tenants=(Tenant(tenant="acme", customer="", tiers=("standard",)),),
        limits=(Limit(kind=LimitKind.REQUESTS_PER_MINUTE, at_most=3),),
    )
    daily = Limit(kind=LimitKind.REQUESTS_PER_DAY, at_most=3)
    world.issue(id="daily", tenants=(Tenant(tenant="other", customer="", tiers=("standard",)),), limits=(daily,))
    world.write_permit("general", *world.permits["general"])
    world.settings["permits"].append("permit-daily.json")
    with served(world, clock) as running:
        running.until_ready()
        began = clock.now
        for key in ("rk-test-acme", OTHER_KEY):
            assert [ask(running, key=key).status for _ in range(4)] == [200, 200, 200, 429]
        for by in (timedelta(hours=1), timedelta(days=-3), timedelta(hours=-1), timedelta(0)):
            clock.step(by)
            if datetime.now(UTC) - began < 45 * SECONDS:
                assert ask(running).status == 429, by
            if by < timedelta(hours=1):
                assert ask(running, key=OTHER_KEY).status == 429, by
    clock.step(timedelta(days=-3))
    with served(world, clock) as running:
        until(lambda: ask(running, key=OTHER_KEY).status in (200, 429), 90)
        assert ask(running, key=OTHER_KEY).status == 429
