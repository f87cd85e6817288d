# SPDX-License-Identifier: Apache-2.0
"""Three-valued answers and their combination (D-1).

Rules: UNKNOWN is an answer, never a default; a verdict has no truth value; combination is Kleene's, so order and
duplicates do not matter; an empty combination is refused when a framework is loaded and is UNKNOWN here.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NoReturn


class Verdict(Enum):
    """The answer to a question about the world: yes, no or unknown."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict has no truth value: compare it with Verdict.YES, NO or UNKNOWN (D-1)")


def negate(verdict: Verdict) -> Verdict:
    """Return the opposite answer; UNKNOWN stays UNKNOWN. Pure. Source: D-1."""
    match verdict:
        case Verdict.YES:
            return Verdict.NO
        case Verdict.NO:
            return Verdict.YES
        case Verdict.UNKNOWN:
            return Verdict.UNKNOWN


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return NO if any is NO, else UNKNOWN if any is UNKNOWN or there is none, else YES. Pure. Source: D-1."""
    seen = set(verdicts)
    if Verdict.NO in seen:
        return Verdict.NO
    return Verdict.YES if seen == {Verdict.YES} else Verdict.UNKNOWN


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return YES if any is YES, else UNKNOWN if any is UNKNOWN or there is none, else NO. Pure. Source: D-1."""
    seen = set(verdicts)
    if Verdict.YES in seen:
        return Verdict.YES
    return Verdict.NO if seen == {Verdict.NO} else Verdict.UNKNOWN


def at_least(needed: int, verdicts: Iterable[Verdict]) -> Verdict:
    """Return YES if `needed` are YES whatever the unknowns turn out to be, NO if that is impossible, else UNKNOWN.

    Pure. The caller passes each distinct question once: counting is the one combination in which duplicates matter,
    so frameworks that name a question twice in one `at-least` are refused when loaded.

    Args:
        needed: count, >= 1.
        verdicts: one per distinct question.

    Source: D-1.
    """
    answers = list(verdicts)
    yes = answers.count(Verdict.YES)
    if yes >= needed:
        return Verdict.YES
    possible = yes + answers.count(Verdict.UNKNOWN)
    return Verdict.UNKNOWN if possible >= needed or not answers else Verdict.NO
