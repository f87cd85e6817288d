# SPDX-License-Identifier: Apache-2.0
"""Rows decoded in parts are those of the whole array (E-1)."""

from __future__ import annotations

import json
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.errors import UnreadableLog
from ruleout.evidence.json_rows import rows_in_parts
from ruleout.evidence.json_text import decode


class Row(msgspec.Struct):
    """A row with what a summary has."""

    id: int | str
    metadata: object = None


DECODER = msgspec.json.Decoder(list[Row])
READ = partial(decode, decoder=DECODER, log="x", part="y")
TEXTS = st.text(st.sampled_from('ab},{"id":[]\\ é'), max_size=12)
VALUES = st.recursive(
    st.none() | st.integers(0, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "a"]), inner, max_size=2),
    max_leaves=6,
)
ROWS = st.lists(st.fixed_dictionaries({"id": st.integers(0, 9) | TEXTS}, optional={"metadata": VALUES}), max_size=12)


def cut(text: bytes, size: int) -> list[bytes]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def in_parts(text: bytes, size: int) -> list[Row] | None:
    """The rows, None for a refusal."""
    try:
        return [row for rows in rows_in_parts(cut(text, size), READ) for row in rows]
    except UnreadableLog:
        return None


@given(
    rows=ROWS, size=st.integers(1, 60), damage=st.none() | st.tuples(st.integers(0, 400), st.sampled_from(b'}{][,":a'))
)
def test_rows_that_come_out_in_parts_are_those_of_the_whole(
    rows: list[dict[str, object]], size: int, damage: tuple[int, int] | None
):
    """Whatever stands in texts and below rows, wherever the text is cut, and whether or not it is JSON."""
    text = bytearray(json.dumps(rows, separators=(",", ":"), ensure_ascii=False).encode())
    if damage:
        text[damage[0] % len(text)] = damage[1]
    found = in_parts(bytes(text), size)

    if found is not None:
        assert found == decode(bytes(text), DECODER, log="x", part="y")


@pytest.mark.parametrize("size", [1, 64, 10_000])
def test_plain_rows_come_out_in_parts(size: int):
    """Without this the law above would hold for a reader that refuses."""
    rows = [{"id": number, "metadata": {"a": '},{"id":'}} for number in range(500)]
    text = json.dumps(rows, separators=(",", ":")).encode()
    parts = list(rows_in_parts(cut(text, size), READ))

    assert [row.id for rows in parts for row in rows] == list(range(500))
    assert (len(parts) > 10) == (size == 64)


def test_a_border_below_a_row_is_refused_not_misread():
    """What is cut there is no JSON, so whoever reads decodes the whole."""
    text = json.dumps([{"id": 1, "metadata": [{"a": 1}, {"id": 2}]}] * 9, separators=(",", ":")).encode()

    assert in_parts(text, 5) is not None  # no piece is large enough to show a border
    assert in_parts(text, 30) is None
