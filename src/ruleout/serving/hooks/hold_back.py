# SPDX-License-Identifier: Apache-2.0
"""Holding an answer back until its hooks have cleared it (G-9).

Text leaves only when a hook has seen it together with the `window` characters behind it, or with the end of the answer.
So nothing that a hook would find within a window's length leaves in part: its beginning is still held when its end
is seen. Pieces leave whole and in order, also those without text.
"""

from __future__ import annotations

from collections import deque


class HoldBack:
    """One answer under way. `window` characters >= 0: larger for a higher tier of risk, and slower.

    For each turn: `add` pieces; where `to_ask` has a question, ask every hook and, if all allow, send what `cleared` gives;
    else send what `ready` gives.
    """

    __slots__ = ("_allowed", "_asked", "_clear", "_ended", "_held", "_pieces", "_seen", "_window")

    def __init__(self, window: int) -> None:
        if window < 0:
            raise ValueError(f"expected a window of 0 characters or more, got {window}")
        self._window = window
        self._pieces: deque[tuple[bytes, int]] = deque()
        self._held = ""  # text from the position `_clear` on
        self._clear = self._seen = self._asked = self._allowed = 0
        self._ended = False

    def add(self, data: bytes, text: str, *, ended: bool = False) -> None:
        """Take one piece: the bytes as they would be forwarded, and the text in them."""
        self._held += text
        self._seen += len(text)
        self._ended = self._ended or ended
        self._pieces.append((data, self._seen))

    def to_ask(self) -> tuple[str, str] | None:
        """Return the text to ask about, as what was asked about before and is still held, and what is new; or None.

        None where nothing new can leave yet: fewer than `window` new characters, and the answer goes on.
        """
        new = self._seen - max(self._asked, self._clear)
        enough = new > 0 and (self._ended or new >= self._window)
        if not enough:
            return None
        self._asked = self._seen
        border = len(self._held) - new
        return self._held[:border], self._held[border:]

    def cleared(self) -> list[bytes]:
        """Return the pieces that may leave after every hook has allowed what `to_ask` gave last."""
        self._allowed = self._asked
        return self.ready()

    def ready(self) -> list[bytes]:
        """Return the pieces at the front that may leave by what was allowed so far; those without text wait their turn."""
        whole = self._ended and self._allowed == self._seen
        upto = self._seen if whole else max(self._clear, self._allowed - self._window)
        self._held = self._held[upto - self._clear :]
        self._clear = upto
        out = []
        while self._pieces and self._pieces[0][1] <= self._clear:
            out.append(self._pieces.popleft()[0])
        return out

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not self._pieces
