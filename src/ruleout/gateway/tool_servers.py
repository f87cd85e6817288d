# SPDX-License-Identifier: Apache-2.0
"""MCP servers behind the gateway: methods that call nothing pass, sessions belong to one tenant (G-4, G-5).

A session's id is given out with a mark made of it, its server and its tenant: nobody can go on with a session of another's.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256

import msgspec

from ruleout.model.permit import Endpoint
from ruleout.serving.asked import Asked
from ruleout.serving.wires import BadRequest, Request, method_of, read_request

SESSION, VERSION = "mcp-session-id", "mcp-protocol-version"
METHOD, NAME = "mcp-method", "mcp-name"
_MOST_ID = 256


def read_message(body: bytes, model: str) -> Request:
    """Return a call of a tool, or a message that passes without one, as a request on behalf of a model. Pure.

    Raises:
        BadRequest: anything else.
    """
    if method_of(body) == "tools/call":
        request = read_request(Endpoint.MCP_TOOLS_CALL, body)
        return request._replace(asked=request.asked._replace(model=model))
    message = msgspec.json.decode(body)
    rpc_id = message.get("id")
    if rpc_id is not None and type(rpc_id) not in (str, int):
        raise BadRequest("expected an id that is a text or a whole number")
    asked = Asked(Endpoint.MCP_TOOLS_CALL, model, False, 0, (), ())
    # No table knows what is in it: hooks get all of it, as its JSON text (G-9).
    params = msgspec.json.encode(message["params"]).decode() if message.get("params") else ""
    return Request(asked, msgspec.json.encode(message), rpc_id, {"method": message["method"], "params": params})


def fields_of(request: Request) -> str:
    """Return the header fields that tell upstream what a message's body says, as MCP 2026-07-28 asks for. Pure."""
    name = "" if request.call is None else f"{NAME}: {request.call.name}\r\n"
    return f"{METHOD}: {request.plain['method']}\r\n{name}"


class Sessions:
    """Ids of sessions, marked. `secret` is the host's; who has it can make marks."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def _mark(self, session: str, server: str, tenant: str) -> str:
        told = f"{session}\0{server}\0{tenant}".encode()
        return hmac.new(self._secret, told, sha256).hexdigest()[:32]

    def given(self, session: str, server: str, tenant: str) -> str:
        """Return what a client gets for an upstream's session. Pure."""
        return f"{session}.{self._mark(session, server, tenant)}"

    def fields(self, headers: Mapping[str, str], server: str, tenant: str) -> str | None:
        """Return the header fields for upstream, None where the session is not this tenant's. Pure."""
        lines = ""
        given = headers.get(SESSION)
        if given is not None:
            session, _, mark = given.rpartition(".")
            if not _is_plain(session) or not hmac.compare_digest(
                mark.encode(), self._mark(session, server, tenant).encode()
            ):
                return None
            lines += f"{SESSION}: {session}\r\n"
        version = headers.get(VERSION)
        if version is not None and _is_plain(version):
            lines += f"{VERSION}: {version}\r\n"
        return lines


def _is_plain(text: str) -> bool:
    return 0 < len(text) <= _MOST_ID and text.isascii() and all("!" <= c <= "~" for c in text)
