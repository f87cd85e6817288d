# SPDX-License-Identifier: Apache-2.0
"""Stores behind addresses: the web, object stores, and whatever fsspec knows (E-1).

Each gives a list of files and one file's bytes in order, by one request per file where the store allows it, so that
the bytes are those of one version. Credentials come from where the store's own tools look for them (environment,
profile files, the machine's role); none is taken from or written into a message.

`obstore` and `fsspec` are optional; they are imported when an address needs them. Its own interface of obstore is used
and not that through fsspec, which reads in ranges, each its own request.
"""

from __future__ import annotations

import http.client
import importlib
import re
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import IO, Any, Protocol
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ruleout.adapters.logs.address import shown_address, without_credentials
from ruleout.errors import NotFound, RuleoutError

_PIECE_BYTES = 1 << 20
#: A store that says nothing for so long has failed; how long a whole log takes is nobody's business.
SILENCE_SECONDS = 60
#: Schemes of addresses in object stores, as obstore calls them.
OBJECT_STORES = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "az": "az", "azure": "az", "abfs": "abfs",
                  "abfss": "abfss", "adl": "adl"}  # fmt: skip
#: Unencrypted only where the machine's own settings name such an endpoint: a store of the house, not a cloud.
_OPTIONS = {"connect_timeout": "20s", "read_timeout": f"{SILENCE_SECONDS}s", "timeout": "7d", "allow_http": True}
#: What stores raise, besides errors of their own: each has its own idea.
_FAILURES = (OSError, ValueError, TypeError, RuntimeError, LookupError, ImportError, http.client.HTTPException)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file in a store: its path there, and its size in bytes where the store says it."""

    path: str
    size: int | None


class Store(Protocol):
    """Files behind an address. Every method may raise NotFound and RuleoutError, with a message for people."""

    @property
    def path(self) -> str:
        """The path that the address names."""

    def folder(self, path: str) -> list[Item]:
        """Return the files directly in a folder."""

    def below(self, path: str) -> Iterator[Item]:
        """Yield every file below a folder."""

    def pieces(self, path: str) -> Iterator[bytes]:
        """Yield a file's bytes in order, some megabytes at a time."""

    def shown(self, path: str) -> str:
        """Return what to call a file in messages."""


def open_store(address: str) -> Store:
    """Return the store behind an address. Effect: may import the store's library; asks nothing yet.

    Raises:
        RuleoutError: the library is not installed, or it knows no such address.
    """
    scheme = address.partition("://")[0].lower()
    if scheme in ("http", "https"):
        return Web(address)
    if scheme in OBJECT_STORES:
        return Objects(*open_bucket(address), path=address.partition("://")[2].partition("/")[2])
    library = _library("fsspec.core", address)
    with store_errors(address):
        system, path = library.url_to_fs(address)
    return FileSystem(system, path=path)


def open_bucket(address: str) -> tuple[Any, str]:
    """Return an object store's bucket as obstore knows it, and its address as shown. Effect and errors as `open_store`."""
    scheme, _, rest = address.partition("://")
    scheme, host = scheme.lower(), re.split("[/?#]", rest, maxsplit=1)[0]
    # In Azure's addresses what stands before the `@` is the container.
    bucket = host if scheme.startswith("abfs") else host.rpartition("@")[2]
    library = _library("obstore.store", address)
    with store_errors(address):
        store = library.from_url(f"{OBJECT_STORES[scheme]}://{bucket}", client_options=_OPTIONS)
    return store, f"{scheme}://{bucket}"


