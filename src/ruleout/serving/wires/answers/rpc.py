# SPDX-License-Identifier: Apache-2.0
"""Answers of MCP tools/call: notifications, then one reply. All that they say is text to judge."""

from __future__ import annotations

from typing import Any

from ruleout.serving.refusal import Refusal
from ruleout.serving.wires.answers.events import Event
from ruleout.serving.wires.answers.plain import Field, Plain, known, plain_of, words_of
from ruleout.serving.wires.answers.reader import Streamed, data_of
from ruleout.serving.wires.answers.unread import unread_in
from ruleout.serving.wires.values import CutShort, Piece

#: Fields of a JSON-RPC message.
TOP = {
    "jsonrpc": Field.MARK,
    "id": Field.MARK,
    "method": Field.MARK,
    **dict.fromkeys(("params", "result", "error"), Field.READ),
}
#: What a server may say while a call runs. What it may not: ask the client's model (sampling), its user or its files.
QUIET = frozenset(["notifications/progress", "notifications/message", "notifications/cancelled", "ping"])
#: What it may not do in its reply either: have the client ask these, or come back for the result.
_ASKS = ("inputRequests", "requestState", "task")
#: The error of MCP 2025-11-25 by which it sends the client's user to an address.
_SENDS_USER = -32042


def told(plain: Plain, rpc_id: str | int | None) -> tuple[str, bool]:
    """Return the words of a message, and whether it is the reply. Raises: CutShort."""
    known(plain, TOP)
    if plain.get("jsonrpc") != "2.0":
        raise CutShort("the answer is not JSON-RPC")
    if "method" in plain:
        if plain["method"] not in QUIET or "result" in plain or "error" in plain:
            raise CutShort("the server asks for something that is not known here")
        return words_of(plain.get("params")), False
    if ("result" in plain) == ("error" in plain) or (rpc_id is not None and plain.get("id") != rpc_id):
        raise CutShort("the answer does not answer what was asked")
    reply = plain["result"] if "result" in plain else plain["error"]
    if type(reply) is dict and _asks(reply):
        raise CutShort("the server asks for something that is not known here")
    return words_of(reply), True


def _asks(reply: Plain) -> bool:
    """Whether a reply is none yet."""
    return (
        reply.get("resultType") not in (None, "complete")
        or reply.get("code") == _SENDS_USER
        or any(reply.get(key) is not None for key in _ASKS)
    )


class RpcReader(Streamed):
    """A streamed answer; its state is whether it ended."""

    def __init__(self, rpc_id: str | int | None) -> None:
        super().__init__()
        self._id = rpc_id

    def _read(self, event: Event) -> Piece | None:
        if event.name not in (b"", b"message"):
            raise CutShort("the answer has an event that is not known here")
        if not event.data:
            return Piece(event.raw)
        plain = plain_of(event.data)
        text, self.ended = told(plain, self._id)
        self.state = self.ended
        return Piece(event.raw, text, ended=self.ended, unread=unread_in(plain))

    def _ending(self, refusal: Refusal, state: Any) -> bytes:
        if state:
            return b""
        error = {"code": -32000, "message": refusal.says, "data": {"ruleout": refusal.plain()}}
        return b"event: message\n" + data_of({"jsonrpc": "2.0", "id": self._id, "error": error})


def whole(body: bytes, rpc_id: str | int | None) -> Piece:
    """Return an answer that is not streamed. Raises: CutShort."""
    plain = plain_of(body)
    text, reply = told(plain, rpc_id)
    if not reply:
        raise CutShort("the answer ended before it was whole")
    return Piece(body, text, ended=True, unread=unread_in(plain))
