# SPDX-License-Identifier: Apache-2.0
"""The queue to a collector: bounded, never waited for, each span that is dropped counted (G-11)."""

from __future__ import annotations

import threading
import time

import pytest
from tests.otlp_receiver import receiver, spans_of

from ruleout.adapters.monitoring import traces
from ruleout.adapters.monitoring.traces import MOST_AT_ONCE, MOST_WAITING, TraceSender
from ruleout.adapters.upstream.pool import origin_of
from ruleout.serving.monitoring.spans import Span

SPAN = Span(bytes(16), bytes(8), "request", 1, 2, {"a": "b"})


def until(holds) -> None:
    ends = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_what_does_not_fit_is_dropped_and_counted(monkeypatch) -> None:
    """While one sending hangs: the bound holds, and nobody waits."""
    held, told = threading.Event(), []
    monkeypatch.setattr(TraceSender, "_post", lambda self, body: held.wait(60))
    monkeypatch.setattr(traces, "PAUSE_S", 0.01)
    sender = TraceSender(origin_of("http://127.0.0.1:1"), {}, {"x": "y"}, dropped=lambda why, n: told.append((why, n)))
    sender.offer(SPAN)
    until(lambda: not sender._waiting)
    began = time.monotonic()
    for _ in range(MOST_WAITING + 7):
        sender.offer(SPAN)
    took = time.monotonic() - began
    held.set()

    assert told == [("full", 1)] * 7
    assert took < 30
    until(lambda: not sender._waiting)
    sender.close()


@pytest.mark.parametrize("status", [200, 429, 302])
def test_spans_arrive_in_bounded_bodies_or_are_counted(monkeypatch, status) -> None:
    """A redirection is not followed: the key is for one address."""
    monkeypatch.setattr(traces, "PAUSE_S", 0.01)
    told = []
    with receiver() as collector:
        collector.status = status
        sender = TraceSender(
            origin_of(collector.url), {"k": "v"}, {"x": "y"}, dropped=lambda why, n: told.append((why, n))
        )
        for _ in range(MOST_AT_ONCE + 3):
            sender.offer(SPAN)
        until(
            lambda: sum(len(spans_of(body)) for body in collector.bodies) + sum(n for _, n in told) == MOST_AT_ONCE + 3
        )
        sender.close()

    assert {why for why, _ in told} == (set() if status == 200 else {"failed"})
    assert all(len(spans_of(body)) <= MOST_AT_ONCE for body in collector.bodies)
    assert {head["k"] for head in collector.headers} == {"v"}
