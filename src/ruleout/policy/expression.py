# SPDX-License-Identifier: Apache-2.0
"""One Cedar expression, from Cedar's own JSON syntax tree -> the text of a Python expression.

Nothing a person wrote stands in that text: every literal and name is a constant `K0`, `K1`, … handed over beside it. An
operator that is not known here is refused by name, never guessed (G-3).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from ruleout.errors import RuleoutError
from ruleout.policy.values import BadValue, key_of, text_of, value_of

MOST_NESTED = 25


class Kind(Enum):
    """What the value of an expression is known to be before it is computed."""

    BOOLEAN = "boolean"
    LONG = "long"
    TEXT = "text"
    SET = "members"
    ENTITY = "entity"
    RECORD = "record"
    ANY = "any"


class Code(NamedTuple):
    """Python text, the kind of its value, and whether it is a constant."""

    text: str
    kind: Kind
    constant: bool = False

    def as_(self, kind: Kind) -> str:
        """The text, checked to give this kind where that is not known."""
        if self.kind is kind:
            return self.text
        # Looked at in place: a call for each operand is most of what a decision would cost.
        seen = "(v := {0}) is True or v is False" if kind is Kind.BOOLEAN else f"type(v := {{0}}) is {_TYPES[kind]}"
        return f"(v if {seen.format(self.text)} else {kind.value}(v))"


_TYPES = {Kind.LONG: "int", Kind.TEXT: "str", Kind.SET: "frozenset", Kind.ENTITY: "Uid"}


class UnsupportedPolicy(RuleoutError):
    """A policy uses something of Cedar that is not compiled; `what` names it."""

    code = "unsupported-policy"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"expected what the policy compiler knows, got {what}", hint="Say it without; see docs/guide/policy.md."
        )
        self.what = what


_VARIABLES = {
    "principal": Code("principal", Kind.ENTITY), "action": Code("action", Kind.ENTITY),
    "resource": Code("resource", Kind.ENTITY), "context": Code("context", Kind.RECORD),
}  # fmt: skip
_KINDS = {bool: Kind.BOOLEAN, int: Kind.LONG, str: Kind.TEXT, frozenset: Kind.SET, dict: Kind.RECORD}
_PLAINLY_EQUAL = frozenset({Kind.TEXT, Kind.ENTITY, Kind.SET})


class Translator:
    """Translates expressions, gathering their constants."""

    def __init__(self) -> None:
        self.constants: list[Any] = []
        self._names: dict[Any, str] = {}

    def constant(self, value: Any) -> str:
        """Return the name under which compiled code finds a value."""
        key = (type(value), key_of(value))
        if key not in self._names:
            self._names[key] = f"K{len(self.constants)}"
            self.constants.append(value)
        return self._names[key]

    def expression(self, node: Any, room: int = MOST_NESTED) -> Code:
        """Return the Python of a node. Raises UnsupportedPolicy, which names what is not known."""
        if not isinstance(node, dict) or len(node) != 1:
            raise UnsupportedPolicy("a node of another shape than Cedar's JSON")
        ((operator, given),) = node.items()
        if room == 0:
            raise UnsupportedPolicy(f"expressions nested more than {MOST_NESTED} deep")
        translate = _OPERATORS.get(operator)
        if translate is None:
            raise UnsupportedPolicy(f"the operator or function {str(operator)[:40]!r}")
        return translate(self, given, room - 1)


def _value(to: Translator, given: Any, _room: int) -> Code:
    try:
        value = value_of(given)
    except BadValue as error:
        raise UnsupportedPolicy(f"a literal: {error}") from error
    return Code(to.constant(value), _KINDS.get(type(value), Kind.ENTITY), constant=True)


def _variable(_to: Translator, given: Any, _room: int) -> Code:
    if given not in _VARIABLES:
        raise UnsupportedPolicy(f"the variable {str(given)[:40]!r}")
    return _VARIABLES[given]


def _chain(operator: str, word: str) -> Callable[[Translator, Any, int], Code]:
    """`a && b && c` as one Python chain: Cedar nests it once per operand, which no parser would take for long ones."""

    def translate(to: Translator, given: Any, room: int) -> Code:
        operands = [given["right"]]
        left = given["left"]
        while isinstance(left, dict) and operator in left:
            operands.append(left[operator]["right"])
            left = left[operator]["left"]
        parts = [to.expression(one, room).as_(Kind.BOOLEAN) for one in (left, *reversed(operands))]
        return Code(f"({f' {word} '.join(parts)})", Kind.BOOLEAN)

    return translate


def _two(to: Translator, given: Any, room: int) -> tuple[Code, Code]:
    return to.expression(given["left"], room), to.expression(given["right"], room)


def _equality(sign: str) -> Callable[[Translator, Any, int], Code]:
    def translate(to: Translator, given: Any, room: int) -> Code:
        left, right = _two(to, given, room)
        # Texts, entities and sets equal nothing of another kind in Python either; `True == 1` does.
        alike = left.kind is right.kind and left.kind in (Kind.BOOLEAN, Kind.LONG)
        if alike or left.kind in _PLAINLY_EQUAL or right.kind in _PLAINLY_EQUAL:
            return Code(f"({left.text} {sign} {right.text})", Kind.BOOLEAN)
        negation = "not " if sign == "!=" else ""
        return Code(f"({negation}equal({left.text}, {right.text}))", Kind.BOOLEAN)

    return translate


def _comparison(sign: str) -> Callable[[Translator, Any, int], Code]:
    def translate(to: Translator, given: Any, room: int) -> Code:
        left, right = _two(to, given, room)
        return Code(f"({left.as_(Kind.LONG)} {sign} {right.as_(Kind.LONG)})", Kind.BOOLEAN)

    return translate


def _arithmetic(sign: str) -> Callable[[Translator, Any, int], Code]:
    def translate(to: Translator, given: Any, room: int) -> Code:
        left, right = _two(to, given, room)
        return Code(f"bounded({left.as_(Kind.LONG)} {sign} {right.as_(Kind.LONG)})", Kind.LONG)

    return translate


def _not(to: Translator, given: Any, room: int) -> Code:
    return Code(f"(not {to.expression(given['arg'], room).as_(Kind.BOOLEAN)})", Kind.BOOLEAN)


def _negative(to: Translator, given: Any, room: int) -> Code:
    return Code(f"bounded(-{to.expression(given['arg'], room).as_(Kind.LONG)})", Kind.LONG)


def _contains(to: Translator, given: Any, room: int) -> Code:
    held, one = _two(to, given, room)
    # Texts, numbers and entities are their own keys; of a boolean, a record or what is not known, the key is asked.
    own = one.kind in (Kind.TEXT, Kind.LONG, Kind.ENTITY, Kind.SET)
    return Code(f"({one.text if own else f'key_of({one.text})'} in {held.as_(Kind.SET)})", Kind.BOOLEAN)


def _contains_all(to: Translator, given: Any, room: int) -> Code:
    held, wanted = _two(to, given, room)
    return Code(f"({held.as_(Kind.SET)} >= {wanted.as_(Kind.SET)})", Kind.BOOLEAN)


def _contains_any(to: Translator, given: Any, room: int) -> Code:
    held, wanted = _two(to, given, room)
    return Code(f"(not {held.as_(Kind.SET)}.isdisjoint({wanted.as_(Kind.SET)}))", Kind.BOOLEAN)


def _is_empty(to: Translator, given: Any, room: int) -> Code:
    return Code(f"(not {to.expression(given['arg'], room).as_(Kind.SET)})", Kind.BOOLEAN)


def _attribute(to: Translator, given: Any, room: int) -> Code:
    left, name = to.expression(given["left"], room), to.constant(text_of(given["attr"]))
    if left.kind is Kind.RECORD:
        return Code(f"{left.text}[{name}]", Kind.ANY)
    return Code(f"attribute(entities, {left.text}, {name})", Kind.ANY)


def _has(to: Translator, given: Any, room: int) -> Code:
    left, name = to.expression(given["left"], room), to.constant(text_of(given["attr"]))
    if left.kind is Kind.RECORD:
        return Code(f"({name} in {left.text})", Kind.BOOLEAN)
    return Code(f"has(entities, {left.text}, {name})", Kind.BOOLEAN)


def _in(to: Translator, given: Any, room: int) -> Code:
    left, right = _two(to, given, room)
    return Code(f"within(entities, {left.as_(Kind.ENTITY)}, {right.text})", Kind.BOOLEAN)


def _is(to: Translator, given: Any, room: int) -> Code:
    left = to.expression(given["left"], room)
    code = f"({left.as_(Kind.ENTITY)}.type == {to.constant(text_of(given['entity_type']))})"
    if "in" in given:
        right = to.expression(given["in"], room)
        code = f"({code} and within(entities, {left.text}, {right.text}))"
    return Code(code, Kind.BOOLEAN)


def _like(to: Translator, given: Any, room: int) -> Code:
    left = to.expression(given["left"], room)
    parts = [""]
    for part in given["pattern"]:
        if part == "Wildcard":
            parts.append("")
        else:
            parts[-1] += text_of(part["Literal"])
    return Code(f"matches({left.as_(Kind.TEXT)}, {to.constant(tuple(parts))})", Kind.BOOLEAN)


def _either(to: Translator, given: Any, room: int) -> Code:
    asked, then, otherwise = (to.expression(given[part], room) for part in ("if", "then", "else"))
    kind = then.kind if then.kind is otherwise.kind else Kind.ANY
    return Code(f"({then.text} if {asked.as_(Kind.BOOLEAN)} else {otherwise.text})", kind)


def _set(to: Translator, given: Any, room: int) -> Code:
    items = [to.expression(item, room) for item in given]
    if all(item.constant for item in items):
        value = frozenset(key_of(to.constants[int(item.text[1:])]) for item in items)
        return Code(to.constant(value), Kind.SET, constant=True)
    return Code(f"frozenset(({''.join(f'key_of({item.text}), ' for item in items)}))", Kind.SET)


def _record(to: Translator, given: Any, room: int) -> Code:
    items = {to.constant(text_of(name)): to.expression(item, room) for name, item in given.items()}
    return Code("{" + ", ".join(f"{name}: {item.text}" for name, item in items.items()) + "}", Kind.RECORD)


_OPERATORS: dict[Any, Callable[[Translator, Any, int], Code]] = {
    "Value": _value, "Var": _variable, "Set": _set, "Record": _record, "if-then-else": _either,
    "&&": _chain("&&", "and"), "||": _chain("||", "or"), "!": _not,
    "==": _equality("=="), "!=": _equality("!="),
    "<": _comparison("<"), "<=": _comparison("<="), ">": _comparison(">"), ">=": _comparison(">="),
    "+": _arithmetic("+"), "-": _arithmetic("-"), "*": _arithmetic("*"), "neg": _negative,
    "contains": _contains, "containsAll": _contains_all, "containsAny": _contains_any, "isEmpty": _is_empty,
    ".": _attribute, "has": _has, "in": _in, "is": _is, "like": _like,
}  # fmt: skip
