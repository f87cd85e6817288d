# SPDX-License-Identifier: Apache-2.0
"""Bytes into plain values and back, strictly: what readers of JSON differ about is refused (ADR 0031).

Readers differ about a key that comes twice, numbers beyond 64 bits, halves of surrogate pairs, marks of byte order and
depth. What goes upstream is written anew from what was decoded, so that whatever is left of such differences is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from ruleout.serving.wires.requests.bad_request import BadRequest

Plain = dict[str, Any]

MOST_BYTES = 32 * 2**20
MOST_DEPTH = 64
_NOT_JSON = "the request is not JSON in UTF-8 that every reader reads the same"
_TWICE = "the request has a key twice in one object"
_decode = msgspec.json.Decoder().decode
_encode, _format = msgspec.json.Encoder().encode, msgspec.json.format


def decoded(body: bytes) -> Plain:
    """Return the JSON object that a body holds. Pure.

    Raises:
        BadRequest: not JSON, not UTF-8, a key twice, nested deeper than 64, larger than 32 MiB, or not an object.
    """
    return read(body)[0]


def read(body: bytes) -> tuple[Plain, bytes]:
    """Return the JSON object that a body holds, and its bytes written anew. Raises: BadRequest, as `decoded`. Pure."""
    if len(body) > MOST_BYTES:
        raise BadRequest("the request is too large")
    try:
        plain = _decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadRequest(_NOT_JSON) from None
    if type(plain) is not dict:
        raise BadRequest("the request must be one JSON object")
    if _may_be_deep(body) and _is_deep(plain):
        raise BadRequest(f"the request is nested deeper than {MOST_DEPTH}")
    forward = written(plain)
    if forward != body and _format(body, indent=-1) != forward:
        _refuse_twice(body)
    return plain, forward


def written(plain: object) -> bytes:
    """Return plain values as JSON. Raises: BadRequest: a number beyond 64 bits."""
    try:
        return _encode(plain)
    except (OverflowError, ValueError, UnicodeError, RecursionError):
        raise BadRequest(_NOT_JSON) from None


def _refuse_twice(body: bytes) -> None:
    """Look for a key that comes twice, in the slow way: bytes that were written in another style than ours."""
    try:
        json.loads(body, object_pairs_hook=_once)
    except (UnicodeError, RecursionError, json.JSONDecodeError):
        raise BadRequest(_NOT_JSON) from None


def _once(pairs: Iterable[tuple[str, object]]) -> None:
    told = list(pairs)
    if len({key for key, _ in told}) != len(told):
        raise BadRequest(_TWICE)


def _may_be_deep(body: bytes) -> bool:
    """Tell whether there are enough brackets. Replacing stops early and searches faster than `bytes.count`."""
    left = len(body.replace(b"{", b"", MOST_DEPTH)) + len(body.replace(b"[", b"", MOST_DEPTH))
    return 2 * len(body) - left >= MOST_DEPTH


def _is_deep(plain: Plain) -> bool:
    level: list[Any] = [plain]
    for _ in range(MOST_DEPTH):
        inner: list[Any] = []
        for one in level:
            values = one.values() if type(one) is dict else one
            inner += [value for value in values if type(value) is dict or type(value) is list]
        if not inner:
            return False
        level = inner
    return True
