# SPDX-License-Identifier: Apache-2.0
"""What a collector is told of an exchange: names of permits, ids of rules and closed words; no content, no secret (G-11).

An attribute is here or it does not leave. What a client or a model chose (a name that is not known, a tool that no permit
names) is not told. Traces begin here: no id of a client's is taken over.
"""

from __future__ import annotations

import asyncio
import hashlib

from ruleout.adapters.clock import boot_nanoseconds
from ruleout.adapters.monitoring.traces import TraceSender
from ruleout.adapters.upstream.pool import origin_of
from ruleout.gateway.exchange import Exchange
from ruleout.gateway.telling.counting import NOBODY
from ruleout.serving.monitoring.counters import Counters
from ruleout.serving.monitoring.metrics import TRACES_DROPPED
from ruleout.serving.monitoring.spans import Span, Value
from ruleout.serving.refusal import Refusal
from ruleout.serving.settings.document import TelemetryDoc


class Traces:
    """The traces of one worker: of one in `every` requests."""

    def __init__(self, told: TelemetryDoc, key: str, counters: Counters, *, gateway: str, worker: str) -> None:
        """Effect: starts a thread. `key` is "" where the collector asks for none."""
        self._every, self._counters = told.every, counters
        self._loop: asyncio.AbstractEventLoop | None = None
        shown = f"Bearer {key}" if told.key_header == "authorization" else key
        resource: dict[str, Value] = {"service.name": "ruleout-gateway", "service.namespace": gateway, "worker": worker}
        headers = {told.key_header: shown} if key else {}
        self._sender = TraceSender(origin_of(told.endpoint), headers, resource, dropped=self._dropped)

    def tell(self, it: Exchange, how: str, refusal: Refusal | None) -> None:
        """Tell of an exchange that has ended, if it is one of the sample. Never blocks. For the loop's thread."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        ids = hashlib.sha256(it.id.encode()).digest()
        if int.from_bytes(ids[24:], "big") % self._every == 0:
            self._sender.offer(span_of(it, how, refusal, ids))

    def close(self) -> None:
        """Tell no more."""
        self._sender.close()

    def _dropped(self, why: str, count: int) -> None:
        """Counters are the loop's: another thread has it count."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._count, why, count)

    def _count(self, why: str, count: int) -> None:
        self._counters.add(TRACES_DROPPED, why, by=count)


def span_of(it: Exchange, how: str, refusal: Refusal | None, ids: bytes) -> Span:
    """Return the span of an exchange that has ended. Effect: reads the clock."""
    caller, grant, answer = it.caller, it.grant, it.answer
    attributes: dict[str, Value] = {
        "ruleout.request": it.id,
        "ruleout.endpoint": it.endpoint.value,
        "ruleout.tenant": caller.tenant if caller else NOBODY,
        "ruleout.tier": caller.tier if caller else NOBODY,
        "ruleout.model": grant.model if grant else NOBODY,
        "ruleout.permit": grant.permit if grant else NOBODY,
        "ruleout.how": how,
        "ruleout.why": refusal.why.value if refusal else "",
        "ruleout.rules": refusal.rules if refusal else (answer.rules if answer else ()),
        "ruleout.bundle": (refusal.bundle if refusal else "") or (answer.bundle if answer else ""),
        "ruleout.hooks": tuple(f"{one.hook}:{one.verdict}" for one in (*it.input_hooks, *it.output_hooks)[:32]),
        "ruleout.tools": tuple(
            f"{call.tool if grant and call.tool in grant.tools else NOBODY}:{call.verdict}" for call in it.calls[:32]
        ),
        "ruleout.epoch": it.epoch,
        "ruleout.tokens.in": it.tokens_in,
        "ruleout.tokens.out": it.tokens_out,
        "ruleout.sent.bytes": it.sent_bytes,
    }
    took = max(0, boot_nanoseconds() - it.began_ns)
    is_error = how in ("failed", "bug")
    return Span(ids[:16], ids[16:24], "request", it.at_ns, it.at_ns + took, attributes, is_error)
