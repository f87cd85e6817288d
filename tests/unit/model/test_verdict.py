# SPDX-License-Identifier: Apache-2.0
"""Three-valued answers: no truth value, Kleene's combination, counting."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from ruleout.model.verdict import Verdict, all_of, any_of, at_least, negate

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
COMBINATIONS = [c for n in range(1, 5) for c in product(Verdict, repeat=n)]


def completions(verdicts: tuple[Verdict, ...]) -> list[tuple[bool, ...]]:
    """Every way the unknowns could turn out."""
    return list(product(*[[True, False] if v is UNKNOWN else [v is YES] for v in verdicts]))


def of_completions(results: set[bool]) -> Verdict:
    return UNKNOWN if len(results) == 2 else (YES if True in results else NO)


def test_verdict_has_no_truth_value() -> None:
    """Truth-testing would let UNKNOWN pass for something."""
    for verdict in Verdict:
        with pytest.raises(TypeError, match="D-1"):
            bool(verdict)


@pytest.mark.parametrize(("combine", "plain"), [(all_of, all), (any_of, any)])
def test_combination_is_what_every_completion_agrees_on(
    combine: Callable[[tuple[Verdict, ...]], Verdict], plain: Callable[[tuple[bool, ...]], bool]
) -> None:
    """A definite answer means that no unknown could change it; enumerated for up to four questions."""
    for verdicts in COMBINATIONS:
        assert combine(verdicts) is of_completions({plain(c) for c in completions(verdicts)}), verdicts


def test_counting_is_what_every_completion_agrees_on() -> None:
    """At least k holds, fails or is open; enumerated for up to four questions and every k."""
    for verdicts in COMBINATIONS:
        for needed in range(1, 6):
            expected = of_completions({sum(c) >= needed for c in completions(verdicts)})
            assert at_least(needed, verdicts) is expected, (needed, verdicts)


@pytest.mark.parametrize("combine", [all_of, any_of, lambda none: at_least(1, none)])
def test_empty_combination_is_unknown(combine: Callable[[list[Verdict]], Verdict]) -> None:
    """Nothing asked is nothing answered."""
    assert combine([]) is UNKNOWN


def test_negation_keeps_the_unknown() -> None:
    """The opposite of an open question is open."""
    assert [negate(v) for v in (YES, NO, UNKNOWN)] == [NO, YES, UNKNOWN]
