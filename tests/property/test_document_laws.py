# SPDX-License-Identifier: Apache-2.0
"""Laws of the documents layer: what is written is read, exactly, from where it stands; and nothing ever crashes."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ruleout.documents import yaml_text
from ruleout.documents.characters import first_forbidden
from ruleout.documents.places import Path as DocumentPath
from ruleout.documents.scalars import Refused, plain_scalar
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import BadInput, Problem
from ruleout.framework import parse_case, parse_framework

FOLDER = Path(__file__).parents[2] / "vectors" / "framework"
FRAMEWORK = (FOLDER / "base-framework.yaml").read_bytes()
CASE = (FOLDER / "base-case.yaml").read_bytes()

keys = st.from_regex(r"[a-z0-9-]{0,6}[a-z][a-z0-9-]{0,6}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\t"), max_size=20).filter(
    lambda text: first_forbidden(text) is None
)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | decimals | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=20
)


def written(value: Any) -> str:
    """The value as flow YAML on one line: JSON, with decimals as they are."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)


def at_path(value: Any, path: DocumentPath) -> Any:
    for step in path:
        value = value[step]
    return value


@given(values)
def test_what_is_written_is_read(value: Any) -> None:
    """load(dump(x)) == x, exactly: every decimal keeps its digits, every text its characters."""
    read = read_yaml(written(value).encode() or b"null", file="f").value

    assert value == read
    assert written(value) == written(read)


@given(values)
def test_place_of_every_value_is_where_its_text_begins(value: Any) -> None:
    """The text at a path's column is the value's own."""
    text = written(value)
    for path, spot in read_yaml(text.encode(), file="f").spots.items():
        assert spot.value[0] == 1
        assert text[spot.value[1] - 1 :].startswith(written(at_path(value, path)))


@given(st.text(max_size=30))
def test_plain_scalar_is_total_and_never_a_float(text: str) -> None:
    """Any text has a value or a reason."""
    value = plain_scalar(text)

    assert value is None or type(value) in (bool, int, Decimal, str, Refused)
    assert not isinstance(value, str) or value == text


def problems_of(parse: Any, data: bytes) -> tuple[Problem, ...]:
    """What a parser says; nothing where the input is accepted."""
    try:
        parse(data, file="f")
    except BadInput as refusal:
        return refusal.problems or pytest.fail("a refusal without a problem")
    return ()


@pytest.mark.parametrize("parse", [parse_framework, parse_case])
def test_any_bytes_are_parsed_or_refused_with_problems(parse: Any) -> None:
    """Nothing but a refusal is ever raised, and a refusal always says where."""

    @given(
        st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")) | yaml_soup
    )
    def law(data: bytes) -> None:
        for problem in problems_of(parse, data):
            assert problem.where.line >= 1
            assert problem.where.column >= 1
            assert problem.hint
            assert "\n" not in str(problem)

    law()


yaml_soup = st.lists(
    st.sampled_from(
        [
            "a",
            "b-1",
            ": ",
            "- ",
            "? ",
            "\n",
            "\n  ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "&a ",
            "*a",
            "!x ",
            "|",
            ">",
            "'",
            '"',
            "#",
            "%",
            "---\n",
            "...\n",
            "0x1",
            "<<",
            "1e99",
            "\\u202e",
            "é",
        ]
    ),
    max_size=40,
).map(lambda parts: "".join(parts).encode())


@given(yaml_soup)
def test_fast_and_pure_parser_read_the_same_value(data: bytes) -> None:
    """Which parser is installed does not change what a file means; each refuses a few oddities that the other takes."""
    default = yaml_text._LOADER
    fast = value_of(data)
    try:
        yaml_text._LOADER = yaml.SafeLoader
        pure = value_of(data)
    finally:
        yaml_text._LOADER = default

    assert fast == pure or () in (fast, pure)


def value_of(data: bytes) -> object:
    """The value that is read, or an empty tuple where the bytes are refused."""
    try:
        return read_yaml(data, file="f").value
    except BadInput:
        return ()


@given(st.randoms(use_true_random=False))
def test_order_of_sections_does_not_matter(random: Random) -> None:
    """A framework is the same whatever the order of its top-level parts; only the digest of the bytes differs."""
    document = read_yaml(FRAMEWORK, file="f").value
    assert isinstance(document, dict)
    items = list(document.items())
    random.shuffle(items)
    shuffled = parse_framework(written(dict(items)).encode(), file="f")

    assert replace(shuffled, digest="") == replace(parse_framework(FRAMEWORK, file="f"), digest="")


@given(st.integers(0, len(CASE) - 1), st.integers(1, 40))
def test_case_digest_depends_on_nothing_but_the_content(start: int, length: int) -> None:
    """Blank lines and comments anywhere between lines change nothing."""
    lines = CASE.decode().splitlines(keepends=True)
    at = start % len(lines)
    noisy = "".join([*lines[:at], "\n" * (length % 3), "# " + "x" * length + "\n", *lines[at:]])

    assert parse_case(noisy.encode(), file="f") == parse_case(CASE, file="f")
