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


@pytest.mark.parametrize(("burden", "is_exception"), [("not-reached", True), ("reached", False)])
def test_red_line_counts_as_a_condition(burden: str, is_exception: bool) -> None:
    """A prohibition restricts when it holds."""
    text = BASE.replace("{treat-as: reached, says", f"{{treat-as: {burden}, says").replace(RULE, "if: strong-guard")
    text = text.replace("prohibits: mass-harm-sought", "prohibits: {all-of: [bio-2, mass-harm-sought]}")
    exceptions = caution_exceptions(parse_framework(text.encode(), file="f"))

    assert is_exception == bool(exceptions)
    if is_exception:
        assert exceptions[0].burden is BurdenOfProof.NOT_REACHED
        assert "bio-2" in exceptions[0].because
        assert str(exceptions[0]).startswith("mass-harm: an unknown bio-2 counts as not-reached")
        assert (exceptions[0].rule, exceptions[0].part) == ("mass-harm", "prohibits")


def test_several_mentions_in_one_part_are_one_exception() -> None:
    """A rule is named once per threshold and part and sign."""
    assert len(found("reached", "require: {any-of: [bio-2, {all-of: [bio-2, strong-guard]}]}")) == 1
