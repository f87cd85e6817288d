# SPDX-License-Identifier: Apache-2.0
"""Streamed responses: what events say beside their text, and that a call ends as it was begun and told (G-5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ruleout.model.permit import Endpoint
from ruleout.serving.wires import CutShort, Piece, reader_of, whole_of

RESPONSES = Endpoint.OPENAI_RESPONSES
HEAD = {"id": "r", "object": "response", "created_at": 1, "status": "in_progress", "model": "m", "output": []}
MESSAGE = {"id": "i", "type": "message", "status": "in_progress", "role": "assistant", "content": []}
PLACE = {"output_index": 0, "item_id": "i", "content_index": 0}

Told = tuple[str, dict[str, Any]]


def streamed(*events: Told) -> list[Piece]:
    """Read a response that says these events and then ends."""
    ends = ("response.completed", {"response": {**HEAD, "status": "completed"}})
    reader = reader_of(RESPONSES)
    pieces: list[Piece] = []
    for number, (kind, fields) in enumerate([("response.created", {"response": HEAD}), *events, ends]):
        data = json.dumps({"type": kind, "sequence_number": number, **fields})
        pieces += reader.feed(f"event: {kind}\ndata: {data}\n\n".encode())
    return [*pieces, *reader.finish()]


def part(text: str, **more: Any) -> dict[str, Any]:
    """Return a part of a message."""
    return {"type": "output_text", "text": text, "annotations": [], **more}


def spoken(delta: dict[str, Any], done: dict[str, Any], logprobs: object) -> list[Told]:
    """Return the events of a message that says `a`, with more in its delta, in its end, and in its finished part."""
    whole = part("a", logprobs=logprobs)
    return [
        ("response.output_item.added", {"output_index": 0, "item": MESSAGE}),
        ("response.content_part.added", {**PLACE, "part": part("")}),
        ("response.output_text.delta", {**PLACE, "delta": "a", **delta}),
        ("response.output_text.done", {**PLACE, "text": "a", **done}),
        ("response.content_part.done", {**PLACE, "part": whole}),
        ("response.output_item.done", {"output_index": 0, "item": {**MESSAGE, "content": [whole]}}),
    ]


def token(text: str, **more: Any) -> list[dict[str, Any]]:
    """Return a token with another that was likely."""
    likely = {"token": "b", "logprob": -1.5, "bytes": [98]}
    return [{"token": text, "logprob": -0.1, "bytes": [97], "top_logprobs": [likely], **more}]


def text_of(pieces: list[Piece]) -> str:
    """Return all text."""
    return "".join(piece.text for piece in pieces)


def test_tokens_that_say_the_text_again_are_no_more_text() -> None:
    same = {"logprobs": token("a")}
    assert text_of(streamed(*spoken(same, same, token("a")))) == "a"


@pytest.mark.parametrize("at", range(3))
def test_tokens_that_say_another_text_are_text(at: int) -> None:
    """In a delta, at the end of the text, in the finished part: as in chat completions."""
    told = [token("hidden") if place == at else [] for place in range(3)]
    text = text_of(streamed(*spoken({"logprobs": told[0]}, {"logprobs": told[1]}, told[2])))
    assert set(text.replace("hidden", " ").split()) == {"a"}
    assert "hidden" in text


def test_tokens_of_an_answer_that_is_not_streamed_are_looked_at() -> None:
    for told, text in ((token("a"), "a"), (token("hidden"), "ahidden")):
        item = {**MESSAGE, "content": [part("a", logprobs=told)]}
        assert whole_of(RESPONSES, json.dumps({**HEAD, "output": [item]}).encode()).text == text


@pytest.mark.parametrize(
    "spoilt",
    [
        token("a" * 600),
        token("a", surprise="hidden"),
        token("a", bytes=["hidden"]),
        token("a", top_logprobs=[{"token": "b" * 600, "logprob": 0}]),
        token("a", top_logprobs=[{"token": "b", "logprob": 0, "top_logprobs": token("hidden")}]),
    ],
)
def test_tokens_are_held_to_a_short_string(spoilt: object) -> None:
    for told in (({"logprobs": spoilt}, {}, []), ({}, {"logprobs": spoilt}, []), ({}, {}, spoilt)):
        with pytest.raises(CutShort):
            streamed(*spoken(*told))


@pytest.mark.parametrize("more", [{"text": "hidden"}, {"part": part("hidden")}, {"item": MESSAGE}, {"refusal": "no"}])
def test_a_delta_says_nothing_in_another_field(more: dict[str, Any]) -> None:
    with pytest.raises(CutShort):
        streamed(*spoken(more, {}, []))
