# SPDX-License-Identifier: Apache-2.0
"""The acts of the record, in order -> what stands of every request (A-5, ADR 0017).

Invariants:
* a request that crosses a red line is refused by rule for good; no later act, signature or policy grants it;
* red lines only gather: taking one out of the policy's file lifts nothing, and a new one ends what it crosses;
* an answer that gives way counts from the signature that completes it, under the policy of that instant and under that
  of the request's opening: a policy made easier while a request is open does not help that request;
* whatever takes effect throws unfinished answers away, so that no old signature completes a new one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ruleout.accountability.requests.rules import (
    Signed,
    barred,
    crossed_lines,
    eligibility_faults,
    signature_faults,
    term_faults,
)
from ruleout.model.expiry import utc_day
from ruleout.model.outcome import Outcome
from ruleout.model.request import ExceptionGrant, Proceeding, Request, RequestAnswer
from ruleout.model.request_policy import PolicyLine, RequestPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStated:
    """A policy as recorded, with the red lines of the frameworks it names; None where it cannot be read."""

    policy: RequestPolicy | None
    lines: tuple[PolicyLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAct:
    """One act: its entry's id, aware UTC instant, request, what it states, and who signed it.

    `states` is a request (it is opened), an answer, a forum's reports, a policy, or None (it is refused by rule).
    """

    id: str
    ts: datetime
    request: str
    states: Request | RequestAnswer | Proceeding | PolicyStated | None
    signed: tuple[Signed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer that took effect at an instant, by which entry, under which clauses' terms."""

    entry: str
    at: datetime
    answer: RequestAnswer
    bears_on: tuple[str, ...] = ()
    floor: Outcome = Outcome.RESTRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """An answer that gives way and does not count yet: who has signed it, which roles have not, and since when."""

    signed: tuple[Signed, ...]
    missing: tuple[str, ...]
    since: datetime


@dataclass(slots=True, kw_only=True)
class RequestState:
    """What stands of one request after the acts that were told.

    Attributes:
        policy: the policy when it was opened; None if there was none.
        crossed: red lines it crosses; once there is one, it stays refused by rule.
        crossed_at: since when; None for no red line.
        answers: those that took effect, in order.
        unfinished: answers that give way and that others must sign too.
        ignored: acts that changed nothing, with the reason.
    """

    request: Request
    opened: datetime
    opened_by: tuple[str, ...]
    entry: str
    policy: RequestPolicy | None = None
    crossed: tuple[PolicyLine, ...] = ()
    crossed_at: datetime | None = None
    answers: list[Answered] = field(default_factory=list)
    unfinished: dict[RequestAnswer, Unfinished] = field(default_factory=dict)
    proceedings: dict[str, Proceeding] = field(default_factory=dict)
    ignored: list[tuple[str, str]] = field(default_factory=list)

    def grants(self) -> tuple[ExceptionGrant, ...]:
        """Return every exception granted, each until another answer or a red line ended it. Pure."""
        if not self.request.kind.makes_exception:
            return ()
        ends = [*(later.at for later in self.answers[1:]), None][: len(self.answers)]
        return tuple(
            _grant(self.request, one, _earlier(end, self.crossed_at))
            for one, end in zip(self.answers, ends, strict=True)
            if one.answer.kind.yields
        )


