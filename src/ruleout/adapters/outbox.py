# SPDX-License-Identifier: Apache-2.0
"""What an event loop has to send, sent at the end of its turn: one thing right behind the other.

Who reads at the other end of a connection sleeps while nothing comes, and to wake it costs as much as several sends. What is
sent in between other work wakes it each time; what is sent together finds it awake.
"""

from __future__ import annotations

import asyncio


class Outbox:
    """What is to be sent by several connections. For the thread of one event loop.

    Attributes:
        turn: another number once what waits has been sent, and higher.
    """

    __slots__ = ("_waiting", "turn")

    def __init__(self) -> None:
        self._waiting: list[tuple[asyncio.Transport, bytes]] = []
        self.turn = 0

    def add(self, transport: asyncio.Transport, data: bytes) -> None:
        """Send this at the end of the turn, behind what was added before it. A connection that ends before that drops it."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        self._waiting.append((transport, data))

    def flush(self) -> None:
        """Send now all that waits. Effect: writes to the sockets; a connection that cannot be written to is broken off."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self.turn += 1
            for transport, data in waiting:
                try:
                    if not transport.is_closing():
                        transport.write(data)
                except (RuntimeError, OSError):  # it has ended; what others wait for goes all the same
                    transport.abort()
