# SPDX-License-Identifier: Apache-2.0
"""Watch one answer: text flows on, a call of a tool is held until it is whole, an end is made where one is needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from ruleout.serving.refusal import Refusal, Why
from ruleout.serving.wires.answers.events import Event, Events, in_one_line
from ruleout.serving.wires.answers.plain import Plain, encode
from ruleout.serving.wires.values import CutShort, Piece, ToolCall

#: The most bytes that calls held at once may have.
MAX_HELD = 8 * 2**20
#: The most bytes of one answer, and of one that is not streamed.
MAX_ANSWER = 64 * 2**20
#: Grounds that end an answer as an error; every other one is a decision about content.
ENDS_AS_ERROR = frozenset({Why.KILLED, Why.LEASE, Why.CLOSED, Why.AUDIT, Why.UPSTREAM, Why.OVERLOADED, Why.FAILED})
FAULTS = (KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError)


def event_of(kind: str, fields: Plain) -> bytes:
    """Return one named event whose data names its type too. Pure."""
    return in_one_line(b"event: %s\ndata: %s\n\n" % (kind.encode(), encode({"type": kind, **fields})))


def data_of(fields: Plain) -> bytes:
    """Return one event without a name. Pure."""
    return in_one_line(b"data: " + encode(fields) + b"\n\n")


def cut_short(fault: Exception) -> CutShort:
    """Return what a fault in the shape of an answer means. Pure."""
    return fault if isinstance(fault, CutShort) else CutShort("the answer has a shape that is not known here")


class Reader(ABC):
    """One answer. `feed` and `finish` raise CutShort where what follows must not be forwarded.

    The reader remembers, for each piece that it returned, how an answer that ends behind it is ended. Whoever forwards
    tells `sent` of each piece, or tells `cut` how many of the last ones have left.
    """

    def __init__(self) -> None:
        self._fault: CutShort | None = None
        self._after: list[tuple[Piece, Any]] = []
        self._left: Any = None
        self._tells = False
        self._size = 0
        #: What ends an answer properly behind the last piece; each format has its own, never changed in place.
        self.state: Any = None
        self.ended = False
        #: Whether it ended by an error of the upstream's: what was counted of it is not all.
        self.erred = False

    def feed(self, data: bytes) -> list[Piece]:
        """Return the pieces that may be judged and forwarded now, in order. Raises: CutShort.

        Where bytes that cannot be read follow others that can, the pieces come first and the next call raises.
        """
        self._size += len(data)
        if self._size > MAX_ANSWER:
            self._fault = self._fault or CutShort("the answer is too large")
        return self._pieces(data, last=False)

    def finish(self) -> list[Piece]:
        """Say that the upstream closed; return what is left. Raises: CutShort: the answer was not whole."""
        return self._pieces(b"", last=True)

    def sent(self, piece: Piece) -> None:
        """Say that a piece has left, and so every one before it that was not dropped."""
        after = self._after
        if self._tells and len(after) == 1 and after[0][0] is piece:
            self._left = after.pop()[1]
            return
        self._settle(piece, left=True)

    def drop(self, piece: Piece) -> None:
        """Say that a piece will never leave. What follows it would not fit: only `cut` comes after it."""
        self._settle(piece, left=False)
        self._fault = self._fault or CutShort("a piece of the answer was withheld")

    def cut(self, refusal: Refusal, *, sent: int | None = None) -> bytes:
        """Return the native ending for what has left; nothing where that had ended already. Pure.

        Args:
            refusal: why; its ground says whether the answer ends as filtered or as an error.
            sent: how many pieces of the last `feed` have left. Without it what `sent` was told counts, and where that
                was never told of any piece, all of them.
        """
        return self._ending(refusal, self._standing(sent))

    def _standing(self, sent: int | None) -> Any:
        if sent is not None:
            return self._after[sent - 1][1] if sent else self._left
        return self._left if self._tells or not self._after else self._after[-1][1]

    def _settle(self, piece: Piece, *, left: bool) -> None:
        self._tells = True
        for at, (one, state) in enumerate(self._after):
            if one is piece:
                self._left = state if left else self._left
                del self._after[: at + 1]
                return

    def _pieces(self, data: bytes, *, last: bool) -> list[Piece]:
        if self._fault is not None:
            raise self._fault
        if not self._tells and self._after:
            self._left = self._after[-1][1]
            self._after = []
        pieces: list[Piece] = []
        try:
            self._take(data, pieces, last=last)
        except FAULTS as fault:
            self._fault = cut_short(fault)
            if not pieces or last:
                raise self._fault from None
        return pieces

    def _add(self, pieces: list[Piece], piece: Piece) -> None:
        pieces.append(piece)
        self._after.append((piece, self.state))

    @abstractmethod
    def _take(self, data: bytes, pieces: list[Piece], *, last: bool) -> None: ...

    @abstractmethod
    def _ending(self, refusal: Refusal, state: Any) -> bytes: ...


class Streamed(Reader):
    """An answer of server-sent events."""

    def __init__(self) -> None:
        super().__init__()
        self._events = Events()
        self._held: list[bytes] = []
        self._held_size = 0

    def _take(self, data: bytes, pieces: list[Piece], *, last: bool) -> None:
        events, fault = self._events.close() if last else self._events.feed(data)
        for event in events:
            piece = Piece(event.raw) if event.data is None else self._one(event)
            if piece is not None:
                self._add(pieces, piece)
        if fault is not None:
            raise fault
        if last and (not self.ended or self._held or self._events.left):
            raise CutShort("the answer ended before it was whole")

    def _one(self, event: Event) -> Piece | None:
        if self.ended:
            raise CutShort("the answer goes on after its end")
        return self._read(event)

    def _hold(self, raw: bytes) -> None:
        self._held_size += len(raw)
        if self._held_size > MAX_HELD:
            raise CutShort("a call of a tool is too large")
        self._held.append(raw)

    def _release(self, text: str, calls: tuple[ToolCall, ...]) -> Piece:
        data = b"".join(self._held)
        self._held, self._held_size = [], 0
        return Piece(data, text, calls)

    @abstractmethod
    def _read(self, event: Event) -> Piece | None: ...
