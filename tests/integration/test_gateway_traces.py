# SPDX-License-Identifier: Apache-2.0
"""Traces of a gateway leave for a real collector, hold names and closed words alone, and slow nothing down (G-11)."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import ask, chat, of, until
from tests.gateway_world import KEY, OPERATOR, UPSTREAM_KEY, Running, World, make_world, serve
from tests.otlp_receiver import Told, receiver
from tests.ports import free_port

SECRET = "collector-key-5f2a"
WORDS = "marker-of-content"


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


def traced(folder: Path, fake: Fake, endpoint: str, **more: Any) -> World:
    world = make_world(folder, fake.url)
    (folder / "collector-key").write_text(SECRET, "utf-8")
    (folder / "collector-key").chmod(0o600)
    world.settings["telemetry"] = {"endpoint": endpoint, "key": {"file": "collector-key"}, **more}
    return world


def dropped(running: Running) -> dict[str, float]:
    lines = running.get("/metrics", OPERATOR)[1].splitlines()
    found = [line for line in lines if line.startswith("ruleout_traces_dropped_total{")]
    return {line.partition('why="')[2].partition('"')[0]: float(line.rpartition(" ")[2]) for line in found}


def test_each_request_is_a_span_of_names_and_closed_words(fake: Fake, tmp_path: Path) -> None:
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
    with receiver() as collector, serve(traced(tmp_path, fake, collector.url)) as running:
        bodies = [
            chat(f"{WORDS}\nsay:{WORDS}", stream=True),
            chat(f'{WORDS}\ntool:{WORDS} {{"path": "{WORDS}"}}', tools=tools),
            chat(WORDS, model=WORDS),
            chat(f"{WORDS}\ncut", stream=True),
        ]
        served, denied, unknown, broken = (ask(running, body) for body in bodies)
        nobody = ask(running, key=f"rk-{WORDS}")
        until(lambda: len(collector.spans) == 5)
        told: dict[str, Told] = {span.attributes["ruleout.request"]: span for span in collector.spans}
        opened = of(running.world, served.request)[0]
    for request in (served, denied, unknown, broken, nobody):
        assert request.request in told

    span = told[served.request]
    assert span.attributes == {
        "ruleout.request": served.request,
        "ruleout.endpoint": "openai-chat-completions",
        "ruleout.tenant": "acme",
        "ruleout.tier": "standard",
        "ruleout.model": "helper-1",
        "ruleout.permit": "general",
        "ruleout.how": "whole",
        "ruleout.why": "",
        "ruleout.rules": ("generate",),
        "ruleout.bundle": opened.bundle,
        "ruleout.hooks": (),
        "ruleout.tools": (),
        "ruleout.epoch": opened.epoch,
        "ruleout.tokens.in": span.attributes["ruleout.tokens.in"],
        "ruleout.tokens.out": span.attributes["ruleout.tokens.out"],
        "ruleout.sent.bytes": len(served.body),
    }
    assert span.start_ns == opened.at
    assert 0 < span.end_ns - span.start_ns < 30 * 10**9
    assert (span.name, span.resource["service.namespace"], len(span.trace), len(span.span)) == (
        "request",
        "test",
        16,
        8,
    )
    assert told[denied.request].attributes["ruleout.tools"] == ("_nobody:deny",)
    assert told[unknown.request].attributes["ruleout.model"] == "_nobody"
    assert told[nobody.request].attributes["ruleout.why"] == "unauthenticated"
    assert told[broken.request].is_error
    assert not span.is_error
    sent = b"".join(collector.bodies)
    assert not any(word.encode() in sent for word in (WORDS, KEY, UPSTREAM_KEY, SECRET))
    assert {head["authorization"] for head in collector.headers} == {f"Bearer {SECRET}"}
    assert {(head["path"], head["content-type"]) for head in collector.headers} == {
        ("/v1/traces", "application/x-protobuf")
    }


def test_a_sample_is_told_and_the_rest_is_not(fake: Fake, tmp_path: Path) -> None:
    with receiver() as collector, serve(traced(tmp_path, fake, collector.url, every=1_000_000)) as running:
        assert [ask(running).status for _ in range(5)] == [200] * 5
        time.sleep(1.5)
        assert collector.spans == []
        assert dropped(running) == {}


@pytest.fixture(params=["nobody", "hangs", "refuses"])
def dead(request: pytest.FixtureRequest) -> Iterator[str]:
    """Collectors that take nothing: no listener; one that accepts and says nothing; one that answers 503."""
    if request.param == "nobody":
        yield f"http://127.0.0.1:{free_port()}/v1/traces"
    elif request.param == "refuses":
        with receiver() as collector:
            collector.status = 503
            yield collector.url
    else:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            one.listen(64)
            yield f"http://127.0.0.1:{one.getsockname()[1]}/v1/traces"


def test_a_dead_collector_slows_nothing_and_is_counted(fake: Fake, tmp_path: Path, dead: str) -> None:
    """Not at the end either: the process does not wait for it."""
    with serve(traced(tmp_path, fake, dead)) as running:
        ask(running)
        took = []
        for _ in range(40):
            began = time.monotonic()
            assert ask(running).status == 200
            took.append(time.monotonic() - began)
        assert sorted(took)[20] < 2, "half of the requests waited"
        until(lambda: dropped(running).get("failed", 0) >= 1)
        running.process.terminate()
        assert running.process.wait(90) is not None
