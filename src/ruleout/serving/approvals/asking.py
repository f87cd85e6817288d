# SPDX-License-Identifier: Apache-2.0
"""One call of a tool that a person is asked about, as canonical bytes whose digest an answer is bound to (G-4)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.model.plain import instant_text

FORMAT = "ruleout-tool-call/1"
MOST_BYTES = 1024 * 1024
_ID = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_FIELDS = frozenset(
    {
        "format", "id", "run", "request", "tenant", "tier", "model", "tool", "rules", "call_sha256", "arguments", "asked",
        "deadline",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One question to a person.

    Attributes:
        id: 32 hex digits that no other question has.
        run: of the gateway's worker that asks; an answer to an earlier run's question is none.
        rules: by which rules a person is asked.
        call_sha256: SHA-256 of the exact call: tool and arguments.
        arguments: the arguments' text where the permit lets content be kept, else None: then only the digest is shown.
        asked, deadline: aware UTC instants, for the person; the gateway counts by a clock that does not step.
    """

    id: str
    run: str
    request: str
    tenant: str
    tier: str
    model: str
    tool: str
    rules: tuple[str, ...]
    call_sha256: str
    arguments: str | None
    asked: datetime
    deadline: datetime


def call_digest(tool: str, arguments: str) -> str:
    """Return the digest of one exact call: the tool's name and the arguments' text, byte for byte. Pure."""
    name, text = tool.encode("utf-8"), arguments.encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"%d %b %b" % (len(name), name, text)).hexdigest()


def asking_bytes(asking: Asking) -> bytes:
    """Return the canonical bytes of a question. Pure."""
    told: dict[str, Any] = {name: getattr(asking, name) for name in _FIELDS if name != "format"}
    times = {"asked": instant_text(asking.asked), "deadline": instant_text(asking.deadline)}
    return canonical({**told, **times, "rules": list(asking.rules), "format": FORMAT})


def asking_digest(asking: Asking) -> str:
    """Return the SHA-256 of a question: what an answer names. Pure."""
    return hashlib.sha256(asking_bytes(asking)).hexdigest()


def parse_asking(data: bytes) -> Asking:
    """Return the question of canonical bytes. Pure.

    Raises:
        VerificationFailed: check "tool-call"; other bytes than a gateway writes.
    """
    if len(data) > MOST_BYTES:
        raise VerificationFailed("tool-call", f"expected at most {MOST_BYTES} bytes, got more")
    told = parse_canonical(data)
    if type(told) is not dict or told.keys() != _FIELDS or told["format"] != FORMAT:
        raise VerificationFailed("tool-call", "expected a call that waits for a person, got something else")
    arguments, rules = told["arguments"], told["rules"]
    texts = [told[name] for name in _FIELDS - {"rules", "arguments"}]
    sound = (
        all(type(text) is str for text in texts)
        and (arguments is None or type(arguments) is str)
        and type(rules) is list
        and all(type(rule) is str for rule in rules)
        and _ID.fullmatch(told["id"])
        and _SHA256.fullmatch(told["call_sha256"])
        and _INSTANT.fullmatch(told["asked"])
        and _INSTANT.fullmatch(told["deadline"])
    )
    if not sound:
        raise VerificationFailed("tool-call", "expected fields of a call that waits for a person, got others")
    if arguments is not None and call_digest(told["tool"], arguments) != told["call_sha256"]:
        raise VerificationFailed("tool-call", "expected the arguments of the call asked about, got others")
    times = {name: datetime.fromisoformat(told[name]) for name in ("asked", "deadline")}
    return Asking(**{**{k: v for k, v in told.items() if k != "format"}, **times, "rules": tuple(rules)})
