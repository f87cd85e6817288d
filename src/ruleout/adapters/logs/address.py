# SPDX-License-Identifier: Apache-2.0
"""Addresses as text: what may be shown of them, and patterns in them. Pure."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_USER = re.compile(r"(?<=://)[^\s'\"]*@")
_QUERY = re.compile(r"\?[^\s'\")>]+")
_MOST_SHOWN = 300


def shown_address(address: str) -> str:
    """Return an address without what may be a credential: user, password, query, fragment. Pure."""
    return "::".join(_shown(link) for link in address.split("::"))


def _shown(link: str) -> str:
    try:
        scheme, host, path, query, _ = parts = urlsplit(link)
        _ = parts.port
    except ValueError:  # brackets that are no host, or a password with a slash: nothing of it can be told apart
        return link.partition("://")[0] + "://…"
    clean = f"{scheme}://{host.rpartition('@')[2]}{path}"
    return f"{clean}?…" if query else clean


def without_credentials(text: str) -> str:
    """Return a message's first line with users, passwords and queries of addresses cut out. Pure."""
    line = text.strip().partition("\n")[0]
    return _QUERY.sub("?…", _USER.sub("", line))[:_MOST_SHOWN]


def last_name(path: str) -> str:
    """Return the last segment of an address's path as a plain name. Pure."""
    return unquote(path.rstrip("/").rpartition("/")[2]) or "log"


def is_pattern(path: str) -> bool:
    """Return whether a path holds wildcards. Pure."""
    return any(character in path for character in "*?[")


def fixed_part(pattern: str) -> str:
    """Return the folders in front of the first wildcard, "" for none. Pure."""
    segments = pattern.split("/")
    first = next(number for number, segment in enumerate(segments) if is_pattern(segment))
    return "/".join(segments[:first])


def matcher(pattern: str) -> re.Pattern[str]:
    """Return what matches the paths of a pattern: `*` and `?` within a name, `**` over any folders, `[…]`. Pure."""
    text = ""
    segments = pattern.split("/")
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if segment == "**":
            text += ".*" if last else "(?:.*/)?"
        else:
            text += _segment(segment) + ("" if last else "/")
    return re.compile(text, re.DOTALL)


def _segment(segment: str) -> str:
    text = ""
    for piece in re.findall(r"\[!?\]?[^\]]*\]|.", segment, re.DOTALL):
        if piece == "*":
            text += "[^/]*"
        elif piece == "?":
            text += "[^/]"
        elif len(piece) > 1:
            inner = piece[1:-1].replace("\\", r"\\").replace("[", r"\[")
            text += f"[^{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
        else:
            text += re.escape(piece)
    return text
