# SPDX-License-Identifier: Apache-2.0
"""A gateway whose store of kills is gone: by a degraded grant plain chat goes on, nothing else does, and all of it is seen (G-7)."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import (
    MESSAGES,
    RESPONSES,
    Stream,
    ask,
    chat,
    host_of,
    live,
    of,
    pause,
    until,
    why,
    workers,
)
from tests.gateway_world import OPERATOR, OTHER_KEY, Running, World, make_world, serve
from tests.integration.test_gateway_kill import give_back, strike
from tests.integration.test_gateway_postgres import hosts, server
from tests.kill_builders import KIM, LEE, give, grant, granted
from tests.postgres_server import standing_still

from ruleout.app.kill.giving_back import confirm, propose
from ruleout.app.kill.proof import wait_for
from ruleout.app.kill.site import chain
from ruleout.serving.epoch import SignedDegraded, SignedEpoch, Target

__all__ = ["hosts", "server"]
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
FLOWS = "long:4000\nslow:0.01"
#: The lease of the test's epoch, and what a busy machine may add; left alone, the answers here would not end within both.
LEASE_S, MARGIN_S = 3.0, 15.0
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "get_weather", "arguments": {"city": "Oslo"}},
}


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as one:
        yield one


@pytest.fixture(scope="module")
def shared(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    world = make_world(tmp_path_factory.mktemp("degraded"), fake.url, lease_ms=int(LEASE_S * 1000))
    world.settings["workers"] = 2
    world.settings["models"]["helper-2"]["capabilities"] = ["code-execution"]
    world.settings["tool-servers"] = {"weather": {"upstream": "lab", "model": "helper"}}
    with serve(world) as one:
        until(lambda: len(workers(world)) == 2)
        yield one


@pytest.fixture
def running(shared: Running) -> Iterator[Running]:
    shared.until_ready()
    yield shared
    shared.world.site().grants.current.unlink(missing_ok=True)
    give_back(shared.world)
    until(lambda: shared.get("/ready") == (200, "ready\n"))


def state(world: World) -> SignedEpoch:
    return chain(world.site())[-1]


def give_now(world: World, **more: Any) -> SignedDegraded:
    return give(world.site().grants, granted(grant(state(world), **more)))


@contextmanager
def outage(world: World) -> Iterator[None]:
    """The newest epoch's file cannot be read while the block runs: that is swapped in and out in one step."""
    newest = max((world.folder / "kills" / "epochs").glob("*.json"))
    data, beside = newest.read_bytes(), newest.with_name("away")
    beside.symlink_to(world.folder)
    beside.replace(newest)
    try:
        yield
    finally:
        beside.write_bytes(data)
        beside.replace(newest)


def until_degraded(running: Running) -> str:
    """Until each worker says so: their answers come in turns."""
    until(lambda: all("degraded until" in running.get("/ready")[1] for _ in range(20)))
    return running.get("/ready")[1]


def until_closed(running: Running) -> None:
    until(lambda: all(running.get("/ready")[0] == 503 for _ in range(20)))


def plain_on_every_wire() -> list[tuple[str, dict[str, Any]]]:
    turns = [{"role": "user", "content": "say:hi"}]
    return [
        ("/v1/chat/completions", chat()),
        (RESPONSES, {"model": "helper", "input": turns, "max_output_tokens": 50}),
        (MESSAGES, {"model": "helper", "messages": turns, "max_tokens": 50}),
    ]


