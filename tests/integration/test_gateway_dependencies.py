# SPDX-License-Identifier: Apache-2.0
"""Dependencies that stand still or run full while many answers are under way: told, recovered from, nothing lost (G-8, G-9, G-11)."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import MESSAGES, RESPONSES, Stream, ask, chat, kinds, live, of, pause, until, why
from tests.gateway_world import KEY, OTHER_KEY, make_world, serve
from tests.integration.command_line import Lab

FLOWS = "slow:0.02\nlong:4000"


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as one:
        yield one


def on_every_wire(text: str) -> list[tuple[str, dict[str, object]]]:
    turns = [{"role": "user", "content": text}]
    bodies = [
        ("/v1/chat/completions", chat(text, stream=True)),
        (RESPONSES, {"model": "helper", "stream": True, "input": turns, "max_output_tokens": 50}),
        (MESSAGES, {"model": "helper", "stream": True, "messages": turns, "max_tokens": 50}),
    ]
    return bodies * 2


def test_an_upstream_that_stands_still_ends_its_streams_and_no_others(fake: Fake, tmp_path: Path) -> None:
    """SIGSTOP closes no connection: only our own bound on silence helps. Continued, it is served from again."""
    with start_fake() as still:
        world = make_world(tmp_path, still.url)
        world.settings["upstreams"]["lab"]["silent-seconds"] = 5
        world.settings["upstreams"]["well"] = {"url": fake.url, "key": {"file": "upstream-key"}}
        world.settings["models"]["helper-2"] = {"upstream": "well"}
        with serve(world) as running:
            streams = [Stream(running, body, path=path).began() for path, body in on_every_wire(FLOWS)]
            with live(running, chat("slow:0.05\nlong:60", model="helper-2", stream=True), key=OTHER_KEY) as (other,):
                pause(still.process.pid)
                try:
                    waiting = Stream(running, chat())
                    for one in (*streams, waiting):
                        assert why(one.wait()) == "upstream", one.body[-300:]
                    assert waiting.status == 502
                    assert ask(running, chat(model="helper-2")).status == 200
                    assert running.get("/ready")[0] == 200
                finally:
                    os.kill(still.process.pid, signal.SIGCONT)
                assert other.wait().body.endswith(b"data: [DONE]\n\n")
            until(lambda: ask(running).status == 200)
            for one in (*streams, waiting):
                until(lambda one=one: kinds(world, one.request) == ["Opened", "Ended"])  # type: ignore[misc]
                assert of(world, one.request)[1].why == "upstream"


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own, of a megabyte, where this machine lets us mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("NOT TESTED: nobody here may mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_disk_that_runs_full_under_many_streams_loses_nothing_that_was_confirmed(
    fake: Fake, tmp_path: Path, lab: Lab
) -> None:
    """Streams that had begun may end; what could not be recorded of them is named by `audit verify`, and nothing else is."""
    with small_disk(tmp_path / "disk") as disk:
        world = make_world(tmp_path / "w", fake.url)
        world.settings["audit"] = str(disk)
        with serve(world) as running:
            whole = [ask(running) for _ in range(3)]
            until(lambda: all(kinds(world, one.request) == ["Opened", "Ended"] for one in whole))
            with live(running, *[chat("slow:0.05\nlong:60", stream=True)] * 6) as streams:
                stuffing = disk / "stuffing"
                with suppress(OSError), stuffing.open("wb", buffering=0) as file:
                    while file.write(b"\0" * 1024):
                        pass
                until(lambda: ask(running).status == 503)
                refused = [ask(running) for _ in range(3)]
                assert {(one.status, why(one)) for one in refused} == {(503, "audit")}
                assert running.get("/ready")[0] == 503
                for one in streams:
                    one.wait()
                stuffing.unlink()
            until(lambda: ask(running).status == 200)
            running.until_ready()
            after = [ask(running) for _ in range(3)]
            assert [one.status for one in after] == [200] * 3
        for one in (*whole, *after):
            assert kinds(world, one.request) == ["Opened", "Ended"]
        for one in streams:
            assert kinds(world, one.request)[:1] == ["Opened"], "what had left is on record"
        said = lab.run("audit", "verify", "--audit", disk)
        ended = [one for one in streams if kinds(world, one.request) == ["Opened"]]
        for one in ended:
            assert one.request in said.text
        for one in (*whole, *after):
            assert one.request not in said.text
        assert "gap" in said.text
        assert said.code == 3, said.text + said.err
        assert not any(one.body and KEY.encode() in one.body for one in refused)


def test_a_disk_that_takes_no_counters_holds_nobody_up(fake: Fake, tmp_path: Path) -> None:
    """A pipe that nobody reads stands for it: to open it takes for ever. Requests are served, and other files are looked at."""
    world = make_world(tmp_path, fake.url)
    stuck = tmp_path / "state" / "counters" / f".{world.settings['gateway']}-1.new"
    stuck.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(stuck)
    with ExitStack() as stack, serve(world) as running:
        time.sleep(2.5)
        answers = [ask(running).status for _ in range(3)]
        permit = next(tmp_path.glob("permit*.json"))
        permit.rename(tmp_path / "away")
        until(lambda: ask(running).status == 503)
        (tmp_path / "away").rename(permit)
        until(lambda: ask(running).status == 200)
        # Somebody reads: the worker's thread comes back, so that the worker can end.
        stack.callback(os.close, os.open(stuck, os.O_RDONLY | os.O_NONBLOCK))
    assert answers == [200] * 3
