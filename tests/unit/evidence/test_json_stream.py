# SPDX-License-Identifier: Apache-2.0
"""Borders of JSON in chunks: lines, elements and members, however the text is cut (E-1)."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ruleout.errors import UnreadableLog
from ruleout.evidence.json_stream import MAX_DEPTH, elements, lines, members, object_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def elements_of(data: bytes, size: int = 7, **more: Any) -> list[bytes]:
    return list(elements(cut(data, size), log="x", part="x.json", **more))


def members_of(data: bytes, size: int = 7, streamed: str = "samples") -> list[tuple[str, bytes]]:
    return list(members(cut(data, size), streamed=streamed, log="x", part="x.json"))


def refusal(data: bytes, size: int = 7, **more: Any) -> UnreadableLog:
    with pytest.raises(UnreadableLog) as caught:
        elements_of(data, size, **more)
    return caught.value


@settings(max_examples=150, deadline=None)
@given(values=st.lists(VALUES, max_size=5), size=st.integers(1, 40), indent=st.sampled_from([None, 1]))
def test_elements_are_those_of_the_whole_text_wherever_it_is_cut(values: list[Any], size: int, indent: int | None):
    """Against the standard library's reading of all of it, with and without white space."""
    data = json.dumps(values, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")

    assert [json.loads(element.decode("utf-8", "surrogatepass")) for element in elements_of(data, size)] == values


@settings(max_examples=150, deadline=None)
@given(
    value=st.dictionaries(st.text(max_size=4), VALUES, max_size=5),
    more=st.lists(VALUES, max_size=4),
    size=st.integers(1, 40),
)
def test_members_are_those_of_the_whole_text_wherever_it_is_cut(value: dict[str, Any], more: list[Any], size: int):
    """The streamed array comes out element by element among whole members, in the order of the text."""
    value = value | {"samples": more}
    found = members_of(json.dumps(value).encode(), size)

    assert [json.loads(data) for name, data in found if name == "samples"] == more
    assert {name: json.loads(data) for name, data in found if name != "samples"} == {
        k: v for k, v in value.items() if k != "samples"
    }


def test_members_put_together_again_are_one_object():
    """So that one decoder can read the small ones."""
    found = members_of(b'{"a": {"b": [1]}, "samples": [1, 2], "c": "\\u00e9"}')

    assert json.loads(object_of(pair for pair in found if pair[0] != "samples")) == {"a": {"b": [1]}, "c": "é"}


def test_a_streamed_member_that_is_no_array_comes_whole():
    """The reader's decoder says what is wrong with it."""
    assert members_of(b'{"samples": null}') == [("samples", b"null")]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_brackets_quotes_and_backslashes_inside_texts_are_no_borders(size: int):
    """Cut anywhere, even between a backslash and what it escapes."""
    texts = ["]", '"]', "\\", '\\"],[', "{[", "\\\\"]

    assert [json.loads(element) for element in elements_of(json.dumps([texts, {"k": texts}]).encode(), size)] == [
        texts,
        {"k": texts},
    ]


def test_numbers_that_json_does_not_have_are_handed_on():
    """What stands between two borders is the caller's to judge."""
    assert elements_of(b"[NaN, -Infinity, [Infinity]]") == [b"NaN", b"-Infinity", b"[Infinity]"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "truncated"),
        (b"[", "truncated"),
        (b"[1", "truncated"),
        (b'["a', "truncated"),
        (b'["a\\', "truncated"),
        (b"[{", "truncated"),
        (b'[{"a": [1]', "truncated"),
        (b"[1,", "truncated"),
        (b"{}", "wrong-shape"),
        (b"1", "wrong-shape"),
        (b"[1 2]", "bad-json"),
        (b"[1,,2]", "bad-json"),
        (b"[,1]", "bad-json"),
        (b"[1,]", "bad-json"),
        (b"[1:2]", "bad-json"),
        (b"[}", "bad-json"),
        (b"[] x", "bad-json"),
        (b"[][]", "bad-json"),
        (b"[" * (MAX_DEPTH + 3), "bad-json"),
    ],
)
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_what_is_no_array_is_refused_by_name(data: bytes, reason: str, size: int):
    """Wherever it is cut."""
    assert refusal(data, size).reason == reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[]", "wrong-shape"),
        (b'{"a" 1}', "bad-json"),
        (b"{a: 1}", "bad-json"),
        (b'{"a": 1,}', "bad-json"),
        (b'{"a": 1 "b": 2}', "bad-json"),
        (b'{"a": 1}x', "bad-json"),
        (b'{"\\ud800": 1}', "bad-json"),
        (b'{"a": 1, "a": 2}', "wrong-shape"),
        (b'{"a": 1, "\\u0061": 2}', "wrong-shape"),
        (b'{"samples": [1], "samples": []}', "wrong-shape"),
        (b'{"a": 1', "truncated"),
        (b'{"samples": [1, 2', "truncated"),
    ],
)
def test_what_is_no_object_of_distinct_members_is_refused_by_name(data: bytes, reason: str):
    """A name that stands twice is refused, however it is spelt: readers differ on which one counts."""
    with pytest.raises(UnreadableLog) as caught:
        members_of(data)
    assert caught.value.reason == reason


def test_a_value_over_the_limit_is_refused_before_it_is_held():
    """Memory is bounded by the limit and one chunk, for texts, nests and white space alike."""
    assert refusal(b'["' + b"x" * 500 + b'"]', max_bytes=100).reason == "too-large"
    assert refusal(b"[[" + b"1," * 500 + b"1]]", max_bytes=100).reason == "too-large"
    assert elements_of(b"[" + b" " * 500 + b"1]", max_bytes=100) == [b"1"]


def test_what_is_done_with_is_given_back():
    """Many elements cost no more memory than one: the window never grows beyond what is not yet used."""
    most = 0

    def watched() -> Iterator[bytes]:
        for _ in range(200):
            yield b'{"a": "' + b"x" * 1000 + b'"},'

    tracemalloc.start()
    for _ in elements(chain([b"["], watched(), [b"1]"]), log="x", part="x"):
        most = max(most, tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert most < 2_000_000


def test_lines_are_numbered_and_blank_ones_passed_over():
    """Numbers are those of the file; line ends of either kind are taken off."""
    assert list(lines(cut(b"a\r\n\n  \nb\nc", 2), log="x", part="x")) == [(1, b"a"), (4, b"b"), (5, b"c")]


def test_a_line_over_the_limit_is_refused():
    """It is not read to its end first."""
    with pytest.raises(UnreadableLog) as caught:
        list(lines(cut(b"a\n" + b"x" * 100, 10), log="x", part="x", max_bytes=50))
    assert (caught.value.reason, "line 2" in str(caught.value)) == ("too-large", True)
