# SPDX-License-Identifier: Apache-2.0
"""Answers of Anthropic messages. Blocks come one after another, so all that follows a held call waits, but for pings."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ruleout.serving.refusal import Refusal
from ruleout.serving.wires.answers.events import Event
from ruleout.serving.wires.answers.plain import (
    Field,
    Plain,
    as_count,
    as_index,
    as_list,
    as_object,
    as_text,
    colons_in,
    encode,
    known,
    plain_of,
    words_of,
)
from ruleout.serving.wires.answers.reader import ENDS_AS_ERROR, Streamed, event_of
from ruleout.serving.wires.answers.unread import unread_in
from ruleout.serving.wires.values import CutShort, Piece, ToolCall

_MARK, _READ, _WORDS = Field.MARK, Field.READ, Field.WORDS
#: Fields of every event; what an event does not use must be empty.
EVENTS = {
    "message_start": {"type": _MARK, "message": _READ},
    "content_block_start": {"type": _MARK, "index": _MARK, "content_block": _READ},
    "content_block_delta": {"type": _MARK, "index": _MARK, "delta": _READ},
    "content_block_stop": {"type": _MARK, "index": _MARK},
    "message_delta": {"type": _MARK, "delta": _READ, "usage": Field.MARKS, "context_management": Field.MARKS},
    "message_stop": {"type": _MARK},
    "ping": {"type": _MARK},
    "error": {"type": _MARK, "error": _READ, "request_id": _MARK},
}
MESSAGE = {
    **dict.fromkeys(("id", "type", "role", "model", "stop_reason", "stop_sequence"), _MARK),
    **dict.fromkeys(("usage", "container", "context_management"), Field.MARKS),
    "content": _READ,
    "stop_details": _WORDS,
}
ENDING = {"stop_reason": _MARK, "stop_sequence": _MARK, "container": Field.MARKS, "stop_details": _WORDS}
_CALL = {
    **dict.fromkeys(("type", "id", "name", "server_name", "toolset_name"), _MARK),
    "caller": Field.MARKS,
    "input": _READ,
}
_RESULT = {"type": _MARK, "tool_use_id": _MARK, "content": _WORDS, "is_error": _MARK, "caller": Field.MARKS}
#: Blocks that say something. What a provider's own tool found is text too.
BLOCKS = {
    "text": {"type": _MARK, "text": _WORDS, "citations": _WORDS},
    "thinking": {"type": _MARK, "thinking": _WORDS, "signature": Field.SEALED},
    "redacted_thinking": {"type": _MARK, "data": Field.SEALED},
    **{
        f"{tool}_tool_result": _RESULT
        for tool in (
            *("web_search", "web_fetch", "code_execution", "bash_code_execution"),
            *("text_editor_code_execution", "tool_search", "mcp"),
        )
    },
}
#: Calls: of the client's tools, the provider's own, and of tools of servers that the provider asks.
CALLS = dict.fromkeys(("tool_use", "server_tool_use", "mcp_tool_use"), _CALL)
#: What may come in a block: the field that counts as text. `input_json_delta` comes in calls only.
DELTAS = {
    "text_delta": ("text", {"type": _MARK, "text": _WORDS}),
    "thinking_delta": ("thinking", {"type": _MARK, "thinking": _WORDS, "estimated_tokens": _MARK}),
    "signature_delta": ("thinking", {"type": _MARK, "signature": Field.SEALED}),
    "citations_delta": ("text", {"type": _MARK, "citation": _WORDS}),
}

#: Tokens of a question: `input_tokens` are only those that went by the cache; what it holds, or holds from now on, is told beside them.
_TOKENS_READ = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


class _Text(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["text_delta"]
    text: str


class _Delta(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["content_block_delta"]
    index: int
    delta: _Text


_ordinary = msgspec.json.Decoder(_Delta).decode
#: Colons of an ordinary delta beside those of its text: no key twice.
_KEYS = 5


class MessagesReader(Streamed):
    """A streamed message; its state is (begun, index of the open block or -1, tokens written, ended)."""

    def __init__(self) -> None:
        super().__init__()
        self._block = ""
        self._at = -1
        self._next = 0
        self._call: tuple[str, str] = ("", "")
        self._parts: list[str] = []
        self._out = 0
        self._message: Plain = {}

    def _read(self, event: Event) -> Piece | None:
        data = event.data or b""
        if self._block == "text" and event.name == b"content_block_delta":
            try:
                told = _ordinary(data)
            except msgspec.DecodeError:
                return self._slow(event, data)
            text = told.delta.text
            if told.index == self._at and colons_in(data) == _KEYS + text.count(":"):
                return Piece(event.raw, text)
        return self._slow(event, data)

    def _slow(self, event: Event, data: bytes) -> Piece | None:
        plain = plain_of(data)
        kind = as_text(plain.get("type"))
        if kind not in EVENTS or event.name.decode() != kind:
            raise CutShort("the answer has an event that is not known here")
        known(plain, EVENTS[kind])
        if kind == "ping":
            return Piece(event.raw)
        if kind == "error":
            self.ended = self.erred = True
            return self._told(event.raw, words_of(plain.get("error")), (0, 0))
        if (kind == "message_start") == bool(self._message):
            raise CutShort("the answer does not begin with its head")
        if self._block in CALLS:
            return self._in_call(kind, plain, event.raw)
        if kind == "content_block_start":
            return self._start(plain, event.raw)
        text = self._delta(plain) if kind == "content_block_delta" else ""
        return self._frame(kind, plain, event.raw, text)

    def _told(self, raw: bytes, text: str, tokens: tuple[int, int]) -> Piece:
        self.state = (bool(self._message), self._at, self._out, self.ended)
        return Piece(raw, text, (), *tokens, self.ended)

    def _frame(self, kind: str, plain: Plain, raw: bytes, text: str) -> Piece:
        tokens = (0, 0)
        if kind == "message_start":
            self._message, _ = known(plain["message"], MESSAGE)
            tokens = self._tokens(self._message)
            if self._message.get("content"):
                raise CutShort("the answer begins with content")
        elif kind == "content_block_stop":
            self._stop(plain)
        elif kind == "message_delta":
            _, text = known(plain.get("delta"), ENDING)
            tokens = self._tokens(plain)
        if kind in ("message_delta", "message_stop"):
            if self._block:
                raise CutShort("a block of the answer was not ended")
            self.ended = kind == "message_stop"
        return self._told(raw, text, tokens)

    def _tokens(self, plain: Plain) -> tuple[int, int]:
        tokens = tokens_of(plain)
        self._out = tokens[1] or self._out
        return tokens

    def _stop(self, plain: Plain) -> None:
        if not self._block or as_index(plain.get("index")) != self._at:
            raise CutShort("a block of the answer was ended that is not open")
        self._block, self._at = "", -1

    def _start(self, plain: Plain, raw: bytes) -> Piece | None:
        block = as_object(plain.get("content_block"))
        kind, at = as_text(block.get("type")), as_index(plain.get("index"))
        if self._block or at != self._next or kind not in {**BLOCKS, **CALLS}:
            raise CutShort("the answer has a block that is not known here")
        self._next, self._block, self._at = at + 1, kind, at
        _, text = known(block, BLOCKS.get(kind) or CALLS[kind])
        if kind in BLOCKS:
            return self._told(raw, text, (0, 0))._replace(unread=unread_in(block.get("content")))
        self._call = (name_of(block), encode(block["input"]).decode() if block.get("input") else "")
        self._parts = []
        self._hold(raw)
        return None

    def _delta(self, plain: Plain) -> str:
        delta = as_object(plain.get("delta"))
        block, fields = DELTAS.get(as_text(delta.get("type")), ("", {}))
        if not self._block or block != self._block or as_index(plain.get("index")) != self._at:
            raise CutShort("the answer has a part that is not known here")
        return known(delta, fields)[1]

    def _in_call(self, kind: str, plain: Plain, raw: bytes) -> Piece | None:
        if kind not in ("content_block_delta", "content_block_stop") or as_index(plain.get("index")) != self._at:
            raise CutShort("a call of a tool was not ended")
        self._hold(raw)
        if kind == "content_block_delta":
            delta = as_object(plain.get("delta"))
            known(delta, {"type": _MARK, "partial_json": _READ})
            if delta.get("type") != "input_json_delta":
                raise CutShort("the answer has a part that is not known here")
            self._parts.append(as_text(delta.get("partial_json")))
            return None
        call = ToolCall(self._call[0], _arguments(self._call[1], "".join(self._parts)), True, self._at)
        self._block, self._at = "", -1
        self._told(b"", "", (0, 0))
        return self._release("", (call,))

    def _ending(self, refusal: Refusal, state: Any) -> bytes:
        begun, at, out, ended = state or (False, -1, 0, False)
        if ended:
            return b""
        if refusal.why in ENDS_AS_ERROR:
            error = {"type": "api_error", "message": refusal.says, "ruleout": refusal.plain()}
            return event_of("error", {"error": error})
        head = b"" if begun else event_of("message_start", {"message": self._made_up()})
        stop = event_of("content_block_stop", {"index": at}) if at >= 0 else b""
        delta = {"stop_reason": "refusal", "stop_sequence": None}
        ending = {"delta": delta, "usage": {"output_tokens": out}, "ruleout": refusal.plain()}
        return head + stop + event_of("message_delta", ending) + event_of("message_stop", {})

    def _made_up(self) -> Plain:
        head = {"id": "msg_ruleout", "type": "message", "role": "assistant", "model": "", "content": []}
        return {**head, "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 0, "output_tokens": 0}}


def name_of(block: Plain) -> str:
    """Return the name of the tool that a block calls. Raises: CutShort."""
    name = as_text(block.get("name"))
    if not name:
        raise CutShort("a call of a tool has no name")
    return name


def _arguments(first: str, parts: str) -> str:
    if first and parts:
        raise CutShort("a call of a tool has its arguments twice")
    return first or parts or "{}"


def tokens_of(plain: Plain) -> tuple[int, int]:
    """Return the tokens read and written. Raises: CutShort."""
    usage = as_object(plain.get("usage") or {})
    return sum(as_count(usage.get(name)) for name in _TOKENS_READ), as_count(usage.get("output_tokens"))


def whole(body: bytes) -> Piece:
    """Return an answer that is not streamed. Raises: CutShort."""
    plain, text = known(plain_of(body), MESSAGE)
    calls = list[ToolCall]()
    for index, one in enumerate(as_list(plain.get("content"))):
        block = as_object(one)
        kind = as_text(block.get("type"))
        if kind not in BLOCKS and kind not in CALLS:
            raise CutShort("the answer has a block that is not known here")
        text += known(block, BLOCKS.get(kind) or CALLS[kind])[1]
        if kind in CALLS:
            calls.append(ToolCall(name_of(block), encode(block.get("input") or {}).decode(), True, index))
    return Piece(body, text, tuple(calls), *tokens_of(plain), True, unread_in(plain.get("content")))
