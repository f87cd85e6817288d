# SPDX-License-Identifier: Apache-2.0
"""A hook's answer counts only in time, whole, and for the question asked; everything else denies (G-9)."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from tests.fake_hook.server import BEHAVIOURS, hook_at

from ruleout.adapters.hooks import HookClient, parse_target
from ruleout.errors import RuleoutError
from ruleout.serving.hooks import Question, Stage
from ruleout.serving.hooks.verdict import Verdict


def question(text="hello", ask="q-1"):
    return Question(ask, "bio", Stage.INPUT, "r-1", "acme", "standard", "lumen-2", "", text)


def run(scenario, **given):
    """Run a scenario against a fake hook on a socket with a short path."""

    async def whole(path):
        async with hook_at(path) as hook:
            client = HookClient(parse_target(f"unix:{path}"), **given)
            try:
                return await scenario(hook, client)
            finally:
                client.close()
                await asyncio.sleep(0)

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(whole(Path(folder) / "h.sock"))


def test_an_answer_in_time_counts_and_the_connection_is_kept():
    """Allow, deny with the hook's rules, a near miss: over one connection."""

    async def scenario(hook, client):
        texts = ("hello", "a nerve-agent", "the reagent", "again")
        got = [await client.ask(question(text, f"q-{i}")) for i, text in enumerate(texts)]
        return got, hook.connections, hook.asked[1]

    got, connections, asked = run(scenario, deadline_s=60)

    allow, near = Verdict(allowed=True), Verdict(allowed=True, near=True)
    assert got == [allow, Verdict(allowed=False, rules=("forbidden-word",)), near, allow]
    assert connections == 1
    assert (asked["stage"], asked["tenant"], asked["text"]) == ("input", "acme", "a nerve-agent")


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_a_hook_that_hangs_crashes_or_garbles_denies_and_is_asked_again(behaviour):
    """Whatever it does instead of answering; the next question is answered once it answers well."""

    async def scenario(hook, client):
        hook.behaviour = behaviour
        bad = await asyncio.wait_for(client.ask(question()), 60)
        hook.behaviour, client._deadline_s = "", 60
        return bad, await client.ask(question(ask="q-2"))

    bad, good = run(scenario, deadline_s=0.3 if "hang" in behaviour else 60)

    assert not bad.allowed
    assert bad.failed == (
        "time-out" if "hang" in behaviour else "crash" if behaviour[:5] in ("crash", "no-le") else "garbage"
    )
    assert good.allowed


def test_a_deny_in_the_head_holds_though_the_body_never_comes():
    """The verdict is read before the body: it is a denial by the hook, not a failure."""

    async def scenario(hook, client):
        hook.behaviour = "hang-in-body"
        return await client.ask(question("nerve-agent"))

    assert run(scenario, deadline_s=3) == Verdict(allowed=False)


def test_an_answer_that_comes_unasked_is_never_taken_for_the_next():
    """The connection on which it came is not used again."""

    async def scenario(hook, client):
        assert (await client.ask(question())).allowed
        before = hook.connections
        client._idle[0].data_received(b"HTTP/1.1 200 OK\r\n")
        return (await client.ask(question(ask="q-2"))).allowed, hook.connections - before

    assert run(scenario, deadline_s=60) == (True, 1)


def test_no_more_than_so_many_at_once_and_no_hook_at_all_deny():
    """A third beside two is denied at once; so is a hook that does not run."""

    async def scenario(hook, client):
        hook.behaviour = "hang"
        got = await asyncio.gather(*(client.ask(question(ask=str(i))) for i in range(3)))
        gone = HookClient(parse_target("unix:/nowhere/h.sock"), deadline_s=60)
        return [one.failed for one in got], await gone.ask(question())

    assert run(scenario, deadline_s=0.2, at_once=2) == (
        ["time-out", "time-out", "overloaded"],
        Verdict(False, failed="crash"),
    )


def test_text_that_no_hook_can_be_asked_about_is_denied():
    """Half of a surrogate pair; the next question is answered."""

    async def scenario(hook, client):
        return await client.ask(question("\ud800")), await client.ask(question(ask="q-2"))

    bad, good = run(scenario, deadline_s=60)
    assert bad == Verdict(allowed=False, failed="unreadable")
    assert good.allowed


def test_a_question_that_is_given_up_leaves_no_connection_behind():
    """A client that hung up: its answer must not meet the next question."""

    async def scenario(hook, client):
        hook.behaviour = "hang"
        task = asyncio.ensure_future(client.ask(question()))
        while not hook.asked:  # noqa: ASYNC110 - a test's own wait
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        hook.behaviour = ""
        return len(client._idle), (await client.ask(question(ask="q-2"))).allowed

    assert run(scenario, deadline_s=60) == (0, True)


@pytest.mark.parametrize(
    "text",
    [
        "http://example.org/",
        "https://127.0.0.1:1/",
        "unix:relative",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:1/\r\nx",
    ],
)
def test_a_hook_is_on_this_host(text):
    """Text of requests does not leave the host to be judged."""
    with pytest.raises(RuleoutError):
        parse_target(text)
