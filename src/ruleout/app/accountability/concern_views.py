# SPDX-License-Identifier: Apache-2.0
"""Concerns as they are seen at an instant: who receives each, what is owed, who is told of a quarter's counts (A-13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ruleout.accountability.concerns.fold import ConcernState
from ruleout.accountability.concerns.owed import owed_about
from ruleout.accountability.concerns.recipients import Recipients, recipients_of, told_of
from ruleout.app.accountability.concern_rules import calendars_of
from ruleout.app.accountability.concerns import holders_of
from ruleout.app.ledger import Record
from ruleout.model.concern import ConcernRules
from ruleout.reports.accountability.concern_text import ConcernRow


def seen(state: ConcernState, record: Record, rules: Sequence[ConcernRules], at: datetime) -> ConcernRow:
    """Return one concern with who receives it and what is owed about it. Effect: reads rules of time zones."""
    return ConcernRow(
        state=state,
        recipients=recipients_of(state.concern, rules, holders_of(record)),
        owed=owed_about(state, rules, calendars_of(rules), at=at),
    )


def tellings_of(
    concerns: Iterable[ConcernState],
    bounds: tuple[datetime, datetime],
    record: Record,
    rules: Sequence[ConcernRules],
) -> list[tuple[str, Recipients]]:
    """Return who is told of a quarter's counts, by the name of the rules that say so. Pure.

    Not those whom a concern is about that was open in the quarter.

    Args:
        concerns: all of the record.
        bounds: the quarter's first instant, and the first one after it.
        record: whose keyring names who holds which role.
        rules: of the frameworks and laws that count.
    """
    counted = [
        one.concern for one in concerns if one.received < bounds[1] and (one.closed is None or one.closed >= bounds[0])
    ]
    holders = holders_of(record)
    return [(one.name, told_of(one.roll_up, one.name, counted, holders)) for one in rules if one.roll_up is not None]
