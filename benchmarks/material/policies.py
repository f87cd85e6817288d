# SPDX-License-Identifier: Apache-2.0
"""Policies and calls, drawn at random from a seed: of every operator, with kinds that do not fit and attributes missing.

Calls and entities are in Cedar's own JSON form; whoever compares two evaluators gives each the same.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

TEXTS = ("", "a", "ab", "a*b", "web-search", "payments", "ключ", "a\nb", 'q"q')
NUMBERS = (0, 1, -1, 2, 7, 2**31, 2**63 - 1, -(2**63), 2**62)
ATTRIBUTES = ("flag", "count", "name", "tags", "owner", "more", "na me", "absent")
ENTITIES = tuple((kind, name) for kind in ("User", "Team", "Model") for name in ("x", "y", "z"))
ACTIONS = tuple(("Action", name) for name in ("chat", "tool", "all"))
KINDS = ("boolean", "number", "text", "set", "entity", "record")
#: How often an operand is of a kind that does not fit.
SLIP = 0.06


def quoted(text: str) -> str:
    """A text as Cedar spells it."""
    return json.dumps(text, ensure_ascii=False)


def entity(of: tuple[str, str]) -> str:
    """An entity as Cedar spells it."""
    return f"{of[0]}::{quoted(of[1])}"


class Drawn:
    """Draws policies and calls."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        #: Operators that stood in what was drawn.
        self.operators: set[str] = set()

    def policies(self, most: int = 5) -> str:
        """A policy text of one to `most` rules, each with an id."""
        return "\n".join(self._rule(number) for number in range(self.draw.randint(1, most)))

    def _rule(self, number: int) -> str:
        draw = self.draw
        effect = draw.choice(("permit", "forbid"))
        head = ", ".join((self._scope("principal"), self._scope("action"), self._scope("resource")))
        clauses = " ".join(
            f"{draw.choice(('when', 'unless'))} {{ {self.expression('boolean', 4)} }}"
            for _ in range(draw.randint(0, 2))
        )
        return f'@id("rule-{number}") {effect}({head}) {clauses};'

    def _scope(self, variable: str) -> str:
        draw = self.draw
        if variable == "action":
            one, two = (entity(draw.choice(ACTIONS)) for _ in range(2))
            return draw.choice(
                (variable, f"{variable} == {one}", f"{variable} in {one}", f"{variable} in [{one}, {two}]")
            )
        one, kind = entity(draw.choice(ENTITIES)), draw.choice(("User", "Model"))
        forms = (variable, f"{variable} == {one}", f"{variable} in {one}", f"{variable} is {kind}")
        return draw.choice((*forms, f"{variable} is {kind} in {one}"))

    def expression(self, kind: str, depth: int) -> str:
        """An expression that mostly gives this kind."""
        if self.draw.random() < SLIP:
            kind = self.draw.choice(KINDS)
        if depth == 0 or self.draw.random() < 0.15:
            return self._leaf(kind)
        if self.draw.random() < 0.08:
            self.operators.add("if")
            asked, then, other = (self.expression(k, depth - 1) for k in ("boolean", kind, kind))
            return f"(if {asked} then {then} else {other})"
        return {
            "boolean": self._boolean, "number": self._number, "text": self._reached, "set": self._set,
            "entity": self._leaf_of("entity"), "record": self._record,
        }[kind](depth - 1)  # fmt: skip

    def _leaf_of(self, kind: str) -> Callable[[int], str]:
        return lambda depth: self._leaf(kind) if self.draw.random() < 0.5 else self._reached(depth)

    def _leaf(self, kind: str) -> str:
        draw = self.draw
        if draw.random() < 0.4:
            return self._reached(0)
        match kind:
            case "boolean":
                return draw.choice(("true", "false"))
            case "number":
                return f"({draw.choice(NUMBERS)})"
            case "text":
                return quoted(draw.choice(TEXTS))
            case "set":
                return "[" + ", ".join(self._leaf(draw.choice(KINDS[:3])) for _ in range(draw.randint(1, 3))) + "]"
            case "record":
                return "context"
        return draw.choice(("principal", "resource", "action", entity(draw.choice(ENTITIES))))

    def _reached(self, _depth: int) -> str:
        """An attribute of a variable, or of an attribute."""
        self.operators.add(".")
        left = self.draw.choice(("principal", "resource", "context", "context", "principal.owner", "context.more"))
        return f"{left}[{quoted(self.draw.choice(ATTRIBUTES))}]"

    def _boolean(self, depth: int) -> str:
        operator = self.draw.choice(
            ("&&", "||", "!", "==", "!=", "<", "<=", ">", ">=", "in", "in set", "is", "is in", "like", "has", "contains",
             "containsAll", "containsAny", "isEmpty")
        )  # fmt: skip
        self.operators.add(operator)
        sub = lambda kind: self.expression(kind, depth)  # noqa: E731 - one word for what stands a dozen times below
        match operator:
            case "&&" | "||":
                return "(" + f" {operator} ".join(sub("boolean") for _ in range(self.draw.randint(2, 4))) + ")"
            case "!":
                return f"(!{sub('boolean')})"
            case "==" | "!=":
                kind = self.draw.choice(KINDS)
                return f"({sub(kind)} {operator} {sub(kind)})"
            case "<" | "<=" | ">" | ">=":
                return f"({sub('number')} {operator} {sub('number')})"
            case "in":
                return f"({sub('entity')} in {sub('entity')})"
            case "in set":
                return f"({sub('entity')} in [{sub('entity')}, {sub('entity')}])"
            case "is":
                return f"({sub('entity')} is {self.draw.choice(('User', 'Model'))})"
            case "is in":
                return f"({sub('entity')} is User in {sub('entity')})"
            case "like":
                return f"({sub('text')} like {self._pattern()})"
            case "has":
                return f"({sub('record')} has {quoted(self.draw.choice(ATTRIBUTES))})"
            case "isEmpty":
                return f"{sub('set')}.isEmpty()"
            case "contains":
                return f"{sub('set')}.contains({sub(self.draw.choice(KINDS))})"
        return f"{sub('set')}.{operator}({sub('set')})"

    def _pattern(self) -> str:
        return (
            '"'
            + "".join(self.draw.choice(("a", "b", "*", "\\*", "w", "")) for _ in range(self.draw.randint(0, 5)))
            + '"'
        )

    def _number(self, depth: int) -> str:
        operator = self.draw.choice(("+", "-", "*", "neg"))
        self.operators.add(operator)
        if operator == "neg":
            return f"(-{self._reached(0)})"
        return f"({self.expression('number', depth)} {operator} {self.expression('number', depth)})"

    def _set(self, depth: int) -> str:
        self.operators.add("Set")
        kind = self.draw.choice(KINDS)
        return "[" + ", ".join(self.expression(kind, depth) for _ in range(self.draw.randint(1, 3))) + "]"

    def _record(self, depth: int) -> str:
        self.operators.add("Record")
        names = self.draw.sample(ATTRIBUTES, self.draw.randint(1, 2))
        return (
            "{"
            + ", ".join(f"{quoted(name)}: {self.expression(self.draw.choice(KINDS), depth)}" for name in names)
            + "}"
        )

    def value(self, kind: str, depth: int = 2) -> Any:
        """A value in Cedar's JSON form, mostly of this kind."""
        draw = self.draw
        if draw.random() < SLIP:
            kind = draw.choice(KINDS)
        match kind:
            case "boolean":
                return draw.random() < 0.5
            case "number":
                return draw.choice(NUMBERS)
            case "text":
                return draw.choice(TEXTS)
            case "entity":
                return {"__entity": dict(zip(("type", "id"), draw.choice(ENTITIES), strict=True))}
            case "set":
                inner = draw.choice(KINDS if depth else KINDS[:3])
                return [self.value(inner, depth - 1) for _ in range(draw.randint(0, 3))] if depth else []
        return self.attributes(depth - 1) if depth else {}

    def attributes(self, depth: int = 2) -> dict[str, Any]:
        """A record of the usual attributes, some of them missing."""
        kinds = zip(ATTRIBUTES[:7], ("boolean", "number", "text", "set", "entity", "record", "text"), strict=True)
        return {name: self.value(kind, depth) for name, kind in kinds if self.draw.random() < 0.8}

    def entities(self) -> list[dict[str, Any]]:
        """Entities with parents further on in the list, so that there are no circles; some are missing."""
        known = (*ENTITIES, *ACTIONS)
        made = []
        for number, (kind, name) in enumerate(known):
            if self.draw.random() < 0.15:
                continue
            later = [one for one in known[number + 1 :] if (one[0] == "Action") == (kind == "Action")]
            parents = self.draw.sample(later, min(len(later), self.draw.randint(0, 2)))
            attributes = {} if kind == "Action" else self.attributes()
            made.append({"uid": uid(kind, name), "attrs": attributes, "parents": [uid(*one) for one in parents]})
        return made

    def call(self) -> dict[str, Any]:
        """A call in Cedar's JSON form."""
        draw = self.draw
        who, which = draw.choice(ENTITIES), draw.choice(ENTITIES)
        return {
            "principal": uid(*who),
            "action": uid(*draw.choice(ACTIONS)),
            "resource": uid(*which),
            "context": self.attributes(),
        }


def uid(kind: str, name: str) -> dict[str, str]:
    """An entity in Cedar's JSON form."""
    return {"type": kind, "id": name}
