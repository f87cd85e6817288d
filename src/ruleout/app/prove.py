# SPDX-License-Identifier: Apache-2.0
"""Prove the frameworks that are named, or all there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ruleout.analysis.properties.result import Proof
from ruleout.app.sources import find_framework, known_frameworks
from ruleout.app.workspace import Workspace
from ruleout.errors import RuleoutError
from ruleout.model.framework import Framework

Prover = Callable[[Framework, int], Proof]


def prove_frameworks(
    names: Iterable[str] | None, workspace: Workspace | None, *, timeout_ms: int, prover: Prover | None = None
) -> tuple[Proof, ...]:
    """Return a proof per framework, in the order named; all known ones where none is. Effect: reads their files.

    Args:
        timeout_ms: milliseconds the solver may spend on one question.
        prover: what proves one framework; None takes ours, with the solver that is installed.

    Raises:
        NotFound: no framework has that name.
        BadInput: a framework's file has problems.
        RuleoutError: the solver is not installed.
    """
    chosen = tuple(names or known_frameworks(workspace))
    frameworks = [find_framework(name, workspace).framework for name in chosen]
    prove = prover or solver()
    return tuple(prove(framework, timeout_ms) for framework in frameworks)


def solver() -> Prover:
    """Return what proves one framework. Effect: loads the solver. Raises RuleoutError where it is not installed."""
    try:
        from ruleout.analysis.prove import prove_framework  # noqa: PLC0415 - the solver is slow to load
    except ModuleNotFoundError as error:
        if error.name != "z3":
            raise
        raise RuleoutError("proving needs the solver z3, which is not installed", hint=_HINT) from error
    return lambda framework, timeout_ms: prove_framework(framework, timeout_ms=timeout_ms)


_HINT = "Install the package z3-solver."
