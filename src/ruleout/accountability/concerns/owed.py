# SPDX-License-Identifier: Apache-2.0
"""What is owed about one concern: word to the reporter, and notice of a substantiated, material finding (A-13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ruleout.accountability.concerns.fold import ConcernState
from ruleout.clocks import deadline
from ruleout.model.clock import Calendar, Deadline
from ruleout.model.concern import ConcernClause, ConcernRules, ConcernStatus
from ruleout.model.verdict import Verdict


class OwedState(Enum):
    """How something owed stands. AT_ONCE: the text says promptly and names no time."""

    DUE = "due"
    MISSED = "missed"
    AT_ONCE = "owed at once"
    MAY_BE = "owed if it is material, which nobody has said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One thing owed about a concern: by which rules' clause, to whom, until when, and how it stands."""

    rules: str
    clause: ConcernClause
    to: tuple[str, ...]
    until: Deadline | None
    state: OwedState


def owed_about(
    state: ConcernState, rules: Iterable[ConcernRules], calendars: Mapping[str, Calendar], *, at: datetime
) -> tuple[Owed, ...]:
    """Return what is owed about a concern at an instant. Pure. Source: A-13.

    Args:
        state: how the concern stands.
        rules: of the frameworks and laws that count.
        calendars: by the name of the rules.
        at: aware instant.
    """
    found: list[Owed] = []
    for one in rules:
        found += _word_to_reporter(state, one, calendars[one.name], at)
        found += _notice(state, one)
    return tuple(found)


def _word_to_reporter(state: ConcernState, rules: ConcernRules, calendar: Calendar, at: datetime) -> list[Owed]:
    """Told every so often until it is closed; who stays anonymous is told through the channel, under its number."""
    clause = rules.reporter_update
    if clause is None or clause.every is None or state.closed is not None:
        return []
    owed_by = deadline(max((state.received, *state.told)), clause.every, calendar)
    how = OwedState.MISSED if at >= owed_by.ends else OwedState.DUE
    return [Owed(rules=rules.name, clause=clause, to=clause.to, until=owed_by, state=how)]


def _notice(state: ConcernState, rules: ConcernRules) -> list[Owed]:
    clause = rules.prompt_notice
    if clause is None or state.status is not ConcernStatus.SUBSTANTIATED or state.material is Verdict.NO:
        return []
    to = tuple(role for role in clause.to if role not in state.notified)
    how = OwedState.AT_ONCE if state.material is Verdict.YES else OwedState.MAY_BE
    return [Owed(rules=rules.name, clause=clause, to=to, until=None, state=how)] if to else []
