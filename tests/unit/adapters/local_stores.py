# SPDX-License-Identifier: Apache-2.0
"""Small servers on this machine for tests: a web server with its whims, one that speaks a little S3, and one a little of Google's."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


class _Handler(BaseHTTPRequestHandler):
    files: Mapping[str, bytes]
    seen: list[tuple[str, str, dict[str, str]]]

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        self.seen.append(("GET", self.path, {k.lower(): v for k, v in self.headers.items()}))
        self.answer()


class _Web(_Handler):
    """GET alone: no ranges, no lists. The file's name may ask for a whim."""

    def answer(self):
        path = urlsplit(self.path).path
        if path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", unquote(path[4:]))
            self.end_headers()
        elif path in ("/401", "/404", "/500"):
            self.send_error(int(path[1:]))
        else:
            self._send(self.files["/file.eval"], path)

    def _send(self, data, path):
        self.send_response(200)
        if path != "/no-length":
            self.send_header("Content-Length", str(len(data) + (100 if path == "/cut" else 0)))
        self.end_headers()
        self.wfile.write(data)


class _S3(_Handler):
    """ListObjectsV2, GetObject and PutObject (on conditions) of one bucket, path style, without a look at signatures."""

    files: dict[str, bytes]
    lock = threading.Lock()

    def do_PUT(self):
        key = unquote(urlsplit(self.path).path).removeprefix("/bucket").lstrip("/")
        self.seen.append(("PUT", self.path, {k.lower(): v for k, v in self.headers.items()}))
        data = self.rfile.read(int(self.headers["Content-Length"]))
        with self.lock:
            held = self.files.get(key)
            tag = self.headers.get("If-Match")
            is_met = held is None if self.headers.get("If-None-Match") else tag is None or tag == (held and _tag(held))
            if is_met:
                self.files[key] = data
        self.send_response(200 if is_met else 412)
        self.send_header("Content-Length", "0")
        self.send_header("ETag", _tag(data))
        self.end_headers()

    def answer(self):
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        key = unquote(url.path).removeprefix("/bucket").lstrip("/")
        if "list-type" in query:
            self._list(query.get("prefix", ""), query.get("delimiter", ""))
        elif key in self.files:
            self._body(self.files[key])
        else:
            self.send_error(404)

    def _list(self, prefix, delimiter):
        keys = [k for k in sorted(self.files) if k.startswith(prefix)]
        direct = [k for k in keys if not delimiter or delimiter not in k[len(prefix) :]]
        item = "<Contents><Key>{}</Key><Size>{}</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>"
        shown = "".join(item.format(key, len(self.files[key])) for key in direct)
        self._body(f"<ListBucketResult><Name>bucket</Name>{shown}</ListBucketResult>".encode())

    def _body(self, data):
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.send_header("ETag", _tag(data))
        self.end_headers()
        self.wfile.write(data)


class _Gcs(_Handler):
    """Objects of one bucket by Google's XML interface, where a put is on condition of a generation, 0 for nothing."""

    files: dict[str, bytes]
    generations: dict[str, int]
    lock = threading.Lock()

    def do_PUT(self):
        self.seen.append(("PUT", self.path, {k.lower(): v for k, v in self.headers.items()}))
        data = self.rfile.read(int(self.headers["Content-Length"]))
        with self.lock:
            expected, now = self.headers.get("x-goog-if-generation-match"), self.generations.get(self._key, 0)
            is_met = expected is None or int(expected) == now
            if is_met:
                self.files[self._key], self.generations[self._key] = data, now + 1000
        self._say(200 if is_met else 412, b"")

    def answer(self):
        found = self.files.get(self._key)
        self._say(404 if found is None else 200, found or b"")

    @property
    def _key(self):
        return unquote(urlsplit(self.path).path).removeprefix("/bucket/")

    def _say(self, code, data):
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.send_header("ETag", '"the same"')
        self.send_header("x-goog-generation", str(self.generations.get(self._key, 0)))
        self.end_headers()
        self.wfile.write(data)


def _tag(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'


@contextmanager
def _serving(kind: type[_Handler], files: Mapping[str, bytes]) -> Iterator[tuple[str, list]]:
    seen: list = []
    handler = type(kind.__name__, (kind,), {"files": files, "seen": seen, "generations": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def web_server(data: bytes):
    """Serve one file under every path; yield (host and port, requests seen)."""
    return _serving(_Web, {"/file.eval": data})


def s3_server(files: Mapping[str, bytes]):
    """Serve files by key as the bucket `bucket`, which takes files too; yield (host and port, requests seen)."""
    return _serving(_S3, files)


def gcs_server(files: Mapping[str, bytes]):
    """Serve files by key as the bucket `bucket` of Google's store; yield (host and port, requests seen)."""
    return _serving(_Gcs, files)
