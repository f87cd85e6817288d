# SPDX-License-Identifier: Apache-2.0
"""A gateway watches the rates that its decision assumed: breach, tighter limit, deviation; each once, whatever dies (G-11, A-6)."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import ask, chat, host_of, pause, records, until, why, workers
from tests.gateway_world import OPERATOR, Running, World, make_world, serve
from tests.integration.command_line import ROOT, Lab, run, seeds
from tests.integration.test_gateway_hook_faults import _listens

from ruleout.app.kill.site import chain
from ruleout.model.permit import Hook
from ruleout.serving.audit import Opened

KEYS = seeds("watch", "lab-log", "recorder-eve")
WATCHES = """
kind: watches
framework: northlight-fsf@1.0
watches:
  - watch: bio-{what}
    hook: bio
    counts: {what}
    bar: 0.1
    alpha: 0.05
    clause: bio-2
    scope: Every answer of helper.
    tightens: [{{limit: requests-per-minute, tenant: everybody, at-most: 2}}]
"""
EVERY_S = 1


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as one:
        yield one


def made(folder: Path, fake: Fake, what: str = "near-misses", **watch: object) -> tuple[World, Lab]:
    """A gateway with a hook that is watched, and the workspace in which its deviations are drafted."""
    lab = Lab(folder)
    assert run("init", lab.record, "--origin", "lab.example/lab", "--producer", "lab", env=KEYS).code == 0
    assert lab.run("key", "new", "recorder-eve", "--role", "recorder", "--person", "eve", env=KEYS).code == 0
    shutil.copytree(ROOT / "examples" / "policy" / "frameworks", lab.record / "frameworks", dirs_exist_ok=True)
    world = make_world(folder / "world", fake.url, hooks=(Hook(safeguard="watch", hook="bio", outside=""),))
    world.settings["hooks"] = {"bio": {"address": f"unix:{world.folder}/hook.sock", "deadline-ms": 10_000}}
    (world.folder / "watches.yaml").write_text(WATCHES.format(what=what), "utf-8")
    told = {"file": "watches.yaml", "seconds": EVERY_S, "key": "watch", "workspace": str(lab.record)}
    world.settings["watch"] = {**told, **watch}
    return world, lab


@contextmanager
def served(world: World, *, keys: tuple[str, ...] = ("watch",), wait: bool = True) -> Iterator[Running]:
    """The gateway, with its hook."""
    socket = world.folder / "hook.sock"
    socket.unlink(missing_ok=True)
    hook = subprocess.Popen([sys.executable, "-m", "tests.fake_hook", str(socket)], cwd=ROOT)
    try:
        until(lambda: _listens(socket))  # the name is there a moment before anyone listens
        with serve(world, environment=seeds(*keys), wait=wait) as running:
            yield running
    finally:
        hook.kill()
        hook.wait()


def watcher_of(running: Running) -> int:
    """The process that watches, 0 while there is none."""
    tasks = Path(f"/proc/{running.process.pid}/task").iterdir()
    every = {int(pid) for task in tasks for pid in (task / "children").read_text().split()}
    for pid in every - {*workers(running.world), host_of(running)}:
        with contextlib.suppress(OSError):  # one that has just ended
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
    return 0


def limits(world: World) -> dict[str, int]:
    return {one.kind.value: one.at_most for one in chain(world.site())[-1].epoch.limits}


def drafts(lab: Lab) -> list[str]:
    return sorted(path.name for path in (lab.record / "deviations").glob("*"))


def said(world: World) -> list[dict[str, object]]:
    """What the gateway said in lines of JSON."""
    lines = (world.folder / "gateway.log").read_text("utf-8").splitlines()
    return [json.loads(line[17:]) for line in lines if line.startswith("ruleout gateway: {")]


def drift(running: Running, count: int = 6) -> None:
    """Answers that the hook lets pass and calls near."""
    for _ in range(count):
        assert ask(running, chat("say:a reagent")).status == 200


def test_a_rate_that_drifts_tightens_the_running_gateway_and_drafts_one_deviation(tmp_path: Path, fake: Fake) -> None:
    """Through the end of the process that watches and of the gateway; once it is closed in the record, the watch begins anew."""
    world, lab = made(tmp_path, fake)
    with served(world) as running:
        drift(running)
        until(lambda: limits(world) == {"requests-per-minute": 2})
        until(lambda: ask(running).status == 429)
        refused = json.loads(ask(running).body)["error"]["ruleout"]
        assert (refused["why"], refused["rules"]) == ("limit", ["requests-per-minute"])
        until(lambda: drafts(lab) == ["drift-bio-near-misses.yaml"])
        until(lambda: 'state="breach"' in running.get("/metrics", OPERATOR)[1])
        epochs = len(chain(world.site()))

        until(lambda: watcher_of(running))
        first = watcher_of(running)
        os.kill(first, signal.SIGKILL)
        until(lambda: watcher_of(running) not in (0, first))
        _looks_again(world)
        until(lambda: running.get("/ready") == (200, "ready\n"))
    draft = (lab.record / "deviations" / "drift-bio-near-misses.yaml").read_bytes()
    with served(world):
        _looks_again(world)
        assert lab.run("deviation", "open", "drift-bio-near-misses", "--key", "recorder-eve", env=KEYS).code == 0
        _close(lab)
        until(lambda: any(one.get("closed") for one in said(world)))
        _looks_again(world)

    assert (len(chain(world.site())), drafts(lab)) == (epochs, ["drift-bio-near-misses.yaml"])
    assert sum("breach" in one for one in said(world)) == 1
    assert sum(bool(one.get("tightened")) for one in said(world)) == 1
    assert b"near-misses of the hook bio" in draft
    assert b"reagent" not in (world.folder / "gateway.log").read_bytes()


def _looks_again(world: World) -> None:
    """Wait for two more looks."""
    word = world.folder / "state" / "watching"
    for _ in range(2):
        before = word.stat().st_mtime_ns if word.exists() else 0
        until(lambda before=before: word.exists() and word.stat().st_mtime_ns != before)


def _close(lab: Lab) -> None:
    path = lab.record / "deviations" / "drift-bio-near-misses.yaml"
    stated = json.loads(path.read_text("utf-8"))
    stated |= {"correction": "The hook was trained anew.", "corrected": stated["discovered"]}
    path.write_text(json.dumps(stated), "utf-8")
    why_closed = ("--reason", "measured anew", "--key", "recorder-eve")
    closed = lab.run("deviation", "close", "drift-bio-near-misses", *why_closed, env=KEYS)
    assert closed.code == 0, closed.err


def test_reviews_pass_the_bar_and_a_kill_state_that_is_gone_holds_up_no_draft(tmp_path: Path, fake: Fake) -> None:
    """What could not be set is said, tried again, and set once the state is back."""
    world, lab = made(tmp_path, fake, "misses")
    with served(world) as running:
        drift(running)
        asked = [one.request for one in records(world) if isinstance(one, Opened)]
        epochs = world.folder / "kills" / "epochs"
        epochs.rename(world.folder / "kills" / "elsewhere")
        rows = [{"request": one, "hook": "bio", "found": "miss", "by": "safeguards-team"} for one in asked]
        path = tmp_path / "reviewed.yaml"
        path.write_text(json.dumps({"kind": "reviewed", "reviewed": rows}), "utf-8")
        where = ("--counters", world.folder / "state" / "counters", "--audit", world.folder / "audit")
        filed = run("monitoring", "reviewed", path, *where, "--json")
        assert (filed.code, filed.json["filed"]) == (0, 6), filed.err
        until(lambda: drafts(lab) == ["drift-bio-misses.yaml"])
        until(lambda: any(one.get("why") == "tightening" for one in said(world)))
        running.until_ready(ready=False)
        shutil.rmtree(epochs, ignore_errors=True)
        (world.folder / "kills" / "elsewhere").rename(epochs)
        until(lambda: limits(world) == {"requests-per-minute": 2})
        running.until_ready()
        until(lambda: ask(running).status == 429)

    assert "Not set at once" in (lab.record / "deviations" / "drift-bio-misses.yaml").read_text("utf-8")
    assert drafts(lab) == ["drift-bio-misses.yaml"]


def test_what_is_not_watched_is_not_served(tmp_path: Path, fake: Fake) -> None:
    """Counters that cannot be read, a process that stands still: closed after a while, and open again."""
    world, _ = made(tmp_path, fake)
    with served(world) as running:
        assert ask(running).status == 200
        left = world.folder / "state" / "counters" / "test-9.counters"
        left.write_bytes(b"damaged")
        assert "counters cannot be read: test-9" in running.until_ready(ready=False)
        refused = ask(running)
        assert (refused.status, why(refused)) == (503, "closed")
        left.unlink()
        running.until_ready()
        until(lambda: watcher_of(running))
        watcher = watcher_of(running)
        pause(watcher)
        assert "the last look at the watched rates was" in running.until_ready(ready=False)
        assert 'ruleout_watch_failing{why="silent"} 1' in running.get("/metrics", OPERATOR)[1]
        os.kill(watcher, signal.SIGCONT)
        running.until_ready()
        assert ask(running).status == 200


@pytest.mark.parametrize("closes", [True, False])
def test_a_key_that_is_missing_is_said_and_closes_unless_told_otherwise(
    tmp_path: Path, fake: Fake, closes: bool
) -> None:
    """Before there is any breach."""
    world, _ = made(tmp_path, fake, closes=closes)
    with served(world, keys=("another",), wait=False) as running:
        until(lambda: "key: " in running.get("/ready")[1])
        _looks_again(world)
        until(lambda: running.get("/ready")[0] == (503 if closes else 200))
        assert "no key 'watch'" in running.get("/ready")[1]
        until(lambda: ask(running).status == (503 if closes else 200))


@pytest.mark.parametrize(("old", "new"), [("hook: bio", "hook: boi"), ("everybody", "acem"), ("0.1", "1.0")])
def test_watches_that_do_not_hold_stop_the_start(tmp_path: Path, fake: Fake, old: str, new: str) -> None:
    """And `gateway check` says so, with the place."""
    world, _ = made(tmp_path, fake)
    path = world.folder / "watches.yaml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    settings = world.write()

    for verb in ("check", "serve"):
        ran = run("gateway", verb, settings)
        assert (ran.code, "watches.yaml:" in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("named", [{"kills": "elsewhere"}, {"kills-store": {"environment": "NOWHERE"}}])
def test_what_is_started_again_goes_by_the_kills_of_the_gateways_start(
    tmp_path: Path, fake: Fake, named: dict[str, object]
) -> None:
    """Other ones wait for a restart: a limit that is set where no agent looks is none, and a page that nobody keeps serves nothing."""
    world, _ = made(tmp_path, fake)
    with served(world) as running:
        until(lambda: watcher_of(running))
        world.settings |= named
        world.write()
        before = {*workers(world), host_of(running), watcher_of(running)}
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        until(lambda: workers(world) and not {0, *before} & {*workers(world), host_of(running), watcher_of(running)})
        running.until_ready()
        drift(running)
        until(lambda: limits(world) == {"requests-per-minute": 2})
        until(lambda: ask(running).status == 429)
