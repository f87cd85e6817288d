# SPDX-License-Identifier: Apache-2.0
"""Answers of OpenAI chat completions.

Parts of a call are held until its choice says why it finished. Text goes on meanwhile: clients join each by itself.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from ruleout.serving.refusal import Refusal
from ruleout.serving.wires.answers.events import Event
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
from ruleout.serving.wires.answers.reader import ENDS_AS_ERROR, Streamed, data_of
from ruleout.serving.wires.values import CutShort, Piece, ToolCall

_MARK, _READ = Field.MARK, Field.READ
#: Fields of a chunk and of a whole answer. `obfuscation` is padding; `error` ends the answer.
TOP = {
    **dict.fromkeys(("id", "object", "created", "model", "service_tier", "system_fingerprint", "obfuscation"), _MARK),
    **dict.fromkeys(("choices", "error"), _READ),
    "usage": Field.MARKS,
    "timings": Field.MARKS,  # llama.cpp: tokens and milliseconds
    "metadata": Field.MARKS,  # SGLang: the version of the weights
    "prompt_filter_results": Field.MARKS,  # Azure
}
#: `logprobs` hold the tokens of the text, and others that were likely: see `unsaid_in`.
CHOICE = {
    **dict.fromkeys(("index", "finish_reason"), _MARK),
    **dict.fromkeys(("stop_reason", "matched_stop"), _MARK),  # vLLM, SGLang: the token or text that ended it
    **dict.fromkeys(("content_filter_results", "content_filter_offsets"), Field.MARKS),  # Azure
    **dict.fromkeys(("delta", "message", "logprobs"), _READ),
}
#: What is said, thought or refused is text; calls are read. `audio` is not here: nobody can judge it.
DELTA = {
    "role": _MARK,
    **dict.fromkeys(("content", "refusal", "reasoning_content", "reasoning"), _READ),
    **dict.fromkeys(("tool_calls", "function_call"), _READ),
    "annotations": Field.WORDS,
}
_SAID = ("content", "refusal", "reasoning_content", "reasoning")
CALL = {"index": _MARK, "id": _MARK, "type": _MARK, "function": _READ, "custom": _READ}
FUNCTION = {"name": _READ, "arguments": _READ, "input": _READ}
#: Index of the old way to call one function, which has none.
LEGACY = -1


class _Delta(msgspec.Struct, forbid_unknown_fields=True):
    content: str
    role: str | UnsetType = UNSET
    refusal: UnsetType | None = UNSET


class _Choice(msgspec.Struct, forbid_unknown_fields=True):
    index: int
    delta: _Delta
    finish_reason: UnsetType | None = UNSET
    logprobs: UnsetType | None = UNSET


class _Chunk(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    object: str
    created: int
    model: str
    choices: tuple[_Choice]
    service_tier: str | UnsetType | None = UNSET
    system_fingerprint: str | UnsetType | None = UNSET
    usage: UnsetType | None = UNSET
    obfuscation: str | UnsetType = UNSET


_ordinary = msgspec.json.Decoder(_Chunk).decode


def _keys(chunk: _Chunk, one: _Choice, delta: _Delta) -> int:
    """How many keys such a chunk has; with the colons of its text, all colons that may stand in it: no key twice."""
    return (
        8
        + (chunk.service_tier is not UNSET)
        + (chunk.system_fingerprint is not UNSET)
        + (chunk.usage is not UNSET)
        + (chunk.obfuscation is not UNSET)
        + (one.finish_reason is not UNSET)
        + (one.logprobs is not UNSET)
        + (delta.role is not UNSET)
        + (delta.refusal is not UNSET)
    )


class ChatReader(Streamed):
    """A streamed chat completion; its state is (head, choices begun, choices finished, ended)."""

    def __init__(self, *, hide_usage: bool = False, choices: int = 1) -> None:
        super().__init__()
        self._hide, self._choices = hide_usage, choices
        #: By choice and index: whether a function or a custom tool, its name, its arguments.
        self._calls: dict[tuple[int, int], list[str]] = {}
        self._open: set[int] = set()
        self._text = ""
        self._tokens = (0, 0)
        self._head: Plain = {}
        self._begun: frozenset[int] = frozenset()
        self._done: frozenset[int] = frozenset()

    def _read(self, event: Event) -> Piece | None:
        data = event.data or b""
        if not event.name and self._head:
            try:
                chunk = _ordinary(data)
            except msgspec.DecodeError:
                return self._slow(event, data)
            one = chunk.choices[0]
            text = one.delta.content
            plain = colons_in(data) == _keys(chunk, one, one.delta) + text.count(":")
            if plain and one.index in self._begun and one.index not in self._done and len(data) - len(text) < 1024:
                return Piece(event.raw, text)
        return self._slow(event, data)

    def _slow(self, event: Event, data: bytes) -> Piece | None:
        if event.name not in (b"", b"message", b"error"):
            raise CutShort("the answer has an event that is not known here")
        if data == b"[DONE]":
            return self._end(event.raw)
        plain, _ = known(plain_of(data), TOP)
        if plain.get("error"):
            self.erred = True
            return self._end(event.raw, self._error(plain))
        self._head = self._head or {key: plain.get(key) for key in ("id", "object", "created", "model")}
        tokens, choices = tokens_of(plain), as_list(plain.get("choices"))
        seen = [self._choice(choice) for choice in choices]
        self.state = (self._head, self._begun, self._done, False)
        text, keep = "".join(said for said, _ in seen), any(part for _, part in seen)
        if keep or (self._held and not choices):
            self._hold(event.raw)
            self._text += text
            self._tokens = tokens if tokens != (0, 0) else self._tokens
            return self._whole() if keep and not self._open else None
        raw = b"" if self._hide and not choices and plain.get("usage") else event.raw
        return Piece(raw, text, (), *tokens)

    def _end(self, raw: bytes, text: str = "") -> Piece:
        if self._held:
            raise CutShort("a call of a tool was not ended")
        self.ended = True
        self.state = (self._head, self._begun, self._done, True)
        return Piece(raw, text, ended=True)

    def _error(self, plain: Plain) -> str:
        """Return the words of the upstream's own error, which are text too. Raises: CutShort: a choice says something beside it."""
        seen = [self._choice(choice) for choice in as_list(plain.get("choices"))]
        if any(said or part for said, part in seen):
            raise CutShort("a choice says something beside an error")
        return words_of(as_object(plain["error"]))

    def _whole(self) -> Piece:
        calls = tuple(ToolCall(one[1], one[2], True, index) for (_, index), one in self._calls.items())
        if not all(call.name for call in calls):
            raise CutShort("a call of a tool has no name")
        text, self._calls, self._text = self._text, {}, ""
        piece = self._release(text, calls)
        tokens, self._tokens = self._tokens, (0, 0)
        return piece._replace(tokens_in=tokens[0], tokens_out=tokens[1])

    def _choice(self, choice: object) -> tuple[str, bool]:
        """Return what is said, and whether it is part of a call."""
        told, words = known(choice, CHOICE)
        at = as_index(told.get("index", 0))
        delta, more = known(told.get("delta") or {}, DELTA)
        if told.get("message") or (at in self._done and any(delta[key] for key in delta if key != "role")):
            raise CutShort("a choice goes on after its end")
        self._begun |= {at}
        if len(self._begun) > self._choices:
            raise CutShort("the answer has more choices than were asked for")
        for call in as_list(delta.get("tool_calls")):
            part, _ = known(call, CALL)
            self._part(at, as_index(part.get("index", 0)), *called_of(part))
        if delta.get("function_call"):
            self._part(at, LEGACY, "function", delta["function_call"])
        of_call = at in self._open and bool(delta.get("tool_calls") or delta.get("function_call"))
        if told.get("finish_reason"):
            of_call = of_call or at in self._open
            self._done |= {at}
            self._open.discard(at)
        text = said_of(delta)
        return text + more + words + unsaid_in(told.get("logprobs"), text), of_call

    def _part(self, choice: int, index: int, kind: str, told: object) -> None:
        part, _ = known(told, FUNCTION)
        self._open.add(choice)
        call = self._calls.setdefault((choice, index), [kind, "", ""])
        if len(self._calls) > 1024:
            raise CutShort("the answer has too many calls of tools")
        if kind and call[0] not in ("", kind):
            raise CutShort("a call of a tool is of two kinds")
        call[0] = call[0] or kind
        call[1] += as_text(part.get("name"))
        call[2] += as_text(part.get("arguments")) + as_text(part.get("input"))

    def _ending(self, refusal: Refusal, state: Any) -> bytes:
        head, begun, done, ended = state or (self._head, frozenset[int](), frozenset[int](), False)
        if ended:
            return b""
        if refusal.why in ENDS_AS_ERROR:
            error = {"message": refusal.says, "type": "ruleout", "param": None, "code": refusal.why.value}
            return data_of({"error": {**error, "ruleout": refusal.plain()}})
        head = head or {"id": "ruleout", "object": "chat.completion.chunk", "created": 0, "model": ""}
        left = sorted(begun - done) if begun else [0]
        choices: list[Plain] = [{"index": at, "delta": {}, "finish_reason": "content_filter"} for at in left]
        return data_of({**head, "choices": choices, "ruleout": refusal.plain()}) + b"data: [DONE]\n\n"


def called_of(call: Plain) -> tuple[str, object]:
    """Return whether a function or a custom tool is called, and what is told of it. Raises: CutShort: of both."""
    kinds = [kind for kind in ("function", "custom") if call.get(kind)]
    if len(kinds) > 1:
        raise CutShort("a call of a tool is of two kinds")
    return (kinds[0], call[kinds[0]]) if kinds else ("", {})


def said_of(told: Plain) -> str:
    """Return what a delta or message says, thinks or refuses. Raises: CutShort."""
    return "".join([as_text(told[key]) for key in _SAID if key in told])


def unsaid_in(logprobs: object, text: str) -> str:
    """Return tokens that are not the text again, where there are any: see `unsaid`. Raises: CutShort."""
    told = as_object(logprobs or {})
    if not told.keys() <= {"content", "refusal"}:
        raise CutShort("the answer has a field that is not known here")
    return unsaid([token for tokens in told.values() for token in as_list(tokens)], text)


def tokens_of(plain: Plain) -> tuple[int, int]:
    """Return the tokens read and written. Raises: CutShort."""
    usage = as_object(plain.get("usage") or {})
    return as_count(usage.get("prompt_tokens")), as_count(usage.get("completion_tokens"))
