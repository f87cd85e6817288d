# SPDX-License-Identifier: Apache-2.0
"""Everything of a request that a decision does not allow, each thing named (G-1).

Invariants:
* nothing is cut down silently: what is asked and not allowed is a refusal, never a smaller permit;
* a stricter ground allows no more, and less asked of the same ground is refused no more;
* whatever is not known to be so refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ruleout.engine.permitting.ground import Ground
from ruleout.model.expiry import has_ended
from ruleout.model.outcome import Outcome
from ruleout.model.permit import EVERYBODY, SERVED, Condition, Only, Terms
from ruleout.model.served_name import clashes, names_of
from ruleout.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One thing that is not allowed: which rule, what would be, what was asked or found.

    `is_open` marks what is held or not known rather than known to be otherwise.
    """

    rule: str
    expected: str
    got: str
    is_open: bool = False

    def __str__(self) -> str:
        return f"{self.rule}: expected {self.expected}, got {self.got}"


def refusals(terms: Terms, ground: Ground, *, at: datetime) -> tuple[Refusal, ...]:
    """Return every reason why these terms may not be permitted on this ground at an instant; none if they may.

    Pure and total.

    Args:
        terms: what is asked for.
        ground: what the decision allows, as it comes out at `at`.
        at: aware UTC instant of the act.

    Source: G-1.
    """
    return tuple(refusal for rule in RULES for refusal in rule(terms, ground, at))


def _checks(terms: Terms, ground: Ground, at: datetime) -> Iterator[Refusal]:
    del terms, at
    for check in ground.checks:
        if check.holds is not Verdict.YES:
            is_open = check.holds is Verdict.UNKNOWN
            yield Refusal(rule="decision", expected=check.name, got=check.why, is_open=is_open)


def _outcome(terms: Terms, ground: Ground, at: datetime) -> Iterator[Refusal]:
    del terms
    if not ground.outcome.opens:
        got = f"{ground.outcome.value} at {at.date()}"
        yield Refusal(rule="outcome", expected="proceed or restrict", got=got, is_open=ground.outcome is Outcome.HOLD)


def _subject(terms: Terms, ground: Ground, at: datetime) -> Iterator[Refusal]:
    del at
    if terms.activity is not ground.activity:
        yield Refusal(rule="activity", expected=ground.activity.value, got=terms.activity.value)
    if ground.activity not in SERVED:
        expected = f"one of {', '.join(one.value for one in SERVED)}"
        yield Refusal(rule="activity", expected=expected, got=f"{ground.activity.value}, in which nothing is served")
    if terms.scope != ground.scope:
        yield Refusal(rule="scope", expected=repr(ground.scope), got=repr(terms.scope))


def _models(terms: Terms, ground: Ground, at: datetime) -> Iterator[Refusal]:
    del at
    if not ground.model_digest:
        got = "none: the case does not say which weights it is about"
        yield Refusal(rule="models", expected="a decision about a model's digest", got=got, is_open=True)
    if not terms.models:
        yield Refusal(rule="models", expected=repr(ground.model), got="no model")
    for one in terms.models:
        if one.model != ground.model:
            yield Refusal(rule="models", expected=repr(ground.model), got=repr(one.model))
        if ground.model_digest and one.digest != ground.model_digest:
            got = f"{one.digest[:12] or 'none'} for {one.model!r}"
            yield Refusal(rule="models", expected=f"digest {ground.model_digest[:12]}", got=got)


def _taken(terms: Terms, ground: Ground, at: datetime) -> Iterator[Refusal]:
    """At one time a name means one set of weights, whichever permit serves it."""
    since = max(terms.not_before, at)
    mine = names_of(terms.models, permit="", since=since, last_day=terms.last_day)
    for one, other in clashes(mine, ground.taken):
        expected = f"a name that is free, or {other.name!r} for {other.digest[:12]} as permit {other.permit!r} has it"
        got = f"{one.name!r} for {one.digest[:12]}, while that permit lasts: until {other.last_day}"
        yield Refusal(rule="names", expected=expected, got=got)


def _time(terms: Terms, ground: Ground, at: datetime) -> Iterator[Refusal]:
    if has_ended(terms.last_day, at):
        yield Refusal(rule="expiry", expected=f"a last day from {at.date()} on", got=str(terms.last_day))
    if has_ended(terms.last_day, terms.not_before):
        got = f"{terms.last_day}, before it begins on {terms.not_before.date()}"
        yield Refusal(rule="expiry", expected="a last day after the first", got=got)
    for end in ground.ends:
        if has_ended(end.last_day, terms.last_day):
            expected = f"{end.last_day} or earlier, when this ends: {end.what}"
            yield Refusal(rule="expiry", expected=expected, got=str(terms.last_day))


def _safeguards(terms: Terms, ground: Ground, at: datetime) -> Iterator[Refusal]:
    del at
    there = {one.safeguard for one in terms.hooks}
    for name in ground.safeguards:
        if name not in there:
            yield Refusal(rule="safeguards", expected=f"a hook for {name!r}, on which the decision leans", got="none")


def _conditions(terms: Terms, ground: Ground, at: datetime) -> Iterator[Refusal]:
    del at
    carried = {one.says for one in terms.conditions}
    for text in ground.conditions:
        if text not in carried:
            yield Refusal(rule="conditions", expected=f"something that carries {text!r}", got="nothing")


def _own_conditions(terms: Terms, ground: Ground, at: datetime) -> Iterator[Refusal]:
    """A request may not contradict the conditions that it states itself."""
    del ground, at
    for condition in terms.conditions:
        yield from (refusal for only in condition.only for refusal in _outside(terms, condition, only))


def _outside(terms: Terms, condition: Condition, only: Only) -> Iterator[Refusal]:
    beyond = sorted(terms.names(only.dimension) - set(only.names))
    if beyond:
        expected = f"{only.dimension.value} of {', '.join(only.names) or 'nobody'}, by condition {condition.id!r}"
        yield Refusal(rule="conditions", expected=expected, got=", ".join(beyond))


def _exceptions(terms: Terms, ground: Ground, at: datetime) -> Iterator[Refusal]:
    """An exception holds for one customer, so nobody else is served on its ground (A-5)."""
    for grant in ground.exceptions:
        if why := grant.why_not(at):
            yield Refusal(rule="exceptions", expected=f"the exception {grant.request!r} in force", got=why)
        if ground.model not in grant.models:
            expected = f"the exception {grant.request!r} for {ground.model!r}"
            yield Refusal(rule="exceptions", expected=expected, got=", ".join(grant.models) or "no model")
        for tenant in terms.tenants:
            if tenant.tenant == EVERYBODY or tenant.customer != grant.customer:
                expected = f"tenants of {grant.customer!r} only, by the exception {grant.request!r}"
                got = f"{tenant.tenant!r} of {tenant.customer or 'no customer'}"
                yield Refusal(rule="exceptions", expected=expected, got=got)


#: Every rule; each looks at all it concerns, so that one refusal never hides another.
RULES = (
    _checks, _outcome, _subject, _models, _taken, _time, _safeguards, _conditions, _own_conditions, _exceptions,
)  # fmt: skip
