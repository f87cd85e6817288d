# SPDX-License-Identifier: Apache-2.0
"""What an answer holds, before it leaves: each call of a tool judged, each text cleared by the hooks (G-4, G-9)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ruleout.adapters.approvals import Approvals
from ruleout.adapters.approvals.waiting import Wanted
from ruleout.adapters.clock import boot_nanoseconds, microseconds_since
from ruleout.adapters.hooks import HookClient
from ruleout.app.serving.standing import Standing
from ruleout.gateway.admission import CLOSED, Admission
from ruleout.gateway.exchange import Exchange, refusal_of
from ruleout.model.permit import ContentPolicy
from ruleout.serving.audit import HookSaid, ToolUse
from ruleout.serving.hooks import HoldBack, Question, Stage, Verdict, denied_by
from ruleout.serving.monitoring.counters import Counters
from ruleout.serving.monitoring.metrics import APPROVALS, HOOK_SECONDS, VERDICTS
from ruleout.serving.refusal import Refusal, Why
from ruleout.serving.tools import Denied, NeedsApproval, judge, under_permit
from ruleout.serving.wires import ToolCall

if TYPE_CHECKING:
    from ruleout.serving.wires import Piece, Request


class Cut(Exception):
    """An answer may not go on; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.why.value)
        self.refusal = refusal


@dataclass(slots=True, kw_only=True)
class Safeguards:
    """Whom a worker asks: hooks by name with the stages and windows of each, and people."""

    hooks: Mapping[str, HookClient] = field(default_factory=dict)
    stages: Mapping[str, frozenset[Stage]] = field(default_factory=dict)
    windows: Mapping[str, int] = field(default_factory=dict)
    approvals: Approvals | None = None
    counters: Counters = field(default_factory=Counters)

    def at(self, names: Sequence[str], stage: Stage) -> tuple[str, ...]:
        """Which of the hooks are asked at a stage; one that is not known is asked, and denies. Pure."""
        return tuple(name for name in names if stage in self.stages.get(name, frozenset(Stage)))

    async def ask(self, name: str, question: Question) -> Verdict:
        """Ask one hook; one that no setting names denies. Effect: asks it."""
        client = self.hooks.get(name)
        if client is None:
            return Verdict(allowed=False, failed="not-set-up")
        began = boot_nanoseconds()
        verdict = await client.ask(question)
        self.counters.observe(HOOK_SECONDS, name, us=microseconds_since(began))
        self.counters.add(VERDICTS, name, _said(verdict))
        return verdict


_MIXED = "a hook that the permit demands cannot read several answers of one stream, which come between each other"


