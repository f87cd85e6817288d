# SPDX-License-Identifier: Apache-2.0
"""The processes that serve: started again when they end, exchanged only for such as serve, and ended in time (G-11)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace

import pytest

from ruleout.errors import RuleoutError
from ruleout.gateway.processes import master
from ruleout.gateway.processes.workers import Workers


def serve(folder: Path, ready: Event) -> None:
    """Serve until SIGTERM; leave a file with the process's id."""
    (folder / str(os.getpid())).touch()
    ready.set()
    signal.pause()


def serve_unless_broken(folder: Path, ready: Event) -> None:
    if (folder / "broken").exists():
        raise SystemExit(3)
    serve(folder, ready)


def serve_on(folder: Path, ready: Event) -> None:
    """Serve, and hear no SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    serve(folder, ready)


def alive(folder: Path) -> set[int]:
    return {
        int(one.name) for one in folder.iterdir() if one.name.isdigit() and Path(f"/proc/{one.name}/cmdline").exists()
    }


def looked(workers: Workers, until: Callable[[], object], within_s: float = 90) -> None:
    ends = time.monotonic() + within_s
    while not until():
        assert time.monotonic() < ends, "it did not come to that"
        workers.look()
        time.sleep(0.02)


def ended(workers: Workers) -> None:
    workers.end()
    ends = time.monotonic() + 90
    while workers.are_there:
        assert time.monotonic() < ends
        workers.forget_ended()
        time.sleep(0.02)


def fail(monkeypatch: pytest.MonkeyPatch, *failures: bool) -> None:
    """Have the next starts of a process fail, as where the system has no room for one, or not, in this order."""
    begin, left = Workers._begin, iter(failures)

    def begun(self: Workers) -> object:
        if next(left, False):
            raise BlockingIOError("no room")
        return begin(self)

    monkeypatch.setattr(Workers, "_begin", begun)


def test_one_that_ends_is_started_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workers = Workers(partial(serve, tmp_path), 2, drain_s=5)
    workers.start()
    looked(workers, lambda: len(alive(tmp_path)) == 2)
    before = alive(tmp_path)
    os.kill(min(before), signal.SIGKILL)
    looked(workers, lambda: len(alive(tmp_path) - {min(before)}) == 2)
    assert "a worker has ended with -9" in capsys.readouterr().err
    ended(workers)
    assert not alive(tmp_path)


def test_a_reload_exchanges_them_once_the_new_ones_serve(tmp_path: Path) -> None:
    workers = Workers(partial(serve, tmp_path), 2, drain_s=5)
    workers.start()
    looked(workers, lambda: len(alive(tmp_path)) == 2)
    before = alive(tmp_path)
    workers.reload(2, drain_s=5)
    looked(workers, lambda: len(alive(tmp_path)) == 2 and not alive(tmp_path) & before)
    ended(workers)


def serve_a_while(folder: Path, ready: Event) -> None:
    """Serve, and end only some time after SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: time.sleep(1))
    serve(folder, ready)
    (folder / "drained").touch()


def test_after_a_reload_there_are_as_many_as_its_settings_say_and_they_drain_as_long(tmp_path: Path) -> None:
    """Those before it drain as long as was said to them: not by the later settings."""
    workers = Workers(partial(serve_a_while, tmp_path), 1, drain_s=60)
    workers.start()
    looked(workers, lambda: len(alive(tmp_path)) == 1)
    before = alive(tmp_path)
    workers.reload(3, drain_s=-60)
    looked(workers, lambda: len(alive(tmp_path)) == 3 and not alive(tmp_path) & before)
    assert (tmp_path / "drained").exists()
    (tmp_path / "drained").unlink()
    workers.reload(2, drain_s=60)
    looked(workers, lambda: len(alive(tmp_path)) == 2)
    assert not (tmp_path / "drained").exists()
    workers.end()
    ended(workers)
    assert (tmp_path / "drained").exists()


def test_a_reload_is_told_once_the_old_ones_have_ended(tmp_path: Path) -> None:
    """Before that they serve by the settings before it: nothing newer is remembered while it could close them."""
    told: list[set[int]] = []
    workers = Workers(partial(serve, tmp_path), 1, drain_s=5, reloaded=lambda: told.append(alive(tmp_path)))
    workers.start()
    looked(workers, lambda: len(alive(tmp_path)) == 1)
    before = alive(tmp_path)
    workers.reload(1, drain_s=5)
    looked(workers, lambda: told)
    assert told == [alive(tmp_path)]
    assert not told[0] & before
    ended(workers)
    assert len(told) == 1


