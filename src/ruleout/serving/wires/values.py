# SPDX-License-Identifier: Apache-2.0
"""What wires tell of answers, and how they say that one cannot be read."""

from __future__ import annotations

from typing import NamedTuple


class CutShort(ValueError):
    """An answer that did not end properly, or whose content cannot be seen: end it with `Reader.cut`."""


class ToolCall(NamedTuple):
    """One call of a tool in an answer; `arguments` is JSON text as the model wrote it."""

    name: str
    arguments: str
    whole: bool
    index: int  # type: ignore[assignment]  # the agreed name; tuple.index is not used


class Piece(NamedTuple):
    """What may be forwarded as one, and what is in it; tokens are 0 where this piece does not tell them.

    `unread` are kinds of content, sorted, that `text` does not tell: `image`, `audio`, `document`.
    """

    data: bytes
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    ended: bool = False
    unread: tuple[str, ...] = ()
