# SPDX-License-Identifier: Apache-2.0
"""Ports for servers under test: nobody else's, also between the choice of one and its use."""

from __future__ import annotations

import socket
from contextlib import closing, suppress
from random import SystemRandom

#: Below those that systems give to whoever asks for any: a client's connection takes none of these in the meantime.
_FIRST, _LAST = 10_000, 30_000
_DRAW = SystemRandom()
_HELD: list[socket.socket] = []


def free_port() -> int:
    """A port of 127.0.0.1 where nobody listens, for this process alone until it ends. Effect: holds a name by which others see that."""
    while True:
        port = _DRAW.randint(_FIRST, _LAST)
        name = socket.socket(socket.AF_UNIX)
        with suppress(OSError), closing(socket.socket()) as probe:
            name.bind(f"\0ruleout-test-port-{port}")
            probe.bind(("127.0.0.1", port))
            _HELD.append(name)
            return port
        name.close()
