# SPDX-License-Identifier: Apache-2.0
"""Tool rules, compiled: plain dicts that one call is looked up in (G-4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ruleout.model.permit import Tool
from ruleout.serving.tools.classes import Effect, ToolClass
from ruleout.serving.tools.matchers import Matcher
from ruleout.serving.tools.shapes import Shapes, Way


class ArgumentRule(NamedTuple):
    """What must hold of the argument there; `id` is `TOOL/POINTER`."""

    id: str
    matchers: tuple[Matcher, ...]


class CompiledTool(NamedTuple):
    """One tool. `arguments` allow, `never` forbid; both by the way to the argument. `shapes` are of the ways of both."""

    name: str
    tool_class: ToolClass
    tiers: Mapping[str, Effect]
    arguments: Mapping[Way, tuple[ArgumentRule, ...]]
    never: Mapping[Way, tuple[ArgumentRule, ...]]
    shapes: Shapes
    required: tuple[tuple[Way, str], ...]
    high_impact: bool
    human_approval: bool

    def asks_person(self, tier: str) -> bool:
        """Whether a person has to allow each call that the rules let through in a tier, whatever its arguments. Pure."""
        effect = self.tiers.get(tier, Effect.DENY)
        return effect is Effect.APPROVE or (effect is Effect.ALLOW and self.human_approval)


class ToolRules(NamedTuple):
    """The rules of one file, by the tool's exact name."""

    name: str
    version: int
    tools: Mapping[str, CompiledTool]

    @property
    def label(self) -> str:
        """Name and version, as refusals give it."""
        return f"{self.name}@{self.version}"


def under_permit(rules: ToolRules, tools: Iterable[Tool]) -> ToolRules:
    """Return the rules for a permit's tools alone: one it does not name is gone, its human approval is added. Pure.

    Nothing gets weaker by it.
    """
    named = {tool.tool: tool for tool in tools}
    kept = {
        name: tool._replace(human_approval=tool.human_approval or named[name].human_approval)
        for name, tool in rules.tools.items()
        if name in named
    }
    return rules._replace(tools=kept)


def asks_person(rules: ToolRules, tools: Iterable[Tool], name: str, tier: str) -> bool:
    """Return whether a person has to allow each call of a tool under a permit's tools. Pure."""
    tool = under_permit(rules, tools).tools.get(name)
    return tool is not None and tool.asks_person(tier)