class Checks:
    """The checks of one exchange: its question, then its answer piece by piece."""

    __slots__ = ("_admission", "_by_tool", "_calls", "_guards", "_held", "_it", "_names", "_standing", "_unsent")

    def __init__(self, it: Exchange, admission: Admission, standing: Standing, guards: Safeguards) -> None:
        self._it, self._admission, self._guards = it, admission, guards
        self._standing: Standing | None = standing  # that by which all of `_unsent` were judged, or one before it
        # Calls that were let through and may not have left, and whether a person approved each.
        self._unsent: list[tuple[ToolCall, bool]] = []
        self._calls = 0
        self._by_tool: dict[str, int] = {}
        self._names: tuple[str, ...] = ()
        self._held: HoldBack | None = None
        if it.grant and it.grant.hooks:
            self._names = guards.at(it.grant.hooks, Stage.OUTPUT)
            window = max((guards.windows.get(name, 0) for name in self._names), default=0)
            self._held = HoldBack(window) if self._names else None

    def has_question(self, request: Request) -> bool:
        """Whether anybody may have to be asked before it goes upstream: see `question`. Pure."""
        grant = self._it.grant
        return request.call is not None or grant is None or bool(grant.hooks)

    async def question(self, request: Request) -> Refusal | None:
        """Judge what goes upstream: a call of a tool server like a model's, its text by the hooks. Effect: asks people, hooks."""
        it = self._it
        call = None if request.call is None else ToolCall(request.call.name, request.call.arguments, True, 0)
        if call is not None:
            await self._judge(call)
        if self._held is not None and request.asked.stream and request.choices > 1:
            return Refusal(Why.HOOK, _MIXED, failed=self._names)
        names = self._guards.at(it.grant.hooks, Stage.INPUT) if it.grant and it.grant.hooks else ()
        if not names:
            return None
        if request.unread:
            return _unread_by(names, request.unread)
        calls = () if call is None else ((call.name, call.arguments),)
        refusal, said = await self._asked(names, Stage.INPUT, "", "\n".join(request.texts()), calls)
        it.input_hooks = said
        self._judge_again()
        return refusal

    def at_once(self, piece: Piece) -> bytes | None:
        """Return a piece about which nobody is asked, as it may leave behind all before it; None for any other: see `passed`."""
        if self._held is not None or piece.tool_calls:
            return None
        self._count(piece)
        return piece.data

    async def passed(self, piece: Piece) -> list[bytes]:
        """Return what of a piece, and of those held back before, may leave now: each whole, in order.

        Effect: asks hooks and people, who may take minutes.

        Raises:
            Cut: something in it may not leave.
        """
        self._count(piece)
        for call in piece.tool_calls:
            await self._judge(call)
        if self._held is not None:
            if piece.unread:
                raise Cut(_unread_by(self._names, piece.unread))
            self._held.add(piece.data, piece.text, ended=piece.ended)
        ready = await self._cleared(piece)
        self._judge_again()
        if self._held is None or self._held.is_empty:
            self._unsent.clear()
        return ready

    def _count(self, piece: Piece) -> None:
        _, _, _, tokens_in, tokens_out, _, _ = piece
        if tokens_in or tokens_out:  # most pieces of a stream tell none
            it = self._it
            it.tokens_in = max(it.tokens_in, tokens_in)
            it.tokens_out = max(it.tokens_out, tokens_out)

    async def _cleared(self, piece: Piece) -> list[bytes]:
        held = self._held
        if held is None:
            return [piece.data]
        asked = held.to_ask()
        calls = tuple((call.name, call.arguments) for call in piece.tool_calls)
        if asked is None and not calls:
            return held.ready()
        context, text = asked or ("", "")
        refusal, said = await self._asked(self._names, Stage.OUTPUT, context, text, calls)
        self._it.output_hooks = (*self._it.output_hooks, *said)
        if refusal is not None:
            raise Cut(refusal)
        return held.cleared() if asked is not None else held.ready()

    async def _asked(
        self, names: Sequence[str], stage: Stage, context: str, text: str, calls: tuple[tuple[str, str], ...]
    ) -> tuple[Refusal | None, tuple[HookSaid, ...]]:
        it, said = self._it, []
        caller, model = it.caller, it.request.asked.model if it.request else ""
        tenant, tier = (caller.tenant, caller.tier) if caller else ("", "")
        for name in names:
            ask = secrets.token_hex(8)
            verdict = await self._guards.ask(
                name, Question(ask, name, stage, it.id, tenant, tier, model, context, text, calls)
            )
            said.append(HookSaid(name, _said(verdict)))
            if not verdict.allowed:
                return denied_by(name, verdict, request=it.id), tuple(said)
        return None, tuple(said)

    async def _judge(self, call: ToolCall) -> None:
        """Judge one call of a tool; raises Cut unless rules, policy, kill state and, where asked for, a person allow it."""
        refusal = await self._refusal_of(call)
        arguments = call.arguments.encode("utf-8", "surrogatepass")
        use = ToolUse(call.name, hashlib.sha256(arguments).hexdigest(), "allow" if refusal is None else "deny")
        if self._it.transcript is not None:
            self._it.transcript.called(arguments)
        self._it.calls = (*self._it.calls, use)
        if refusal is not None:
            raise Cut(refusal)

    async def _refusal_of(self, call: ToolCall) -> Refusal | None:
        it = self._it
        caller, grant, scope = it.caller, it.grant, it.scope
        if caller is None or grant is None or scope is None or not grant.tools:
            return Refusal(Why.TOOL, "the permit names no tool", rules=("permit-tool",))
        # Each later judgement of this exchange counts the tool as well: the call may be held, and its tool killed (G-6).
        # The name may be another than what was offered. No call is plain chat (G-7).
        if scope.plain or call.name not in scope.tools:
            it.scope = scope = scope._replace(tools=(*scope.tools, call.name), plain=False)
        over = self._over(call, caller.tenant, grant.model)
        if over is not None:
            return over._replace(permit=grant.permit)
        found, approved = self._as_of_now(call, approved=False), False
        if isinstance(found, NeedsApproval):
            refused = self._admission.view.standing(scope) or await self._approved(call, found.rules)
            if refused is not None:
                return refused
            found, approved = self._as_of_now(call, approved=True), True
        if found is None:
            self._unsent.append((call, approved))
        return _refused(found)

    def _as_of_now(self, call: ToolCall, *, approved: bool) -> Refusal | NeedsApproval | None:
        """What rules, policy and kill state say of a call as they are now: they may have changed while somebody was asked."""
        it, admission = self._it, self._admission
        caller, grant, request, standing = it.caller, it.grant, it.request, admission.standing
        if standing is None or caller is None or grant is None or request is None or it.scope is None:
            return CLOSED
        judged = judge(call, under_permit(standing.tools, grant.tools.values()), caller.tier)
        if isinstance(judged, Denied):
            return judged.refusal._replace(permit=grant.permit)
        if isinstance(judged, NeedsApproval) and not approved:
            return judged
        asked = admission.call_of(it.endpoint, caller, grant, request.asked, tool=call.name, approved=approved)
        answer = admission.decide(it, standing, asked)
        return admission.view.standing(it.scope) if answer.allowed else refusal_of(answer, grant.permit)

    def _judge_again(self) -> None:
        """Judge calls that may not have left once more, if what is served by is another by now; raises Cut."""
        standing = self._admission.standing
        if standing is self._standing:
            return
        self._standing = standing
        for call, approved in self._unsent:
            refusal = _refused(self._as_of_now(call, approved=approved))
            if refusal is not None:
                raise Cut(refusal)

    def _over(self, call: ToolCall, tenant: str, model: str) -> Refusal | None:
        self._calls += 1
        budgets = self._admission.budgets
        if budgets is None:
            return Refusal(Why.CLOSED, "no limits are known")
        self._by_tool[call.name] = self._by_tool.get(call.name, 0) + 1
        over = budgets.tool_calls(tenant, model, self._calls)
        over = over or budgets.tool_calls(tenant, model, self._by_tool[call.name], tool=call.name)
        if over is not None:
            return over
        second = self._admission.clock.now_ns() // 1_000_000_000
        return budgets.take(tenant, model, boot_nanoseconds(), second, tool=call.name)

    async def _approved(self, call: ToolCall, rules: tuple[str, ...]) -> Refusal | None:
        it, people = self._it, self._guards.approvals
        caller, grant, request = it.caller, it.grant, it.request
        if people is None or caller is None or grant is None or request is None:
            return Refusal(Why.APPROVAL, "nobody is there who could approve this call", rules=rules)
        show = grant.content is ContentPolicy.ALWAYS
        wanted = Wanted(
            request=it.id,
            tenant=caller.tenant,
            tier=caller.tier,
            model=request.asked.model,
            tool=call.name,
            arguments=call.arguments,
            rules=rules,
            show=show,
        )
        at = datetime.fromtimestamp(self._admission.clock.now_ns() // 1_000_000_000, UTC)
        refusal = await people.ask(wanted, secrets.token_hex(16), at)
        self._guards.counters.add(APPROVALS, call.name, "approved" if refusal is None else "denied")
        return refusal


def _unread_by(names: tuple[str, ...], unread: Sequence[str]) -> Refusal:
    """What a hook cannot read it cannot clear (G-9)."""
    return Refusal(Why.HOOK, f"a hook that the permit demands cannot read: {', '.join(unread)}", failed=names)


def _refused(found: Refusal | NeedsApproval | None) -> Refusal | None:
    if isinstance(found, NeedsApproval):
        return Refusal(Why.APPROVAL, "by now a person has to allow this call, and nobody was asked", rules=found.rules)
    return found


def _said(verdict: Verdict) -> str:
    if verdict.allowed:
        return "near" if verdict.near else "allow"
    return verdict.failed or "deny"
