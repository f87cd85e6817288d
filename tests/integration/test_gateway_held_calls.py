# SPDX-License-Identifier: Apache-2.0
"""Calls that are held while a person is asked: what is killed, ruled or without a lease by then does not leave (G-4, G-6, G-7)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import Stream, ask, chat, of, until, why
from tests.gateway_world import Running, make_world, serve
from tests.integration.test_gateway_degraded import give_now, outage
from tests.integration.test_gateway_kill import give_back, strike
from tests.integration.test_gateway_operation import answered, waiting

from ruleout.app.kill.proof import wait_for
from ruleout.model.permit import Tool
from ruleout.serving.approvals import Said
from ruleout.serving.epoch import Target

#: `look_up` is let through at once, `get_weather` waits for a person. `probe` tells which rules are in force.
BOTH = 'tool:look_up {"city":"Oslo"}\ntool:get_weather {"city":"Paris"}'
PROBE = "tool:probe {}"
NAMES = ("look_up", "get_weather", "probe")
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}


def rules(**tiers: str) -> str:
    told = "kind: tool-rules\ntool-rules: lab-tools\nversion: 1\ntools:\n"
    for name in NAMES:
        told += f"  - {{name: {name}, class: ordinary, tiers: {{standard: {tiers.get(name, 'allow')}}}}}\n"
    return told


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as one:
        yield one


@pytest.fixture(scope="module")
def shared(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    tools = tuple(Tool(tool=name, human_approval=name == "get_weather", limits=()) for name in NAMES)
    world = make_world(tmp_path_factory.mktemp("held"), fake.url, tools=tools)
    (world.folder / "tools.yaml").write_text(rules(), "utf-8")
    world.settings["approvals"] = {"folder": "approvals", "roles": ["ceo"], "seconds": 300}
    with serve(world) as one:
        yield one


@pytest.fixture
def running(shared: Running) -> Iterator[Running]:
    in_force(shared, rules(), "")
    yield shared
    shared.world.site().grants.current.unlink(missing_ok=True)
    give_back(shared.world)
    shared.until_ready()


def in_force(running: Running, text: str, said: str) -> None:
    """Write the rules, and wait until they say this of the probe."""
    (running.world.folder / "tools.yaml").write_text(text, "utf-8")
    until(lambda: why(ask(running, chat(PROBE))) == said)


def held(running: Running) -> Stream:
    """An answer whose calls are held, as a person is asked about one of them."""
    one = Stream(running, chat(BOTH))
    until(waiting(running).asked)
    return one


@pytest.mark.parametrize("name", ["look_up", "get_weather"])
def test_a_held_call_does_not_leave_once_its_tool_is_killed(running: Running, name: str) -> None:
    """Neither was offered; an acknowledged kill says that nothing of it follows."""
    one = held(running)
    epoch, _ = strike(running.world, Target.TOOL, name)
    assert wait_for(running.world.site(), epoch, timeout_s=60).holds
    one.wait()

    assert why(one) == "killed"
    assert b"Oslo" not in one.data
    assert b"Paris" not in one.data
    until(lambda: not waiting(running).asked())


def test_nobody_is_asked_about_a_call_of_a_tool_that_is_killed(running: Running) -> None:
    strike(running.world, Target.TOOL, "get_weather")
    until(lambda: why(ask(running, chat(tools=[TOOL]))) == "killed")

    assert why(ask(running, chat(BOTH))) == "killed"


def test_a_held_call_is_no_plain_chat(running: Running) -> None:
    """A degraded grant lets plain chat go on; an answer that calls a tool ends with the lease."""
    give_now(running.world)
    one = held(running)
    with outage(running.world):
        one.wait()

    assert why(one) == "lease"
    assert b"Oslo" not in one.data


@pytest.mark.parametrize("name", ["look_up", "get_weather"])
def test_rules_that_changed_while_a_person_was_asked_count(running: Running, name: str) -> None:
    """For the call that was approved, and for one beside it that was let through before."""
    one = held(running)
    in_force(running, rules(probe="deny", **{name: "deny"}), "tool")
    answered(running, Said.APPROVE)
    one.wait()

    assert why(one) == "tool"
    assert f'"{name}/tier"'.encode() in one.data
    assert b"Paris" not in one.data
    assert b"Oslo" not in one.data
    until(lambda: len(of(running.world, one.request)) == 2)


def test_a_call_that_waits_beside_another_and_needs_a_person_by_now_does_not_leave(running: Running) -> None:
    one = held(running)
    in_force(running, rules(probe="deny", look_up="approve"), "tool")
    answered(running, Said.APPROVE)
    one.wait()

    assert why(one) == "approval"
    assert b"Oslo" not in one.data


def test_an_approval_counts_by_the_rules_that_are_in_force_by_then(running: Running) -> None:
    """They ask for a person for another reason, and one has said yes."""
    one = held(running)
    in_force(running, rules(probe="deny", get_weather="approve"), "tool")
    answered(running, Said.APPROVE)
    one.wait()

    assert one.status == 200
    assert b"Paris" in one.data
