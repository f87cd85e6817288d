# SPDX-License-Identifier: Apache-2.0
"""What fuzzing kept of clients' bytes, sent again: answered in order or refused, and read as h11 reads it (RFC 9112)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import pytest
from tests.fuzz.clients import KEPT, KEPT_BYTES, SEEDS, Wrong, answer, kept_input, made

from ruleout.adapters.clients.reading import RequestReader

INPUTS = sorted(KEPT.glob("*.json"))


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    one = asyncio.new_event_loop()
    yield one
    one.close()


def test_kept_inputs_are_answered(loop: asyncio.AbstractEventLoop) -> None:
    assert INPUTS
    for path in INPUTS:
        assert answer(loop, kept_input(path)), path.name


def test_five_hundred_fresh_inputs_are_answered(loop: asyncio.AbstractEventLoop) -> None:
    """The same each time; many more are tried by `tests/fuzz/clients.py`."""
    for number in range(500):
        assert answer(loop, made(list(SEEDS), random.Random(f"fresh {number}")))


def test_a_parser_that_reads_otherwise_than_others_is_found(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RequestReader.on_body
    monkeypatch.setattr(RequestReader, "on_body", lambda self, body: real(self, body[:-1]))
    with pytest.raises(Wrong, match="h11 reads POST"):
        answer(loop, [SEEDS[0]])


def test_the_kept_inputs_are_small() -> None:
    assert sum(path.stat().st_size for path in INPUTS) <= KEPT_BYTES
