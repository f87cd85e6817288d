# SPDX-License-Identifier: Apache-2.0
"""What was said in one exchange, as far as its permit lets the audit record hold it: gathered, bounded, sealed (G-8).

There is one only where the permit allows content and the settings name a folder of keys. Nothing of it is written but under the
key of the tenant and the request's day; a key that cannot be had refuses the request before anything is served.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from datetime import UTC, datetime
from pathlib import Path

from ruleout.adapters.audit import AuditUnavailable
from ruleout.adapters.audit.content_keys import ContentKey, ContentKeys
from ruleout.errors import RuleoutError
from ruleout.model.permit import ContentPolicy
from ruleout.serving.audit import Content
from ruleout.serving.audit.said import ANSWERED, ARGUMENTS, ASKED, MOST_ARGUMENTS, MOST_SAID_BYTES, Part, said_bytes

#: How long a key may take; a store that hangs refuses, and holds up nothing but content.
_KEY_S = 2.0
#: Keys that may be awaited at once, each by a thread.
_MOST_ASKED = 64


class KeyStore:
    """The content keys of one worker, read and made in threads of their own. For one event loop."""

    def __init__(self, folder: Path) -> None:
        """Effect: none until a key is needed."""
        self._keys = ContentKeys(folder)
        self._asked: dict[tuple[str, str], asyncio.Future[ContentKey]] = {}

    async def key(self, tenant: str, day: str) -> ContentKey:
        """Return a tenant's key of a day. Effect: may make it, durable before use.

        Raises:
            AuditUnavailable: the store failed, or did not answer within 2 s.
        """
        known = self._keys.known(tenant, day)
        if known is not None:
            return known
        asked = self._asked.get((tenant, day))
        if asked is None:
            asked = self._ask(tenant, day)
        try:
            return await asyncio.wait_for(asyncio.shield(asked), _KEY_S)
        except (RuleoutError, OSError, ValueError, TimeoutError) as error:
            raise AuditUnavailable("content", f"no content key can be had: {type(error).__name__}") from error

    def _ask(self, tenant: str, day: str) -> asyncio.Future[ContentKey]:
        """Begin to get a key. The thread is no pool's: one that hangs for ever must not hold up the end of the process."""
        if len(self._asked) >= _MOST_ASKED:
            raise AuditUnavailable("content", "too many content keys are awaited")
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[ContentKey] = loop.create_future()
        self._asked[tenant, day] = asked

        def settle(found: ContentKey | BaseException) -> None:
            del self._asked[tenant, day]
            if isinstance(found, ContentKey):
                asked.set_result(found)
            else:
                asked.set_exception(found)
                asked.exception()  # whoever waited may have gone

        def get() -> None:
            try:
                found: ContentKey | BaseException = self._keys.key_of(tenant, day)
            except (RuleoutError, OSError, ValueError) as error:
                found = error
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(settle, found)

        threading.Thread(target=get, name="content-key", daemon=True).start()
        return asked


class Transcript:
    """What was said in one exchange. Only the coroutine that serves it writes here."""

    __slots__ = (
        "_answered", "_answered_bytes", "_arguments", "_asked", "_day", "_key", "_policy", "_request", "_room", "_store",
        "_tenant", "has_failed",
    )  # fmt: skip

    def __init__(self, store: KeyStore, policy: ContentPolicy, asked: bytes) -> None:
        self._store, self._policy = store, policy
        self._asked = Part(ASKED, asked[:MOST_SAID_BYTES], len(asked))
        self._answered, self._answered_bytes = bytearray(), 0
        self._arguments: list[Part] = []
        self._room = MOST_SAID_BYTES
        self._key: ContentKey | None = None
        self._tenant = self._day = self._request = ""
        self.has_failed = False

    def name(self, request: str, tenant: str, at_ns: int) -> None:
        """Say whose it is: the key is that of the tenant and of the day on which the request came."""
        self._request, self._tenant = request, tenant
        self._day = datetime.fromtimestamp(at_ns // 1_000_000_000, UTC).date().isoformat()

    async def ready(self) -> None:
        """See that whatever is recorded of this exchange can be sealed. Effect: may make a key.

        Raises:
            AuditUnavailable: it cannot; then the exchange is refused.
        """
        if self._key is not None:
            return
        self.has_failed = True
        self._key = await self._store.key(self._tenant, self._day)
        self.has_failed = False

    async def ready_or_not(self) -> None:
        """Likewise for what is refused: its record is kept all the same, and says in `failed` that content is missing."""
        if not self.has_failed:
            try:
                await self.ready()
            except AuditUnavailable:
                return

    def answered(self, data: bytes) -> None:
        """Take note of bytes that are about to leave."""
        self._answered_bytes += len(data)
        room = MOST_SAID_BYTES - len(self._answered)
        if room > 0:
            self._answered += data[:room]

    def called(self, arguments: bytes) -> None:
        """Take note of the arguments of a tool's call, in the order of the record's `calls`."""
        if len(self._arguments) < MOST_ARGUMENTS:
            kept = arguments[: self._room]
            self._room -= len(kept)
            self._arguments.append(Part(ARGUMENTS, kept, len(arguments)))

    def opened(self) -> Content | None:
        """Return what an `open` record holds: the request, under a permit that always allows content."""
        return self._sealed(self._asked) if self._policy is ContentPolicy.ALWAYS else None

    def refused(self) -> Content | None:
        """Return what a `refused` record holds: the request; None where no key could be had."""
        return self._sealed(self._asked)

    def ended(self, how: str) -> Content | None:
        """Return what an `end` record holds: what left and what tools were called with.

        Under `on-refusal` only of an answer that the gateway cut, and then the request with it.
        """
        answered = Part(ANSWERED, bytes(self._answered), self._answered_bytes)
        if self._policy is ContentPolicy.ALWAYS:
            return self._sealed(answered, *self._arguments)
        return self._sealed(self._asked, answered, *self._arguments) if how == "cut" else None

    def _sealed(self, *parts: Part) -> Content | None:
        return None if self._key is None else self._key.seal(said_bytes(parts), request=self._request)
