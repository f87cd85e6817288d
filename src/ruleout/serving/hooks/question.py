# SPDX-License-Identifier: Apache-2.0
"""What a hook is asked: at which stage, about which text and which calls of tools (docs/reference/hooks.md)."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import msgspec

FORMAT = "ruleout-hook/1"


class Stage(Enum):
    """Where in a request: before it goes to the model, or before its answer goes to the client."""

    INPUT = "input"
    OUTPUT = "output"


class Question(NamedTuple):
    """One question to one hook.

    Attributes:
        ask: an id that no other question has; the answer must repeat it, so that no answer fits another question.
        request: the gateway's id of the request.
        context: text that was cleared before, for what spans the border; "" for none.
        text: what is asked about.
        tool_calls: name and JSON text of each call that is asked about.
    """

    ask: str
    hook: str
    stage: Stage
    request: str
    tenant: str
    tier: str
    model: str
    context: str
    text: str
    tool_calls: tuple[tuple[str, str], ...] = ()

    def body(self) -> bytes:
        """Return the question as the hook gets it. Pure."""
        told = {
            "format": FORMAT, "ask": self.ask, "hook": self.hook, "stage": self.stage.value, "request": self.request,
            "tenant": self.tenant, "tier": self.tier, "model": self.model, "context": self.context, "text": self.text,
            "tool_calls": [{"name": name, "arguments": arguments} for name, arguments in self.tool_calls],
        }  # fmt: skip
        return msgspec.json.encode(told)
