# SPDX-License-Identifier: Apache-2.0
"""Whether a request is served: who asks, what for, under which permit, kill state, policy and budget. No waiting, no network.

The order is that of ever more being known; each step that does not pass ends it. Nothing that a client sends chooses a step
or skips one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from ruleout.adapters.clock import ForwardClock, boot_nanoseconds
from ruleout.adapters.kill import View
from ruleout.app.policy.recheck import Given
from ruleout.app.serving.standing import Standing
from ruleout.errors import RuleoutError
from ruleout.gateway.callers import Caller, Callers
from ruleout.gateway.comparing.rechecking import Rechecks
from ruleout.gateway.comparing.shadowing import shadowed
from ruleout.gateway.exchange import Exchange, Taken, opened_of, refusal_of
from ruleout.gateway.judging.known import Judged, Known, key_of
from ruleout.gateway.live import PageState
from ruleout.gateway.telling.transcript import KeyStore, Transcript
from ruleout.gateway.tool_servers import read_message
from ruleout.model.permit import ContentPolicy, Endpoint, LimitKind
from ruleout.policy.decide import Answer, decide
from ruleout.policy.values import Call, Uid
from ruleout.serving.asked import Asked
from ruleout.serving.audit import form_of
from ruleout.serving.epoch import Scope
from ruleout.serving.grants import Grant, find_grant, unchanged_of
from ruleout.serving.limits import UNLIMITED, Budgets
from ruleout.serving.refusal import Refusal, Why
from ruleout.serving.tools import asks_person
from ruleout.serving.wires import BadRequest, Request, read_request

_GENERATE, _USE_TOOL = Uid("Action", "generate"), Uid("Action", "use-tool")
#: A question's tokens are taken from the day by its bytes, an answer's by what the request says, or as this many; once the
#: upstream has counted, `settle` puts it right.
_BYTES_PER_TOKEN = 4
_UNSAID_TOKENS = 4096
#: Tokens of an answer whose length is not stated: the largest number that a rule can name.
_NO_END = 2**63 - 1
_NOTHING = Scope()
_NO_NAMES: frozenset[str] = frozenset()
_UNNAMED = frozenset(("",))
_NO_LIMITS = Refusal(Why.NOT_PERMITTED, "no limits are known for this", rules=("limits",))
_UNSAID = Refusal(
    Why.LIMIT,
    "say how many tokens the answer may have: the permit limits them for each request",
    rules=(LimitKind.TOKENS_PER_REQUEST.value,),
)
#: Why is for those who run the gateway, on `/ready` and stderr: it names files of theirs.
CLOSED = Refusal(Why.CLOSED, "This gateway is closed: nothing is served now.", retry_after_s=1)
_UNAUTHENTICATED = Refusal(Why.UNAUTHENTICATED, "the key is missing or not known")


@dataclass(slots=True)
class Admission:
    """What a worker judges by. `standing` is None while nothing may be served: `closed` says why.

    `untrusted` holds digests of bundles that nothing is served by any more; after `until_recheck` decisions, one is asked again.
    """

    callers: Callers
    capabilities: Mapping[str, frozenset[str]]
    view: View
    clock: ForwardClock
    standing: Standing | None
    budgets: Budgets | None
    closed: str = "the permits and policies are not loaded"
    generation: int = 0
    content_keys: KeyStore | None = None
    rechecks: Rechecks | None = None
    until_recheck: int = 1
    untrusted: frozenset[str] = frozenset()
    known: Known = field(default_factory=Known)

    def load(self, standing: Standing) -> None:
        """Serve by these from now on, within `budgets`. Effect: answers under way are judged by them too."""
        self.standing = standing
        self.generation += 1
        self.known.drop()

    def close(self, reason: str) -> None:
        """Serve nothing from now on, for this reason. Effect: answers under way end."""
        self.standing, self.closed = None, reason
        self.generation += 1
        self.known.drop()

    def distrust(self, digest: str) -> None:
        """Serve nothing by this bundle from now on. Effect: answers under way by it end; without its floor nothing is served."""
        self.untrusted |= {digest}
        if self.standing is not None:
            try:
                self.load(self.standing.without(self.untrusted))
            except RuleoutError as error:
                self.close(str(error))

    def still_serves(self, it: Exchange) -> bool:
        """Whether what is served by now still lets an answer go on: by its permit, and by the bundle that permitted it."""
        standing, grant, answer = self.standing, it.grant, it.answer
        if standing is None or grant is None or answer is None:
            return False
        return grant.permit in standing.permit_ids and answer.bundle not in standing.untrusted

    def named(self, scope: Scope, permit: str) -> Scope:
        """Return a scope with every name and capability that its model has by now: permits and settings may have come since (G-6). Pure."""
        standing = self.standing
        if standing is None:
            return scope
        for grant in standing.grants.get(scope.model, ()):
            if grant.permit == permit and grant.names != scope.models:
                scope = scope._replace(models=grant.names)
                break
        if standing.later.capabilities:
            more = standing.later.capabilities.get(scope.model, _NO_NAMES).difference(scope.capabilities)
            if more:
                scope = scope._replace(capabilities=(*scope.capabilities, *sorted(more)))
        return scope

    def decide(self, it: Exchange, standing: Standing, call: Call) -> Answer:
        """Return what floor and policy decide about a call; no shadow changes it.

        Effect: one in so many is put aside to be asked again of Cedar; what a shadow would decide is noted in the exchange.
        """
        answer = decide(standing.layers, call)
        self._compare(it, standing, call, answer)
        return answer

    def _compare(self, it: Exchange, standing: Standing, call: Call, answer: Answer) -> None:
        """Have one answer in so many asked again, and ask the shadow that the tenant may have."""
        self.until_recheck -= 1
        if self.until_recheck == 0 and self.rechecks is not None:
            self.until_recheck = self.rechecks.take(Given(standing.loaded, call, answer))
        if standing.shadows and it.caller is not None:
            shadow = standing.shadows.get(it.caller.tenant)
            if shadow is not None and shadow.first_ns <= self.clock.now_ns() < shadow.end_ns:
                it.shadows += shadowed(shadow, answer, call)

    def state(self) -> PageState:
        """Return what differs whenever answers under way have to be judged anew. Effect: reads the page and the clock."""
        view = self.view
        refusal = view.standing(_NOTHING)
        closed = None if refusal is None else (refusal.why, refusal.rules)
        return PageState(view.epoch, view.sequence, closed, self.generation)

    def stands(self, it: Exchange, scope: Scope) -> Refusal | None:
        """Why an exchange may not go on now by the page, None if it may; one that goes on without a lease is marked. Effect: reads it."""
        view = self.view
        passes = view.passes
        refusal = view.standing(scope)
        if view.passes != passes:
            it.degraded = view.grant_digest
        return refusal

    def admit(self, it: Exchange, digest: str | None, body: bytes, *, model: str = "") -> Refusal | None:
        """Judge a request and fill in what is found; None if it may go on.

        Args:
            it: the exchange, of which endpoint and instant are known.
            digest: SHA-256 (hex) of the key that came with it.
            body: the request's bytes.
            model: the served model on whose behalf a tool server is called.
        """
        it.body = hashlib.sha256(body).hexdigest()
        it.caller = caller = self.callers.get(digest) if digest else None
        if caller is None:
            return _UNAUTHENTICATED
        standing = self.standing
        if standing is None:
            return CLOSED
        it.floor, it.epoch = standing.floor, self.view.epoch
        request = _read(it.endpoint, body, model)
        if isinstance(request, Refusal):
            return request
        it.request = request
        judged = self._judged(it, standing, digest or "", caller, request.asked)
        if isinstance(judged, Refusal):
            return judged
        grant, scope, _ = it.grant, it.scope, it.form = judged.grant, judged.scope, judged.form
        if self.content_keys is not None and grant.content is not ContentPolicy.NEVER:
            it.transcript = Transcript(self.content_keys, grant.content, body)
            it.transcript.name(it.id, caller.tenant, it.at_ns)
        return (
            self.stands(it, scope) or self._decided(it, standing, judged) or self._counted(it, caller, grant, request)
        )

    def _judged(self, it: Exchange, standing: Standing, digest: str, caller: Caller, asked: Asked) -> Judged | Refusal:
        """What permits and policies say, as it is known from a request that asked the same, or found now."""
        key = key_of(digest, asked)
        known = self.known.get(standing, it.epoch, key, it.at_ns)
        if known is not None:
            return known
        grant = find_grant(standing.grants, asked, caller.tenant, caller.tier, now_ns=it.at_ns)
        if isinstance(grant, Refusal):
            return grant
        tool = asked.tools[0] if it.endpoint is Endpoint.MCP_TOOLS_CALL and asked.tools else ""
        # Where a person will be asked, the policy is asked as it is once they approve: else nobody ever would be (G-4).
        approved = bool(tool) and asks_person(standing.tools, grant.tools.values(), tool, caller.tier)
        call = self.call_of(it.endpoint, caller, grant, asked, tool=tool, approved=approved)
        answer = decide(standing.layers, call)
        form = form_of(opened_of(caller, grant, asked, answer, floor=it.floor, epoch=it.epoch))
        unchanged = unchanged_of(standing.grants, asked.model, it.at_ns)
        judged = Judged(grant, self._scope(it.endpoint, caller, grant, asked), call, answer, *unchanged, form)
        if answer.allowed:
            self.known.keep(standing, it.epoch, key, judged)
        return judged

    def _scope(self, endpoint: Endpoint, caller: Caller, grant: Grant, asked: Asked) -> Scope:
        capabilities = tuple(self.capabilities.get(asked.model, ()))
        tools = (*asked.tools, *asked.results) if asked.results else asked.tools
        plain = not tools and endpoint is not Endpoint.MCP_TOOLS_CALL
        scope = Scope(asked.model, grant.names, capabilities, tools, caller.tenant, endpoint.value, plain)
        return self.named(scope, grant.permit)

    def _decided(self, it: Exchange, standing: Standing, judged: Judged) -> Refusal | None:
        it.answer = answer = judged.answer
        self._compare(it, standing, judged.call, answer)
        return None if answer.allowed else refusal_of(answer, judged.grant.permit)

    def _counted(self, it: Exchange, caller: Caller, grant: Grant, request: Request) -> Refusal | None:
        budgets, asked, stream = self.budgets, request.asked.tokens, request.asked.stream
        if budgets is None:
            return _NO_LIMITS._replace(permit=grant.permit)
        is_tool = it.endpoint is Endpoint.MCP_TOOLS_CALL  # a tool server reads and writes no tokens of the model
        if not asked and not is_tool:
            budget = budgets.budget(caller.tenant, grant.model)
            if budget is not None and budget.tokens_per_request < UNLIMITED:
                return _UNSAID._replace(permit=grant.permit)
        tokens = 0 if is_tool else len(request.forward) // _BYTES_PER_TOKEN + (asked or _UNSAID_TOKENS)
        second = it.at_ns // 1_000_000_000
        over = budgets.take(caller.tenant, grant.model, boot_nanoseconds(), second, tokens=tokens, stream=stream)
        if over is None:
            has_place = stream and budgets.has_place(caller.tenant, grant.model)
            it.taken = Taken(budgets, tokens, second, has_place, budgets.generation)
            return None
        is_known = budgets.budget(caller.tenant, grant.model) is not None
        return (over if is_known else _NO_LIMITS)._replace(permit=grant.permit)

    def settle(self, it: Exchange, *, is_whole: bool = False) -> None:
        """Give back what an exchange took and did not use, to the budgets it was taken from. To be called when it has ended.

        Of an answer that upstream was asked for only what was told of the whole of it: one that a client leaves, or that
        is cut, may cost all that it may have.
        """
        taken, it.taken = it.taken, None
        if taken is not None and it.caller is not None and it.grant is not None:
            used = it.tokens_in + it.tokens_out
            if it.spends and not (is_whole and used):
                used = max(used, taken.tokens)
            taken.budgets.settle(
                it.caller.tenant,
                it.grant.model,
                taken.second,
                tokens=taken.tokens,
                used=used,
                has_place=taken.has_place,
                generation=taken.generation,
            )

    def call_of(
        self,
        endpoint: Endpoint,
        caller: Caller,
        grant: Grant,
        asked: Asked,
        *,
        tool: str = "",
        approved: bool = False,
    ) -> Call:
        """Return the call that the rules are asked about: tags are the gateway's own, never the client's. Pure.

        An answer of no stated length may have as many tokens as there can be; tools are all that it has to do with.
        """
        context: dict[str, object] = {
            "activity": grant.activity,
            "endpoint": endpoint.value,
            "uses": caller.uses,
            "capabilities": self.capabilities.get(asked.model, _NO_NAMES),
            "tools": tools_of(asked, tool),
            "stream": asked.stream,
            "tokens": asked.tokens if asked.tokens or endpoint is Endpoint.MCP_TOOLS_CALL else _NO_END,
            "approved": approved,
        }
        if tool:
            context["tool"] = tool
        return Call(
            principal=caller.principal,
            action=_USE_TOOL if tool else _GENERATE,
            resource=Uid("Model", grant.model),
            context=context,
            entities=caller.entities,
        )


def tools_of(asked: Asked, tool: str) -> frozenset[str]:
    """Return the tools that a call has to do with: offered, with a result in the request, or called now, offered or not. Pure."""
    if not (asked.tools or asked.results or tool):
        return _NO_NAMES
    return frozenset((*asked.tools, *asked.results, tool)) - _UNNAMED


def _read(endpoint: Endpoint, body: bytes, model: str) -> Request | Refusal:
    try:
        return read_message(body, model) if model else read_request(endpoint, body)
    except BadRequest as error:
        return Refusal(Why.MALFORMED, str(error))
