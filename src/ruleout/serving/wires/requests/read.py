# SPDX-License-Identifier: Apache-2.0
"""Reading a request of any wire format (G-5)."""

from __future__ import annotations

from collections.abc import Callable

from ruleout.model.permit import Endpoint
from ruleout.serving.asked import Asked
from ruleout.serving.wires.requests import decoding
from ruleout.serving.wires.requests.chat import read_chat
from ruleout.serving.wires.requests.field import Plain
from ruleout.serving.wires.requests.found import Found
from ruleout.serving.wires.requests.mcp import read_call
from ruleout.serving.wires.requests.messages import read_message
from ruleout.serving.wires.requests.request import Request
from ruleout.serving.wires.requests.responses import read_response

#: By the endpoint's value: an enumeration's own hash is slow.
_READ: dict[str, Callable[[Plain, Found], Asked]] = {
    Endpoint.OPENAI_CHAT_COMPLETIONS.value: read_chat,
    Endpoint.OPENAI_RESPONSES.value: read_response,
    Endpoint.ANTHROPIC_MESSAGES.value: read_message,
}
_USAGE = b',"stream_options":{"include_usage":true}}'


def read_request(endpoint: Endpoint, body: bytes) -> Request:
    """Return what a request asks for, and the bytes that say exactly that. Pure.

    Raises:
        BadRequest: it cannot be judged whole: not JSON that all read the same, a field that is not known, content that
            is kept elsewhere, a wrong type.

    Source: G-5, ADR 0031.
    """
    request = read(endpoint, body)
    if endpoint is Endpoint.OPENAI_CHAT_COMPLETIONS and request.asked.stream:
        with_usage = _with_usage(request.plain, request.forward)
        if with_usage is not None:
            return request._replace(forward=with_usage, usage_added=True)
    return request


def read(endpoint: Endpoint, body: bytes) -> Request:
    """Return the same without asking for the count of tokens, for answers whose reader does not hide it. Pure.

    Raises:
        BadRequest: as `read_request`.
    """
    plain, forward = decoding.read(body)
    if endpoint is Endpoint.MCP_TOOLS_CALL:
        return read_call(plain, forward)
    found = Found()
    asked = _READ[endpoint._value_](plain, found)
    return Request(asked, forward, None, plain, False, found.unread)


def _with_usage(plain: Plain, forward: bytes) -> bytes | None:
    """Return the bytes that also ask for the count of tokens, None where the client asks for it itself."""
    options = plain.get("stream_options")
    if options is None and "stream_options" not in plain:
        return forward[:-1] + _USAGE
    if options is not None and options.get("include_usage"):
        return None
    return decoding.written({**plain, "stream_options": {**(options or {}), "include_usage": True}})
