# SPDX-License-Identifier: Apache-2.0
"""The HTTP server of a witness: one route, bounded bodies, bounded waiting; what it answers is the caller's (L-8).

Needs the extra `serve` (starlette, granian). TLS and rate limits are a reverse proxy's in front of it.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from importlib import import_module
from typing import Any

from ruleout.errors import LedgerError, RuleoutError
from ruleout.ledger.witnessing import MAX_BODY_BYTES, Answer

#: Seconds that a client may take to send its body.
BODY_TIMEOUT_S = 10.0
_HEADER_TIMEOUT_MS = 10_000
_AT_ONCE = 64

Handle = Callable[[bytes], Answer]


def make_site(handle: Handle, *, body_timeout_s: float = BODY_TIMEOUT_S) -> Any:
    """Return the ASGI application that gives each body to `handle`, in a thread of its own. Imports starlette.

    Args:
        handle: from a request's body to the answer; may block; a LedgerError becomes 500 and says nothing more.

    Raises:
        RuleoutError: the extra is not installed.
    """
    response = _extra("starlette.responses").Response
    run_in_threadpool = _extra("starlette.concurrency").run_in_threadpool

    async def add_checkpoint(request: Any) -> Any:
        try:
            async with asyncio.timeout(body_timeout_s):
                body = await _bounded(request)
        except TimeoutError:
            return response("the body took too long\n", 408)
        if body is None:
            return response(f"expected at most {MAX_BODY_BYTES} bytes\n", 413)
        try:
            answer = await run_in_threadpool(handle, body)
        except LedgerError:
            return response("this witness cannot answer now\n", 500)
        return response(answer.body, answer.status, media_type=answer.media_type)

    route = _extra("starlette.routing").Route("/add-checkpoint", add_checkpoint, methods=["POST"])
    return _extra("starlette.applications").Starlette(routes=[route])


async def _bounded(request: Any) -> bytes | None:
    """The body, or None as soon as it is longer than any request can be."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)


def serve(handle: Handle, *, host: str, port: int, ready: Callable[[], None] = lambda: None) -> None:
    """Answer until SIGINT or SIGTERM. Effect: listens on the address; blocks.

    Raises:
        RuleoutError: the extra is not installed, or the address cannot be had.
    """
    site = make_site(handle)
    asyncio.run(_run(site, host, port, ready))


async def _run(site: Any, host: str, port: int, ready: Callable[[], None]) -> None:
    constants, settings = _extra("granian.constants"), _extra("granian.http").HTTP1Settings
    server = _extra("granian.server.embed").Server(
        site,
        address=host,
        port=port,
        interface=constants.Interfaces.ASGINL,
        http=constants.HTTPModes.http1,
        websockets=False,
        http1_settings=settings(header_read_timeout=_HEADER_TIMEOUT_MS, max_buffer_size=2 * MAX_BODY_BYTES),
        backpressure=_AT_ONCE,
        log_access=False,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, server.stop)
    loop.call_later(0.05, ready)
    try:
        await server.serve()
    except OSError as error:
        raise RuleoutError(f"cannot listen on {host}:{port}: {error}", hint="Choose another address.") from error


def _extra(name: str) -> Any:
    """A module of the extra, which is imported only by who runs a witness."""
    try:
        return import_module(name)
    except ImportError as error:
        hint = "Install it: pip install 'ruleout[serve]'."
        raise RuleoutError("a witness's server needs the extra `serve`, which is not installed", hint=hint) from error