def test_a_reload_that_is_done_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Else only what goes wrong would be in the log, and nobody would know when the new settings count."""
    workers = Workers(partial(serve, tmp_path), 2, drain_s=5)
    workers.start()
    looked(workers, lambda: len(alive(tmp_path)) == 2)
    workers.reload(2, drain_s=5)
    said: list[str] = []
    looked(workers, lambda: said.append(capsys.readouterr().err) or "reloaded" in "".join(said))
    ended(workers)
    assert "".join(said) == "ruleout gateway: reloaded: 2 new workers, the old ones drain\n"


def test_a_reload_that_cannot_begin_leaves_the_old_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workers = Workers(partial(serve_unless_broken, tmp_path), 1, drain_s=5)
    workers.start()
    looked(workers, lambda: len(alive(tmp_path)) == 1)
    before = alive(tmp_path)
    (tmp_path / "broken").touch()
    workers.reload(1, drain_s=5)
    said: list[str] = []
    looked(workers, lambda: said.append(capsys.readouterr().err) or "not reloaded" in "".join(said))
    assert alive(tmp_path) == before
    ended(workers)


def test_one_that_does_not_end_is_killed(tmp_path: Path) -> None:
    workers = Workers(partial(serve_on, tmp_path), 1, drain_s=-4.5)
    workers.start()
    looked(workers, lambda: len(alive(tmp_path)) == 1)
    ended(workers)
    assert not alive(tmp_path)


def test_told_to_kill_nothing_is_waited_for(tmp_path: Path) -> None:
    workers = Workers(partial(serve_on, tmp_path), 2, drain_s=600)
    workers.start()
    looked(workers, lambda: len(alive(tmp_path)) == 2)
    workers.end()
    workers.kill()
    assert not workers.are_there


def test_one_that_cannot_be_started_is_tried_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system has no room for a process at first; those that serve go on."""
    workers = Workers(partial(serve, tmp_path), 2, drain_s=5)
    workers.start()
    looked(workers, lambda: len(alive(tmp_path)) == 2)
    before = alive(tmp_path)
    fail(monkeypatch, True)
    os.kill(min(before), signal.SIGKILL)
    looked(workers, lambda: len(alive(tmp_path) - {min(before)}) == 2)
    assert "cannot be started: no room; it is tried again" in capsys.readouterr().err
    assert max(before) in alive(tmp_path)
    ended(workers)


def test_a_start_that_finds_no_room_is_tried_again_and_leaves_nobody_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of two cannot be started: the first serves, and is ended with the other."""
    workers = Workers(partial(serve, tmp_path), 2, drain_s=5)
    fail(monkeypatch, False, True)
    workers.start()
    assert "cannot be started: no room; it is tried again" in capsys.readouterr().err
    looked(workers, lambda: len(alive(tmp_path)) == 2)
    ended(workers)
    assert not alive(tmp_path)


def test_a_reload_that_finds_no_room_leaves_those_that_serve(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of two new ones cannot be started: the first ends again, and the old ones serve on."""
    workers = Workers(partial(serve, tmp_path), 2, drain_s=5)
    workers.start()
    looked(workers, lambda: len(alive(tmp_path)) == 2)
    before = alive(tmp_path)
    fail(monkeypatch, False, True)
    workers.reload(2, drain_s=5)
    assert "not reloaded: a new worker cannot be started: no room; the old ones go on" in capsys.readouterr().err
    looked(workers, lambda: not workers._leaving)
    assert alive(tmp_path) == before
    ended(workers)


def test_a_reload_goes_by_what_the_settings_say_by_then(capsys: pytest.CaptureFixture[str]) -> None:
    """How many, and how long they have to drain; settings that cannot be read, or by which no page of kills is there, or by which
    others count than those that drain, are told, and nothing is exchanged.
    """
    said: list[object] = []
    workers = SimpleNamespace(
        start=int, look=int, end=int, forget_ended=int, are_there=False,
        reload=lambda count, drain_s: said.append((count, drain_s)),
    )  # fmt: skip
    listen = SimpleNamespace(tls=None, address="127.0.0.1", port=1)

    def saying(workers: int, drain: int, kills: str = "kills", state: str = "state") -> SimpleNamespace:
        settings = SimpleNamespace(listen=listen, workers=workers, drain_seconds=drain)
        return SimpleNamespace(settings=settings, start=SimpleNamespace(kills=kills, state=state))

    first = saying(1, 5)
    found = [saying(2, 9, state="copy"), saying(2, 9, kills="elsewhere"), saying(3, 600)]
    words: SimpleQueue[str] = SimpleQueue()
    for word in ("reload", "reload", "reload", "reload", "end"):
        words.put(word)

    def read() -> object:
        if found:
            return found.pop()
        raise RuleoutError("gateway.yaml: broken")

    master._work(workers, first, words, int, read)
    assert said == [(3, 600)]
    told = capsys.readouterr().err
    assert "not reloaded: gateway.yaml: broken; the old workers go on" in told
    assert "not reloaded: `state` waits for a restart; the old workers go on" in told
    assert "not reloaded: `kills` waits for a restart; the old workers go on" in told
