# SPDX-License-Identifier: Apache-2.0
"""A log's files in a bucket, written on conditions: what is there is never overwritten unseen (L-11).

What a log publishes once and for all is put only where nothing is; what it replaces, only where it is still what was read
(HTTP `If-None-Match` and `If-Match`, RFC 9110 §13.1; Google's store by the object's generation). So of two that write, one hears that it came too late. Nothing is
ever removed. Credentials come from where the store's own tools look for them.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruleout.adapters.logs.address import shown_address
from ruleout.adapters.logs.stores import OBJECT_STORES, open_bucket, store_errors
from ruleout.errors import LedgerError, NotFound, RuleoutError

_PIECE_BYTES = 1 << 20
_FAILED = "the store failed"


@dataclass(frozen=True, slots=True)
class Held:
    """What a mirror holds under a path: its bytes, and by which words the store knows this version of them.

    `version` is as obstore has it: an ETag, and where the store has them, as Google's by which alone it compares, a number.
    """

    data: bytes
    version: Mapping[str, str]


class Mirror:
    """The files below a prefix of a bucket. May be used by several threads."""

    def __init__(self, store: Any, *, base: str, prefix: str) -> None:
        """Take a bucket as obstore knows it; `base` and `prefix` are what it is called in messages, and where the log stands."""
        self._store, self._base, self._prefix = store, base, f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._library: Any = importlib.import_module("obstore")
        self._taken = (self._library.exceptions.AlreadyExistsError, self._library.exceptions.PreconditionError)

    def shown(self, path: str = "") -> str:
        """Return what to call a file, or the mirror, in messages."""
        return f"{self._base}/{self._prefix}{path}".rstrip("/")

    def read(self, path: str, *, limit_bytes: int) -> Held | None:
        """Return what stands under a path, None where nothing does. Effect: one request.

        Raises:
            LedgerError: it is larger than that; no more of it was taken.
            RuleoutError: the store failed.
        """
        with store_errors(self.shown(path), failed=_FAILED):
            try:
                found = self._library.get(self._store, self._prefix + path)
            except FileNotFoundError:
                return None
            data = bytearray()
            for piece in found.stream(min_chunk_size=_PIECE_BYTES):
                data += piece
                if len(data) > limit_bytes:
                    break
        if len(data) > limit_bytes:
            hint = "That is no file of a log: find out who else writes there."
            raise LedgerError(f"{self.shown(path)}: expected at most {limit_bytes} bytes, got more", hint=hint)
        return Held(bytes(data), {name: found.meta[name] for name in ("e_tag", "version") if found.meta[name]})

    def create(self, path: str, data: bytes) -> bool:
        """Put a file where none is; return False, and put nothing, where one is. Raises RuleoutError if the store failed."""
        return self._put(path, data, "create")

    def replace(self, path: str, data: bytes, before: Held | None) -> bool:
        """Put a file in the place of what was read, None for nothing; return False where there is something else by now.

        Raises RuleoutError if the store failed, or has no word for a version by which it could say so.
        """
        if before is None:
            return self.create(path, data)
        if not before.version:
            hint = "Use a store with conditional puts: nothing is overwritten unseen."
            raise RuleoutError(f"{self.shown(path)}: expected an ETag, got none", hint=hint)
        return self._put(path, data, dict(before.version))

    def _put(self, path: str, data: bytes, mode: object) -> bool:
        with store_errors(self.shown(path), failed=_FAILED):
            try:
                self._library.put(self._store, self._prefix + path, data, mode=mode, use_multipart=False)
            except self._taken:
                return False
            except FileNotFoundError as error:
                raise NotFound(f"{self._base}: no such bucket", hint="Make it, or check the address.") from error
        return True


def open_mirror(address: str) -> Mirror:
    """Return the mirror at an address such as s3://bucket/logs/edge-1. Effect: may import obstore; asks nothing yet.

    Raises:
        RuleoutError: obstore is not installed, or this is no address of an object store.
    """
    scheme, _, rest = address.partition("://")
    if scheme.lower() not in OBJECT_STORES or not rest.partition("/")[0] or "?" in rest:  # such as a token of access
        raise RuleoutError(
            f"expected an address in an object store, got {shown_address(address)!r}",
            hint="Use s3://BUCKET/PATH, gs://BUCKET/PATH or az://CONTAINER/PATH.",
        )
    store, base = open_bucket(address)
    return Mirror(store, base=base, prefix=rest.partition("/")[2])
