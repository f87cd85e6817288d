# SPDX-License-Identifier: Apache-2.0
"""The server and the upstream client of the gateway with nothing between them: what enforcing is measured against.

python benchmarks/material/bare_gateway.py PORT UPSTREAM_PORT
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops

from ruleout.adapters.upstream.pool import Pool, origin_of
from ruleout.gateway.pipes import Pipe, head_of
from ruleout.model.permit import Endpoint

_JSON = [("content-type", "application/json")]
_STREAM = [("content-type", "text/event-stream")]


class Bare:
    """Passes each request on, and each answer back as it comes."""

    def __init__(self, upstream: int) -> None:
        pool = Pool(origin_of(f"http://127.0.0.1:{upstream}/v1"), most=256, connect_s=5)
        self._pipe = Pipe(pool, head_of(pool, Endpoint.OPENAI_CHAT_COMPLETIONS, "key"), 60)

    async def __call__(self, _scope: Any, protocol: Any) -> None:
        """Serve one request."""
        body = await protocol()
        connection = await self._pipe.pool.take()
        connection.send(self._pipe.request(body))
        status = await connection.head()
        if "transfer-encoding" in connection.headers:
            transport = protocol.response_stream(status, _STREAM)
            while data := await connection.body():
                await transport.send_bytes(data)
        else:
            parts = []
            while data := await connection.body():
                parts.append(data)
            protocol.response_bytes(status, _JSON, b"".join(parts))
        connection.finish()


def load(upstream: int, _target: object = None) -> Bare:
    """Return the application of a worker."""
    return Bare(upstream)


if __name__ == "__main__":
    Granian(
        "bare_gateway", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.RSGI, workers=1, runtime_threads=1,
        loop=Loops.uvloop, http=HTTPModes.http1, websockets=False, log_access=False,
    ).serve(target_loader=partial(load, int(sys.argv[2])), wrap_loader=False)  # fmt: skip
