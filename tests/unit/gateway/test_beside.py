# SPDX-License-Identifier: Apache-2.0
"""What runs beside the workers outlives a fault of the system, and never ends in part without a word (G-6, G-7)."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from tests.gateway_world import make_world

from ruleout.adapters.clock import ForwardClock
from ruleout.app.serving.place import read_settings
from ruleout.app.serving.seen import NOTHING, keep_seen
from ruleout.errors import RuleoutError
from ruleout.gateway.processes import master, remembering, sealing, watching
from ruleout.gateway.processes.assembly import prepare


def until(holds: Callable[[], object], within_s: float = 60) -> None:
    ends = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < ends, "it did not come to that"
        time.sleep(0.01)


@contextmanager
def thread(over: threading.Event, run: Callable[..., None], *args: object) -> Iterator[threading.Thread]:
    """A thread that runs this until the block ends."""
    one = threading.Thread(target=run, args=(*args,), daemon=True)
    one.start()
    try:
        yield one
    finally:
        over.set()
        one.join(60)


class Child:
    """A process that ends at once, where the system has room for it: not at its second start, nor at the third."""

    starts = 0

    def __init__(self, **_: object) -> None:
        self._is_started = False

    def start(self) -> None:
        Child.starts += 1
        if Child.starts in (2, 3):
            raise BlockingIOError(11, "no room for a process")
        self._is_started = True

    def is_alive(self) -> bool:
        return False

    def terminate(self) -> None:
        assert self._is_started

    def join(self, _: float) -> None:
        assert self._is_started


class Place:
    """Files whose state cannot be told at the second look, by this fault."""

    def __init__(self, fault: Exception) -> None:
        self.looks, self._fault = 0, fault

    def stamps(self) -> int:
        self.looks += 1
        if self.looks == 2:
            raise self._fault
        return self.looks


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was remembered, by looks that follow each other at once."""
    remembered: list[object] = []
    standing = SimpleNamespace(at=remembering.datetime.now(remembering.UTC), named_shadows=(), compromised={})
    monkeypatch.setattr(remembering, "_LOOK_S", 0.01)
    monkeypatch.setattr(remembering, "load_standing", lambda *_, **__: standing)
    monkeypatch.setattr(remembering, "remember", lambda *_, **__: remembered.append(standing))
    return remembered


def test_a_process_that_cannot_be_started_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """EAGAIN: the system has no room for one now. Without the agent every lease runs out."""
    monkeypatch.setattr(master, "_LOOK_S", 0.01)
    monkeypatch.setattr(master.multiprocessing, "get_context", lambda _: SimpleNamespace(Process=Child))
    over = threading.Event()
    with thread(over, master._keep, (master.run_host,), tmp_path, {}, over, threading.Event()) as keeper:
        until(lambda: Child.starts >= 5)
        assert keeper.is_alive()
    assert capsys.readouterr().err.count("no room for a process") == 1, "said once, and not at every try"


