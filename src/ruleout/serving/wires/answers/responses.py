# SPDX-License-Identifier: Apache-2.0
"""Answers of OpenAI responses. Events are numbered, so all that follows a held call waits until no call is open.

What an event says again (`*.done`, the finished item, the response at the end) must be what was said before: a client
that reads only the repetition sees nothing that was not judged.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from ruleout.serving.refusal import Refusal
from ruleout.serving.wires.answers.calls import EVENTS as CALL_EVENTS
from ruleout.serving.wires.answers.calls import PLACE, Begun
from ruleout.serving.wires.answers.events import Event
from ruleout.serving.wires.answers.items import Said, part_of, said_of
from ruleout.serving.wires.answers.logprobs import unsaid
from ruleout.serving.wires.answers.plain import (
    Field,
    Plain,
    as_count,
    as_index,
    as_list,
    as_object,
    as_text,
    colons_in,
    known,
    plain_of,
    words_of,
)
from ruleout.serving.wires.answers.reader import Streamed
from ruleout.serving.wires.answers.response_end import NOTHING, PARTS, State, ending_of
from ruleout.serving.wires.values import CutShort, Piece, ToolCall

_MARK, _READ, _ECHO = Field.MARK, Field.READ, Field.ECHO
#: Fields of a response: what was asked told back, and what is answered.
RESPONSE = {
    **dict.fromkeys(
        ("id", "object", "created_at", "completed_at", "status", "model", "background", "service_tier"), _MARK
    ),
    **dict.fromkeys(
        (
            "usage",
            "incomplete_details",
            "billing",
            "tool_usage",
            "prompt_cache_diagnostics",
            "moderation",
            "content_filters",
            "image",
            "access_programs",
            "input_transformations",
        ),
        Field.MARKS,
    ),
    **dict.fromkeys(("output", "error"), _READ),
    **dict.fromkeys(
        [
            "instructions",
            "max_output_tokens",
            "max_tool_calls",
            "metadata",
            "parallel_tool_calls",
            "previous_response_id",
            "prompt",
            "conversation",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "reasoning",
            "safety_identifier",
            "store",
            "temperature",
            "text",
            "tool_choice",
            "tools",
            "top_logprobs",
            "top_p",
            "truncation",
            "user",
            "frequency_penalty",
            "presence_penalty",
            "context_management",
        ],
        _ECHO,
    ),
}
HEADS = frozenset(["response.created", "response.in_progress", "response.queued"])
ENDS = frozenset(["response.completed", "response.incomplete", "response.failed"])
#: Deltas of text: the field of the item and of the event that hold its place; and the field that says it whole.
DELTAS = {
    "response.output_text": ("content", "content_index", "text"),
    "response.refusal": ("content", "content_index", "refusal"),
    "response.reasoning_text": ("content", "content_index", "text"),
    "response.reasoning_summary_text": ("summary", "summary_index", "text"),
}
_INDICES = dict.fromkeys(("content_index", "summary_index", "annotation_index", "status"), _MARK)
#: Fields of an event that says something in this one field.
SAYS = {
    field: {**PLACE, **_INDICES, "logprobs": _READ, field: _READ}
    for field in ("delta", "text", "refusal", "part", "item", "annotation")
}
#: Events of what is no call and has all its words in the finished item.
QUIET = frozenset(f"response.mcp_list_tools.{step}" for step in ("in_progress", "completed", "failed")) | {
    "response.compaction.compacting"
}


class _Delta(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["response.output_text.delta"]
    sequence_number: int
    item_id: str
    output_index: int
    content_index: int
    delta: str
    logprobs: list[None] | UnsetType = UNSET
    obfuscation: str | UnsetType = UNSET


_ordinary = msgspec.json.Decoder(_Delta).decode


class ResponsesReader(Streamed):
    """A streamed response; its state is a `State`, the next number, and how many texts of the open part have been told."""

    def __init__(self) -> None:
        super().__init__()
        self._head: Plain = {}
        self._number = -1
        self._items: dict[int, Said] = {}
        self._finished: tuple[Plain, ...] = ()
        self._item: Plain | None = None
        self._at = -1
        self._parts: dict[tuple[str, int], list[str]] = {}
        self._part: tuple[str, int, Plain] | None = None
        self._texts: list[str] = []
        self._calls: dict[int, Begun] = {}
        self._done_calls: list[ToolCall] = []
        self._waiting = ""
        self._words = ""
        self._unread: frozenset[str] = frozenset()

    def _read(self, event: Event) -> Piece | None:
        data = event.data or b""
        part = self._part
        if part is not None and not self._calls and event.name in (b"response.output_text.delta", b""):
            try:
                told = _ordinary(data)
            except msgspec.DecodeError:
                return self._slow(event, data)
            text, keys = told.delta, 6 + (told.logprobs is not UNSET) + (told.obfuscation is not UNSET)
            here = (
                told.output_index == self._at and told.content_index == part[1] and part[2].get("type") == "output_text"
            )
            if (
                here
                and not told.logprobs
                and told.sequence_number == self._number + 1
                and len(data) - len(text) < 1024
                and colons_in(data) == keys + text.count(":")
            ):
                self._number = number = self._number + 1
                self._texts.append(text)
                self.state = (self.state[0], number + 1, len(self._texts))
                return Piece(event.raw, text)
        return self._slow(event, data)

    def _now(self) -> tuple[State, int, int]:
        told = State(self._head, self._finished, self._item, self._at, self._part, self._texts, self.ended)
        return told, self._number + 1, len(self._texts)

    def _slow(self, event: Event, data: bytes) -> Piece | None:
        plain = plain_of(data)
        kind = as_text(plain.get("type"))
        if event.name and event.name.decode() != kind:
            raise CutShort("the answer has an event that is not known here")
        number = plain.get("sequence_number", self._number + 1)
        if type(number) is not int or number <= self._number:
            raise CutShort("the events of the answer are not in order")
        self._number = number
        text, tokens = self._say(kind, plain)
        if self._calls or self._held:
            self._hold(event.raw)
            self._waiting += text
            return None if self._calls else self._whole()
        if self._done_calls:
            self._hold(event.raw)
            self._waiting = text
            return self._whole()
        self.state = self._now()
        return Piece(event.raw, text, (), *tokens, self.ended, self._unread_so_far())

    def _whole(self) -> Piece:
        calls, text = tuple(self._done_calls), self._waiting
        self._done_calls, self._waiting = [], ""
        self.state = self._now()
        return self._release(text, calls)._replace(unread=self._unread_so_far())

    def _unread_so_far(self) -> tuple[str, ...]:
        unread, self._unread = self._unread, frozenset()
        return tuple(sorted(unread))

    def _say(self, kind: str, plain: Plain) -> tuple[str, tuple[int, int]]:
        """Return the text of an event and the tokens that it tells."""
        base, _, step = kind.rpartition(".")
        if kind in HEADS or kind in ENDS:
            return self._frame(kind, plain)
        if kind == "error":
            known(
                plain,
                {
                    "type": _MARK,
                    "sequence_number": _MARK,
                    **dict.fromkeys(("code", "message", "param", "error"), _READ),
                },
            )
            if self._calls:
                raise CutShort("a call of a tool was not ended")
            self.ended = self.erred = True
            return words_of([plain.get("message"), plain.get("error")]), (0, 0)
        if not self._head:
            raise CutShort("the answer does not begin with its head")
        if base == "response.output_item" and step in ("added", "done"):
            known(plain, SAYS["item"])
            return (self._begin(plain) if step == "added" else self._finish(plain)), (0, 0)
        if kind in CALL_EVENTS:
            call = self._calls.get(as_index(plain.get("output_index")))
            if call is None:
                raise CutShort("a call of a tool was not begun")
            self._unread |= call.tell(kind, plain)
            return "", (0, 0)
        if kind in QUIET:
            known(plain, PLACE)
            return "", (0, 0)
        if kind == "response.output_text.annotation.added":
            known(plain, SAYS["annotation"])
            return words_of(plain.get("annotation")), (0, 0)
        return self._in_item(base, step, plain), (0, 0)

    def _frame(self, kind: str, plain: Plain) -> tuple[str, tuple[int, int]]:
        known(plain, {"type": _MARK, "sequence_number": _MARK, "response": _READ, "agent": _MARK})
        response, _ = known(plain.get("response"), RESPONSE)
        said = [said_of(item, at) for at, item in enumerate(as_list(response.get("output")))]
        if kind in HEADS:
            if said or (self._items and kind != "response.in_progress"):
                raise CutShort("the answer begins with content")
            self._head = response
            return words_of(response.get("error")), (0, 0)
        if self._calls or any(_told(one) != _told(self._items.get(at)) for at, one in enumerate(said)):
            raise CutShort("the answer ends with something that was not seen")
        self.ended = True
        return words_of(response.get("error")) + "".join(one.tokens for one in said), tokens_of(response)

    def _begin(self, plain: Plain) -> str:
        at, item = as_index(plain.get("output_index")), as_object(plain.get("item"))
        said = said_of(item, at)
        if at in self._items or at in self._calls or self._item is not None:
            raise CutShort("an item of the answer was begun twice")
        self._unread |= frozenset(said.unread)
        if said.call is not None:
            self._calls[at] = Begun(item, said)
            return ""
        if said.parts:
            raise CutShort("an item of the answer begins with content")
        self._item, self._at, self._parts, self._part, self._words = item, at, {}, None, said.words
        return said.words

    def _finish(self, plain: Plain) -> str:
        at, item = as_index(plain.get("output_index")), as_object(plain.get("item"))
        said, begun, more = said_of(item, at), self._words if at == self._at else "", ""
        if said.call is not None:
            call = self._calls.pop(at, None)
            if call is None:
                raise CutShort("a call of a tool is not the one that was begun")
            more = call.end(item, said)
            self._done_calls.append(said.call)
        elif self._item is None or at != self._at or said.kind != self._item.get("type"):
            raise CutShort("an item of the answer was ended that is not open")
        elif {key: text for key, text in said.parts.items() if text} != self._told_parts():
            raise CutShort("an item of the answer ends as another than was told")
        else:
            self._item, self._at, self._part = None, -1, None
        self._items[at] = said
        self._unread |= frozenset(said.unread)
        self._finished = (*self._finished, item)
        return (said.words if said.words != begun else "") + said.tokens + more

    def _told_parts(self) -> dict[tuple[str, int], str]:
        return {key: text for key, texts in self._parts.items() if (text := "".join(texts))}

    def _in_item(self, base: str, step: str, plain: Plain) -> str:
        field, index, key = DELTAS.get(base) or (*PARTS.get(base, ("", "")), "part")
        known(plain, SAYS["delta" if step == "delta" else key])
        if not field or self._item is None or as_index(plain.get("output_index")) != self._at:
            raise CutShort("the answer has an event that is not known here")
        place = (field, as_index(plain.get(index)))
        if base in PARTS:
            return self._edge(place, step, as_object(plain.get("part")))
        if self._part is None or self._part[:2] != place or step not in ("delta", "done"):
            raise CutShort("the answer has a part that was not begun")
        if step == "delta":
            text = as_text(plain.get("delta"))
            self._texts.append(text)
            return text + unsaid(plain.get("logprobs"), text)
        text = as_text(plain.get(key))
        if text != "".join(self._texts):
            raise CutShort("a part of the answer ends as another than was told")
        return unsaid(plain.get("logprobs"), text)

    def _edge(self, place: tuple[str, int], step: str, part: Plain) -> str:
        text, words, tokens = part_of(part)
        if step == "added" and place not in self._parts and self._part is None:
            self._texts = self._parts[place] = [text]
            self._part = (*place, part)
            return text + words + tokens
        if step != "done" or self._part is None or self._part[:2] != place or text != "".join(self._texts):
            raise CutShort("a part of the answer ends as another than was told")
        self._part = None
        return words + tokens

    def _ending(self, refusal: Refusal, state: Any) -> bytes:
        return ending_of(refusal, *(state or (NOTHING, 0, 0)))


def _told(said: Said | None) -> object:
    """Return what a repetition of an item must have in common with it."""
    if said is None:
        return None
    return said.kind, {key: text for key, text in said.parts.items() if text}, said.call, said.words


def tokens_of(response: Plain) -> tuple[int, int]:
    """Return the tokens read and written. Raises: CutShort."""
    usage = as_object(response.get("usage") or {})
    return as_count(usage.get("input_tokens")), as_count(usage.get("output_tokens"))


def whole(body: bytes) -> Piece:
    """Return an answer that is not streamed. Raises: CutShort."""
    response, _ = known(plain_of(body), RESPONSE)
    said = [said_of(item, at) for at, item in enumerate(as_list(response.get("output")))]
    calls = tuple(one.call for one in said if one.call is not None)
    text = "".join(one.text for one in said) + words_of(response.get("error"))
    unread = sorted({kind for one in said for kind in one.unread})
    return Piece(body, text, calls, *tokens_of(response), True, tuple(unread))
