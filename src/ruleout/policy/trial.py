# SPDX-License-Identifier: Apache-2.0
"""Tests that a bundle carries: calls with the answer that its rules must give, and whether every rule is tested (G-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ruleout.policy.calls import call_of
from ruleout.policy.decide import Answer
from ruleout.policy.program import Compiled
from ruleout.policy.values import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One test: a call in its plain form, whether it is allowed, and exactly the rules that decide, failed ones too."""

    name: str
    call: Mapping[str, Any]
    allowed: bool
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a bundle's tests: the test, what it expects, what came."""

    trial: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"test {self.trial!r}: expected {self.expected}, got {self.got}"


def faults_of(compiled: Compiled, trials: Iterable[Trial], ask: Callable[[Call], Answer | None]) -> tuple[Fault, ...]:
    """Return what the tests find: a wrong answer, wrong rules, a rule that decides in none, or that there is no test.

    Pure.

    Args:
        ask: what decides about a call; None where nothing denies it.

    Source: G-3.
    """
    trials = tuple(trials)
    found, decided = [], set()
    for trial in trials:
        answer = ask(call_of(trial.call))
        allowed, rules = (True, ()) if answer is None else (answer.allowed, (*answer.rules, *answer.failed))
        decided |= set(() if answer is None else answer.rules)
        if allowed is not trial.allowed or set(rules) != set(trial.rules):
            expected, got = _words(trial.allowed, trial.rules), _words(allowed, rules)
            found.append(Fault(trial=trial.name, expected=expected, got=got))
    if not trials:
        found.append(Fault(trial="", expected="tests of its own", got="none"))
    untested = [rule.id for rule in compiled.rules if rule.id not in decided]
    return (*found, *(Fault(trial="", expected=f"a test that {name!r} decides", got="none") for name in untested))


def _words(allowed: bool, rules: Iterable[str]) -> str:  # noqa: FBT001 - the answer itself
    return f"{'allow' if allowed else 'deny'} by {', '.join(sorted(rules)) or 'no rule'}"
