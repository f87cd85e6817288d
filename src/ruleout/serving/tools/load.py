# SPDX-License-Identifier: Apache-2.0
"""A file of tool rules -> compiled rules, or all its problems at once (G-4)."""

from __future__ import annotations

from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.serving.tools.classes import Effect, ToolClass, looks_like
from ruleout.serving.tools.document import ArgumentDoc, ToolDoc, ToolRulesDoc
from ruleout.serving.tools.matchers import is_given, matchers_of
from ruleout.serving.tools.places import path_of, url_of
from ruleout.serving.tools.rules import ArgumentRule, CompiledTool, ToolRules
from ruleout.serving.tools.shapes import Way, are_near, holds_something, shapes_of

MOST_BYTES = 1024 * 1024
_MATCHERS = ("any", "equals", "one_of", "url_within", "path_within", "at_most", "longest")


def parse_tool_rules(data: bytes, *, file: str) -> ToolRules:
    """Return the rules of a file, compiled. Pure.

    Raises:
        BadInput: the file is refused; holds its problems in file order.

    Source: G-4.
    """
    document = read_yaml(data, file=file)
    doc = validate(ToolRulesDoc, document)
    findings = Findings(document)
    names: dict[str, str] = {}
    for index, tool in enumerate(doc.tools):
        other = names.setdefault(tool.name.casefold(), tool.name)
        if other is not tool.name:
            hint = "Keep one; names that differ in case alone are too easily taken for each other."
            got = f"{tool.name!r} beside {other!r}"
            findings.note("T001", ("tools", index, "name"), expected="each tool once", got=got, hint=hint)
        _check(tool, ("tools", index), findings)
    findings.raise_any()
    return ToolRules(doc.tool_rules, doc.version, {tool.name: _compiled(tool) for tool in doc.tools})


def _check(tool: ToolDoc, at: Path, findings: Findings) -> None:
    looks = looks_like(tool.name)
    if tool.class_ is ToolClass.ORDINARY and looks.is_high_impact and tool.although is None:
        expected, hint = f"the class {looks.value}, by its name", "Correct the class, or say why under `although:`."
        findings.note("T002", (*at, "class"), expected=expected, got="ordinary", hint=hint)
    opens = any(effect is not Effect.DENY for effect in tool.tiers.values())
    if not opens and tool.arguments:
        hint = "Leave the arguments out, or open a tier."
        findings.note("T003", (*at, "arguments"), expected="a tier that may call it", got="none", hint=hint)
    for field in ("arguments", "never"):
        for index, argument in enumerate(getattr(tool, field)):
            _check_argument(argument, (*at, field, index), findings, forbids=field == "never")


def _check_argument(doc: ArgumentDoc, at: Path, findings: Findings, *, forbids: bool) -> None:
    said = [name for name in _MATCHERS if getattr(doc, name) is not None]
    if not said or doc.any is False or (doc.any and len(said) > 1) or (forbids and doc.required):
        hint = "Say what it must be, `any: true` alone, and `required` only of what is allowed."
        findings.note("T004", at, expected="what the argument may be", got="nothing, or what does not fit", hint=hint)
    for field, spelling in (("url_within", url_of), ("path_within", path_of)):
        for index, text in enumerate(getattr(doc, field) or ()):
            if spelling(text) is None or (field == "url_within" and {*"?#"} & {*text}):
                hint = "Write it without `..`, user name, query, anchor, encoded letters or numbers for a host."
                where = (*at, field.replace("_", "-"), index)
                findings.note("T005", where, expected="a prefix in its one spelling", got=repr(text[:60]), hint=hint)


def _compiled(tool: ToolDoc) -> CompiledTool:
    arguments = _by_way(tool, tool.arguments, forbids=False)
    never = _by_way(tool, tool.never, forbids=True)
    return CompiledTool(
        name=tool.name,
        tool_class=tool.class_,
        tiers=dict(tool.tiers),
        arguments=arguments,
        never={**never, **{way: _forbidding(way, never) for way in arguments}},
        shapes=shapes_of((*arguments, *never)),
        required=tuple((way_of(one.at), f"{tool.name}{one.at}") for one in tool.arguments if one.required),
        high_impact=tool.class_.is_high_impact,
        human_approval=False,
    )


def _by_way(tool: ToolDoc, arguments: tuple[ArgumentDoc, ...], *, forbids: bool) -> dict[Way, tuple[ArgumentRule, ...]]:
    made: dict[Way, tuple[ArgumentRule, ...]] = {}
    for one in arguments:
        way, matchers = way_of(one.at), matchers_of(one, forbids=forbids)
        if forbids and not (one.any or tool.class_.is_high_impact or way[-1] is None):
            matchers = (is_given, *matchers)
        rule = ArgumentRule(f"{tool.name}{one.at}{'/never' if forbids else ''}", matchers)
        made[way] = (*made.get(way, ()), rule)
    return made


def _forbidding(way: Way, never: dict[Way, tuple[ArgumentRule, ...]]) -> tuple[ArgumentRule, ...]:
    """The rules that forbid at a way that is allowed: also those of ways near it, for what is there may be what they mean."""
    near = (rule for other, rules in never.items() if are_near(way, other) for rule in rules)
    moved = (rule._replace(matchers=(holds_something, *rule.matchers)) for rule in near)
    return (*never.get(way, ()), *moved)


def way_of(pointer: str) -> Way:
    """Return the way that a JSON pointer names; `*` is whichever item of a list. Pure. Source: RFC 6901 §4."""
    parts = pointer.split("/")[1:]
    return tuple(None if part == "*" else part.replace("~1", "/").replace("~0", "~") for part in parts)
