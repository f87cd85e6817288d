# SPDX-License-Identifier: Apache-2.0
"""Plain scalars: the core schema of YAML 1.2, exact numbers, and refusals where readers disagree."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ruleout.documents.scalars import Refused, plain_scalar


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_spellings_of_nothing_are_null(text: str) -> None:
    """An absent value is null in each of its spellings."""
    assert plain_scalar(text) is None


@pytest.mark.parametrize(("text", "flag"), [("true", True), ("True", True), ("FALSE", False), ("false", False)])
def test_true_and_false_are_flags(text: str, flag: bool) -> None:
    """Only true and false are flags."""
    assert plain_scalar(text) is flag


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "2025-05-22",
        "12:30:45",
        "1_000",
        "1.2.3",
        "-",
        "+",
        ".",
        "...",
        "--1",
        "3.4a",
        "e5",
        "=",
        "<<",
        "nan",
        "inf",
    ],
)
def test_what_older_yaml_would_convert_is_text(text: str) -> None:
    """Words, dates, clock times and grouped digits stay the text they are."""
    assert plain_scalar(text) == text


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("-0", 0), ("+7", 7), ("-42", -42), ("9007199254740991", 2**53 - 1)]
)
def test_whole_numbers_are_integers(text: str, number: int) -> None:
    """Digits with an optional sign are an int."""
    value = plain_scalar(text)

    assert type(value) is int
    assert value == number


@pytest.mark.parametrize("text", ["0.1", "2.50", "-.5", "1.", "1e3", "1.5E-30", "+0.0"])
def test_fractions_are_exact_decimals(text: str) -> None:
    """A decimal keeps every digit that was written."""
    value = plain_scalar(text)

    assert type(value) is Decimal
    assert value.as_tuple() == Decimal(text).as_tuple()


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("007", "Y012"), ("-01", "Y012"), ("00", "Y012"), ("01.5", "Y012"), ("0o17", "Y012"), ("0x1F", "Y012"),
        (".inf", "Y012"), ("-.INF", "Y012"), (".nan", "Y012"),
        ("9007199254740992", "Y013"), ("-9007199254740992", "Y013"), ("1" * 5000, "Y013"),
        ("1e31", "Y014"), ("1e-31", "Y014"), ("1e99999999999", "Y014"), ("0." + "1" * 40, "Y014"),
    ],
)  # fmt: skip
def test_numbers_that_are_not_exact_everywhere_are_refused(text: str, id_: str) -> None:
    """What another reader would round, misread or blow up is refused by its id."""
    value = plain_scalar(text)

    assert isinstance(value, Refused)
    assert value.id == id_
