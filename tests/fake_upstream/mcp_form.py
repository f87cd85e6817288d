# SPDX-License-Identifier: Apache-2.0
"""MCP over streamable HTTP, as the fake server answers: tools `echo` (JSON answer) and `sse` (streamed answer)."""

from __future__ import annotations

import json
from typing import Any

_TOOLS = [{"name": name, "description": name, "inputSchema": {"type": "object"}} for name in ("echo", "sse")]


def reply(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON-RPC answer to one request."""
    head = {"jsonrpc": "2.0", "id": asked["id"]}
    params = asked.get("params") or {}
    if asked["method"] == "initialize":
        told = {"protocolVersion": params.get("protocolVersion", "2025-06-18"), "capabilities": {"tools": {}}}
        return {**head, "result": {**told, "serverInfo": {"name": "fake", "version": "1"}}}
    if asked["method"] == "tools/list":
        return {**head, "result": {"tools": _TOOLS}}
    if asked["method"] == "tools/call":
        text = json.dumps(params.get("arguments") or {}, sort_keys=True)
        return {**head, "result": {"content": [{"type": "text", "text": text}], "isError": False}}
    if asked["method"] == "ping":
        return {**head, "result": {}}
    return {**head, "error": {"code": -32601, "message": "Method not found"}}
