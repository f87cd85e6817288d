# SPDX-License-Identifier: Apache-2.0
"""Asking hooks over HTTP: one pool of kept connections, a deadline that holds, and a denial for whatever goes wrong (G-9)."""

from ruleout.adapters.hooks.client import HookClient
from ruleout.serving.hooks.target import Target, parse_target

__all__ = ["HookClient", "Target", "parse_target"]
