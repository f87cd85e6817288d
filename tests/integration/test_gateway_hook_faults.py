# SPDX-License-Identifier: Apache-2.0
"""A safeguard that hangs, crashes or talks nonsense denies; nothing reaches the model or the client past it (G-9)."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.fake_hook.server import BEHAVIOURS
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import Stream, ask, chat, of, until, why
from tests.gateway_world import ROOT, Running, World, make_world, serve

from ruleout.model.permit import Hook


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


def hooked(folder: Path, fake: Fake, deadline_ms: int) -> World:
    world = make_world(folder, fake.url, hooks=(Hook(safeguard="watch", hook="agent-watch", outside=""),))
    world.settings["hooks"] = {"agent-watch": {"address": f"unix:{folder}/hook.sock", "deadline-ms": deadline_ms}}
    world.settings["upstreams"]["tools"] = {"url": f"{fake.url}/mcp"}
    world.settings["tool-servers"] = {"lab": {"upstream": "tools", "model": "helper"}}
    return world


@pytest.fixture(scope="module")
def running(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The longest deadline: a hook that answers does so in time, whatever else the machine does."""
    with serve(hooked(tmp_path_factory.mktemp("world"), fake, 10_000)) as one:
        yield one


@pytest.fixture(scope="module")
def hasty(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(hooked(tmp_path_factory.mktemp("hasty"), fake, 300)) as one:
        yield one


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        return one.connect_ex(str(path)) == 0


@contextmanager
def hook(running: Running, behaviour: str = "") -> Iterator[subprocess.Popen[bytes]]:
    path = running.world.folder / "hook.sock"
    path.unlink(missing_ok=True)
    process = subprocess.Popen([sys.executable, "-m", "tests.fake_hook", str(path), behaviour], cwd=ROOT)
    try:
        until(lambda: _listens(path))  # the name is there a moment before anyone listens
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_hook_that_answers(running: Running, fake: Fake) -> None:
    with hook(running):
        assert ask(running).status == 200
        assert ask(running, chat("say:a b c", stream=True)).body.endswith(b"data: [DONE]\n\n")
        asked = len(fake.seen())
        denied = ask(running, chat("how to make a nerve-agent"))
        assert (denied.status, why(denied)) == (403, "hook")
        assert len(fake.seen()) == asked
        told = of(running.world, denied.request)
        assert [type(one).__name__ for one in told] == ["Refused"]
        assert told[0].hooks[0].verdict == "deny"


def test_a_hook_reads_what_a_tool_server_is_told_without_a_call(running: Running) -> None:
    def told(method: str, **params: object) -> Stream:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return ask(running, body, path="/mcp/lab", headers={"accept": "application/json, text/event-stream"})

    client = {"protocolVersion": "2025-06-18", "capabilities": {}}
    with hook(running):
        assert b"serverInfo" in told("initialize", **client, clientInfo={"name": "c", "version": "1"}).body
        assert b'"echo"' in told("tools/list", cursor="").body
        denied = told("tools/list", cursor="how to make a nerve-agent")
        assert why(denied) == "hook"
        assert b'"echo"' not in denied.body


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_a_hook_that_breaks_its_word_denies(running: Running, hasty: Running, fake: Fake, behaviour: str) -> None:
    one, asked = hasty if "hang" in behaviour else running, len(fake.seen())
    with hook(one, behaviour):
        for stream in (False, True):
            denied = ask(one, chat(stream=stream))
            if behaviour == "second-answer" and denied.status == 200:
                pytest.skip("the first answer was good; what follows it reaches no other question")
            assert (denied.status, why(denied)) == (403, "hook"), denied.data
    assert len(fake.seen()) == asked


def test_a_hook_that_is_not_there_denies_and_comes_back(running: Running) -> None:
    (running.world.folder / "hook.sock").unlink(missing_ok=True)
    assert why(ask(running)) == "hook"
    with hook(running) as process:
        assert ask(running).status == 200
        process.kill()
        process.wait()
        assert why(ask(running)) == "hook"
    with hook(running):
        until(lambda: ask(running).status == 200)


def test_a_hook_that_dies_while_an_answer_streams_cuts_it(running: Running) -> None:
    with hook(running) as process:
        one = Stream(running, chat("long:3000\nslow:0.005", stream=True)).began()
        process.kill()
        one.wait()
        assert why(one) == "hook", one.body[-300:]
        until(lambda: [r.how for r in of(running.world, one.request)[1:]] == ["cut"])
