# SPDX-License-Identifier: Apache-2.0
"""What goes to upstreams: which pool, and the header that each request gets. Nothing of a client's own header goes along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ruleout.adapters.upstream.pool import Pool
from ruleout.model.permit import Endpoint

#: Where each format is asked for, and where an upstream answers it.
PATHS = {
    "/v1/chat/completions": Endpoint.OPENAI_CHAT_COMPLETIONS,
    "/v1/responses": Endpoint.OPENAI_RESPONSES,
    "/v1/messages": Endpoint.ANTHROPIC_MESSAGES,
}
_PATH_OF = {endpoint: path for path, endpoint in PATHS.items()}
_ANTHROPIC_VERSION = "2023-06-01"


class Pipe(NamedTuple):
    """An upstream as one endpoint of one model reaches it; `head` is everything before the body's length, `key` its key."""

    pool: Pool
    head: bytes
    silent_s: int
    key: str = ""

    def request(self, body: bytes, extra: str = "") -> bytes:
        """Return a request with a body; `extra` is more header fields, each with its line's end. Pure."""
        return b"%s%scontent-length: %d\r\n\r\n%s" % (self.head, extra.encode("ascii"), len(body), body)


def head_of(pool: Pool, endpoint: Endpoint, key: str) -> bytes:
    """Return the fixed part of the requests to an upstream. Pure."""
    origin = pool.origin
    path = origin.path + _PATH_OF.get(endpoint, "")
    if endpoint is not Endpoint.MCP_TOOLS_CALL and origin.path.endswith("/v1"):
        path = origin.path + _PATH_OF[endpoint].removeprefix("/v1")
    lines = [
        f"POST {path or '/'} HTTP/1.1",
        f"host: {origin.authority}",
        "content-type: application/json",
        "accept: application/json, text/event-stream",
        # What is compressed could not be read before it leaves.
        "accept-encoding: identity",
        "user-agent: ruleout-gateway",
    ]
    if endpoint is Endpoint.ANTHROPIC_MESSAGES:
        lines += [f"anthropic-version: {_ANTHROPIC_VERSION}", *([f"x-api-key: {key}"] if key else [])]
    elif key:
        lines.append(f"authorization: Bearer {key}")
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


#: By served model and endpoint's value; tool servers by `mcp/NAME`.
Pipes = Mapping[tuple[str, str], Pipe]
