# SPDX-License-Identifier: Apache-2.0
"""JSON bytes -> typed values, as evaluation tools write them: with NaN and Infinity (E-1).

Rules
- Only the fields a reader declares are built; the rest is skipped without being stored, so size and nesting of the
  unknown cost nothing. Unknown fields stay in the log, which is identified by its digest.
- A declared field of the wrong type is a refusal, never a guess.
- NaN and infinities, which JSON does not have, are let in where they stand outside texts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from ruleout.errors import UnreadableLog

T = TypeVar("T")

Scalar = bool | int | float | str | None
Value = Scalar | list[Scalar] | dict[str, Scalar]

# Texts are matched first and kept, so only tokens between them are replaced. The possessive form and the optional
# closing quote keep the scan linear on any input.
_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_MARKS: Mapping[bytes, bytes] = {
    b"NaN": b'"ruleout:number:nan"',
    b"Infinity": b'"ruleout:number:inf"',
    b"-Infinity": b'"ruleout:number:-inf"',
}
#: The marks under which numbers that JSON does not have come out of `decode`; `plain_value` turns them back.
NUMBERS: Mapping[str, float] = {
    "ruleout:number:nan": math.nan,
    "ruleout:number:inf": math.inf,
    "ruleout:number:-inf": -math.inf,
}
_ANYTHING: msgspec.json.Decoder[object] = msgspec.json.Decoder()


def decode(data: bytes, decoder: msgspec.json.Decoder[T], *, log: str, part: str) -> T:
    """Return the typed value of `data`.

    Pure. Non-finite numbers inside a `Value` arrive as marks: read such fields with `plain_value`.

    Args:
        part: what is being read, for messages: a member's name, or "the log".

    Raises:
        UnreadableLog: bad-json for text that is not JSON, is nested too deeply or holds numbers out of range;
            wrong-shape for a declared field of the wrong type.

    Source: E-1.
    """
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        if not any(mark in data for mark in (b"NaN", b"Infinity")):
            raise _refusal(error, log, part) from error
    try:
        return decoder.decode(_TOKENS.sub(_finite, data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _refusal(error, log, part) from error


def decode_each(data: Sequence[bytes], decoder: msgspec.json.Decoder[T], *, log: str, parts: Sequence[str]) -> list[T]:
    """Return the typed value of each text; as `decode` of each in order, quicker for many. Pure. Raises: as `decode`."""
    try:
        return list(map(decoder.decode, data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return [decode(one, decoder, log=log, part=part) for one, part in zip(data, parts, strict=True)]


def plain_value(value: Value) -> Value:
    """Return a declared value with the marks of non-finite numbers turned back into floats. Pure."""
    if isinstance(value, str):
        return NUMBERS.get(value, value)
    if isinstance(value, list):
        return [_plain_scalar(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain_scalar(item) for key, item in value.items()}
    return value


def one_spelling(data: bytes) -> bytes:
    """Return a JSON text in one spelling: without white space, members sorted, so that equal values are equal bytes.

    Pure. What cannot be spelled anew, such as a number out of range, stays as it is.

    Source: E-2.
    """
    try:
        return msgspec.json.encode(decode(data, _ANYTHING, log="", part=""), order="sorted")
    except (UnreadableLog, OverflowError, RecursionError):
        return data


def _plain_scalar(value: Scalar) -> Scalar:
    return NUMBERS.get(value, value) if isinstance(value, str) else value


def _finite(match: re.Match[bytes]) -> bytes:
    token = match[0]
    return _MARKS.get(token, token)


def _refusal(error: Exception, log: str, part: str) -> UnreadableLog:
    if isinstance(error, msgspec.ValidationError):
        return UnreadableLog(log, "wrong-shape", f"{part}: {error}", hint="Ask for the log as its tool wrote it.")
    detail = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    return UnreadableLog(log, "bad-json", f"{part}: {detail}", hint="Fetch the log again; it is damaged.")
