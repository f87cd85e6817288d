# SPDX-License-Identifier: Apache-2.0
"""Inspect runs an evaluation of ours through a gateway: what is refused ends in its own terms, and its logs are read by us (G-5, E-1)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import records, until
from tests.gateway_world import KEY, Running, make_world, serve
from tests.inspect_client import Inspect
from tests.integration.command_line import run
from tests.integration.test_gateway_kill import give_back, strike

from ruleout.evidence import memory_log, read_log
from ruleout.model.evidence import Measurement, SampleState
from ruleout.model.permit import Tool
from ruleout.serving.epoch import Target

STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
ORDERS: dict[str, dict[str, Any]] = {
    "weather": {"task": "weather", "model": "helper"},
    "responses": {"task": "weather", "model": "helper", "model_args": {"responses_api": True}},
    "tool": {"task": "fax", "model": "helper"},
    "permit": {"task": "talk", "model": "nobody"},
    "policy": {"task": "talk", "model": "helper", "generate": {"max_tokens": 100_001}},
}
KILLED = {False: {"task": "waits"}, True: {"task": "flows"}}
WISHES = {False: ("slow:60",), True: ("long:4000", "silent")}


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as one:
        yield one


@pytest.fixture(scope="module")
def running(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    tools = tuple(Tool(tool=name, human_approval=False, limits=()) for name in ("get_weather", "fax"))
    with serve(make_world(tmp_path_factory.mktemp("world"), fake.url, tools=tools)) as one:
        yield one


@pytest.fixture(scope="module")
def told(
    running: Running, fake: Fake, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, bool], Any]]:
    """What Inspect says of every order, whole and streamed; the last two are killed while they run."""
    keys = [(name, stream) for name in ORDERS for stream in (False, True)]
    runs = [{**ORDERS[name], "stream": stream} for name, stream in keys]
    runs += [{**KILLED[stream], "model": "helper", "stream": stream, "waits": True} for stream in (False, True)]
    inspect = Inspect(tmp_path_factory.mktemp("logs"), running.url, KEY, *runs)
    try:
        found = {key: inspect.told() for key in keys}
        for stream in (False, True):
            inspect.go_on()
            until(lambda stream=stream: under_way(fake, stream) == 2 or time.sleep(0.1), 120)  # type: ignore[misc]
            strike(running.world, Target.MODEL, "helper")
            try:
                found["killed", stream] = inspect.told()
            finally:
                give_back(running.world)
                running.until_ready()
        yield found
    finally:
        inspect.close()


def under_way(fake: Fake, stream: bool) -> int:
    """How often upstream was asked for the long answers of the last runs."""
    return sum(any(wish in str(one["body"]) for wish in WISHES[stream]) for one in fake.seen())


def measured(path: str) -> Measurement:
    (measurement,) = read_log(memory_log(Path(path).read_bytes(), Path(path).name))
    return measurement


def as_we_read(path: str) -> dict[str, dict[str, Any]]:
    return {one.sample: dict(one.scores) for one in measured(path).attempts}


@STREAMED
@pytest.mark.parametrize("wire", ["weather", "responses"])
def test_a_run_with_a_tool_gives_the_scores_that_we_read(told: Any, wire: str, stream: bool) -> None:
    one = told[wire, stream]
    samples = one["samples"]
    read = measured(one["log"])
    assert one["status"] == "success"
    assert {name: sample["scores"] for name, sample in samples.items()} == {
        "oslo": {"includes": "C"}, "bergen": {"includes": "C"}, "wrong": {"includes": "I"}, "refused": {"includes": "I"},
    }  # fmt: skip
    assert samples["oslo"]["said"] == "Oslo: 4 degrees"  # what the tool returned went upstream and came back
    assert (samples["oslo"]["calls"], samples["oslo"]["stop"]) == (2, "stop")
    assert as_we_read(one["log"]) == {name: sample["scores"] for name, sample in samples.items()}
    assert (read.model, read.status, len(read.attempts)) == ("openai-api/gateway/helper", "success", 4)
    if wire == "weather":  # of responses, Inspect takes the model's own refusal for words
        assert [a.sample for a in read.attempts if a.state is SampleState.REFUSED] == ["refused"]
    assert run("ingest", one["log"], "--dry-run").code == 0


def test_streams_were_streams_and_answers_were_whole(told: Any, running: Running, fake: Fake) -> None:
    asked = Counter('"stream":true' in str(one["body"]).replace(" ", "") for one in fake.seen())
    assert asked[True] >= 6
    assert asked[False] >= 6


@STREAMED
def test_a_call_that_rules_deny_is_a_filter_or_an_error_and_never_made(told: Any, stream: bool) -> None:
    """A stream that has begun ends as filtered; a whole answer is refused, which is the sample's error."""
    one = told["tool", stream]
    sends, talks = one["samples"]["sends"], one["samples"]["talks"]
    read = {a.sample: a.state for a in measured(one["log"]).attempts}
    if stream:
        assert (sends["stop"], sends["error"], sends["said"]) == ("content_filter", None, "Sending.")
        assert read["sends"] is SampleState.REFUSED
    else:
        assert "403" in sends["error"]
        assert read["sends"] is SampleState.ERRORED
    assert sends["calls"] == 1
    assert (talks["error"], talks["said"], read["talks"]) == (None, "not sent", SampleState.SCORED)


@STREAMED
@pytest.mark.parametrize("ground", ["permit", "policy"])
def test_what_is_refused_is_each_samples_error_and_asked_once(
    told: Any, running: Running, ground: str, stream: bool
) -> None:
    one = told[ground, stream]
    read = measured(one["log"])
    for sample in one["samples"].values():
        assert "403" in sample["error"]
        assert ("permit" if ground == "permit" else "policy") in sample["error"]
        assert (sample["calls"], sample["retries"], sample["scores"]) == (1, 0, {})
    assert [a.state for a in read.attempts] == [SampleState.ERRORED] * 2
    refused = [r for r in records(running.world) if type(r).__name__ == "Refused" and r.model == "nobody"]
    assert len(refused) == 4, "two samples, whole and streamed, each asked once"


@STREAMED
def test_a_kill_ends_the_run_soon(told: Any, fake: Fake, stream: bool) -> None:
    """Answers under way end as errors, and no sample asks again and again for what is killed."""
    one = told["killed", stream]
    read = {a.sample: a.state for a in measured(one["log"]).attempts}
    for name in ("a", "b"):
        sample = one["samples"][name]
        assert "switched off" in sample["error"]
        assert sample["retries"] == 0
        assert read[name] is SampleState.ERRORED
    assert under_way(fake, stream) == 2, "upstream was asked again"
