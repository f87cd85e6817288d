# SPDX-License-Identifier: Apache-2.0
"""One request and its answer, as far as they are known: filled step by step, and told to the audit record whatever happens."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from ruleout.adapters.clock import boot_nanoseconds
from ruleout.model.permit import Endpoint
from ruleout.policy.decide import Answer
from ruleout.serving.audit import (
    Ended,
    HookSaid,
    Opened,
    OpenForm,
    Refused,
    Shadowed,
    ToolUse,
    end_record,
    open_record,
    refused_record,
)
from ruleout.serving.refusal import Refusal, Why

if TYPE_CHECKING:
    from ruleout.gateway.callers import Caller
    from ruleout.gateway.telling.transcript import Transcript
    from ruleout.serving.asked import Asked
    from ruleout.serving.epoch import Scope
    from ruleout.serving.grants import Grant
    from ruleout.serving.limits import Budgets
    from ruleout.serving.wires import Request


_NOTHING_SENT = hashlib.sha256().hexdigest()


class Taken(NamedTuple):
    """What was taken from which budgets and in which generation of them, the second of UTC, and whether it holds a stream's place."""

    budgets: Budgets
    tokens: int
    second: int
    has_place: bool
    generation: int


class Exchange:
    """What is known of one request. Only the coroutine that serves it writes here."""

    __slots__ = (
        "answer",
        "at_ns",
        "began_ns",
        "body",
        "caller",
        "calls",
        "degraded",
        "endpoint",
        "epoch",
        "floor",
        "form",
        "grant",
        "id",
        "input_hooks",
        "output_hooks",
        "request",
        "scope",
        "sent",
        "sent_bytes",
        "shadows",
        "shadows_told",
        "spends",
        "status",
        "taken",
        "tokens_in",
        "tokens_out",
        "transcript",
    )  # fmt: skip

    def __init__(self, endpoint: Endpoint, id_: str, at_ns: int) -> None:
        self.endpoint, self.id, self.at_ns = endpoint, id_, at_ns
        self.began_ns = boot_nanoseconds()
        self.caller: Caller | None = None
        self.request: Request | None = None
        self.grant: Grant | None = None
        self.answer: Answer | None = None
        self.scope: Scope | None = None
        self.body = ""
        self.floor = ""
        self.form: OpenForm | None = None  # of its `open` record, where it was let through
        self.epoch = 0
        self.degraded = ""  # the digest of the grant by which it went on without a lease
        self.input_hooks: tuple[HookSaid, ...] = ()
        self.output_hooks: tuple[HookSaid, ...] = ()
        self.calls: tuple[ToolUse, ...] = ()
        self.shadows: tuple[Shadowed, ...] = ()  # those that agree too: they are counted
        self.shadows_told = 0
        self.taken: Taken | None = None
        self.spends = False  # whether tokens may be used upstream that nobody has counted yet
        self.transcript: Transcript | None = None  # only where the permit lets content be kept
        self.status = self.sent_bytes = self.tokens_in = self.tokens_out = 0
        self.sent: hashlib._Hash | None = None  # of the bytes that left, once some have

    def opened(self) -> bytes:
        """Return the record that is durable before the first byte leaves (G-8)."""
        caller, grant, request, answer, form = self.caller, self.grant, self.request, self.answer, self.form
        if caller is None or grant is None or request is None or answer is None:
            raise AssertionError("expected a request that was judged")
        if form is not None and self.transcript is None and not (self.input_hooks or self.degraded or self.shadows):
            return form.filled(self.at_ns, self.id, self.body)
        return open_record(
            replace(
                opened_of(caller, grant, request.asked, answer, floor=self.floor, epoch=self.epoch),
                at=self.at_ns,
                request=self.id,
                body=self.body,
                hooks=self.input_hooks,
                content=None if self.transcript is None else self.transcript.opened(),
                degraded=self.degraded,
                shadows=self._shadowed() if self.shadows else (),
            )
        )

    def refused(self, refusal: Refusal, status: int) -> bytes:
        """Return the record of a request that is not served (G-8, G-10)."""
        caller, grant, asked = self.caller, self.grant, self.request
        content, failed = None, refusal.failed
        if self.transcript is not None:
            content = self.transcript.refused()
            failed = (*failed, "content") if content is None else failed
        return refused_record(
            Refused(
                at=self.at_ns,
                request=self.id,
                why=refusal.why.value,
                status=status,
                tenant=caller.tenant if caller else "",
                tier=caller.tier if caller else "",
                key=caller.key if caller else "",
                endpoint=self.endpoint.value,
                model=asked.asked.model if asked else "",
                weights=grant.digest if grant else "",
                permit=refusal.permit or (grant.permit if grant else ""),
                body=self.body,
                rules=refusal.rules,
                failed=failed,
                bundle=refusal.bundle,
                floor=self.floor,
                epoch=self.epoch,
                hooks=self.input_hooks,
                tools=asked.asked.tools if asked else (),
                content=content,
                shadows=self._shadowed() if self.shadows else (),
            )
        )

    def ended(self, how: str, refusal: Refusal | None, at_ns: int) -> bytes:
        """Return the record of how the answer ended: `whole`, `cut`, `left` or `failed` (G-8)."""
        sent = _NOTHING_SENT if self.sent is None else self.sent.hexdigest()
        counted = self.status, self.sent_bytes, sent, self.tokens_in, self.tokens_out
        if refusal is None and self.transcript is None and not (self.calls or self.output_hooks or self.shadows):
            # What most answers come to: nothing but counts.
            return end_record(Ended(at_ns, self.id, how, *counted, degraded=self.degraded))
        return end_record(
            Ended(
                at_ns,
                self.id,
                how,
                *counted,
                calls=self.calls,
                why=refusal.why.value if refusal else "",
                rules=refusal.rules if refusal else (),
                failed=refusal.failed if refusal else (),
                hooks=self.output_hooks,
                content=None if self.transcript is None else self.transcript.ended(how),
                degraded=self.degraded,
                shadows=self._shadowed() if self.shadows else (),
            )
        )

    def _shadowed(self) -> tuple[Shadowed, ...]:
        """What shadows would have decided otherwise and no record holds yet; each stands in the first that is made."""
        some, self.shadows_told = self.shadows[self.shadows_told :], len(self.shadows)
        return tuple(one for one in some if one.would != "same")

    def told(self, refusal: Refusal) -> Refusal:
        """Return a refusal with this request's id and its permit, as clients and records get it (G-10). Pure."""
        permit = refusal.permit or (self.grant.permit if self.grant else "")
        return refusal._replace(request=self.id, permit=permit)

    def send(self, data: bytes) -> None:
        """Take note of bytes that are about to leave."""
        self.sent_bytes += len(data)
        if self.sent is None:
            self.sent = hashlib.sha256(data)
        else:
            self.sent.update(data)
        if self.transcript is not None:
            self.transcript.answered(data)


