# SPDX-License-Identifier: Apache-2.0
"""A hook's answer: its verdict is read before its body, and only one of two words counts (G-9).

The header `ruleout-verdict` says `allow` or `deny`. A deny holds as soon as it is read. An allow holds only with a whole
body that says the same about the same question. Everything else denies.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from ruleout.serving.hooks.question import FORMAT
from ruleout.serving.refusal import Refusal, Why

HEADER = b"ruleout-verdict"
MOST_BODY_BYTES = 65_536
_MOST_RULES = 20
_RULE = re.compile(r"[a-z0-9]+(?:[-/.][a-z0-9]+)*")
_FIELDS = {"format", "ask", "verdict", "rules", "near"}


class Verdict(NamedTuple):
    """What a hook said, or why it counts as a denial.

    Attributes:
        allowed: whether it said that this may go on; the only field that opens anything.
        rules: its own ids of what it found, at most 20.
        near: whether it was close: a near miss, counted against what the decision assumed.
        failed: "" for an answer; else why there was none: `time-out`, `crash`, `garbage`,
            `overloaded`, or `unreadable` for a question that cannot be put.
    """

    allowed: bool
    rules: tuple[str, ...] = ()
    near: bool = False
    failed: str = ""


def failure(failed: str) -> Verdict:
    """Return the denial that a missing or bad answer is. Pure."""
    return Verdict(allowed=False, failed=failed)


def verdict_of_header(value: bytes) -> bool | None:
    """Return what a header says: True for allow, False for deny, None for anything else. Pure."""
    return {b"allow": True, b"deny": False}.get(value)


def parse_verdict(body: bytes, *, ask: str, header: bool | None) -> Verdict:
    """Return the verdict of a whole answer; a denial unless header and body allow this very question. Pure."""
    if header is None:
        return failure("garbage")
    told = _read(body)
    said = told is not None and _is_sound(told, ask)
    if not header:
        # A deny holds whatever its body is; its rules only where it can be read.
        return Verdict(allowed=False, rules=tuple(told["rules"]) if said and told is not None else ())
    if told is None or not said or told["verdict"] != "allow":
        return failure("garbage")
    return Verdict(allowed=True, rules=tuple(told["rules"]), near=told["near"])


def denied_by(hook: str, verdict: Verdict, *, request: str = "") -> Refusal:
    """Return the refusal that a denial is. Pure."""
    if verdict.failed:
        says = f"the hook {hook} gave no answer that counts: {verdict.failed}"
        return Refusal(Why.HOOK, says, request=request, failed=(hook,), retry_after_s=1)
    rules = (hook, *(f"{hook}/{rule}" for rule in verdict.rules))
    return Refusal(Why.HOOK, f"the hook {hook} denies this", request=request, rules=rules)


def _read(body: bytes) -> dict[str, Any] | None:
    if len(body) > MOST_BODY_BYTES:
        return None
    try:
        told = _DECODER.decode(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return told if type(told) is dict else None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _is_sound(told: dict[str, Any], ask: str) -> bool:
    rules = told.get("rules")
    return (
        told.keys() == _FIELDS
        and told["format"] == FORMAT
        and told["ask"] == ask
        and told["verdict"] in ("allow", "deny")
        and type(told["near"]) is bool
        and type(rules) is list
        and len(rules) <= _MOST_RULES
        and all(type(rule) is str and len(rule) <= 64 and _RULE.fullmatch(rule) for rule in rules)
    )


_DECODER = json.JSONDecoder(object_pairs_hook=_once)
