# SPDX-License-Identifier: Apache-2.0
"""A large JSON array of rows, decoded some rows at a time (E-1).

Only where a row can be seen to end without parsing, at `},{"id":`. Inside a text those bytes would be no JSON, since the quotes
of a text are escaped; inside a row, at any depth, what is cut there is no JSON either, since one bracket closes one of
several that are open. So an array that comes out in parts is the array that would come out whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from ruleout.evidence.json_text import decode

T = TypeVar("T")

_BORDER = b'},{"id":'
# Decoding a few rows costs as much for the call as for the rows.
_PIECES = 4


def rows_in_parts(
    pieces: Iterable[bytes], decoder: msgspec.json.Decoder[list[T]], *, log: str, part: str
) -> Iterator[list[T]]:
    """Yield the rows of an array, some at a time.

    Memory: a few pieces, or up to where a border is seen. A refusal may come after rows, which are then to be thrown away; its
    place in the text is that within a part, so whoever tells it decodes the whole.

    Args:
        pieces: the text, cut anywhere.
        part: what is being read, for messages.

    Raises:
        UnreadableLog: bad-json or wrong-shape, where `decode` of the whole raises it; and as the pieces.

    Source: E-1.
    """
    waiting: list[bytes | memoryview] = []
    for number, piece in enumerate(pieces, start=1):
        cut = piece.rfind(_BORDER) + 1 if number % _PIECES == 0 else 0
        if not cut:
            waiting.append(piece)
            continue
        yield decode(b"".join((*waiting, memoryview(piece)[:cut], b"]")), decoder, log=log, part=part)
        waiting = [b"[", piece[cut + 1 :]]
    yield decode(b"".join(waiting), decoder, log=log, part=part)
