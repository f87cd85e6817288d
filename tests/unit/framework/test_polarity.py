# SPDX-License-Identifier: Apache-2.0
"""Where a burden of proof may open what a known answer would not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ruleout.framework import caution_exceptions, parse_framework
from ruleout.model.outcome import BurdenOfProof

BASE = (Path(__file__).parents[3] / "vectors" / "framework" / "base-framework.yaml").read_text(encoding="utf-8")
RULE = "if: bio-2\n      require: {any-of: [strong-guard, {interim: strong-guard}]}"


def found(burden: str, rule: str) -> list[tuple[str, str, str]]:
    text = BASE.replace("{treat-as: reached, says", f"{{treat-as: {burden}, says")
    text = text.replace(RULE, rule)
    return [(e.rule, e.threshold, e.part) for e in caution_exceptions(parse_framework(text.encode(), file="f"))]


@pytest.mark.parametrize(
    ("burden", "rule", "is_exception"),
    [
        ("reached", "if: bio-2", False),
        ("reached", "if: {not: bio-2}", True),
        ("reached", "if: {not: {not: bio-2}}", False),
        ("reached", "require: bio-2", True),
        ("reached", "require: {not: bio-2}", False),
        ("not-reached", "if: bio-2", True),
        ("not-reached", "if: {not: bio-2}", False),
        ("not-reached", "require: bio-2", False),
        ("not-reached", "require: {not: bio-2}", True),
        ("hold", "if: {not: bio-2}", False),
        ("unstated", "require: {not: bio-2}", False),
    ],
)
def test_exception_where_the_burden_speaks_for_going_ahead(burden: str, rule: str, is_exception: bool) -> None:
    """Reached relaxes a negated condition or a plain requirement; not reached the other way round; hold never."""
    expected = [("bio-deployment", "bio-2", rule.partition(":")[0])] if is_exception else []

    assert expected == found(burden, rule)


@pytest.mark.parametrize("burden", ["not-reached", "reached"])
def test_no_burden_reaches_a_red_line(burden: str) -> None:
    """Red lines are read by what is known alone (D-10)."""
    text = BASE.replace("{treat-as: reached, says", f"{{treat-as: {burden}, says").replace(RULE, "if: strong-guard")
    text = text.replace("prohibits: mass-harm-sought", "prohibits: {all-of: [bio-2, mass-harm-sought]}")

    assert () == caution_exceptions(parse_framework(text.encode(), file="f"))


def test_an_exception_says_where_and_why() -> None:
    """Rule, threshold, burden and part, in words too."""
    text = BASE.replace("{treat-as: reached, says", "{treat-as: not-reached, says")
    (exception,) = caution_exceptions(parse_framework(text.encode(), file="f"))

    assert exception.burden is BurdenOfProof.NOT_REACHED
    assert (exception.rule, exception.threshold) == ("bio-deployment", "bio-2")
    assert str(exception).startswith("bio-deployment: an unknown bio-2 counts as not-reached")


def test_several_mentions_in_one_part_are_one_exception() -> None:
    """A rule is named once per threshold and part and sign."""
    assert len(found("reached", "require: {any-of: [bio-2, {all-of: [bio-2, strong-guard]}]}")) == 1
