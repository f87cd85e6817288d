# SPDX-License-Identifier: Apache-2.0
"""No record, no answer: a disk that is full or fails refuses, recovers, and loses nothing that was acknowledged (G-8)."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import Stream, ask, chat, kinds, live, of, records, until, why, workers
from tests.gateway_world import OPERATOR, Running, make_world, serve


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


@pytest.fixture(scope="module")
def running(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(make_world(tmp_path_factory.mktemp("world"), fake.url)) as one:
        yield one


def fill(running: Running, *, full: bool) -> None:
    """Let no worker write to any file, or let it again."""
    for pid in workers(running.world):
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0 if full else hard, hard))


def test_every_outcome_has_its_records(running: Running) -> None:
    world = running.world
    whole = ask(running)
    refused = ask(running, chat(model="nobody"))
    broken = ask(running, chat("say:a b c d\ncut", stream=True))
    left = Stream(running, chat("silent", stream=True)).began()
    left.close()
    denied = ask(running, key="rk-wrong")
    until(lambda: kinds(world, left.request) == ["Opened", "Ended"])
    assert kinds(world, whole.request) == kinds(world, broken.request) == ["Opened", "Ended"]
    assert [of(world, one.request)[1].how for one in (whole, broken, left)] == ["whole", "failed", "left"]
    assert [of(world, one.request)[0].why for one in (refused, denied)] == ["not-permitted", "unauthenticated"]
    assert of(world, whole.request)[1].sent_bytes == len(whole.body)
    assert of(world, denied.request)[0].status == 401


def counted(running: Running) -> float:
    lines = [line for line in running.get("/metrics", OPERATOR)[1].splitlines() if "requests_total{" in line]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def begun(running: Running) -> int:
    return sum(type(one).__name__ in ("Opened", "Refused") for one in records(running.world))


def test_the_counters_agree_with_the_record(running: Running) -> None:
    """Of the same five requests, whatever came before: what could not be recorded is counted too."""
    before = counted(running), begun(running)
    for body in (chat(), chat(), chat(stream=True), chat(model="nobody"), chat(model="nobody")):
        ask(running, body)

    until(lambda: (counted(running) - before[0], begun(running) - before[1]) == (5, 5))
    assert running.get("/metrics")[0] == running.get("/metrics", "rk-test-acme")[0] == 401


def test_a_full_disk_refuses_and_recovers(running: Running, fake: Fake) -> None:
    world = running.world
    before = [ask(running) for _ in range(3)]
    until(lambda: all(kinds(world, one.request) == ["Opened", "Ended"] for one in before))
    asked = len(fake.seen())
    with live(running, chat("long:200\nslow:0.02", stream=True)) as (one,):
        fill(running, full=True)
        try:
            for _ in range(5):
                refused = ask(running)
                assert (refused.status, why(refused)) == (503, "audit"), refused.data
            for body in (chat(model="nobody"), chat(stream=True)):
                refused = ask(running, body)
                assert (refused.status, why(refused)) == (503, "audit"), refused.data
            assert running.get("/ready")[0] == 503
            assert running.get("/health")[0] == 200
            assert len(fake.seen()) <= asked + 3, "upstream was asked for what cannot be recorded"
        finally:
            fill(running, full=False)
        until(lambda: ask(running).status == 200)
        assert one.wait().status == 200
    running.until_ready()
    for one in before:
        assert kinds(world, one.request) == ["Opened", "Ended"]
    assert any(type(one).__name__ == "Gap" for one in records(world))


def test_what_cannot_be_recorded_does_not_wait_for_upstream(running: Running, fake: Fake) -> None:
    """The provider was asked while the disk was at work; that its answer takes long keeps nobody waiting for a refusal."""
    until(lambda: ask(running).status == 200)
    asked = len(fake.seen())
    fill(running, full=True)
    try:
        refused = ask(running, chat("slow:600"))
    finally:
        fill(running, full=False)
    assert (refused.status, why(refused)) == (503, "audit"), refused.data
    until(lambda: len(fake.seen()) == asked + 1)
    until(lambda: ask(running).status == 200)
    running.until_ready()


def test_a_missing_end_is_told(fake: Fake, running: Running, lab: object) -> None:
    with live(running, chat("silent", stream=True)) as (one,):
        for pid in workers(running.world):
            os.kill(pid, signal.SIGKILL)
        one.wait()
    running.until_ready()
    assert kinds(running.world, one.request) == ["Opened"]
    said = lab.run("audit", "verify", "--audit", str(running.world.folder / "audit"))  # type: ignore[attr-defined]
    assert one.request in said.text, said.text
    assert said.code != 0


def test_a_real_disk_that_is_full(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("disk")
    mounted = folder / "audit"
    mounted.mkdir()
    if (
        os.geteuid()
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(mounted)], check=False).returncode
    ):
        pytest.skip("nobody here may mount a disk")
    try:
        world = make_world(folder / "w", fake.url)
        world.settings["audit"] = str(mounted)
        with serve(world) as running:
            stuffing = mounted / "stuffing"
            with suppress(OSError), stuffing.open("wb", buffering=0) as file:
                while file.write(b"\0" * 4096):
                    pass
            until(lambda: (ask(running).status, ask(running).status) == (503, 503))
            assert why(ask(running)) == "audit"
            log = world.folder / "gateway.log"
            until(lambda: "cannot write its audit record, and refuses: OSError: [Errno 28]" in log.read_text())
            stuffing.unlink()
            until(lambda: ask(running).status == 200)
            until(lambda: "writes its audit record again" in log.read_text())
    finally:
        subprocess.run(["umount", "-l", str(mounted)], check=False)
