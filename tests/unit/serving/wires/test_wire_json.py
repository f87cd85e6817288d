# SPDX-License-Identifier: Apache-2.0
"""JSON that readers differ about is refused; what goes upstream is written from what was judged (ADR 0031)."""

from __future__ import annotations

import json

import pytest

from ruleout.model.permit import Endpoint
from ruleout.serving.wires import BadRequest, read_request

_CHAT = Endpoint.OPENAI_CHAT_COMPLETIONS
_TURNS = '"messages":[{"role":"user","content":"x"}]'


def _body(rest: str) -> bytes:
    return ('{"model":"m",' + _TURNS + rest + "}").encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xef\xbb\xbf" + _body(""),
        _body("").decode().encode("utf-16"),
        _body("")[:-1],
        _body("") + b"{}",
        _body(',"model":"n"'),
        _body(', "model": "n"'),
        _body(',"mode\\u006c":"n"'),
        _body(',"user":"\\ud800"'),
        b'{"model":"m\xff",' + _TURNS.encode() + b"}",
        _body(',"seed":' + "9" * 30),
        _body(',"seed":18446744073709551616'),
        _body(',"temperature":NaN'),
        _body(',"temperature":Infinity'),
        _body(',"temperature":1e999'),
        _body(',"logit_bias":' + '{"a":' * 70 + "1" + "}" * 70),
        _body(',"logit_bias":' + '{"a":' * 100_000 + "1" + "}" * 100_000),
        _body(',"metadata":{"a":"1","a":"2"}'),
        _body(',"metadata":{"a":"1",\n"\\u0061":"2"}'),
        _body("//x"),
        _body(",'a':1"),
    ],
)
def test_what_readers_differ_about_is_refused(body):
    """Marks, encodings, keys that come twice, halves of pairs, numbers, depth, trailing text."""
    with pytest.raises(BadRequest):
        read_request(_CHAT, body)


@pytest.mark.parametrize("style", [{}, {"separators": (",", ":")}, {"indent": 2}, {"ensure_ascii": False}])
def test_the_style_of_the_bytes_does_not_matter(style):
    """What is forwarded is the same, whatever blanks and escapes a client writes."""
    plain = {
        "model": "m",
        "messages": [{"role": "user", "content": "Ærlig 東京 \U0001f600 \u2028 </script>"}],
        "top_p": 1.0,
    }
    request = read_request(_CHAT, json.dumps(plain, **style).encode())
    assert json.loads(request.forward) == plain
    assert request.forward == json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def test_depth_is_refused_at_a_fixed_bound():
    """Sixty-four levels are read, sixty-five are not."""
    assert read_request(_CHAT, _body(',"logit_bias":' + '{"a":' * 63 + "1" + "}" * 63))
    with pytest.raises(BadRequest, match="deeper"):
        read_request(_CHAT, _body(',"logit_bias":' + '{"a":' * 64 + "1" + "}" * 64))


@pytest.mark.parametrize(
    ("rest", "added", "options"),
    [
        (',"stream":true', True, {"include_usage": True}),
        (',"stream":true,"stream_options":null', True, {"include_usage": True}),
        (
            ',"stream":true,"stream_options":{"include_obfuscation":false}',
            True,
            {"include_obfuscation": False, "include_usage": True},
        ),
        (',"stream":true,"stream_options":{"include_usage":false}', True, {"include_usage": True}),
        (',"stream":true,"stream_options":{"include_usage":true}', False, {"include_usage": True}),
        (',"stream":false', False, None),
    ],
)
def test_the_count_of_tokens_is_asked_for_in_every_stream(rest, added, options):
    """And it is told whether the client asked for it."""
    request = read_request(_CHAT, _body(rest))
    assert (request.usage_added, json.loads(request.forward).get("stream_options")) == (added, options)
    assert read_request(_CHAT, request.forward).asked == request.asked
