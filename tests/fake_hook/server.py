# SPDX-License-Identifier: Apache-2.0
"""The server: text with `nerve-agent` is denied, text with `reagent` is near; a behaviour makes it break its word."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path

FORBIDDEN, NEAR = "nerve-agent", "reagent"
BEHAVIOURS = (
    "hang", "hang-in-body", "crash", "crash-in-head", "crash-in-body", "garbage", "no-verdict", "two-verdicts",
    "unknown-verdict", "status-500", "redirect", "long-head", "long-body", "second-answer", "other-ask", "body-denies",
    "extra-field", "double-name", "no-length", "html",
)  # fmt: skip


def answer_to(question: dict) -> dict:
    """The deterministic verdict."""
    said = " ".join([question["context"] + question["text"], *(one["arguments"] for one in question["tool_calls"])])
    denies = FORBIDDEN in said
    return {
        "format": "ruleout-hook/1", "ask": question["ask"], "verdict": "deny" if denies else "allow",
        "rules": ["forbidden-word"] if denies else [], "near": NEAR in said,
    }  # fmt: skip


def response(answer: dict, *, verdict: str | None = None, body: bytes | None = None, status="200 OK", more="") -> bytes:
    data = json.dumps(answer).encode() if body is None else body
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{more}"
    if verdict != "":
        head += f"ruleout-verdict: {verdict or answer['verdict']}\r\n"
    return f"{head}content-length: {len(data)}\r\n\r\n".encode() + data


def misbehaved(kind: str, answer: dict) -> bytes:
    """What a broken hook sends instead; "hang" and "crash" send nothing or a part."""
    whole = response(answer)
    head, _, body = whole.partition(b"\r\n\r\n")
    made = {
        "hang": b"", "crash": b"", "hang-in-body": head + b"\r\n\r\n" + body[:9], "crash-in-head": head[:30],
        "crash-in-body": head + b"\r\n\r\n" + body[:9], "garbage": b"\x16\x03\x01 allow allow\r\n\r\n",
        "no-verdict": response(answer, verdict=""), "two-verdicts": response(answer, more="ruleout-verdict: allow\r\n"),
        "unknown-verdict": response(answer, verdict="Allow"), "status-500": response(answer, status="500 Error"),
        "redirect": response(answer, status="302 Found", more="location: http://evil.example/\r\n"),
        "long-head": response(answer, more="x-pad: " + "a" * 20_000 + "\r\n"),
        "long-body": response(answer, body=json.dumps(answer).encode() + b" " * 100_000), "second-answer": whole + whole,
        "other-ask": response({**answer, "ask": "0"}), "body-denies": response({**answer, "verdict": "deny"}, verdict="allow"),
        "extra-field": response({**answer, "score": 1}),
        "double-name": response(answer, body=json.dumps(answer).encode()[:-1] + b', "near": false}'),
        "no-length": whole.replace(b"content-length", b"x-length"), "html": whole.replace(b"application/json", b"text/html"),
    }  # fmt: skip
    return made[kind]


class FakeHook:
    """One server; `behaviour` "" answers well; `asked` keeps what came."""

    def __init__(self) -> None:
        self.behaviour, self.asked, self.connections = "", [], 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                question = json.loads(await reader.readexactly(length))
                self.asked.append(question)
                answer = answer_to(question)
                writer.write(misbehaved(self.behaviour, answer) if self.behaviour else response(answer))
                await writer.drain()
                if self.behaviour.startswith(("crash", "no-length")):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def hook_at(path: Path):
    """A hook that listens on a socket while the block runs."""
    hook = FakeHook()
    server = await asyncio.start_unix_server(hook.serve, path=str(path))
    try:
        yield hook
    finally:
        server.close()
