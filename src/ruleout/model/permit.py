# SPDX-License-Identifier: Apache-2.0
"""A permit: what may be served under one decision, by which hooks, within which limits, from when to when (G-1).

`Terms` is what is served; a `PermitRequest` asks for terms, a `Permit` is terms that a decision was found to allow, with
what they rest on. Nothing in a permit allows by silence: what it does not name is not served.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from ruleout.model.expiry import has_ended
from ruleout.model.outcome import Activity, Outcome

#: Tenant name that stands for every tenant; it has to be written.
EVERYBODY = "everybody"
#: Activities in which a model answers requests; only these can be permitted.
SERVED = (
    Activity.DEPLOY_INTERNAL,
    Activity.DEPLOY_INTERNAL_AT_SCALE,
    Activity.DEPLOY_EXTERNAL,
    Activity.KEEP_DEPLOYED,
)


class Endpoint(Enum):
    """The wire formats that a gateway speaks: a closed list, so that no new one opens unseen (G-5)."""

    OPENAI_CHAT_COMPLETIONS = "openai-chat-completions"
    OPENAI_RESPONSES = "openai-responses"
    ANTHROPIC_MESSAGES = "anthropic-messages"
    MCP_TOOLS_CALL = "mcp-tools-call"


class LimitKind(Enum):
    """What a gateway can count and refuse beyond: requests and tokens per time, streams at once, calls of tools."""

    REQUESTS_PER_MINUTE = "requests-per-minute"
    REQUESTS_PER_DAY = "requests-per-day"
    TOKENS_PER_REQUEST = "tokens-per-request"
    TOKENS_PER_DAY = "tokens-per-day"
    CONCURRENT_STREAMS = "concurrent-streams"
    TOOL_CALLS_PER_REQUEST = "tool-calls-per-request"


#: What is counted of the calls of one tool; they have no tokens and no streams of their own.
COUNTED_OF_TOOLS = (LimitKind.REQUESTS_PER_MINUTE, LimitKind.REQUESTS_PER_DAY, LimitKind.TOOL_CALLS_PER_REQUEST)


class ContentPolicy(Enum):
    """Whether the audit record may hold content: never, of what was refused, or always (G-8)."""

    NEVER = "never"
    ON_REFUSAL = "on-refusal"
    ALWAYS = "always"


class Dimension(Enum):
    """What a condition may narrow to a list."""

    MODELS = "models"
    TENANTS = "tenants"
    TIERS = "tiers"
    ENDPOINTS = "endpoints"
    TOOLS = "tools"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many, counted for one tenant; `at_most` >= 0, in the unit of its kind."""

    kind: LimitKind
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """One model: its name in decisions, the SHA-256 (hex) of its weights or manifest, and the names it is served under."""

    model: str
    digest: str
    served_as: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """Who is served, in which tiers; `customer` as the register of requests names them, "" for none in particular."""

    tenant: str
    customer: str
    tiers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool that may be called, at most so often (`COUNTED_OF_TOOLS`), and whether a human approves each call (G-4)."""

    tool: str
    human_approval: bool
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """How a safeguard is there while requests are served: a hook of the gateway, or why it is outside of it.

    Exactly one of `hook` and `outside` is not empty.
    """

    safeguard: str
    hook: str
    outside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """A condition that narrows one list to these names."""

    dimension: Dimension
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition and what carries it: limits, narrowed lists, a hook; or a duty of `owner`, which nothing enforces.

    `says` is the decision's own text for what a *restrict* obliges to. `owner` is "" where it is enforced.
    """

    id: str
    says: str
    limits: tuple[Limit, ...]
    only: tuple[Only, ...]
    hook: str
    owner: str

    @property
    def is_enforced(self) -> bool:
        """Whether a gateway can enforce it; else somebody owes it."""
        return not self.owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is served, and for how long.

    Attributes:
        activity, scope: as in the decision, word for word.
        content: whether content may stand in the audit record.
        not_before: aware UTC instant before which nothing is served.
        last_day: the last day on which it counts, in UTC.
    """

    activity: Activity
    scope: str
    models: tuple[ServedModel, ...]
    tenants: tuple[Tenant, ...]
    endpoints: tuple[Endpoint, ...]
    tools: tuple[Tool, ...]
    limits: tuple[Limit, ...]
    hooks: tuple[Hook, ...]
    conditions: tuple[Condition, ...]
    content: ContentPolicy
    not_before: datetime
    last_day: date

    def names(self, dimension: Dimension) -> frozenset[str]:
        """Every name that the terms list in a dimension. Pure."""
        match dimension:
            case Dimension.MODELS:
                return frozenset(one.model for one in self.models)
            case Dimension.TENANTS:
                return frozenset(one.tenant for one in self.tenants)
            case Dimension.TIERS:
                return frozenset(tier for one in self.tenants for tier in one.tiers)
            case Dimension.ENDPOINTS:
                return frozenset(one.value for one in self.endpoints)
        return frozenset(one.tool for one in self.tools)

    @property
    def enforced_limits(self) -> tuple[Limit, ...]:
        """The tightest limit of each kind, those of conditions among them, in the order of `LimitKind`."""
        return tightest(limit for limits in (self.limits, *(c.limits for c in self.conditions)) for limit in limits)

    @property
    def required_hooks(self) -> tuple[str, ...]:
        """Every hook without which nothing may be served, each once, in order."""
        named = (*(one.hook for one in self.hooks), *(one.hook for one in self.conditions))
        return tuple(dict.fromkeys(name for name in named if name))


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitRequest:
    """What an operator wants served: terms, and the entry of the decision that is to allow them."""

    id: str
    title: str
    decision: str
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """A signature that a permit leans on: the key (`name+id`), and the entry of the log on which it stands."""

    key: str
    entry: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingOn:
    """What a permit rests on: one decision of the record, by place and digests.

    Attributes:
        decision: id of its entry; `index` its place in the log; `entry_sha256` the SHA-256 of the entry's bytes.
        input_digest: what approvals signed; `result_sha256` that of the decision's canonical bytes.
        framework: `NAME@VERSION`, with the SHA-256 of its encoding.
        engine: semantics that decided.
        signed: the signatures under it, of the decision, its approvals and the exceptions it leans on, by index and key.
    """

    decision: str
    index: int
    entry_sha256: str
    input_digest: str
    result_sha256: str
    framework: str
    framework_sha256: str
    engine: str
    outcome: Outcome
    signed: tuple[SignedBy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionUsed:
    """An exception of the register that the decision leans on: for whom, and its last day (A-5)."""

    request: str
    customer: str
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The last day of something that a decision rests on, and what that is."""

    what: str
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """One permit as issued; its ledger proof stands beside it, for it is made afterwards (G-1).

    Attributes:
        request_sha256: digest of the file that asked for it.
        safeguards: what the decision requires, each among the hooks of `terms`.
        earliest_end: what ends first of all that the decision rests on; None if nothing has an end.
        issued: aware UTC instant; nothing counts before it.
    """

    id: str
    title: str
    developer: str
    request_sha256: str
    rests_on: RestingOn
    terms: Terms
    safeguards: tuple[str, ...]
    exceptions: tuple[ExceptionUsed, ...]
    earliest_end: End | None
    issued: datetime

    @property
    def first_instant(self) -> datetime:
        """The aware UTC instant from which it counts."""
        return max(self.issued, self.terms.not_before)

    @property
    def last_day(self) -> date:
        """The last day on which it counts, in UTC: its own, or that of an exception which ends before."""
        return min((self.terms.last_day, *(one.last_day for one in self.exceptions)))

    def state_at(self, at: datetime) -> PermitState:
        """Return how it stands at an aware instant by its own dates alone. Pure. Source: G-1, A-5."""
        if has_ended(self.last_day, at):
            return PermitState.EXPIRED
        if at < self.first_instant:
            return PermitState.NOT_YET
        return PermitState.IN_FORCE


class PermitState(Enum):
    """How a permit stands at an instant. Only IN_FORCE lets anything be served.

    VOID: what it rests on does not hold any more. CONFLICT: another permit serves other weights under one of its names, and
    none of the two is served. UNKNOWN: it cannot be told, which opens nothing.
    """

    IN_FORCE = "in force"
    NOT_YET = "not yet"
    EXPIRED = "expired"
    REVOKED = "revoked"
    VOID = "void"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitStanding:
    """A permit's state at an instant and every reason for it; no reason where it is in force."""

    permit: str
    state: PermitState
    because: tuple[str, ...]


def tightest(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """Return the smallest limit of each kind, in the order of `LimitKind`. Pure; order and repetition change nothing."""
    found: dict[LimitKind, int] = {}
    for limit in limits:
        found[limit.kind] = min(limit.at_most, found.get(limit.kind, limit.at_most))
    return tuple(Limit(kind=kind, at_most=found[kind]) for kind in LimitKind if kind in found)
