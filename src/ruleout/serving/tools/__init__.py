# SPDX-License-Identifier: Apache-2.0
"""High-impact tools: which calls of tools leave the gateway, in which tier, with which arguments (G-4). Pure."""

from ruleout.serving.tools.classes import Effect, ToolClass
from ruleout.serving.tools.judge import Allowed, Called, Denied, Judged, NeedsApproval, judge
from ruleout.serving.tools.load import parse_tool_rules
from ruleout.serving.tools.rules import ToolRules, asks_person, under_permit

__all__ = [
    "Allowed",
    "Called",
    "Denied",
    "Effect",
    "Judged",
    "NeedsApproval",
    "ToolClass",
    "ToolRules",
    "asks_person",
    "judge",
    "parse_tool_rules",
    "under_permit",
]
