# SPDX-License-Identifier: Apache-2.0
"""Where a hook listens: a socket in the file system, or a port of this host. Never another host."""

from __future__ import annotations

import re
from typing import NamedTuple

from ruleout.errors import RuleoutError

_LOCAL = re.compile(r"http://(127\.0\.0\.1|\[::1\]|localhost):([1-9][0-9]{0,4})(/[!-~]*)?")
_UNIX = re.compile(r"unix:(/[^:\0\r\n]{1,100})(?::(/[!-~]*))?")


class Target(NamedTuple):
    """`socket` for a file, else host and port; the path that is asked."""

    socket: str
    host: str
    port: int
    path: str


def parse_target(text: str) -> Target:
    """Return where a hook listens. Pure.

    Args:
        text: `unix:/run/hooks/bio.sock`, with `:/path` behind it where it is not `/`; or `http://127.0.0.1:9000/path`.

    Raises:
        RuleoutError: anything else, another host among it: text of requests does not leave the host to be judged.
    """
    if match := _UNIX.fullmatch(text):
        return Target(match[1], "localhost", 0, match[2] or "/")
    match = _LOCAL.fullmatch(text)
    if match and int(match[2]) <= 65535:
        return Target("", match[1].strip("[]"), int(match[2]), match[3] or "/")
    raise RuleoutError(
        f"expected unix:/PATH or http://127.0.0.1:PORT for a hook, got {text[:80]!r}", hint="Name one on this host."
    )
