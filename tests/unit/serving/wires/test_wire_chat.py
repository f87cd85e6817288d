# SPDX-License-Identifier: Apache-2.0
"""Answers of OpenAI chat completions: an error that ends a stream hides nothing beside it (G-5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ruleout.model.permit import Endpoint
from ruleout.serving.wires.answers import CutShort, Piece, reader_of

CHUNK: dict[str, Any] = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
CALL = {"index": 0, "id": "i", "type": "function", "function": {"name": "look", "arguments": "{}"}}


def ended_by(error: dict[str, Any], *choices: dict[str, Any]) -> Piece:
    """Return what is read of the event that ends an answer in which one word was said."""
    reader = reader_of(Endpoint.OPENAI_CHAT_COMPLETIONS)
    for last in ({"choices": [{"index": 0, "delta": {"content": "a"}}]}, {"error": error, "choices": [*choices]}):
        (piece,) = reader.feed(b"data: " + json.dumps({**CHUNK, **last}).encode() + b"\n\n")
    return piece


def test_every_word_of_an_error_is_text() -> None:
    told = ended_by({"message": "lost", "code": 502, "metadata": {"raw": "all that was said"}})
    assert told.ended
    assert "lost" in told.text
    assert "all that was said" in told.text


def test_a_choice_that_says_nothing_may_stand_beside_an_error() -> None:
    """As some providers end a stream."""
    assert ended_by({"message": "lost"}, {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}).ended


@pytest.mark.parametrize("delta", [{"content": "hidden"}, {"tool_calls": [CALL]}, {"function_call": CALL["function"]}])
@pytest.mark.parametrize("finish", [None, "stop"])
def test_a_choice_that_says_something_beside_an_error_is_refused(delta: dict[str, Any], finish: str | None) -> None:
    """One client raises on the error, another reads the choice."""
    with pytest.raises(CutShort, match="beside"):
        ended_by({"message": "lost"}, {"index": 0, "delta": delta, "finish_reason": finish})