def _library(name: str, address: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise RuleoutError(
            f"{shown_address(address)}: reading addresses needs {name.partition('.')[0]}, which is not installed",
            hint="Install it with `pip install ruleout[remote]`, or fetch the log and name its file.",
        ) from error


@contextmanager
def store_errors(address: str, *, failed: str = "cannot be fetched") -> Iterator[None]:
    """Turn what a store raises into an error for people, without what may be a credential; `failed` is what went wrong."""
    try:
        yield
    except RuleoutError:
        raise
    except HTTPError as error:
        error.close()
        raise _refusal(address, failed, f"HTTP {error.code} {error.reason}", error) from error
    except _failures() as error:
        raise _refusal(address, failed, str(error), error) from error


def _failures() -> tuple[type[Exception], ...]:
    """What stores raise: obstore's errors only where it is in use."""
    known = sys.modules.get("obstore.exceptions")
    return _FAILURES if known is None else (*_FAILURES, known.BaseError)


def _refusal(address: str, failed: str, why: str, error: Exception) -> RuleoutError:
    shown = shown_address(address)
    code = error.code if isinstance(error, HTTPError) else 0
    kind = type(error).__name__
    if isinstance(error, FileNotFoundError) or kind == "NotFoundError" or code in (404, 410):
        return NotFound(f"{shown}: no such evaluation log", hint="Check the address.")
    if isinstance(error, PermissionError) or code in (401, 403) or "Unauth" in kind or "Permission" in kind:
        hint = "Check the credentials that this machine's environment has for it."
    else:
        hint = "Check the address, the network and this machine's credentials for it, then try again."
    return RuleoutError(f"{shown}: {failed}: {kind}: {without_credentials(why)}", hint=hint)


class Web:
    """One file on the web. There are no lists, so neither folders nor patterns nor companion files."""

    def __init__(self, address: str) -> None:
        self._address = address

    @property
    def path(self) -> str:
        """See `Store`."""
        return urlsplit(self._address).path

    def folder(self, path: str) -> list[Item]:  # noqa: ARG002 - the shape of `Store`
        """See `Store`: the web has no lists."""
        return []

    def below(self, path: str) -> Iterator[Item]:  # noqa: ARG002 - as above
        """See `Store`: nothing can be listed."""
        return iter(())

    def pieces(self, path: str) -> Iterator[bytes]:  # noqa: ARG002 - an address is one file
        """See `Store`."""
        with store_errors(self._address):
            response = build_opener(_NoDowngrade).open(_request(self._address), timeout=SILENCE_SECONDS)
        with response:
            yield from _body(response, self._address)

    def shown(self, path: str) -> str:  # noqa: ARG002 - as above
        """See `Store`."""
        return shown_address(self._address)


class _NoDowngrade(HTTPRedirectHandler):
    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        """Follow a redirection, but never from an encrypted address to an open one."""
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise RuleoutError(
                f"{shown_address(req.full_url)}: sends us on to an address that is not encrypted",
                hint="Fetch the log by other means, and name its file.",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _request(address: str) -> Request:
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    clean = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    request = Request(clean, headers={"Accept-Encoding": "identity", "User-Agent": "ruleout"})  # noqa: S310 - http(s)
    if at:  # not passed on to where a redirection leads
        secret = b64encode(unquote(user).encode()).decode("ascii")
        request.add_unredirected_header("Authorization", f"Basic {secret}")
    return request


def _body(response: Any, address: str) -> Iterator[bytes]:
    expected, got = response.length, 0
    while True:
        with store_errors(address):
            piece = response.read(_PIECE_BYTES)
        if not piece:
            break
        got += len(piece)
        yield piece
    if expected is not None and got != expected:
        raise RuleoutError(
            f"{shown_address(address)}: expected {expected} bytes, got {got}", hint="Try again; the connection broke."
        )


class Objects:
    """An object store's bucket. Every object is fetched by one request, and so is one version of itself."""

    def __init__(self, store: Any, base: str, *, path: str) -> None:
        self._store = store
        self._base = base
        self._path = path

    @property
    def path(self) -> str:
        """See `Store`."""
        return self._path

    def folder(self, path: str) -> list[Item]:
        """See `Store`."""
        with store_errors(self.shown(path)):
            listed = _obstore().list_with_delimiter(self._store, prefix=path or None)
        return [Item(path=meta["path"], size=meta["size"]) for meta in listed["objects"]]

    def below(self, path: str) -> Iterator[Item]:
        """See `Store`."""
        chunks = iter(_obstore().list(self._store, prefix=path or None))
        while True:
            with store_errors(self.shown(path)):
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield from (Item(path=meta["path"], size=meta["size"]) for meta in chunk)

    def pieces(self, path: str) -> Iterator[bytes]:
        """See `Store`."""
        with store_errors(self.shown(path)):
            stream = iter(_obstore().get(self._store, path).stream(min_chunk_size=_PIECE_BYTES))
        while True:
            with store_errors(self.shown(path)):
                piece = next(stream, None)
            if piece is None:
                return
            yield bytes(piece)

    def shown(self, path: str) -> str:
        """See `Store`."""
        return f"{self._base}/{path}"


def _obstore() -> Any:
    return importlib.import_module("obstore")


class FileSystem:
    """Whatever fsspec can open."""

    def __init__(self, system: Any, *, path: str) -> None:
        self._system = system
        self._path = path

    @property
    def machine(self) -> int:
        """A number for what its paths are paths of: fsspec makes it of host, user and options. Of this process."""
        return hash(self._system)

    @property
    def path(self) -> str:
        """See `Store`."""
        return self._path

    def folder(self, path: str) -> list[Item]:
        """See `Store`."""
        with store_errors(self.shown(path)):
            listed = self._system.ls(path, detail=True)
        return [Item(path=info["name"], size=info.get("size")) for info in listed if info.get("type") == "file"]

    def below(self, path: str) -> Iterator[Item]:
        """See `Store`."""
        with store_errors(self.shown(path)):
            listed = self._system.find(path, detail=True)
        return (Item(path=name, size=info.get("size")) for name, info in listed.items())

    def pieces(self, path: str) -> Iterator[bytes]:
        """See `Store`."""
        with store_errors(self.shown(path)):
            file = self._system.open(path, "rb")
        with file:
            while True:
                with store_errors(self.shown(path)):
                    piece = file.read(_PIECE_BYTES)
                if not piece:
                    return
                yield piece

    def shown(self, path: str) -> str:
        """See `Store`."""
        return shown_address(str(self._system.unstrip_protocol(path)))
