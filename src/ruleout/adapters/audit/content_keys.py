# SPDX-License-Identifier: Apache-2.0
"""Keys of content in the audit record: one for each tenant and day, in files of their own, so that it can be erased (G-8).

AES-256-GCM. A record holds nonce and ciphertext and its chain hashes the ciphertext: without the key nobody reads the
content, and not one byte of the record changes when a key goes. A key's file name tells the day and a digest of the
tenant, not the tenant. Keys belong on another disk, and in no backup that is kept longer than the content may be.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ruleout.adapters.audit.segment_file import prepare_folder
from ruleout.adapters.durable_file import FileOps, SystemFiles, disk_errors, sync_directory
from ruleout.errors import KeyUnavailable, LedgerError
from ruleout.serving.audit import Content

_SUFFIX = ".key"
_KEY_BYTES, _NONCE_BYTES = 32, 12
_ID = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{32}")
_MOST_CACHED = 4096


def key_id_of(tenant: str, day: str) -> str:
    """Return the id of a tenant's key of one day (`YYYY-MM-DD`). Pure."""
    return f"{day}-{hashlib.sha256(tenant.encode('utf-8')).hexdigest()[:32]}"


class ContentKey:
    """A tenant's key of one day, at hand: sealing with it reads no file and cannot fail."""

    __slots__ = ("_cipher", "_id")

    def __init__(self, key_id: str, cipher: AESGCM) -> None:
        self._id, self._cipher = key_id, cipher

    def seal(self, text: bytes, *, request: str) -> Content:
        """Return content encrypted for a record of `request`. Effect: draws a nonce."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text, _bound(self._id, request))
        return Content(key=self._id, sealed=base64.b64encode(nonce + sealed).decode("ascii"))


class ContentKeys:
    """The keys in one folder. Keys are made when first needed and kept in memory; for any thread but `erase`."""

    def __init__(self, folder: Path, *, ops: FileOps | None = None) -> None:
        """Effect: none until a key is needed."""
        self._folder, self._ops = folder, ops or SystemFiles()
        self._known: dict[str, AESGCM] = {}

    def seal(self, text: bytes, *, tenant: str, day: str, request: str) -> Content:
        """Return content encrypted for a record of `request`. Effect: draws a nonce; may make a key, durable before use.

        Raises:
            LedgerError: a key cannot be kept; then no content may be recorded, and what needs it not served.
        """
        return self.key_of(tenant, day).seal(text, request=request)

    def key_of(self, tenant: str, day: str) -> ContentKey:
        """Return a tenant's key of a day. Effect: may make it, durable before use. Raises: as `seal`."""
        key_id = key_id_of(tenant, day)
        return ContentKey(key_id, self._cipher(key_id, may_make=True))

    def known(self, tenant: str, day: str) -> ContentKey | None:
        """Return a key that is in memory. Reads no file."""
        key_id = key_id_of(tenant, day)
        cipher = self._known.get(key_id)
        return None if cipher is None else ContentKey(key_id, cipher)

    def open(self, content: Content, *, request: str) -> bytes:
        """Return what was said. Effect: reads the key.

        Raises:
            KeyUnavailable: the key is not here: the content was erased, or its keys are elsewhere; or it is another's.
        """
        cipher = self._cipher(content.key, may_make=False)
        try:
            data = base64.b64decode(content.sealed, validate=True)
            return cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], _bound(content.key, request))
        except (InvalidTag, ValueError) as error:
            raise KeyUnavailable(f"the content of {request} does not open with {content.key}") from error

    def erase(self, tenant: str, day: str) -> bool:
        """Erase a tenant's key of one day, and with it all content of that day; return whether there was one.

        Effect: writes over the file, removes it; durable on return. Copies that a disk or a backup keeps are the
        operator's to find. A worker that holds the key in memory still writes with it; nobody reads that either.
        """
        key_id = key_id_of(tenant, day)
        self._known.pop(key_id, None)
        path = self._path(key_id)
        if not path.exists():
            return False
        with disk_errors(path):
            fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
            try:
                self._ops.write(fd, bytes(_KEY_BYTES))
                self._ops.sync(fd)
            finally:
                os.close(fd)
            self._ops.remove(path)
            sync_directory(self._folder, self._ops)
        return True

    def _path(self, key_id: str) -> Path:
        if not _ID.fullmatch(key_id):
            raise KeyUnavailable(f"expected the id of a content key, got {key_id[:80]!r}")
        return self._folder / f"{key_id}{_SUFFIX}"

    def _cipher(self, key_id: str, *, may_make: bool) -> AESGCM:
        known = self._known.get(key_id)
        if known is None:
            if len(self._known) >= _MOST_CACHED:
                self._known.clear()
            known = self._known[key_id] = AESGCM(self._read_or_make(key_id, may_make=may_make))
        return known

    def _read_or_make(self, key_id: str, *, may_make: bool) -> bytes:
        path = self._path(key_id)
        if may_make and not path.exists():
            self._make(path)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise KeyUnavailable(f"no content key {key_id}: erased, or kept elsewhere") from error
        if len(data) != _KEY_BYTES or not any(data):
            raise LedgerError(f"{path}: expected a key of {_KEY_BYTES} bytes, got a damaged file", hint="Restore it.")
        return data

    def _make(self, path: Path) -> None:
        """Make a key that no other worker has made meanwhile: linked to its name, so that one of them wins."""
        prepare_folder(self._folder, self._ops)
        temporary = path.with_name(f"{path.name}.{os.urandom(6).hex()}.tmp")
        with disk_errors(path):
            fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                self._ops.write(fd, os.urandom(_KEY_BYTES))
                self._ops.sync(fd)
            finally:
                os.close(fd)
            with suppress(FileExistsError):
                os.link(temporary, path)
            self._ops.remove(temporary)
            sync_directory(self._folder, self._ops)


def _bound(key_id: str, request: str) -> bytes:
    """What the ciphertext is bound to: it opens in no other record."""
    return f"ruleout-audit-content/1\n{key_id}\n{request}".encode()