@pytest.mark.parametrize("fault", [OSError(5, "a bad disk"), RuleoutError("state/untrusted.json: not ours")])
def test_what_is_seen_is_remembered_again_after_a_fault(
    kept: list[object], fault: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    place, over = Place(fault), threading.Event()
    with thread(over, remembering.remember_files, place, over, ForwardClock()) as one:
        until(lambda: len(kept) >= 3)
        assert one.is_alive()
    said = f"ruleout gateway: nothing is served: {fault}\nruleout gateway: what is served by holds again\n"
    assert capsys.readouterr().err == said


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_in_remembering_ends_the_process(kept: list[object]) -> None:
    """The agent beside it stops keeping the lease: whoever starts the process anew starts both."""
    over = threading.Event()
    with thread(over, remembering.remember_files, Place(KeyError("a bug")), over, ForwardClock()):
        until(over.is_set)
    assert len(kept) == 1


def test_what_is_seen_is_remembered_by_the_settings_of_a_reload(
    kept: list[object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once they can be read, and no earlier than workers go by them."""
    old, new = Place(OSError(5, "a bad disk")), Place(OSError(5, "another bad disk"))
    found: list[object] = [RuleoutError("gateway.yaml: broken"), new]
    by: list[object] = []
    monkeypatch.setattr(remembering, "remember", lambda place, *_, **__: by.append(place))

    def read() -> object:
        one = found.pop(0)
        if isinstance(one, RuleoutError):
            raise one
        return one

    over, reloaded = threading.Event(), threading.Event()
    newer = partial(remembering.newer_settings, reloaded, read)
    with thread(over, remembering.remember_files, old, over, ForwardClock(), newer):
        until(lambda: len(by) >= 2)
        assert set(by) == {old}
        reloaded.set()
        until(lambda: by[-1] is new)
    assert not found
    assert "nothing is served: gateway.yaml: broken" in capsys.readouterr().err


def test_a_process_beside_the_workers_is_told_once_of_a_reload(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only one that is alive: the id of one that has ended may be another's by now."""
    monkeypatch.setattr(master, "_LOOK_S", 0.01)
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(master.os, "kill", lambda *what: told.append(what))
    made = [
        SimpleNamespace(pid=pid, is_alive=lambda pid=pid: pid == 7, start=int, terminate=int, join=int)
        for pid in (7, 8)
    ]
    starts = iter((*made, *[made[1]] * 1000))
    monkeypatch.setattr(
        master.multiprocessing, "get_context", lambda _: SimpleNamespace(Process=lambda **_: next(starts))
    )
    over, reloaded = threading.Event(), threading.Event()
    reloaded.set()
    with thread(over, master._keep, ("one", "two"), tmp_path, {}, over, reloaded):
        until(lambda: not reloaded.is_set())
        until(lambda: told)
    assert told == [(7, signal.SIGHUP)]


def watch(path: Path, overrides: dict[str, str]) -> None:
    """Watch in a gateway that began by these settings."""
    watching.run_watching(path, overrides, began=read_settings(path).settings)


def seal(path: Path, overrides: dict[str, str]) -> None:
    """Seal in a gateway that began by these settings."""
    sealing.run_sealing(path, overrides, began=read_settings(path).settings)


class Over(threading.Event):
    """That a process is told to end, and whether it waits for that."""

    def __init__(self) -> None:
        super().__init__()
        self.is_awaited = False

    def wait(self, timeout: float | None = None) -> bool:
        self.is_awaited = True
        return super().wait(timeout)


@pytest.mark.parametrize(("module", "run"), [(sealing, seal), (watching, watch)])
def test_what_a_reload_took_away_is_not_started_again_and_again(
    module: ModuleType, run: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without `seal:` or `watch:` the process has nothing to do, and stays until it is told otherwise: whatever ends is started again."""
    over = Over()
    monkeypatch.setattr(module, "until_told", lambda: over)
    path = make_world(tmp_path, "http://127.0.0.1:9").write()
    with thread(over, run, path, {}) as one:
        until(lambda: over.is_awaited or not one.is_alive())
        assert one.is_alive()
    assert not one.is_alive()


def test_a_sealer_that_is_started_again_is_not_behind_what_the_gateway_has_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Under another folder of state nothing was seen: a clock that was set back would date entries before their key counted."""
    world = make_world(tmp_path, "http://127.0.0.1:9")
    world.settings["seal"] = {"workspace": "record", "key": "gateway-1"}
    place, latest = read_settings(world.write()), datetime(2126, 11, 28, tzinfo=UTC)
    prepare(place, lambda _: None)
    keep_seen(place.state, replace(NOTHING, latest=latest))
    world.settings["state"] = "elsewhere"
    dated: list[datetime] = []
    monkeypatch.setattr(sealing, "until_told", threading.Event)
    monkeypatch.setattr(sealing, "seal_until", lambda *_, instant: dated.append(instant()))
    sealing.run_sealing(world.write(), {}, began=place.settings)

    assert dated[0] >= latest
