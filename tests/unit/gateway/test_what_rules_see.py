# SPDX-License-Identifier: Apache-2.0
"""What floor and policy are asked about: each tool that a call has to do with, and an answer that has no stated end (G-2, G-3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.gateway_world import make_world
from tests.policy_builders import FLOOR_FILE, floor
from tests.unit.gateway.test_known import Asking, asking_in

from ruleout.model.permit import Tool
from ruleout.policy.decide import Ground

FEED = {"type": "function", "function": {"name": "camera-feed", "arguments": "{}"}}


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    tools = tuple(Tool(tool=name, human_approval=False, limits=()) for name in ("get_weather", "camera-feed"))
    yield from asking_in(make_world(tmp_path, "http://127.0.0.1:9", tools=tools, last_day=date(2026, 8, 31)))


def test_the_floor_sees_a_tool_that_is_offered(asking: Asking) -> None:
    assert asking.rules(tools=[{"type": "function", "function": {"name": "camera-feed"}}]) == ("nobody-is-watched",)


def test_the_floor_sees_a_tool_whose_result_is_in_the_request(asking: Asking) -> None:
    turns = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "tool_calls": [{"id": "a", **FEED}]},
        {"role": "tool", "tool_call_id": "a", "content": "picture"},
    ]
    assert asking.rules(messages=turns) == ("nobody-is-watched",)


def test_the_floor_sees_a_tool_that_is_called_though_it_was_not_offered(asking: Asking) -> None:
    it, refusal = asking.ask()
    assert refusal is None
    admission, standing = asking.admission, asking.admission.standing
    assert standing is not None
    assert it.caller is not None
    assert it.grant is not None
    assert it.request is not None
    grounds = [
        admission.decide(
            it, standing, admission.call_of(it.endpoint, it.caller, it.grant, it.request.asked, tool=name)
        ).ground
        for name in ("camera-feed", "get_weather")
    ]
    assert grounds == [Ground.RED_LINE, Ground.PERMITTED]


def test_an_answer_of_no_stated_length_has_no_end(asking: Asking) -> None:
    """The tenant's rule permits at most 100,000 tokens."""
    assert asking.ask(max_tokens=100_000)[1] is None
    assert asking.ask(max_tokens=100_001)[1] is not None
    assert asking.ask(max_tokens=None)[1] is not None


@pytest.mark.parametrize("name", ["web_search", "bash_20250124", "mcp:https://tools.example/mcp", "fetch-url"])
def test_a_floor_can_name_a_tool_as_a_permit_names_it(name: str) -> None:
    assert name in floor(FLOOR_FILE.replace(b"camera-feed", name.encode())).policy
