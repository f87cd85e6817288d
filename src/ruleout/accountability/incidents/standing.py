# SPDX-License-Identifier: Apache-2.0
"""How an incident stands under each regime: its classes, its clocks, with whom it is reported, how long it is kept (A-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ruleout.accountability.incidents.classify import ClassAnswer
from ruleout.accountability.incidents.due import Clock, ClockState, clocks_of, group_answers
from ruleout.accountability.incidents.fold import AMEND, REPORT, RESOLVE, IncidentState
from ruleout.model.clause import Period
from ruleout.model.clock import Calendar
from ruleout.model.incident_regime import IncidentRegime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One incident under one regime.

    Attributes:
        group: the incidents that share its clock here, itself among them, in the order of their ids.
        keep_until: the last day of the shortest time for which its documentation is kept; None if the text does not say.
        amended_since: whether facts were stated after the last report to this regime, which then may need amending.
    """

    regime: IncidentRegime
    group: tuple[str, ...]
    answers: tuple[ClassAnswer, ...]
    clocks: tuple[Clock, ...]
    keep_until: date | None
    amended_since: bool

    @property
    def is_missed(self) -> bool:
        """Whether a report is owed, or may be, and was not given in time."""
        return any(clock.state is ClockState.MISSED for clock in self.clocks)


def standing_under(
    incident: str, states: Mapping[str, IncidentState], regime: IncidentRegime, calendar: Calendar, *, at: datetime
) -> Standing:
    """Return how an incident stands under a regime at an instant. Pure. Source: A-4.

    Args:
        incident: id; one of `states`.
        states: every incident by id, as known at `at`.
        regime: whose terms.
        calendar: of the regime's place.
        at: aware instant.
    """
    ids = group_of(incident, states) if regime.merges is not None else (incident,)
    group = [states[one] for one in ids]
    return Standing(
        regime=regime,
        group=ids,
        answers=group_answers(group, regime),
        clocks=clocks_of(group, regime, calendar, at=at),
        keep_until=_keep_until(states[incident], regime, calendar),
        amended_since=_is_amended_since(group, regime),
    )


def head_of(incident: str, states: Mapping[str, IncidentState]) -> str:
    """Return the incident into which one was merged, step by step; itself where it was not. Pure."""
    seen: set[str] = set()
    while incident not in seen and incident in states and states[incident].merged_into in states:
        seen.add(incident)
        incident = states[incident].merged_into
    return incident


def group_of(incident: str, states: Mapping[str, IncidentState]) -> tuple[str, ...]:
    """Return the ids of all incidents merged into the same one as this, itself among them. Pure."""
    head = head_of(incident, states)
    return tuple(one for one in sorted(states) if head_of(one, states) == head)


def _keep_until(state: IncidentState, regime: IncidentRegime, calendar: Calendar) -> date | None:
    if regime.keeping is None:
        return None
    ends = [state.incident.instants.get(name) for name in ("occurred-to", "occurred-from")]
    latest = max([act.ts for act in state.acts] + [end for end in ends if end is not None])
    return Period(years=regime.keeping.years).after(latest.astimezone(calendar.zone).date())


def _is_amended_since(group: list[IncidentState], regime: IncidentRegime) -> bool:
    reports = [act.ts for state in group for act in state.acts if act.act == REPORT and act.regime == regime.name]
    stated = [act.ts for state in group for act in state.acts if act.act in (AMEND, RESOLVE)]
    return bool(reports) and bool(stated) and max(stated) > max(reports)
