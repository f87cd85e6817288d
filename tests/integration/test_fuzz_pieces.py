# SPDX-License-Identifier: Apache-2.0
"""What fuzzing kept of the bytes of clients and upstreams, sent again: answered or refused, and read as h11 reads it (RFC 9112)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import pytest
from tests.fuzz import clients, upstreams
from tests.fuzz.pieces import KEPT_BYTES, Target, Wrong, kept_input, made

from ruleout.adapters.clients.reading import RequestReader
from ruleout.adapters.upstream.connection import Connection

TARGETS = pytest.mark.parametrize("target", [clients.TARGET, upstreams.TARGET], ids=lambda one: one.name)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    one = asyncio.new_event_loop()
    yield one
    one.close()


@TARGETS
def test_kept_inputs_are_answered_and_small(loop: asyncio.AbstractEventLoop, target: Target) -> None:
    inputs = sorted(target.kept.glob("*.json"))
    assert inputs
    assert sum(path.stat().st_size for path in inputs) <= KEPT_BYTES
    for path in inputs:
        assert target.answer(loop, kept_input(path)), path.name


@TARGETS
def test_five_hundred_fresh_inputs_are_answered(loop: asyncio.AbstractEventLoop, target: Target) -> None:
    """The same each time; many more are tried by `python -m tests.fuzz.clients` and `tests.fuzz.upstreams`."""
    for number in range(500):
        assert target.answer(loop, made(target.seeds, target.lines, random.Random(f"fresh {number}")))


@pytest.mark.parametrize(("target", "reader"), [(clients.TARGET, RequestReader), (upstreams.TARGET, Connection)])
def test_a_reader_that_reads_otherwise_than_others_is_found(
    loop: asyncio.AbstractEventLoop,
    monkeypatch: pytest.MonkeyPatch,
    target: Target,
    reader: type[RequestReader | Connection],
) -> None:
    real = reader.on_body
    monkeypatch.setattr(reader, "on_body", lambda self, body: real(self, body[:-1]))
    with pytest.raises(Wrong, match="h11 reads"):
        target.answer(loop, [target.seeds[0]])
