# SPDX-License-Identifier: Apache-2.0
"""An OpenAI chat completion that is not streamed. What most answers look like is read by its types at once.

An answer of the ordinary shape has no field but those named here, and as many colons as its keys and texts account for: so no
key stands in it twice. Any other is read field by field.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from ruleout.serving.wires.answers.chat import (
    CALL,
    CHOICE,
    DELTA,
    FUNCTION,
    LEGACY,
    TOP,
    called_of,
    said_of,
    tokens_of,
    unsaid_in,
)
from ruleout.serving.wires.answers.plain import MAX_NAME, as_list, as_text, colons_in, known, plain_of
from ruleout.serving.wires.values import CutShort, Piece, ToolCall

_Name = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
_Tokens = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
_Details = Annotated[dict[_Name, int | None], msgspec.Meta(max_length=16)]


class _Message(msgspec.Struct, forbid_unknown_fields=True):
    role: _Name
    content: str
    refusal: UnsetType | None = UNSET
    annotations: Annotated[list[None], msgspec.Meta(max_length=0)] | UnsetType = UNSET


class _Choice(msgspec.Struct, forbid_unknown_fields=True):
    index: int
    message: _Message
    finish_reason: _Name
    logprobs: UnsetType | None = UNSET


class _Usage(msgspec.Struct, forbid_unknown_fields=True):
    prompt_tokens: _Tokens
    completion_tokens: _Tokens
    total_tokens: _Tokens
    prompt_tokens_details: _Details | UnsetType = UNSET
    completion_tokens_details: _Details | UnsetType = UNSET


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    id: _Name
    object: _Name
    created: int
    model: _Name
    choices: tuple[_Choice]
    usage: _Usage
    service_tier: _Name | UnsetType | None = UNSET
    system_fingerprint: _Name | UnsetType | None = UNSET


_ordinary = msgspec.json.Decoder(_Answer).decode
_SEVERAL = 14
"""Keys that each ordinary answer has."""


def whole(body: bytes) -> Piece:
    """Return an answer that is not streamed. Raises: CutShort."""
    try:
        told = _ordinary(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _by_fields(body)
    if colons_in(body) != _colons(told):
        return _by_fields(body)
    usage = told.usage
    return Piece(body, told.choices[0].message.content, (), usage.prompt_tokens, usage.completion_tokens, True)


def _colons(told: _Answer) -> int:
    """How many colons such an answer has where no key comes twice."""
    one = told.choices[0]
    message, usage = one.message, told.usage
    words = f"{told.id}{told.object}{told.model}{one.finish_reason}{message.role}{message.content}"
    extra = (told.service_tier, told.system_fingerprint, one.logprobs, message.refusal, message.annotations)
    found = _SEVERAL + (words.count(":") if ":" in words else 0)
    for more in extra:
        if more is not UNSET:
            found += 1 + (more.count(":") if type(more) is str else 0)
    for details in (usage.prompt_tokens_details, usage.completion_tokens_details):
        if details is not UNSET:
            found += 1 + len(details) + "".join(details).count(":")
    return found


def _by_fields(body: bytes) -> Piece:
    """Return an answer that is not streamed. Raises: CutShort."""
    plain, _ = known(plain_of(body), TOP)
    if plain.get("error"):
        raise CutShort("the answer holds an error beside what it says")
    text, calls = "", list[ToolCall]()
    for choice in as_list(plain.get("choices")):
        told, words = known(choice, CHOICE)
        delta, _ = known(told.get("delta") or {}, DELTA)
        if any(delta[key] for key in delta if key != "role"):
            raise CutShort("a choice says something beside its message")
        message, more = known(told.get("message"), DELTA)
        said = said_of(message)
        text += said + more + words + unsaid_in(told.get("logprobs"), said)
        for index, call in enumerate(as_list(message.get("tool_calls"))):
            part, _ = known(call, CALL)
            calls.append(_call(called_of(part)[1], index))
        if message.get("function_call"):
            calls.append(_call(message["function_call"], LEGACY))
    return Piece(body, text, tuple(calls), *tokens_of(plain), True)


def _call(told: object, index: int) -> ToolCall:
    part, _ = known(told, FUNCTION)
    name = as_text(part.get("name"))
    if not name:
        raise CutShort("a call of a tool has no name")
    return ToolCall(name, as_text(part.get("arguments")) + as_text(part.get("input")), True, index)
