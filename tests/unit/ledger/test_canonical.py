# SPDX-License-Identifier: Apache-2.0
"""Canonical JSON (L-1)."""

from __future__ import annotations

import enum
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ruleout.errors import VerificationFailed
from ruleout.model.canonical import MAX_DEPTH, MAX_INTEGER, canonical, digest_of, parse_canonical

_KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
_PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES = st.recursive(
    _PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=12
)


@given(VALUES)
def test_canonical_bytes_are_those_of_rfc_8785(value: object) -> None:
    """On our profile the bytes equal those of an independent implementation of the standard."""
    assert rfc8785.dumps(value) == canonical(value)  # type: ignore[arg-type]


@given(VALUES)
def test_parsing_returns_the_value_that_was_written(value: object) -> None:
    """Reading canonical bytes gives the value back, and its bytes again."""
    data = canonical(value)

    assert value == parse_canonical(data)
    assert data == canonical(parse_canonical(data))


def test_tuples_are_written_as_arrays() -> None:
    """A tuple and a list of the same items have the same bytes."""
    assert b"[1,[2]]" == canonical((1, [2]))


class _Word(enum.StrEnum):
    A = "a"


@pytest.mark.parametrize("value", [1.0, float("nan"), b"x", {1}, {1: "x"}, {None: "x"}, _Word.A, [_Word.A], object()])
def test_other_types_are_refused(value: object) -> None:
    """Floats, bytes, sets, enums and keys that are not strings never get bytes."""
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), {"é": 1}, "\ud800", {"a": ["\udfff"]}])
def test_values_outside_the_profile_are_refused(value: object) -> None:
    """Integers of 2^53, keys that are not ASCII and lone surrogates never get bytes."""
    with pytest.raises(ValueError):
        canonical(value)


def test_nesting_is_bounded() -> None:
    """The deepest nesting allowed has bytes and can be read; one level more cannot."""
    value: object = []
    for _ in range(MAX_DEPTH - 1):
        value = [value]

    assert value == parse_canonical(canonical(value))
    with pytest.raises(ValueError, match="nesting"):
        canonical([value])


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'"\\u0041"',
        b'"\\/"',
        b"1.0",
        b"1e2",
        b"-0",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"1" * 400,
        b'"\\ud800"',
        b'{"\xc3\xa9":1}',
        b"\xff",
        b"\xef\xbb\xbf1",
        b"",
        b"{",
        b"[" * 100 + b"]" * 100,
        b"[" * 200_000,
        b'{"a":' * 5000,
        b"]]]][[",
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    """Duplicate keys, other orders, spaces, escapes, floats, depth: everything but the one spelling is refused."""
    with pytest.raises(VerificationFailed) as caught:
        parse_canonical(data)

    assert "canonical" == caught.value.check


def test_brackets_inside_strings_are_not_nesting() -> None:
    """A string full of brackets, quotes and backslashes is one string."""
    value = {"a": "[" * 500 + '"\\' + "{" * 500}

    assert value == parse_canonical(canonical(value), max_depth=1)


def test_size_is_bounded_before_parsing() -> None:
    """One byte over the limit is refused whatever the bytes are."""
    with pytest.raises(VerificationFailed, match="at most 3 bytes"):
        parse_canonical(b'"ab"', max_bytes=3)


def test_depth_limit_of_the_caller_holds() -> None:
    """A caller that expects flat data gets flat data."""
    with pytest.raises(VerificationFailed, match="nesting"):
        parse_canonical(b'{"a":[1]}', max_depth=1)


def test_digest_is_the_sha256_of_the_bytes() -> None:
    """The digest of a value is that of its canonical bytes."""
    assert "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" == digest_of({})
    assert json.loads(canonical({})) == {}
