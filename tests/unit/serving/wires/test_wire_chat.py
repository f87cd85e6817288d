# SPDX-License-Identifier: Apache-2.0
"""Answers of OpenAI chat completions: an error hides nothing beside it; what well-known servers add is read (G-5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ruleout.model.permit import Endpoint
from ruleout.serving.wires.answers import CutShort, Piece, reader_of, whole_of

CHUNK: dict[str, Any] = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
CHAT = Endpoint.OPENAI_CHAT_COMPLETIONS
CALL = {"index": 0, "id": "i", "type": "function", "function": {"name": "look", "arguments": "{}"}}


def ended_by(error: dict[str, Any], *choices: dict[str, Any]) -> Piece:
    """Return what is read of the event that ends an answer in which one word was said."""
    reader = reader_of(CHAT)
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


SAFE = {
    "hate": {"filtered": False, "severity": "safe"},
    "protected_material_text": {"filtered": False, "detected": False},
}
#: vLLM, SGLang, Azure.
ADDED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"stop_reason": 128009}),
    ({}, {"stop_reason": "END"}),
    ({"metadata": {"weight_version": "default"}}, {"matched_stop": 151645}),
    (
        {"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": SAFE}]},
        {
            "content_filter_results": SAFE,
            "content_filter_offsets": {"check_offset": 44, "start_offset": 44, "end_offset": 198},
        },
    ),
]


def read(*, stream: bool, top: dict[str, Any], beside: dict[str, Any]) -> str:
    """Return the text of an answer that says one word, with more at its top and in its choice."""
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "delta" if stream else "message": {"role": "assistant", "content": "a"},
    }
    body = json.dumps({**CHUNK, "choices": [{**choice, **beside}], **top}).encode()
    pieces = reader_of(CHAT).feed(b"data: " + body + b"\n\n") if stream else [whole_of(CHAT, body)]
    return "".join(piece.text for piece in pieces)


@pytest.mark.parametrize(("top", "beside"), ADDED)
@pytest.mark.parametrize("stream", [False, True])
def test_marks_that_well_known_servers_add_are_read(top: dict[str, Any], beside: dict[str, Any], stream: bool) -> None:
    """In every answer that they give; a text under such a name is refused."""
    assert read(stream=stream, top=top, beside=beside) == "a"
    long = "a sentence that nobody has judged " * 40
    for name in top:
        with pytest.raises(CutShort):
            read(stream=stream, top={name: [long]}, beside={})
    for name in beside:
        with pytest.raises(CutShort):
            read(stream=stream, top={}, beside={name: long})
