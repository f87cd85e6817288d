# SPDX-License-Identifier: Apache-2.0
"""Spans on their way to a collector, by OTLP over HTTP: from a thread of their own, bounded, dropped and counted (G-11).

Serving never waits for it: whoever offers a span appends to a queue. What does not fit, and what the collector does not take
at the first try, is dropped: traces are for watching, the audit record is the evidence.
"""

from __future__ import annotations

import http.client
import threading
from collections import deque
from collections.abc import Callable, Mapping

from ruleout.adapters.monitoring.otlp import Otlp
from ruleout.adapters.upstream.pool import Origin
from ruleout.serving.monitoring.spans import Span, Value

#: Spans that may wait, and that are sent at once; seconds between two sendings, and that one may take.
MOST_WAITING, MOST_AT_ONCE = 2048, 512
PAUSE_S, WITHIN_S = 1.0, 5.0


class TraceSender:
    """The way to one collector. `offer` is for one thread."""

    def __init__(
        self,
        origin: Origin,
        headers: Mapping[str, str],
        resource: Mapping[str, Value],
        *,
        dropped: Callable[[str, int], None],
    ) -> None:
        """Effect: starts a thread, which ends with the process.

        Args:
            origin: where spans are posted to, path and all.
            headers: that the collector asks for; secrets, told to nobody else.
            resource: attributes of whoever sends.
            dropped: called with `full` or `failed` and a count; from either thread.

        Raises:
            RuleoutError: the extra `telemetry` is not installed.
        """
        self._otlp = Otlp()
        self._origin, self._headers, self._resource, self._dropped = origin, dict(headers), resource, dropped
        self._waiting: deque[Span] = deque()
        self._over = threading.Event()
        threading.Thread(target=self._run, name="traces", daemon=True).start()

    def offer(self, span: Span) -> None:
        """Take a span, or drop it where too many wait. Never blocks."""
        if len(self._waiting) >= MOST_WAITING:
            self._dropped("full", 1)
        else:
            self._waiting.append(span)

    def close(self) -> None:
        """Send no more after what is under way. Never blocks."""
        self._over.set()

    def _run(self) -> None:
        is_over = False
        while not is_over:
            is_over = self._over.wait(PAUSE_S)
            while self._waiting and self._send_some():
                pass

    def _send_some(self) -> bool:
        """Send what waits, up to a bound; return whether it was taken."""
        some = [self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))]
        try:
            taken = self._post(self._otlp.export_bytes(some, self._resource))
        except (OSError, http.client.HTTPException, ValueError):
            taken = False
        if not taken:
            self._dropped("failed", len(some))
        return taken

    def _post(self, body: bytes) -> bool:
        origin = self._origin
        kind = http.client.HTTPSConnection if origin.tls else http.client.HTTPConnection
        connection = kind(origin.host, origin.port, timeout=WITHIN_S)
        try:
            connection.request(
                "POST", origin.path or "/", body, {"content-type": "application/x-protobuf", **self._headers}
            )
            answer = connection.getresponse()
            return 200 <= answer.status < 300
        finally:
            connection.close()
