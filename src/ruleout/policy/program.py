# SPDX-License-Identifier: Apache-2.0
"""A whole set of policies -> the text of one Python function, its constants and its rules.

The function looks at every rule, as Cedar does, and says which permits and forbids held and which rules failed. What
that comes to is `decide`'s: Cedar skips a rule that fails, we do not (G-3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, Protocol

from ruleout.policy.expression import Code, Kind, Translator, UnsupportedPolicy
from ruleout.policy.values import BadValue, Call, Entities, Uid, text_of, uid_of

MOST_RULES = 1000


class Effect(Enum):
    """What a rule does where it holds."""

    PERMIT = "permit"
    FORBID = "forbid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of a policy: its `@id`, and its effect."""

    id: str
    effect: Effect


class Held(NamedTuple):
    """Ids of the permits and forbids that held, and of the rules that could not be evaluated, in order of the text."""

    permits: tuple[str, ...]
    forbids: tuple[str, ...]
    failed: tuple[str, ...]


class Function(Protocol):
    """A compiled set of policies. Pure; raises nothing for a `Call`."""

    def __call__(
        self, principal: Uid, action: Uid, resource: Uid, context: Mapping[str, Any], entities: Entities, /
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return the parts of a `Held`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The text of a Python function `run` and the constants that it names `K0`, `K1`, …; and the rules it looks at."""

    text: str
    constants: tuple[Any, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Rules that can be asked."""

    rules: tuple[Rule, ...]
    function: Function

    def held(self, call: Call) -> Held:
        """Return which rules hold for a call. Pure."""
        return Held(*self.function(call.principal, call.action, call.resource, call.context, call.entities))


def program_of(tree: Any) -> Program:
    """Return the program of Cedar's JSON tree of a set of policies. Pure.

    Raises:
        UnsupportedPolicy: a template, a rule without an id of its own, too many rules, or what is not compiled.

    Source: G-3.
    """
    policies = tree["staticPolicies"]
    if tree.get("templates") or tree.get("templateLinks"):
        raise UnsupportedPolicy("a template")
    if len(policies) > MOST_RULES:
        raise UnsupportedPolicy(f"more than {MOST_RULES} rules")
    to, lines = Translator(), [_HEAD]
    rules: list[Rule] = []
    for name in sorted(policies, key=_number):
        rule = _rule(policies[name])
        if any(rule.id == other.id for other in rules):
            raise UnsupportedPolicy(f"two rules with the id {rule.id!r}")
        rules.append(rule)
        lines.append(_block(to, policies[name], rule))
    return Program(text="".join([*lines, _TAIL]), constants=tuple(to.constants), rules=tuple(rules))


_HEAD = "def run(principal, action, resource, context, entities):\n    permit = forbid = failed = ()\n"
_TAIL = "    return permit, forbid, failed\n"


def _number(name: str) -> tuple[int, str]:
    """Cedar calls them policy0, policy1, … in order of the text."""
    digits = name.removeprefix("policy")
    return (int(digits) if digits.isdecimal() else 0, name)


def _rule(policy: Any) -> Rule:
    name = policy.get("annotations", {}).get("id")
    if not name or not name.isprintable() or len(name) > 200:
        raise UnsupportedPolicy("a rule without an @id of its own")
    return Rule(id=name, effect=Effect(policy["effect"]))


def _block(to: Translator, policy: Any, rule: Rule) -> str:
    name, where = to.constant(rule.id), _condition(to, policy)
    return (
        f"    try:\n        if {where}:\n            {rule.effect.value} += ({name},)\n"
        f"    except ERRORS:\n        failed += ({name},)\n"
    )


def _condition(to: Translator, policy: Any) -> str:
    try:
        parts = [p for v in ("principal", "action", "resource") if (p := _scope(to, v, policy[v]))]
        parts += [_clause(to, clause) for clause in policy["conditions"]]
    except BadValue as error:
        raise UnsupportedPolicy(str(error)) from error
    return " and ".join(parts) or "True"


def _clause(to: Translator, clause: Any) -> str:
    body: Code = to.expression(clause["body"])
    return body.as_(Kind.BOOLEAN) if clause["kind"] == "when" else f"(not {body.as_(Kind.BOOLEAN)})"


def _scope(to: Translator, variable: str, given: Any) -> str:
    """The part of a rule's head about one variable; "" where it takes any."""
    match given:
        case {"op": "All"}:
            return ""
        case {"op": "==", "entity": one}:
            return f"{variable} == {to.constant(uid_of(one))}"
        case {"op": "in", "entity": one}:
            return f"within(entities, {variable}, {to.constant(uid_of(one))})"
        case {"op": "in", "entities": several}:
            return f"within(entities, {variable}, {to.constant(frozenset(uid_of(one) for one in several))})"
        case {"op": "is", "entity_type": kind, **rest}:
            held = f"{variable}.type == {to.constant(text_of(kind))}"
            above: Any = rest.get("in")
            if above is None:
                return held
            return f"{held} and within(entities, {variable}, {to.constant(uid_of(above['entity']))})"
    raise UnsupportedPolicy(f"the scope {str(given.get('op'))[:40]!r}")
