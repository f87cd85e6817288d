# SPDX-License-Identifier: Apache-2.0
"""The same request gets the same reading on every wire, and no field of a client weakens it (G-2, G-5)."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.wire_builders import MODELS, drawn, lenient_tools, rendered, spoilt

from ruleout.serving.wires import BadRequest, read_request
from ruleout.serving.wires.requests import chat
from ruleout.serving.wires.requests.found import Found

SEEDS = st.integers(0, 2**32)


@settings(max_examples=200, deadline=None)
@given(SEEDS)
def test_one_request_is_read_the_same_in_every_format(seed):
    """All but the endpoint: model, stream, tokens, tools, results, what no text shows; and the same texts of its turns."""
    one = drawn(random.Random(seed))
    read = [read_request(endpoint, json.dumps(rendered(endpoint, one)).encode()) for endpoint in MODELS]
    assert len({request.asked[1:] for request in read}) == 1
    assert len({request.unread for request in read}) == 1
    said = [told[-1] for told in one.turns if told[0] != "call"] + [one.system] * bool(one.system)
    assert all(set(said) <= set(request.texts()) for request in read)


@settings(max_examples=400, deadline=None)
@given(SEEDS)
def test_whatever_a_client_writes_is_refused_or_forwarded_as_it_was_judged(seed):
    """What is forwarded reads as what was judged, and holds no tool that was not named, however carelessly it is read."""
    rng = random.Random(seed)
    endpoint = rng.choice(MODELS)
    try:
        request = read_request(endpoint, spoilt(rng, rendered(endpoint, drawn(rng))))
    except BadRequest:
        return
    again = read_request(endpoint, request.forward)
    assert again.asked == request.asked
    assert again.forward == request.forward
    assert lenient_tools(request.forward) <= set(request.asked.tools)
    assert all(type(text) is str for text in request.texts())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body):
    """Nothing else ever comes out of bytes."""
    for endpoint in MODELS:
        with pytest.raises(BadRequest):
            read_request(endpoint, body)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
_PLACES = st.sampled_from(
    ("messages", "input", "system", "tools", "tool_choice", "functions", "metadata", "thinking", "text")
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(MODELS), st.dictionaries(_PLACES, _JSON, max_size=3))
def test_any_json_at_any_place_is_read_or_refused(endpoint, fields):
    """No value of a known field makes anything but a reading or a refusal."""
    base = {"model": "m", "input": "x"} if endpoint.value == "openai-responses" else {"model": "m"}
    turns = {} if "input" in base else {"messages": [{"role": "user", "content": "x"}]}
    try:
        request = read_request(endpoint, json.dumps({**base, **turns, **fields}).encode())
    except BadRequest:
        return
    assert read_request(endpoint, request.forward).asked == request.asked
    request.texts()


_WORDS = st.sampled_from(
    ["user", "assistant", "system", "developer", "tool", "function", "else", "", None, 3, ["user"]]
)
_TURN = st.fixed_dictionaries(
    {},
    optional={
        "role": _WORDS,
        "content": st.text(max_size=3)
        | st.none()
        | st.just([])
        | st.just([{"type": "text", "text": "x"}])
        | st.just(7),
        "name": st.just("n") | st.just(5),
        "tool_calls": st.just([]),
        "more": st.none(),
    },
)


@settings(max_examples=400)
@given(
    st.lists(_TURN | st.just("x"), max_size=3),
    st.sampled_from([{}, {"tools": []}, {"n": 2}, {"modalities": ["audio"]}]),
)
def test_a_turn_that_only_says_something_is_read_as_field_by_field(turns, more):
    """The short way never says anything else than the long one, word for word."""
    plain = {"model": "m", "messages": turns, **more}

    def said() -> object:
        try:
            return chat.read_chat(plain, Found())
        except BadRequest as error:
            return str(error)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chat, "_only_says", lambda _: False)
        patch.setattr(chat, "_OFFERS", frozenset(plain))
        slow = said()
    assert said() == slow