@dataclass(slots=True)
class Register:
    """The register as the acts leave it: feed them in the record's order, then read `states`."""

    policy: RequestPolicy | None = None
    lines: dict[PolicyLine, None] = field(default_factory=dict)
    states: dict[str, RequestState] = field(default_factory=dict)

    def tell(self, act: RequestAct) -> None:
        """Take one act in. Total: an act that may not be made is kept as ignored, with the reason."""
        states = act.states
        if isinstance(states, PolicyStated):
            self._policy(states, act)
        elif isinstance(states, Request):
            self._open(states, act)
        elif act.request not in self.states:
            return
        elif isinstance(states, Proceeding):
            _add_reports(self.states[act.request].proceedings, states)
        elif isinstance(states, RequestAnswer):
            self._answer(self.states[act.request], states, act)

    def why_not(self, name: str, answer: RequestAnswer, *, at: datetime) -> tuple[str, ...]:
        """Return why an answer may not be given, whoever signs it; empty if it may. Pure."""
        state = self.states[name]
        if not answer.kind.yields:
            return ()
        if state.crossed:
            lines = ", ".join(line.id for line in state.crossed)
            return (f"it crosses the red line {lines}: refused by rule, whoever signs",)
        if self.policy is None:
            return ("no policy for requests is recorded that can be read, so nothing can be granted",)
        found = [
            fault
            for policy in self._policies(state)
            for fault in (
                *eligibility_faults(state.request, policy),
                *term_faults(state.request, answer, policy, on=utc_day(at)),
            )
        ]
        return tuple(dict.fromkeys(found))

    def missing(
        self, name: str, answer: RequestAnswer, signed: tuple[Signed, ...]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the roles that have not signed, and who signed in vain. Pure."""
        state = self.states[name]
        rules = [policy.approval(state.request.kind) for policy in self._policies(state)]
        roles = (*(role for rule in rules if rule is not None for role in rule.roles), *answer.approvers)
        return signature_faults(roles, signed, not_by=barred(state.request, state.opened_by))

    def _policies(self, state: RequestState) -> tuple[RequestPolicy, ...]:
        """The policies that an answer must satisfy: that of now and that of the request's opening, each once."""
        both = (self.policy, state.policy)
        return tuple(policy for i, policy in enumerate(both) if policy is not None and policy not in both[:i])

    def _policy(self, stated: PolicyStated, act: RequestAct) -> None:
        self.policy = stated.policy
        own = () if stated.policy is None else stated.policy.lines
        self.lines |= dict.fromkeys((*own, *stated.lines))
        for state in self.states.values():
            self._hold_against_lines(state, act.ts)

    def _open(self, request: Request, act: RequestAct) -> None:
        if request.id in self.states:
            self.states[request.id].ignored.append((act.id, "a request of this id is open already"))
            return
        by = tuple(one.person for one in act.signed)
        state = RequestState(request=request, opened=act.ts, opened_by=by, entry=act.id, policy=self.policy)
        self.states[request.id] = state
        self._hold_against_lines(state, act.ts)

    def _hold_against_lines(self, state: RequestState, at: datetime) -> None:
        crossed = crossed_lines(state.request, self.lines)
        if crossed and not state.crossed:
            state.crossed_at = at
            state.unfinished.clear()
        state.crossed = crossed

    def _answer(self, state: RequestState, answer: RequestAnswer, act: RequestAct) -> None:
        name = state.request.id
        if faults := self.why_not(name, answer, at=act.ts):
            state.ignored.append((act.id, "; ".join(faults)))
            return
        if answer.kind.yields:
            signed = (*signed_so_far(state, answer), *act.signed)
            missing, vain = self.missing(name, answer, signed)
            if vain:
                state.ignored.append((act.id, f"{', '.join(vain)} asked or prepared it and may not approve it"))
            if missing:
                state.unfinished[answer] = Unfinished(signed=signed, missing=missing, since=act.ts)
                return
        state.unfinished.clear()
        clauses = [c for c in map(self.policy.clause, state.request.clauses) if c is not None] if self.policy else []
        state.answers.append(
            Answered(
                entry=act.id,
                at=act.ts,
                answer=answer,
                bears_on=tuple(dict.fromkeys(name for clause in clauses for name in clause.bears_on)),
                floor=max((clause.floor for clause in clauses), default=Outcome.RESTRICT),
            )
        )


def signed_so_far(state: RequestState, answer: RequestAnswer) -> tuple[Signed, ...]:
    """Return who has signed an answer that does not count yet. Pure."""
    before = state.unfinished.get(answer)
    return () if before is None else before.signed


def fold(acts: Iterable[RequestAct]) -> Register:
    """Return the register after these acts, in the record's order. Pure and total. Source: A-5."""
    register = Register()
    for act in acts:
        register.tell(act)
    return register


def _grant(request: Request, answered: Answered, ended: datetime | None) -> ExceptionGrant:
    # `why_not` has refused a grant without a last day; a day that is missing all the same ends at once.
    return ExceptionGrant(
        request=request.id,
        models=request.models,
        customer=request.customer,
        clauses=request.clauses,
        bears_on=answered.bears_on,
        floor=answered.floor,
        since=answered.at,
        last_day=answered.answer.expires or request.asked_on,
        ended=ended,
    )


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _add_reports(proceedings: dict[str, Proceeding], told: Proceeding) -> None:
    before = proceedings.get(told.forum)
    reports = dict.fromkeys((*(before.reports if before is not None else ()), *told.reports))
    proceedings[told.forum] = Proceeding(
        forum=told.forum, name=told.name, about=told.about, docket=told.docket, reports=tuple(reports)
    )
