# SPDX-License-Identifier: Apache-2.0
"""A gateway whose host process stands still serves nothing; each of its processes comes back, and streams outlive a reload (G-7, G-11)."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import ask, chat, host_of, live, of, pause, records, until, why, workers
from tests.gateway_world import LONG_LEASE_MS, POLICY, Running, make_world, serve, trials
from tests.policy_builders import signed_tenant, tenant

from ruleout.adapters.kill.page import Page
from ruleout.app.serving.seen import read_seen
from ruleout.serving.epoch.page import Serves

SLOW = "long:3000\nslow:0.01"
#: The lease of the test's epoch, and what a busy machine may add; left alone, the answers here would not end within both.
LEASE_S, MARGIN_S = LONG_LEASE_MS / 1000, 15.0


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


@pytest.fixture(scope="module")
def shared(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    world = make_world(tmp_path_factory.mktemp("world"), fake.url)
    world.settings["workers"] = 2
    world.settings["drain-seconds"] = 60
    with serve(world) as one:
        yield one


#: The server ends altogether where one worker dies twice within 5.5 s of being started again: then it is the host's to start it.
CALM_S = 6.0


@pytest.fixture
def running(shared: Running) -> Iterator[Running]:
    shared.until_ready()
    until(lambda: len(workers(shared.world)) == 2)
    until(lambda: host_of(shared))
    before = workers(shared.world)
    yield shared
    if not set(before) <= set(workers(shared.world)):
        time.sleep(CALM_S)


def test_a_stopped_host_process_ends_streams_and_refuses(running: Running) -> None:
    host = host_of(running)
    with live(running, *[chat(SLOW, stream=True), chat("silent", stream=True)] * 3) as streams:
        pause(host)
        stopped = time.monotonic()
        try:
            for one in streams:
                one.wait()
                assert one.last - stopped < LEASE_S + MARGIN_S
                assert why(one) == "lease"
            refused = ask(running)
            assert (refused.status, why(refused)) == (503, "lease")
            assert running.get("/health")[0] == 200
            assert running.get("/ready")[0] == 503
        finally:
            os.kill(host, signal.SIGCONT)
    running.until_ready()
    assert ask(running).status == 200
    until(lambda: [one.why for one in of(running.world, streams[0].request)[1:]] == ["lease"])


def test_a_killed_host_process_is_started_again(running: Running) -> None:
    host = host_of(running)
    os.kill(host, signal.SIGKILL)
    until(lambda: host_of(running) not in (0, host))
    # The lease of the one before may count still; the new one closes the page as it starts, and then opens it.
    until(lambda: ask(running).status == 200)


def test_a_killed_worker_comes_back_and_the_other_serves_on(running: Running) -> None:
    first, second = workers(running.world)
    os.kill(first, signal.SIGKILL)
    # A connection that the dead worker had accepted, or was about to, breaks; nobody gets a wrong answer.
    statuses = [ask(running).status for _ in range(10)]
    assert set(statuses) <= {0, 200}
    assert 200 in statuses
    until(lambda: len(workers(running.world)) == 2 and first not in workers(running.world))
    assert second in workers(running.world)
    for _ in range(6):
        assert ask(running).status == 200


def told(running: Running) -> dict[int, Serves]:
    """What each worker says in its slot of the page."""
    page = Page(running.world.site().places.page)
    said = {slot.pid: Serves(slot.serves) for slot in page.slots()}
    page.close()
    return said


def test_ready_means_every_worker_that_may_take_the_next_request(running: Running) -> None:
    """One worker has closed and stands still; whoever asks the other hears of it, until both serve."""
    first, second = workers(running.world)
    path = running.world.folder / "acme.json"
    sound = path.read_bytes()
    pause(first)
    try:
        path.write_bytes(b"{}")
        until(lambda: told(running)[second] is Serves.NOTHING)
        pause(second)
    finally:
        path.write_bytes(sound)
        os.kill(first, signal.SIGCONT)
    try:
        until(lambda: told(running) == {first: Serves.SOMETHING, second: Serves.NOTHING})
        until(lambda: ask(running).status == 200)
        # A busy machine may let the lease run out for a moment, which is said instead.
        until(lambda: running.get("/ready") == (503, "not ready: 1 other worker of this host cannot serve\n"))
    finally:
        os.kill(second, signal.SIGCONT)
    until(lambda: told(running) == dict.fromkeys((first, second), Serves.SOMETHING))
    running.until_ready()


def test_an_open_record_is_on_disk_before_the_first_byte(running: Running) -> None:
    with live(running, *[chat("silent", stream=True)] * 4) as streams:
        for pid in workers(running.world):
            os.kill(pid, signal.SIGKILL)
        for one in streams:
            one.wait()
    for one in streams:
        assert [type(record).__name__ for record in of(running.world, one.request)] == ["Opened"]
    until(lambda: len(workers(running.world)) == 2)
    running.until_ready()


def test_a_reload_drops_no_live_stream(running: Running) -> None:
    before = workers(running.world)
    with live(running, *[chat("long:150\nslow:0.02", stream=True)] * 4) as streams:
        os.kill(running.process.pid, signal.SIGHUP)
        until(lambda: {told(running).get(pid) for pid in before} <= {Serves.UNSAID, None})
        assert running.get("/ready")[0] == 200
        for one in streams:
            assert one.wait().body.endswith(b"data: [DONE]\n\n"), one.body[-200:]
    until(lambda: len(workers(running.world)) == 2 and not set(before) & set(workers(running.world)))
    running.until_ready()
    assert ask(running).status == 200
    for one in streams:
        until(lambda one=one: [r.how for r in of(running.world, one.request)[1:]] == ["whole"])  # type: ignore[misc]


def test_workers_that_have_drained_leave_no_sockets_behind(running: Running) -> None:
    """Each nudge of the agent goes to every socket that there is."""
    run = running.world.site().places
    before = workers(running.world)
    os.kill(running.process.pid, signal.SIGHUP)
    until(lambda: len(workers(running.world)) == 2 and not set(before) & set(workers(running.world)))
    names = [one.name for folder in (run.probes, run.nudges) for one in folder.iterdir()]
    assert names
    assert not [name for name in names if int(name.partition("-")[0]) in before]


def test_a_kill_reaches_workers_that_drain(running: Running) -> None:
    from tests.integration.test_gateway_kill import give_back, strike

    from ruleout.serving.epoch import Target

    before = workers(running.world)
    with live(running, *[chat(SLOW, stream=True)] * 4) as streams:
        os.kill(running.process.pid, signal.SIGHUP)
        until(lambda: {told(running).get(pid) for pid in before} <= {Serves.UNSAID, None})
        try:
            strike(running.world, Target.ALL)
            for one in streams:
                assert why(one.wait()) == "killed", one.body[-200:]
        finally:
            give_back(running.world)
    until(lambda: len(workers(running.world)) == 2)


def test_what_a_reload_brought_is_remembered_by_the_host(fake: Fake, tmp_path: Path) -> None:
    """A bundle that only the new settings name is not forgotten at the next start, by which an older one would count again (G-3)."""
    world = make_world(tmp_path / "world", fake.url)
    world.settings["drain-seconds"] = 60
    newer = replace(
        tenant(policy=POLICY, trials=trials(("acme",)), name="acme", about={"tenants": ["acme"]}), version=9
    )
    with serve(world) as running:
        host = host_of(running)
        with live(running, chat("long:150\nslow:0.02", stream=True)) as (one,):
            (world.folder / "acme-9.json").write_bytes(signed_tenant(newer))
            world.settings["policies"] = ["acme-9.json", "other.json"]
            world.write()
            os.kill(running.process.pid, signal.SIGHUP)
            assert one.wait().body.endswith(b"data: [DONE]\n\n"), one.body[-200:]
        until(lambda: read_seen(world.folder / "state").versions["tenant-policy/acme"].version == 9)
        assert host_of(running) == host


def takes(running: Running) -> bool:
    """Whether anybody takes a connection; nothing is asked on it."""
    listen = running.world.settings["listen"]
    try:
        socket.create_connection((listen["address"], listen["port"]), timeout=60).close()
    except ConnectionError:
        return False
    return True


def test_the_end_drains(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> None:
    world = make_world(tmp_path_factory.mktemp("ends"), fake.url)
    world.settings["drain-seconds"] = 60
    with serve(world) as running:
        with live(running, chat("long:200\nslow:0.02", stream=True)) as (one,):
            running.process.terminate()
            until(lambda: not takes(running))
            assert one.wait().body.endswith(b"data: [DONE]\n\n")
        running.process.wait(60)
    assert [record.how for record in of(world, one.request)[1:]] == ["whole"]
    assert [type(record).__name__ for record in records(world)].count("Ended") == 1


def test_what_does_not_end_in_time_is_ended_and_told(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> None:
    world = make_world(tmp_path_factory.mktemp("ends"), fake.url)
    world.settings["drain-seconds"] = 1
    with serve(world) as running, live(running, chat("silent", stream=True)) as (one,):
        running.process.terminate()
        running.process.wait(60)
        one.wait()
    assert [type(record).__name__ for record in of(world, one.request)][:1] == ["Opened"]