def opened_of(caller: Caller, grant: Grant, asked: Asked, answer: Answer, *, floor: str, epoch: int) -> Opened:
    """Return what an `open` record says of every request that asks the same: without instant, id and body. Pure."""
    return Opened(
        at=0,
        request="",
        tenant=caller.tenant,
        tier=caller.tier,
        key=caller.key,
        endpoint=asked.endpoint.value,
        model=asked.model,
        weights=grant.digest,
        permit=grant.permit,
        body="",
        rules=answer.rules,
        bundle=answer.bundle,
        floor=floor,
        epoch=epoch,
        tools=asked.tools,
    )


#: The ground of a policy's answer as a refusal tells it.
_WHY = {
    "red-line": Why.RED_LINE,
    "floor-failed": Why.FLOOR_FAILED,
    "no-policy": Why.NO_POLICY,
    "forbidden": Why.FORBIDDEN,
    "failed": Why.FAILED,
    "not-permitted": Why.NOT_ALLOWED,
}
_SAYS = {
    Why.RED_LINE: "a red line forbids this",
    Why.FLOOR_FAILED: "the red lines cannot be asked about this",
    Why.NO_POLICY: "there is no policy for this tenant",
    Why.FORBIDDEN: "the tenant's policy forbids this",
    Why.FAILED: "the tenant's policy cannot be asked about this",
    Why.NOT_ALLOWED: "the tenant's policy does not permit this",
}


def refusal_of(answer: Answer, permit: str) -> Refusal:
    """Return what a client is told of a policy's denial. Pure. Source: G-10."""
    why = _WHY[answer.ground.value]
    return Refusal(why, _SAYS[why], rules=answer.rules, failed=answer.failed, bundle=answer.bundle, permit=permit)


_BYTES, _AT_ONCE = 12, 256
_HEX = 2 * _BYTES


class RequestIds:
    """Gives each id once. For one event loop."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left: list[str] = []

    def next(self) -> str:
        """Return 24 hex digits that nobody can foresee. Effect: may ask the system for random bytes."""
        if not self._left:
            drawn = os.urandom(_BYTES * _AT_ONCE).hex()
            self._left = [drawn[at : at + _HEX] for at in range(0, len(drawn), _HEX)]
        return self._left.pop()
