# SPDX-License-Identifier: Apache-2.0
"""A large JSON array of rows, decoded some rows at a time (E-1).

Only where a row can be seen to end without parsing, at `},{"id":`. Inside a text those bytes would be no JSON, since the quotes
of a text are escaped; inside a row, at any depth, what is cut there is no JSON either, since one bracket closes one of
several that are open. So an array that comes out in parts is the array that would come out whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_BORDER = b'},{"id":'
# Decoding a few rows costs as much for the call as for the rows.
_PIECES = 4


def rows_in_parts(pieces: Iterable[bytes], read: Callable[[bytes], T]) -> Iterator[T]:
    """Yield what is read of an array, some rows at a time.

    Memory: a few pieces, or up to where a border is seen. A refusal may come after rows, which are then to be thrown away; its
    place in the text is that within a part, so whoever tells it decodes the whole.

    Args:
        pieces: the text, cut anywhere.
        read: text of an array -> its rows.

    Raises:
        UnreadableLog: where `read` of the whole raises it; and as the pieces.

    Source: E-1.
    """
    waiting: list[bytes | memoryview] = []
    for number, piece in enumerate(pieces, start=1):
        cut = piece.rfind(_BORDER) + 1 if number % _PIECES == 0 else 0
        if not cut:
            waiting.append(piece)
            continue
        yield read(b"".join((*waiting, memoryview(piece)[:cut], b"]")))
        waiting = [b"[", piece[cut + 1 :]]
    yield read(b"".join(waiting))
