# SPDX-License-Identifier: Apache-2.0
"""A request as it was read: what is judged, and the bytes that go upstream, which say the same (ADR 0031)."""

from __future__ import annotations

from typing import Any, NamedTuple

from ruleout.model.permit import Endpoint
from ruleout.serving.asked import Asked
from ruleout.serving.tools.call import Call
from ruleout.serving.wires.requests.texts import texts_of

Plain = dict[str, Any]


class Request(NamedTuple):
    """One request. A named tuple: one is made per request.

    Attributes:
        forward: the bytes that go upstream, written anew from what was judged; never the bytes that came.
        plain: what was decoded; not to be changed.
        usage_added: whether the gateway asked for the counts of tokens in a stream, and the client did not: then the
            extra chunk that holds them is not for the client.
        unread: kinds of content, sorted, that `texts` does not hold: `image`, `audio`, `document`, `opaque`.
        call: for `mcp-tools-call` the call itself, to be judged like a model's.
        rpc_id: for `mcp-tools-call` the id of the JSON-RPC request, for the answer to a refusal.
    """

    asked: Asked
    forward: bytes
    rpc_id: str | int | None = None
    plain: Plain = {}  # noqa: RUF012 -- never changed
    usage_added: bool = False
    unread: tuple[str, ...] = ()
    call: Call | None = None

    @property
    def body(self) -> bytes:
        """The bytes that go upstream."""
        return self.forward

    @property
    def choices(self) -> int:
        """How many answers are asked for: those of a stream come piece by piece between each other."""
        told = self.plain.get("n") if self.asked.endpoint is Endpoint.OPENAI_CHAT_COMPLETIONS else None
        return told if type(told) is int and told > 0 else 1

    def texts(self) -> tuple[str, ...]:
        """Return every text that the model, or the tool, would see, in the order of the body. Pure; costs CPU time."""
        return texts_of(self.asked.endpoint, self.plain)
