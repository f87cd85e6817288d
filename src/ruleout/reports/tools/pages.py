# SPDX-License-Identifier: Apache-2.0
"""Rules of tools, judged calls and calls that wait, as pages and values (G-4, G-10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ruleout.documents.counts import count_of
from ruleout.model.plain import instant_text
from ruleout.reports.page import Line, bullets, labelled, title
from ruleout.serving.approvals import Asking
from ruleout.serving.tools import Denied, Effect, Judged, NeedsApproval, ToolRules


def rules_page(rules: ToolRules, *, width: int) -> list[Line]:
    """Return the tools of a file: the class of each, and what each tier may do with it. Pure."""
    lines = title(f"tool rules {rules.label}", count_of(len(rules.tools), "tool"), width=width, tone="good")
    for tool in rules.tools.values():
        told = ", ".join(f"{tier} {effect.value}" for tier, effect in tool.tiers.items())
        lines += labelled(f"  {tool.name}", f"{tool.tool_class.value}: {told}", width=width)
    return [*lines, Line("Every other tool, every other tier: denied.", "dim")]


def rules_value(rules: ToolRules) -> dict[str, Any]:
    """Return the same as a JSON value. Pure."""
    tools = {
        tool.name: {
            "class": tool.tool_class.value,
            "tiers": {tier: effect.value for tier, effect in tool.tiers.items()},
        }
        for tool in rules.tools.values()
    }
    return {"name": rules.name, "version": rules.version, "tools": tools, "others": Effect.DENY.value}


def judged_page(tool: str, judged: Judged, *, width: int) -> list[Line]:
    """Return what a call of a tool comes to, and by which rules. Pure."""
    told = judged_value(tool, judged)
    tone = {"allowed": "good", "denied": "bad"}.get(told["judged"], "warn")
    lines = title(tool, told["judged"], width=width, tone=tone)
    lines += labelled("because", told["says"], width=width) if told["says"] else []
    return [*lines, *bullets("rule", told["rules"], width=width)]


def judged_value(tool: str, judged: Judged) -> dict[str, Any]:
    """Return the same as a JSON value. Pure."""
    if isinstance(judged, Denied):
        refusal = judged.refusal
        return {"tool": tool, "judged": "denied", "says": refusal.says, "rules": list(refusal.rules)}
    if isinstance(judged, NeedsApproval):
        return {"tool": tool, "judged": "needs approval", "says": "a person is asked", "rules": list(judged.rules)}
    return {"tool": tool, "judged": "allowed", "says": "", "rules": []}


def waiting_page(asked: Iterable[Asking], *, width: int) -> list[Line]:
    """Return the calls that wait, the oldest first. Pure."""
    lines: list[Line] = []
    for one in asked:
        lines += title(one.id, f"until {instant_text(one.deadline)}", width=width, tone="warn")
        lines += labelled("  tool", f"{one.tool}, for {one.tenant} ({one.tier}), by {one.model}", width=width)
    return lines or [Line("no call waits")]


def asking_page(one: Asking, *, width: int) -> list[Line]:
    """Return one call that waits, with its arguments where they may be shown. Pure."""
    lines = waiting_page([one], width=width)
    lines += labelled("  request", one.request, width=width)
    lines += bullets("  rule", one.rules, width=width)
    lines += labelled("  call", f"SHA-256 {one.call_sha256}", width=width)
    shown = "not shown: the permit keeps content out" if one.arguments is None else repr(one.arguments)
    return [*lines, *labelled("  arguments", shown, width=width)]


def asking_value(one: Asking) -> dict[str, Any]:
    """Return the same as a JSON value. Pure."""
    told: dict[str, Any] = {name: getattr(one, name) for name in ("id", "request", "tenant", "tier", "model", "tool")}
    times = {"asked": instant_text(one.asked), "deadline": instant_text(one.deadline)}
    return {**told, "rules": list(one.rules), "call_sha256": one.call_sha256, "arguments": one.arguments, **times}