def with_tools() -> list[tuple[str, dict[str, Any]]]:
    turns = [{"role": "user", "content": "say:hi"}]
    called = [{"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}]
    result = [
        *turns, {"role": "assistant", "content": None, "tool_calls": called},
        {"role": "tool", "tool_call_id": "c1", "content": "rain"},
    ]  # fmt: skip
    schema = {"type": "object"}
    return [
        ("/v1/chat/completions", chat(tools=[TOOL])),
        ("/v1/chat/completions", {"model": "helper", "max_tokens": 50, "messages": result}),
        (RESPONSES, {"model": "helper", "input": turns, "max_output_tokens": 50, "tools": [{"type": "function", "name": "get_weather", "parameters": schema, "strict": False}]}),
        (MESSAGES, {"model": "helper", "messages": turns, "max_tokens": 50, "tools": [{"name": "get_weather", "input_schema": schema}]}),
        ("/mcp/weather", CALL),
    ]  # fmt: skip


def headers_for(path: str) -> dict[str, str]:
    return {"accept": "application/json, text/event-stream"} if path.startswith("/mcp/") else {}


def test_plain_chat_goes_on_on_every_wire_and_tools_are_refused(running: Running) -> None:
    world = running.world
    for path, body in (*plain_on_every_wire(), *with_tools()):
        found = ask(running, body, path=path, headers=headers_for(path))
        assert found.status == 200, (path, found.body)
    given = give_now(world)
    with outage(world):
        said = until_degraded(running)
        assert said == f"ready\ndegraded until {given.grant.until}: plain chat only\n"
        for path, body in plain_on_every_wire():
            found = ask(running, body, path=path)
            assert found.status == 200, (path, found.body)
            until(lambda found=found: len(of(world, found.request)) == 2)  # type: ignore[misc]
            assert [one.degraded for one in of(world, found.request)] == [given.digest] * 2
        for path, body in with_tools():
            refused = ask(running, body, path=path, headers=headers_for(path))
            assert why(refused) == "lease" or (path == "/mcp/weather" and b'"lease"' in refused.body), refused.body
            assert b'"degraded"' in refused.body
        assert "\nruleout_degraded 1\n" in running.get("/metrics", OPERATOR)[1]
    until(lambda: running.get("/ready") == (200, "ready\n"))
    assert "\nruleout_degraded 0\n" in running.get("/metrics", OPERATOR)[1]
    after = ask(running, chat(tools=[TOOL]))
    assert after.status == 200
    until(lambda: len(of(world, after.request)) == 2)
    assert {one.degraded for one in of(world, after.request)} == {""}


def test_live_plain_streams_go_on_without_a_break_and_others_end(running: Running) -> None:
    world = running.world
    given = give_now(world)
    bodies = [chat("long:1000\nslow:0.01", stream=True)] * 3
    with live(running, *bodies) as plain, live(running, *[chat(FLOWS, stream=True, tools=[TOOL])] * 3) as tools:
        with outage(world):
            began = time.monotonic()
            for one in tools:
                assert why(one.wait()) == "lease"
                assert one.last - began < LEASE_S + MARGIN_S
            for one in plain:
                assert one.wait().body.endswith(b"data: [DONE]\n\n"), one.body[-300:]
        until(lambda: len(of(world, plain[0].request)) == 2)
    opened, ended = of(world, plain[0].request)
    assert (opened.degraded, ended.degraded) == ("", given.digest), "it began under a lease and ended without one"


def test_a_streamed_answer_that_calls_a_tool_is_cut(running: Running) -> None:
    body = chat('say:one two three\ntool:get_weather {"city": "Oslo"}\nslow:0.05', stream=True)
    before = ask(running, body)
    assert b"get_weather" in before.body, "under a lease the rules let it out"
    give_now(running.world)
    with outage(running.world):
        until_degraded(running)
        cut = ask(running, body)
        whole = ask(running, {**body, "stream": False})
    assert b"three" in cut.body
    assert b"get_weather" not in cut.body
    assert why(cut) == "lease"
    assert (whole.status, why(whole)) == (503, "lease")
    assert [one.verdict for one in of(running.world, cut.request)[1].calls] == ["deny"]


def test_only_whom_and_what_it_names(running: Running) -> None:
    give_now(running.world, tenants=("acme",), models=("helper",))
    with outage(running.world):
        until_degraded(running)
        assert ask(running).status == 200
        for one in (ask(running, key=OTHER_KEY), ask(running, chat(model="helper-2"))):
            assert (one.status, why(one)) == (503, "lease")


def test_what_was_killed_stays_killed_and_a_kill_that_comes_ends_it(running: Running) -> None:
    world = running.world
    epoch, _ = strike(world, Target.CAPABILITY, "code-execution")
    until(lambda: why(ask(running, chat(model="helper-2"))) == "killed")
    give_now(world)
    with live(running, *[chat(FLOWS, stream=True)] * 2) as streams:
        with outage(world):
            until_degraded(running)
            assert why(ask(running, chat(model="helper-2"))) == "killed"
            assert ask(running).status == 200
        strike(world, Target.TENANT, "acme")
        for one in streams:
            # A newer epoch that is only heard of ends the grant, which may be before it is read and known to be a kill.
            assert why(one.wait()) in ("killed", "lease")
    until(lambda: why(ask(running)) == "killed")
    assert (ask(running).status, why(ask(running))) == (403, "killed")
    with outage(world):
        until_closed(running)
        assert why(ask(running, key=OTHER_KEY)) == "lease", "the grant was of the state before"
    assert epoch < state(world).epoch.number


def test_it_ends_at_its_end(running: Running) -> None:
    with live(running, chat(FLOWS, stream=True)) as (one,):
        given = give_now(running.world, lasts=12)
        with outage(running.world):
            until_degraded(running)
            assert why(one.wait()) == "lease"
            assert time.time() - _end(given) < MARGIN_S
            until_closed(running)
            assert (ask(running).status, why(ask(running))) == (503, "lease")


def _end(given: SignedDegraded) -> float:
    from ruleout.serving.epoch.degraded import seconds_of

    return float(seconds_of(given.grant.until))


def test_taken_back_it_ends_at_once(running: Running) -> None:
    given = give_now(running.world)
    with live(running, *[chat(text, stream=True) for text in (FLOWS, "silent")]) as streams, outage(running.world):
        until_degraded(running)
        ended = running.world.site().grants.ended(given.digest)
        ended.write_bytes(b"{}")
        began = time.monotonic()
        for one in streams:
            assert why(one.wait()) == "lease"
            assert one.last - began < LEASE_S + MARGIN_S
        until_closed(running)


@pytest.mark.parametrize("stops", [True, False], ids=["stopped", "killed"])
def test_an_agent_that_is_gone_ends_it_within_a_lease(running: Running, stops: bool) -> None:
    """The one that is started after it goes on: same boot, same state."""
    give_now(running.world)
    until(lambda: host_of(running))
    host, master = host_of(running), running.process.pid
    with (
        live(running, *[chat(text, stream=True) for text in (FLOWS, "silent")]) as streams,
        outage(running.world),
        (running.world.site().places.folder / "agent.lock").open("rb+") as lock,
    ):
        until_degraded(running)
        began = time.monotonic()
        if stops:
            pause(host)
        else:
            pause(master)  # no other takes its place within the lease, as on a fast machine one may
            os.kill(host, signal.SIGKILL)
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.kill(master, signal.SIGCONT)
        try:
            for one in streams:
                assert why(one.wait()) in ("lease", "closed")
                assert one.last - began < LEASE_S + MARGIN_S
        finally:
            assert (ask(running).status, why(ask(running))) == (503, "lease")
            lock.close()
            if stops:
                os.kill(host, signal.SIGCONT)
        until(lambda: host_of(running) not in ((0,) if stops else (0, host)))
        until_degraded(running)
        assert ask(running).status == 200
        refused = ask(running, chat(tools=[TOOL]))
        assert (refused.status, why(refused)) == (503, "lease")


@pytest.mark.parametrize("what", ["damaged", "one person", "another epoch", "none"])
def test_what_is_no_grant_lets_nothing_go_on(running: Running, what: str) -> None:
    world, of_state = running.world, state(running.world)
    grants = world.site().grants
    if what == "damaged":
        give_now(world)
        grants.current.write_bytes(grants.current.read_bytes()[:-9])
    elif what == "one person":
        give(grants, granted(grant(of_state), KIM))
    elif what == "another epoch":
        give(grants, granted(grant(of_state, epoch=of_state.epoch.number + 1), KIM, LEE))
    with live(running, chat(FLOWS, stream=True)) as (one,), outage(world):
        assert why(one.wait()) == "lease"
        until_closed(running)
        refused = ask(running)
        assert (refused.status, why(refused)) == (503, "lease")
        assert json.loads(refused.body)["error"]["ruleout"]["rules"] == []


def test_a_database_that_stands_still_and_a_grant_on_one_of_two_hosts(server, hosts: tuple[Running, Running]) -> None:
    """Its deadlines are longer than the lease; nobody notices on the host with the grant, and the other closes."""
    here, there = hosts
    name, _ = propose(here.world.site(), KIM, kills=(), limits=(), lease_ms=1000, at=datetime.now(UTC))
    shorter = confirm(here.world.site(), LEE, name)
    for running in hosts:
        assert wait_for(running.world.site(), shorter.epoch.number, timeout_s=60).holds
    give_now(here.world)
    with standing_still(server[0]):
        until_degraded(here)
        until_closed(there)
        assert why(ask(there)) == "lease"
        until(lambda: has_gone_on(here, 6), 120)
        assert why(ask(there)) == "lease"
    here.world.site().grants.current.unlink()
    for running in hosts:
        until(lambda running=running: running.get("/ready") == (200, "ready\n"))  # type: ignore[misc]


def has_gone_on(running: Running, seconds: float) -> bool:
    """Whether plain chat goes on for so long without a break, and streams do, while tools are refused.

    A machine that puts the agent aside for longer than a lease breaks it off, now and then. An agent that does not renew while it
    asks the store breaks it off at each of its questions.
    """
    ends, streams = time.monotonic() + seconds, [Stream(running, chat(FLOWS, stream=True)) for _ in range(2)]
    try:
        while time.monotonic() < ends:
            if ask(running).status != 200:
                return False
            assert why(ask(running, chat(tools=[TOOL]))) == "lease"
        return all(one.status == 200 and one.ended is None for one in streams)
    finally:
        for one in streams:
            one.close()
