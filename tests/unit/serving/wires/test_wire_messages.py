# SPDX-License-Identifier: Apache-2.0
"""Answers of Anthropic messages: their tokens are counted whole, whatever a cache holds of the question (G-4, G-5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ruleout.model.permit import Endpoint
from ruleout.serving.wires.answers import reader_of, whole_of

MESSAGES = Endpoint.ANTHROPIC_MESSAGES
HEAD: dict[str, Any] = {"id": "m", "type": "message", "role": "assistant", "model": "n", "content": []}
CACHED: list[tuple[dict[str, Any], int]] = [
    ({}, 5),
    ({"cache_creation_input_tokens": None, "cache_read_input_tokens": None}, 5),
    ({"cache_creation_input_tokens": 90_000, "cache_read_input_tokens": 0}, 90_005),
    ({"cache_creation_input_tokens": 0, "cache_read_input_tokens": 90_000}, 90_005),
]


@pytest.mark.parametrize(("cached", "read"), CACHED)
def test_a_question_that_a_cache_holds_costs_its_tokens(cached: dict[str, Any], read: int) -> None:
    """`input_tokens` are those that no cache held: without the others a day's tokens would come back."""
    usage = {"input_tokens": 5, "output_tokens": 3, **cached}
    whole = whole_of(MESSAGES, json.dumps({**HEAD, "stop_reason": "end_turn", "usage": usage}).encode())
    assert (whole.tokens_in, whole.tokens_out) == (read, 3)
    event = json.dumps({"type": "message_start", "message": {**HEAD, "usage": usage}})
    (piece,) = reader_of(MESSAGES).feed(b"event: message_start\ndata: " + event.encode() + b"\n\n")
    assert (piece.tokens_in, piece.tokens_out) == (read, 3)
