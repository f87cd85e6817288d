# SPDX-License-Identifier: Apache-2.0
"""What is recorded of an exchange: the short ways to a record give the bytes of the long one (G-8)."""

from __future__ import annotations

import hashlib

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ruleout.gateway.exchange import Exchange
from ruleout.model.permit import Endpoint
from ruleout.serving.audit import Ended, HookSaid, Opened, end_record, form_of, open_record
from ruleout.serving.refusal import Refusal, Why

_WORDS = st.text(st.sampled_from('a"\\,:{}é\n0%') | st.characters(exclude_categories=["Cs"]), max_size=12)
_NAMES = _WORDS | st.sampled_from(
    ['"body":"', ',"request":"', '0,"request":"', '{"kind":"open","at":0,"request":"', '\\"body\\":\\"']
)
_FIELDS = ("tenant", "tier", "key", "endpoint", "model", "weights", "permit", "bundle", "floor")
_HEX = st.text("0123456789abcdef", max_size=64)
_INSTANTS = st.integers(0, 2**63 - 1)


@given(
    st.fixed_dictionaries(dict.fromkeys(_FIELDS, _NAMES)),
    st.tuples(st.lists(_NAMES).map(tuple), st.lists(_NAMES).map(tuple), st.integers(0, 2**53 - 1)),
    st.tuples(_INSTANTS, _HEX, _HEX),
)
def test_a_form_that_is_filled_is_the_record(fields, more, own) -> None:
    """Whatever names there are, also such as look like a part of a record."""
    (rules, tools, epoch), (at, request, body) = more, own
    one = Opened(at=0, request="", body="", rules=rules, tools=tools, epoch=epoch, **fields)
    record = open_record(msgspec.structs.replace(one, at=at, request=request, body=body))

    assert form_of(one).filled(at, request, body) == record


def ended_whole(data: bytes) -> Exchange:
    it = Exchange(Endpoint.OPENAI_CHAT_COMPLETIONS, "0" * 24, 1)
    it.status, it.tokens_in, it.degraded = 200, 7, "d" * 64
    for part in (data[:3], data[3:]) if data else ():
        it.send(part)
    return it


def test_the_end_of_an_answer_is_recorded_with_what_there_was() -> None:
    """Only counts; and beside them a refusal and hooks."""
    data = b"hello world"
    told = {"at": 9, "request": "0" * 24, "status": 200, "sent_bytes": 11, "sent": hashlib.sha256(data).hexdigest()}
    more = {"tokens_in": 7, "degraded": "d" * 64}
    refusal = Refusal(Why.HOOK, "no", rules=("r",), failed=("f",))
    hooks = (HookSaid("h", "deny"),)
    it = ended_whole(data)

    assert it.ended("whole", None, 9) == end_record(Ended(**told, **more, how="whole"))
    assert it.ended("cut", refusal, 9) == end_record(
        Ended(**told, **more, how="cut", why="hook", rules=("r",), failed=("f",))
    )
    it.output_hooks = hooks
    assert it.ended("whole", None, 9) == end_record(Ended(**told, **more, how="whole", hooks=hooks))


def test_of_an_answer_of_which_nothing_left_the_digest_is_that_of_nothing() -> None:
    """Not "": a digest is always there."""
    record = msgspec.json.decode(ended_whole(b"").ended("left", None, 9))

    assert (record["sent_bytes"], record["sent"]) == (0, hashlib.sha256(b"").hexdigest())
