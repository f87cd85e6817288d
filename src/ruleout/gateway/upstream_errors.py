# SPDX-License-Identifier: Apache-2.0
"""An upstream's own refusal, told in ours: its status where a client can act on it, never its word about our key."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ruleout.serving.refusal import Refusal, Why

_MOST_SAID = 500


def refusal_by(status: int, headers: Mapping[str, str], body: bytes, key: str = "") -> Refusal:
    """Return what a client is told of an upstream's answer that is no answer. Pure.

    Of 401 and 403 nothing is passed on: they are about the gateway's key. Nor is a message that holds the key.
    """
    if "content-encoding" in headers and status == 200:
        return Refusal(Why.UPSTREAM, "the upstream's answer is compressed, which was not asked for")
    rules = (f"upstream-{status}",)
    if status in (401, 403) or not 400 <= status < 600:
        return Refusal(Why.UPSTREAM, "the upstream refuses the gateway", rules=rules)
    retry = headers.get("retry-after", "")
    wait = int(retry) if retry.isascii() and retry.isdigit() and len(retry) < 6 else 0
    says = f"the upstream answered {status}{_message(body, key)}"
    return Refusal(Why.UPSTREAM, says, rules=rules, retry_after_s=wait, upstream_status=status)


def _message(body: bytes, key: str) -> str:
    """The upstream's own message, where its answer has one in the shape that both providers use."""
    try:
        told = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    error = told.get("error") if isinstance(told, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    if not isinstance(message, str) or not message or (key and key in message):
        return ""
    return ": " + "".join(c for c in message[:_MOST_SAID] if c.isprintable())
