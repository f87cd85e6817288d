# SPDX-License-Identifier: Apache-2.0
"""Judging one call of a tool: allowed, denied, or a person has to be asked (G-4).

Everything that is not known to be allowed is denied: a tool that is not listed, a tier that has no rule, arguments that are
not one JSON object with each name once, an argument of a high-impact tool that no rule names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple, NoReturn, Protocol

from ruleout.serving.refusal import Refusal, Why
from ruleout.serving.tools.classes import Effect, looks_like
from ruleout.serving.tools.rules import ArgumentRule, CompiledTool, ToolRules
from ruleout.serving.tools.shapes import Names, Way, folded

MOST_CHARS = 262_144
MOST_DEPTH = 32
MOST_LEAVES = 5_000


class Called(Protocol):
    """A call of a tool as a wire format carries it."""

    @property
    def name(self) -> str:
        """The tool, as the model wrote it."""

    @property
    def arguments(self) -> str:
        """JSON text."""

    @property
    def whole(self) -> bool:
        """Whether the arguments are complete."""


class Allowed(NamedTuple):
    """The call may go on."""

    tool: str


class Denied(NamedTuple):
    """The call may not leave, for this reason."""

    refusal: Refusal


class NeedsApproval(NamedTuple):
    """A person has to allow exactly this call; `rules` say by which rule."""

    tool: str
    rules: tuple[str, ...]


Judged = Allowed | Denied | NeedsApproval


class _NotRead(Exception):
    """The arguments are not one JSON object that everybody reads the same."""


def judge(call: Called, rules: ToolRules, tier: str) -> Judged:
    """Judge one call. Pure; never raises, whatever the call holds. Source: G-4."""
    tool = rules.tools.get(call.name)
    if tool is None:
        looks = looks_like(call.name)
        says = f"a tool that looks like {looks.value} and is not listed" if looks.is_high_impact else "not listed"
        return _denied(rules, f"unlisted/{looks.value}", f"the tool is denied: {says}")
    effect = tool.tiers.get(tier, Effect.DENY)
    if effect is Effect.DENY:
        return _denied(rules, f"{tool.name}/tier", f"the tool {tool.name} is denied in this tier")
    if not call.whole:
        return _denied(rules, f"{tool.name}/arguments", f"the call of {tool.name} is not complete")
    try:
        broken = _broken(call.arguments, tool)
    except _NotRead as unread:
        return _denied(rules, f"{tool.name}/arguments", f"the arguments of {tool.name} are not read: {unread}")
    if broken:
        return _denied(rules, broken, f"an argument of {tool.name} is not allowed")
    if tool.asks_person(tier):
        return NeedsApproval(tool.name, (f"{tool.name}/{'tier' if effect is Effect.APPROVE else 'permit'}",))
    return Allowed(tool.name)


def _denied(rules: ToolRules, rule: str, says: str) -> Denied:
    return Denied(Refusal(Why.TOOL, says, rules=(rule,), bundle=rules.label))


def _broken(text: str, tool: CompiledTool) -> str:
    """The id of the first rule that does not hold, "" where all do."""
    allowed, never, required, seen = tool.arguments, tool.never, dict(tool.required), set()
    for way, names, value in _leaves(_read(text)):
        seen.add(way)
        rules = allowed.get(way)
        if rules is None:
            if tool.high_impact or tool.shapes.is_misplaced(way, names, value):
                return f"{tool.name}/unnamed-argument"
        elif value is not None or tool.high_impact or way in required or way[-1] is None:
            for rule in rules:
                if not _holds(rule, value):
                    return rule.id
        for rule in never.get(way, ()):
            if _holds(rule, value):
                return rule.id
    for way, id_ in required.items():
        if way not in seen:
            return id_
    return ""


def _holds(rule: ArgumentRule, value: object) -> bool:
    return all(matches(value) for matches in rule.matchers)


def _read(text: str) -> object:
    if len(text) > MOST_CHARS:
        raise _NotRead("too long")
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError, ArithmeticError) as error:
        # Arithmetic: a number that no decimal can hold.
        raise _NotRead("not JSON, a name stands twice, or a number is out of range") from error
    if type(value) is not dict:
        raise _NotRead("no JSON object")
    return value


def _leaves(value: object) -> Iterator[tuple[Way, Names, object]]:
    """Each value that holds no other, by its way; empty lists and objects are values too. The root is none."""
    stack: list[tuple[Way, Names, object]] = [((), (), value)]
    count = 0
    while stack:
        way, names, one = stack.pop()
        if isinstance(one, dict) and one:
            inner: list[tuple[Way, Names, object]] = [
                ((*way, name), (*names, folded(name)), part) for name, part in one.items()
            ]
        elif isinstance(one, list) and one:
            inner = [((*way, None), names, part) for part in one]
        else:
            if isinstance(one, str) and not _is_text(one):
                raise _NotRead("half a character")
            if way:
                yield way, names, one
            continue
        count += len(inner)
        if count > MOST_LEAVES or len(way) >= MOST_DEPTH:
            raise _NotRead("too large or too deep")
        stack += inner


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    if not all(map(_is_text, made)) or any("\0" in name for name in made):  # in C a text ends there
        raise ValueError("a name that is no text")
    return made


def _is_text(text: str) -> bool:
    # Half of a surrogate pair is no character; what the receiver makes of it is not known.
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_float=Decimal, parse_constant=_no_constant)
