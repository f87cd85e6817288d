# SPDX-License-Identifier: Apache-2.0
"""Connections to one origin, kept and given out again; the newest first, so that a quiet hour lets the old ones end.

A request is sent once. An upstream that closes a kept connection just then is reported as failed and not asked again: a
call of a tool may have had its effect already, and a client's library repeats a request where that is right.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from ruleout.adapters.outbox import Outbox
from ruleout.adapters.upstream.connection import Connection, UpstreamFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an upstream answers; `path` is put before each request's path, without a slash at its end."""

    host: str
    port: int
    tls: bool
    path: str

    @property
    def authority(self) -> str:
        """What the Host field says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def origin_of(url: str) -> Origin:
    """Return where a URL points. Pure. Raises ValueError unless it is http(s) with a host and no credentials, query or fragment."""
    parts = urlsplit(url)
    bad = parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc
    if bad or parts.query or parts.fragment or not url.isascii() or any(c <= " " for c in url):
        raise ValueError("expected http:// or https:// with a host and no user, query or fragment")
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    return Origin(host=str(parts.hostname), port=port, tls=tls, path=parts.path.rstrip("/"))


class Pool:
    """Connections to one origin. For one event loop.

    Args:
        origin: where to connect.
        most: connections at once; whoever asks for one more is refused at once, not queued.
        connect_s: seconds within which a connection stands, TLS included.
        idle_s: seconds after which an unused connection is not used again.
        trust: certificates that are trusted; the system's if None. Only read with TLS.
        outbox: where requests wait for the end of the loop's turn; one of its own if None.
    """

    def __init__(
        self,
        origin: Origin,
        *,
        most: int,
        connect_s: float,
        idle_s: float = 15.0,
        trust: ssl.SSLContext | None = None,
        outbox: Outbox | None = None,
    ) -> None:
        self.origin, self._outbox = origin, outbox or Outbox()
        self._most = most
        self._connect_s = connect_s
        self._idle_s = idle_s
        self._tls = (trust or ssl.create_default_context()) if origin.tls else None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()  # also while they are made

    async def take(self) -> Connection:
        """Return a connection that is ready for a request. Raises UpstreamFailed."""
        return self.kept() or await self.connect()

    def kept(self) -> Connection | None:
        """Return a connection that was kept and is ready for a request, None if there is none.

        Effect: closes those that are too old, and those on which something came unasked, which would be taken for the answer.
        """
        if self._loop is None:  # to ask for the loop that runs costs a call of the system
            self._loop = asyncio.get_running_loop()
        now = self._loop.time()
        while self._idle:
            kept = self._idle.pop()
            if kept.is_usable and now - kept.idle_since < self._idle_s and kept.is_quiet():
                return kept
            kept.close()
            self._open.discard(
                kept
            )  # it ends a turn of the loop later, and whoever asks now is not to be refused for it
        return None

    async def connect(self) -> Connection:
        """Return a new connection. Raises UpstreamFailed, also where there are as many as may be."""
        if len(self._open) >= self._most:
            raise UpstreamFailed(f"all {self._most} connections to the upstream are in use")
        connection = Connection(self._release, self._outbox)
        self._open.add(connection)
        loop = asyncio.get_running_loop()
        connecting = loop.create_connection(lambda: connection, self.origin.host, self.origin.port, ssl=self._tls)
        try:
            async with asyncio.timeout(self._connect_s):
                await connecting
        except (OSError, TimeoutError) as error:
            self._open.discard(connection)
            raise UpstreamFailed(f"the upstream cannot be reached: {type(error).__name__}") from error
        except asyncio.CancelledError:  # it may stand by now, and tell its end too
            self._open.discard(connection)
            raise
        return connection

    def _release(self, connection: Connection) -> None:
        """What a connection calls when its answer is read, and again when it is closed."""
        if not connection.is_usable:
            if connection in self._idle:
                self._idle.remove(connection)
            self._open.discard(connection)
            return
        connection.idle_since = (self._loop or asyncio.get_running_loop()).time()
        self._idle.append(connection)

    def close(self) -> None:
        """Close what is idle. Effect: on the sockets."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()
