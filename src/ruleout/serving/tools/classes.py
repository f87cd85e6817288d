# SPDX-License-Identifier: Apache-2.0
"""Classes of tools by what they can do, and which names look like one (G-4).

A look decides nothing in favour of a tool: unlisted tools are denied whatever they are called. It names the danger in the
refusal, and it keeps a rules file from calling `run_shell` ordinary without saying why.
"""

from __future__ import annotations

from enum import Enum


class ToolClass(Enum):
    """What a tool can do. All but ORDINARY are high-impact."""

    CODE_EXECUTION = "code-execution"
    BROWSING = "browsing"
    PAYMENTS = "payments"
    FILE_WRITES = "file-writes"
    NETWORK_WRITES = "network-writes"
    AUTONOMOUS_RUNS = "autonomous-runs"
    ORDINARY = "ordinary"

    @property
    def is_high_impact(self) -> bool:
        """Whether tight defaults hold: arguments that no rule names are denied."""
        return self is not ToolClass.ORDINARY


class Effect(Enum):
    """What a tier may do with a tool. In order: each is stricter than the one after it."""

    DENY = "deny"
    APPROVE = "approve"
    ALLOW = "allow"


#: Parts of names, in the order in which they are looked for. Our own list: it warns, it is no proof of anything.
_WORDS = {
    ToolClass.CODE_EXECUTION: (
        "bash", "shell", "exec", "terminal", "python", "code", "eval", "command", "script", "repl", "sql", "computer",
    ),
    ToolClass.PAYMENTS: ("pay", "purchase", "transfer", "invoice", "checkout", "refund", "wallet", "trade", "buy"),
    ToolClass.AUTONOMOUS_RUNS: ("agent", "spawn", "delegate", "schedule", "cron", "subtask", "mcp"),
    ToolClass.FILE_WRITES: ("write", "edit", "patch", "delete", "remove", "rename", "upload", "save", "memory"),
    ToolClass.NETWORK_WRITES: ("send", "post", "email", "mail", "publish", "message", "webhook", "commit", "push"),
    ToolClass.BROWSING: ("browse", "fetch", "http", "url", "web", "search", "crawl", "download"),
}  # fmt: skip


def looks_like(name: str) -> ToolClass:
    """Return the class that a tool's name, or a provider's type of a built-in tool, looks like. Pure."""
    plain = name.casefold()
    for found, words in _WORDS.items():
        if any(word in plain for word in words):
            return found
    return ToolClass.ORDINARY
