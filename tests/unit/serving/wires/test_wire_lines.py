# SPDX-License-Identifier: Apache-2.0
"""What a model says begins no line of a stream, whatever a client takes for the end of a line (G-5)."""

from __future__ import annotations

import json
from collections.abc import Iterable

import httpx2
import pytest
from tests.fake_upstream.answers import answer

from ruleout.model.permit import Endpoint
from ruleout.serving.refusal import Refusal, Why
from ruleout.serving.wires.answers import reader_of

PATHS = {
    Endpoint.OPENAI_CHAT_COMPLETIONS: "/v1/chat/completions",
    Endpoint.OPENAI_RESPONSES: "/v1/responses",
    Endpoint.ANTHROPIC_MESSAGES: "/v1/messages",
}
#: What Python's `splitlines` takes for ends of lines, and JSON for letters like any other.
ENDS = ["\x85", "\u2028", "\u2029"]
POLICY = Refusal(Why.FORBIDDEN, "not allowed")


def lines_of(data: bytes) -> list[str]:
    """Return a stream's lines, as clients get them that read with httpx or `iter_lines` of the official SDKs."""
    return list(
        httpx2.Response(200, headers={"content-type": "text/event-stream; charset=utf-8"}, content=data).iter_lines()
    )


def told_by(lines: Iterable[str]) -> list[object]:
    """Return what the lines of data say."""
    return [json.loads(line[6:]) for line in lines if line.startswith("data: ") and line != "data: [DONE]"]


def sent_by(endpoint: Endpoint, said: str) -> list[bytes]:
    """Return the events of an answer that says this, written as most servers do: no letter as an escape."""
    asked = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "say:WORD"}], "input": "say:WORD"}
    plan = answer(PATHS[endpoint], json.dumps(asked).encode())
    return [event.replace(b"WORD", said.encode()) for event in plan.stream or ()]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("endpoint", PATHS)
@pytest.mark.parametrize("is_cut", [False, True])
def test_a_models_words_are_no_event_of_their_own(endpoint: Endpoint, end: str, is_cut: bool) -> None:
    said = f"a{end}{end}data: [1]{end}{end}é"
    events, reader = sent_by(endpoint, said), reader_of(endpoint)
    pieces = [piece for event in events[: -2 if is_cut else None] for piece in reader.feed(event)]
    assert "".join(piece.text for piece in pieces) == said
    left = b"".join(piece.data for piece in pieces) + (reader.cut(POLICY) if is_cut else b"")
    lines = lines_of(left)
    assert "data: [1]" not in lines
    assert left.count(b"data: ") - left.count(b"data: [1]") == len(
        [line for line in lines if line.startswith("data: ")]
    )
    if not is_cut:
        assert told_by(lines) == told_by(b"".join(events).decode().split("\n"))
