# SPDX-License-Identifier: Apache-2.0
"""Refusals before the first byte, as each format's own error, which official SDKs turn into their own exceptions.

`ruleout` stands inside of the error: `error.ruleout`, for MCP `error.data.ruleout`. Where asking again does not help,
`x-should-retry: false` keeps the SDKs from trying again by themselves. A refused `tools/call` is a JSON-RPC error, not a
result with `isError`: a result is shown to the model as what the tool said, an error is raised to the program that asked.
"""

from __future__ import annotations

import msgspec

from ruleout.model.permit import Endpoint
from ruleout.serving.refusal import DEFAULT_STATUS, Refusal, Why

Header = tuple[str, str]

_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    413: "request_too_large",
    429: "rate_limit_error",
    502: "api_error",
    503: "overloaded_error",
}
_OPENAI_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
    502: "server_error",
    503: "server_error",
}
#: JSON-RPC: invalid params for what cannot be read, else the first code that the specification leaves to servers.
RPC_MALFORMED = -32602
RPC_REFUSED = -32000
_encode = msgspec.json.Encoder().encode


def refuse(endpoint: Endpoint, refusal: Refusal, rpc_id: str | int | None = None) -> tuple[int, list[Header], bytes]:
    """Return status, headers and body of a refusal before the first byte. Pure. Source: G-5, G-10.

    Args:
        rpc_id: for `mcp-tools-call` the id of the request, None where it could not be read.
    """
    headers = [("content-type", "application/json"), ("x-ruleout-why", refusal.why.value)]
    if refusal.request:
        headers.append(("x-ruleout-request", refusal.request))
    if refusal.retry_after_s:
        headers.append(("retry-after", str(refusal.retry_after_s)))
    else:
        headers.append(("x-should-retry", "false"))
    # Clients of MCP before 2.0 read a JSON-RPC error only from an answer of status 200.
    status = 200 if rpc_id is not None and refusal.why is not Why.UNAUTHENTICATED else refusal.status
    return status, headers, _encode(_body(endpoint, refusal, rpc_id))


def _body(endpoint: Endpoint, refusal: Refusal, rpc_id: str | int | None) -> dict[str, object]:
    if endpoint is Endpoint.MCP_TOOLS_CALL:
        code = RPC_MALFORMED if refusal.why is Why.MALFORMED else RPC_REFUSED
        error = {"code": code, "message": refusal.says, "data": {"ruleout": refusal.plain()}}
        return {"jsonrpc": "2.0", "id": rpc_id, "error": error}
    if endpoint is Endpoint.ANTHROPIC_MESSAGES:
        kind = _ANTHROPIC_TYPES.get(refusal.status, _ANTHROPIC_TYPES[DEFAULT_STATUS])
        error = {"type": kind, "message": refusal.says, "ruleout": refusal.plain()}
        return {"type": "error", "error": error, "request_id": refusal.request or None}
    kind = _OPENAI_TYPES.get(refusal.status, _OPENAI_TYPES[DEFAULT_STATUS])
    told = {"message": refusal.says, "type": kind, "param": None, "code": refusal.why.value}
    return {"error": {**told, "ruleout": refusal.plain()}}
