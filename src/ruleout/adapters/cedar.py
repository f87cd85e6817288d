# SPDX-License-Identifier: Apache-2.0
"""Cedar itself, through cedarpy: reads and checks policies at load, and answers calls to be compared with.

Also the one place where compiled policies become code. Their text is made in `policy.expression` of fixed words and
constants' names alone; nothing that a person wrote stands in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import cedarpy

from ruleout.errors import RuleoutError
from ruleout.policy.calls import call_in_cedar, call_of, in_cedar
from ruleout.policy.operations import NAMES
from ruleout.policy.program import Compiled, Held, Program, program_of
from ruleout.policy.values import Call, Entities, Uid

MOST_POLICY_BYTES = 1024 * 1024
_FAILED = re.compile(r"policy `([^`]+)`")


class BadPolicy(RuleoutError):
    """A policy is not Cedar, or does not fit the schema."""

    code = "bad-policy"


def compile_policy(text: str, schema: str) -> Compiled:
    """Return a policy's text as a function, checked against the schema. Effect: makes code.

    Raises:
        BadPolicy: it is not Cedar, or the schema does not know what it names.
        UnsupportedPolicy: it uses what is not compiled.

    Source: G-3; ADR 0028.
    """
    check_policy(text, schema)
    return made_of(program_of(tree_of(text)))


def made_of(program: Program) -> Compiled:
    """Return a program as a function. Effect: makes code."""
    names = {**NAMES, "__builtins__": {}, **{f"K{i}": value for i, value in enumerate(program.constants)}}
    exec(compile(program.text, "<policy>", "exec"), names)  # noqa: S102 - fixed words and constants' names, see above
    return Compiled(rules=program.rules, function=names["run"])


def tree_of(text: str) -> Any:
    """Return Cedar's JSON tree of a policy's text. Raises BadPolicy if it is none or too large."""
    if len(text.encode("utf-8")) > MOST_POLICY_BYTES:
        raise BadPolicy(f"expected a policy of at most {MOST_POLICY_BYTES} bytes, got more", hint="Split the bundle.")
    try:
        return json.loads(cedarpy.policies_to_json_str(text)) if text.strip() else {"staticPolicies": {}}
    except ValueError as error:
        raise BadPolicy(f"expected Cedar policies, got: {str(error)[:500]}", hint="Mend the text.") from error


def check_policy(text: str, schema: str) -> None:
    """Refuse a policy that the schema does not fit. Raises BadPolicy with every fault that Cedar names."""
    tree_of(text)
    result = cedarpy.validate_policies(text, schema)
    if not result.validation_passed:
        faults = "; ".join(str(error) for error in result.errors)
        raise BadPolicy(f"expected a policy that fits the schema, got: {faults[:1000]}", hint="Mend the text.")


class Oracle:
    """Cedar's own answers about one policy."""

    def __init__(self, text: str) -> None:
        self._policies = cedarpy.PolicySet.from_str(text)
        self._names = {name: p["annotations"]["id"] for name, p in tree_of(text)["staticPolicies"].items()}

    def answers(self, calls: Sequence[dict[str, Any]], entities: Sequence[dict[str, Any]]) -> list[Answered]:
        """Return what Cedar says of calls in its own JSON form, with these entities."""
        found = cedarpy.is_authorized_batch(list(calls), self._policies, list(entities))
        return [self._answer(one) for one in found]

    def _answer(self, found: cedarpy.AuthzResult) -> Answered:
        failed = [match[1] for error in found.diagnostics.errors for match in _FAILED.finditer(error)]
        reasons = tuple(sorted(self._names[name] for name in found.diagnostics.reasons))
        return found.decision.name, reasons, tuple(sorted(self._names[name] for name in failed))


#: Cedar's decision, the ids that it gives as reasons, and the ids of rules that failed, each sorted.
Answered = tuple[str, tuple[str, ...], tuple[str, ...]]


class CedarFunction:
    """Cedar itself in the place of a compiled function (`policy.program.Function`); slow, to be compared with."""

    def __init__(self, text: str) -> None:
        self._oracle = Oracle(text)

    def __call__(
        self, principal: Uid, action: Uid, resource: Uid, context: Mapping[str, Any], entities: Entities, /
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return which permits or forbids decided and which rules failed. Where Cedar decides nothing, that has failed."""
        call = Call(principal=principal, action=action, resource=resource, context=context, entities=entities)
        request, known = call_in_cedar(call)
        ((decision, reasons, failed),) = self._oracle.answers([request], known)
        if decision not in ("Allow", "Deny"):
            return (), (), (decision,)
        return (reasons, (), failed) if decision == "Allow" else ((), reasons, failed)


def by_cedar(text: str) -> Compiled:
    """Return a policy whose answers are Cedar's own; its rules are not listed. Raises BadPolicy if it is none."""
    return Compiled(rules=(), function=CedarFunction(text))


def as_cedar(held: Held) -> Answered:
    """Return what Cedar would say where these rules held: it skips what failed. Pure. For comparison only."""
    failed = tuple(sorted(held.failed))
    if held.forbids:
        return "Deny", tuple(sorted(held.forbids)), failed
    return ("Allow" if held.permits else "Deny"), tuple(sorted(held.permits)), failed


def answers_differ(text: str, compiled: Compiled, calls: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield where Cedar and the compiled rules answer a plain call differently: the call, Cedar's answer, ours.

    It never should; it is asked of every bundle's tests, and of some calls while serving. Source: G-3.
    """
    cedar = Oracle(text)
    for call in calls:
        request, entities = in_cedar(call)
        (theirs,), ours = cedar.answers([request], entities), as_cedar(compiled.held(call_of(call)))
        if theirs != ours:
            yield str(dict(call))[:200], f"Cedar's {theirs}", f"ours {ours}"
