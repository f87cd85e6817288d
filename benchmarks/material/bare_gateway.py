# SPDX-License-Identifier: Apache-2.0
"""The server and the upstream client of the gateway with nothing between them: what enforcing is measured against.

python benchmarks/material/bare_gateway.py PORT UPSTREAM_PORT
"""

from __future__ import annotations

import asyncio
import sys

import uvloop

from ruleout.adapters.clients.incoming import Incoming
from ruleout.adapters.clients.reading import Reading
from ruleout.adapters.clients.server import ClientServer, listen
from ruleout.adapters.outbox import Outbox
from ruleout.adapters.upstream.pool import Pool, origin_of
from ruleout.gateway.pipes import Pipe, head_of
from ruleout.gateway.worker import KEPT
from ruleout.model.permit import Endpoint

_JSON = [("content-type", "application/json")]
_STREAM = [("content-type", "text/event-stream")]


class Bare:
    """Passes each request on, and each answer back as it comes."""

    def __init__(self, upstream: int, outbox: Outbox) -> None:
        pool = Pool(origin_of(f"http://127.0.0.1:{upstream}/v1"), most=256, connect_s=5, outbox=outbox)
        self._pipe = Pipe(pool, head_of(pool, Endpoint.OPENAI_CHAT_COMPLETIONS, "key"), 60)

    async def handle(self, client: Incoming) -> None:
        """Serve one request."""
        connection = await self._pipe.pool.take()
        connection.send(self._pipe.request(client.body))
        status = await connection.head()
        if "transfer-encoding" in connection.headers:
            client.begin(status, _STREAM)
            while data := await connection.body():
                client.send(data)
            client.end()
        else:
            parts = []
            while data := await connection.body():
                parts.append(data)
            client.whole(status, _JSON, b"".join(parts))
        connection.finish()


async def main(port: int, upstream: int) -> None:
    """Serve until killed."""
    reading = Reading(fields=KEPT, most_body_bytes=2**20)
    outbox = Outbox()
    handle = Bare(upstream, outbox).handle
    ClientServer(listen("127.0.0.1", port), handle, reading, most=1024, outbox=outbox).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
