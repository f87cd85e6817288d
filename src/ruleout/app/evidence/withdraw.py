# SPDX-License-Identifier: Apache-2.0
"""Withdraw evidence in one act, or lift that, and say which decisions relied on it and what they would be now (A-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from ruleout.app.evidence.again import Archive, Effect
from ruleout.app.evidence.copies import Copies
from ruleout.app.evidence.listing import measurement_of
from ruleout.app.evidence.receipt import Receipt, find_receipt, identity_of, receipts_of
from ruleout.app.evidence.standing import Standing, standing_in
from ruleout.app.evidence.withdrawal import Selector, Withdrawal, require_selector, withdrawals_in
from ruleout.app.ledger import Record
from ruleout.errors import NotFound
from ruleout.model.outcome import Outcome
from ruleout.model.plain import instant_text

_RISING = tuple(outcome.value for outcome in Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a withdrawal or its lifting reaches: evidence in the record, its copies among it, and every decision that rests on any of it."""

    evidence: tuple[Receipt, ...]
    decisions: tuple[Effect, ...]

    @property
    def opened(self) -> tuple[Effect, ...]:
        """Decisions that would be less restrictive than they were: to be looked at, whatever the reason."""
        known = (e for e in self.decisions if {e.was, e.would_be} <= set(_RISING))
        return tuple(e for e in known if _RISING.index(e.would_be) < _RISING.index(e.was))


def whole_digests(names: tuple[str, ...], record: Record) -> tuple[str, ...]:
    """Return the digests that were meant: a whole SHA-256 as it is, also of a log not received yet; else of the record.

    Raises:
        NotFound: no evidence of the record, or several, begin so.
    """
    whole = 64
    receipts = receipts_of(record) if any(len(name) != whole for name in names) else ()
    return tuple(name if len(name) == whole else find_receipt(name, receipts).summary.digest for name in names)


def reach_of_withdrawal(selector: Selector, record: Record, *, by: str, reason: str, at: datetime) -> Reach:
    """Return what withdrawing would reach, as of an instant. Effect: reads the record; writes nothing.

    Raises:
        RuleoutError: the selector names nothing, or not in its form.
    """
    require_selector(selector)
    planned = Withdrawal(id="planned", ts=instant_text(at), by=by, selector=selector, reason=reason)
    return _reach(record, selector, standing_in(record, also=(planned,)), at=at)


def reach_of_lift(withdrawal: str, record: Record, *, at: datetime) -> Reach:
    """Return what lifting a withdrawal would reach, as of an instant. Effect: reads the record; writes nothing.

    Raises:
        NotFound: no withdrawal of this id is in force.
    """
    found = [w for w in withdrawals_in(record.entries, record.object) if w.id == withdrawal]
    if not found:
        raise NotFound(f"no withdrawal {withdrawal!r} is in force", hint="See `ruleout log --type withdrawal`.")
    return _reach(record, found[0].selector, standing_in(record, without=withdrawal), at=at)


def _reach(record: Record, selector: Selector, standing: Standing, *, at: datetime) -> Reach:
    receipts = receipts_of(record)
    covered = {r.identity for r in receipts if selector.covers(r.summary, r.producers)}
    digests = {digest for digest, _, _ in covered}
    copies: Copies[bool] = Copies(record, {"", *digests}.__contains__, lambda s: identity_of(s) in covered or None)
    reached = tuple(r for r in receipts if r.identity in covered or _is_copied(r, copies, record))
    relied = {decision for receipt in reached for decision in receipt.decisions}
    archive = Archive(record, standing)
    entries = (entry for entry in archive.decisions() if entry.content.id in relied)
    return Reach(evidence=reached, decisions=tuple(archive.effect(entry, at=at) for entry in entries))


def _is_copied(receipt: Receipt, ended: Copies[bool], record: Record) -> bool:
    """Whether one of the ended logs tells of the same run: what ends that one ends this one too."""
    return any(ended.of(receipt.summary, partial(measurement_of, record, receipt)))
