# SPDX-License-Identifier: Apache-2.0
"""URLs and paths, held against what lies within a prefix (G-4).

There is one spelling of each place here, and whatever has another is not within anything: `..` and `.`, empty segments,
encoded letters, user names, ports that say nothing, numbers and look-alikes for hosts, look-alikes of dots and slashes. Readers of URLs disagree about
exactly these, so none of them is resolved; it is refused. What a server or a file system makes of an allowed place
(redirects, symbolic links) is not known here.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import NamedTuple

_SCHEMES = {"http": "80", "https": "443"}
_URL = re.compile(r"(https?)://([^/?#]*)(/[^?#]*)?(\?[^#]*)?", re.IGNORECASE)
#: It stays with who asks; so plain, and behind a path, nobody takes it for a way up or for a host.
_ANCHOR = re.compile(r"[A-Za-z0-9._-]*")
_PRINTABLE = re.compile(r"[!-~]+")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ENCODED = re.compile(r"%(.{0,2})")
_CODE = re.compile(rb"%([0-9A-F]{2})")
#: UTF-8 of a letter of ASCII in more than one byte: no UTF-8, and still decoded by some.
_TOO_LONG = re.compile(r"%C[01]|%E0%[89]|%F0%8|%F8%8|%FC%8")
_UNSAFE_IN_URL = frozenset('\\"<>^`{|}')
_LONGEST = 4000


class Url(NamedTuple):
    """A URL in its one spelling. `path` begins with a slash; what follows a question mark, and an anchor, are not kept."""

    scheme: str
    host: str
    port: str
    path: str


def url_of(text: str) -> Url | None:
    """Return a URL in its one spelling, None for anything that readers of URLs could take for different places. Pure."""
    place, mark, anchor = text.partition("#")
    match = _URL.fullmatch(place) if len(text) <= _LONGEST and _PRINTABLE.fullmatch(text) else None
    if match is None or _UNSAFE_IN_URL & set(text) or (mark and not (match[3] and _ANCHOR.fullmatch(anchor))):
        return None
    scheme, path = match[1].lower(), match[3] or "/"
    host, port = _host_and_port(match[2].lower(), _SCHEMES[scheme])
    if not host or not _is_plain(path):
        return None
    return Url(scheme, host, port, path)


def path_of(text: str) -> str | None:
    """Return a path of a file if it has its one spelling, else None. Pure."""
    if not text or len(text) > _LONGEST or not text.isprintable() or unicodedata.normalize("NFKC", text) != text:
        return None
    if "\\" in text or text[0] == "~" or "$" in text or ":" in text.partition("/")[0] or "%" in text:
        return None
    return text if _has_plain_segments(text) else None


def lies_within(place: str, prefix: str) -> bool:
    """Say whether a path is the prefix or lies below it; `/a` is not within `/ab`, nor `/ab` within `/a`. Pure."""
    return place == prefix or place.startswith(prefix if prefix.endswith("/") else f"{prefix}/")


def url_lies_within(url: Url, prefix: Url) -> bool:
    """Say whether a URL has exactly the prefix's scheme, host and port, and its path lies within. Pure."""
    return url[:3] == prefix[:3] and lies_within(url.path, prefix.path)


def as_servers_read(path: str) -> str:
    """Return a URL's path as the servers that tell least apart read it: decoded, without case, accents composed, names without
    spaces and dots behind. Pure; of a `Url`.
    """
    return "/".join(name.rstrip(" .") for name in _decoded(path).split("/"))


def _decoded(path: str) -> str:
    decoded = _CODE.sub(lambda code: bytes.fromhex(code[1].decode("ascii")), path.encode("ascii"))
    return unicodedata.normalize("NFKC", decoded.decode("utf-8", "replace")).casefold()


def _host_and_port(authority: str, default: str) -> tuple[str, str]:
    """Host and port, "" for a host in any but its one spelling."""
    host, colon, port = authority, "", ""
    if authority.startswith("["):
        host, bracket, rest = authority.partition("]")
        host, colon, port = host + bracket, rest[:1], rest[1:]
    elif ":" in authority:
        host, colon, port = authority.partition(":")
    if colon not in ("", ":") or (colon and not _is_port(port)):
        return "", ""
    return (host if _is_host(host) else ""), port or default


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= 5 and int(text) <= 65535


def _is_host(host: str) -> bool:
    if host.startswith("["):
        try:
            address = ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            return False
        # An IPv4 address inside has a spelling of its own.
        return f"[{address.compressed}]" == host and address.ipv4_mapped is None
    last = host.rpartition(".")[2]
    if last.isdigit() or last.startswith("0x"):
        try:
            return str(ipaddress.IPv4Address(host)) == host
        except ValueError:
            return False
    return len(host) <= 253 and _HOST.fullmatch(host) is not None


def _is_plain(path: str) -> bool:
    """Whether a URL's path has nothing encoded that has a plain spelling or divides, and only plain segments."""
    for match in _ENCODED.finditer(path):
        code = match[1]
        if len(code) != 2 or not re.fullmatch(r"[0-9A-F]{2}", code):
            return False
        char = chr(int(code, 16))
        if char.isascii() and (char.isalnum() or char in "-._~/\\%;?#@:" or not char.isprintable()):
            return False
    return ";" not in path and _has_plain_segments(path) and _leads_nowhere_else(path)


def _leads_nowhere_else(path: str) -> bool:
    """Whether nothing encoded is a dot or a slash to servers that take look-alikes or codes of too many bytes for them, or
    drop spaces beside dots.
    """
    read = _decoded(path)
    is_divided = read.count("/") != path.count("/") or "\\" in read
    is_dots = any(segment and not segment.strip(" .") for segment in read.split("/"))
    return not (is_divided or is_dots or _TOO_LONG.search(path))


def _has_plain_segments(path: str) -> bool:
    segments = path.split("/")
    inside = segments[1:] if path.startswith("/") else segments
    if inside and not inside[-1]:
        inside = inside[:-1]
    return all(_is_plain_segment(segment) for segment in inside)


def _is_plain_segment(segment: str) -> bool:
    """A name that is not empty, is neither `.` nor `..`, and has no dot or space at its end, as some systems drop it."""
    return bool(segment) and not segment.startswith(("..", " ")) and not segment.endswith((".", " "))
