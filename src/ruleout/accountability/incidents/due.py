# SPDX-License-Identifier: Apache-2.0
"""An incident and a regime -> the clocks that run, from which instant, until when, and what became of them (A-4).

Rules
- A class that is YES owes its reports by the text: from the earliest of the instants that the text names.
- A class that cannot be excluded, or whose instants are not stated, is counted from suspicion, where the regime's file
  says so: the earliest of all instants that come into question, and the day the record was opened if none is stated. Facts
  relax that, silence does not.
- Both deadlines are shown; `governs` tells which one counts. Neither moves back because more is stated.
- A class that is NO owes nothing. What began before the regime applied owes nothing under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from itertools import pairwise

from ruleout.accountability.incidents.classify import ClassAnswer, classify
from ruleout.accountability.incidents.fold import IncidentAct, IncidentState
from ruleout.clocks import deadline
from ruleout.model.clock import Calendar, Deadline, Limit
from ruleout.model.incident_regime import IncidentRegime, ReportRule
from ruleout.model.verdict import Verdict, any_of

OPENED = "opened"


class ClockState(Enum):
    """What became of a report that is owed or may be."""

    NOT_OWED = "not owed"
    NOT_IN_FORCE = "not in force"
    WAITING = "waiting"
    DUE = "due"
    MISSED = "missed"
    REPORTED = "reported"
    REPORTED_LATE = "reported late"
    ENDED = "ended"


_LATE = frozenset({ClockState.MISSED, ClockState.REPORTED_LATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A deadline, the instant it is counted from, and that instant's name: an instant of the incident, or "opened"."""

    start: datetime
    name: str
    deadline: Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One report that one regime asks for.

    Attributes:
        answer: whether the class that owes it holds.
        by_text: counted from the instants that the text names; None where none of them is stated.
        safe: counted from suspicion; None where nothing calls for it.
        given: when reports of the stage were given, earliest first.
        recorded: when the record of the first of them was made.
    """

    rule: ReportRule
    answer: ClassAnswer
    by_text: Counted | None
    safe: Counted | None
    given: tuple[datetime, ...]
    state: ClockState
    recorded: datetime | None = None

    @property
    def is_told_late(self) -> bool:
        """Whether a report is said to have been given in time by an entry that was made at the deadline or later."""
        if self.state is not ClockState.REPORTED or self.recorded is None or self.governs is None:
            return False
        return self.recorded >= self.governs.deadline.ends

    @property
    def governs(self) -> Counted | None:
        """The deadline that counts: the safe one where there is one, else the text's; None where nothing runs yet."""
        return self.by_text if self.safe is None else self.safe


def clocks_of(
    group: Sequence[IncidentState], regime: IncidentRegime, calendar: Calendar, *, at: datetime
) -> tuple[Clock, ...]:
    """Return every report that a regime asks for of an incident, in the regime's order.

    Pure.

    Args:
        group: the incident and those merged with it; the earliest clock among them counts for all.
        regime: whose terms.
        calendar: of the regime's place.
        at: aware instant from which it is seen.

    Source: A-4.
    """
    seen = _Seen(regime=regime, calendar=calendar, at=at)
    per_state = [{a.rule.id: a for a in classify(state.incident.fact, regime)} for state in group]
    found = []
    for rule in regime.reports:
        answer = _joined(tuple(answers[rule.about] for answers in per_state))
        named = ((state, answers[rule.about]) for state, answers in zip(group, per_state, strict=True))
        concerned = [(state, own) for state, own in named if own.verdict is not Verdict.NO]
        clock = _joint(rule, answer, concerned, _given(group, rule, seen), seen)
        recorded = (act.ts for act in _told(group, rule, seen) if (act.given or act.ts) in clock.given[:1])
        found.append(replace(clock, recorded=min(recorded, default=None)))
    return tuple(found)


def group_answers(group: Sequence[IncidentState], regime: IncidentRegime) -> tuple[ClassAnswer, ...]:
    """Return the verdict of each class over a group of merged incidents: YES if it is of one of them. Pure."""
    per_incident = [classify(state.incident.fact, regime) for state in group]
    return tuple(_joined(answers) for answers in zip(*per_incident, strict=True))


def _joined(answers: tuple[ClassAnswer, ...]) -> ClassAnswer:
    verdict = any_of(answer.verdict for answer in answers)
    because = dict.fromkeys(pair for answer in answers if answer.verdict is verdict for pair in answer.because)
    return ClassAnswer(rule=answers[0].rule, verdict=verdict, because=tuple(because))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Whose terms, in which calendar, from which instant."""

    regime: IncidentRegime
    calendar: Calendar
    at: datetime


def _given(group: Iterable[IncidentState], rule: ReportRule, seen: _Seen) -> tuple[datetime, ...]:
    reports = (act.given or act.ts for act in _told(group, rule, seen))
    return tuple(sorted(when for when in reports if when <= seen.at))


def _told(group: Iterable[IncidentState], rule: ReportRule, seen: _Seen) -> Iterator[IncidentAct]:
    return (act for state in group for act in state.reports(seen.regime.name, rule.stage))


def _joint(
    rule: ReportRule,
    answer: ClassAnswer,
    concerned: Sequence[tuple[IncidentState, ClassAnswer]],
    given: tuple[datetime, ...],
    seen: _Seen,
) -> Clock:
    """The clock of all together: what began before the regime ends none that runs, and what was missed by the merge stays so."""
    if len(concerned) < 2:
        return _clock(rule, answer, [state for state, _ in concerned], given, seen)
    first = min((at for state, _ in concerned if (at := state.merged_at) is not None), default=seen.at)
    alone = []
    for state, own in concerned:
        then = replace(seen, at=min(seen.at, state.merged_at or first))
        clock = _clock(rule, own, [state], _given([state], rule, then), then)
        if clock.state is not ClockState.NOT_IN_FORCE:
            alone.append((state, clock))
    clock = _clock(rule, answer, [state for state, _ in alone or concerned], given, seen)
    if clock.state in _LATE or not any(c.state in _LATE for _, c in alone):
        return clock
    missed = [c.governs.deadline.ends for _, c in alone if c.state is ClockState.MISSED and c.governs is not None]
    is_told = clock.state is ClockState.ENDED or not missed or (bool(given) and given[-1] >= max(missed))
    return replace(clock, state=ClockState.REPORTED_LATE if is_told else ClockState.MISSED)


def _clock(
    rule: ReportRule,
    answer: ClassAnswer,
    concerned: Sequence[IncidentState],
    given: tuple[datetime, ...],
    seen: _Seen,
) -> Clock:
    bare = Clock(rule=rule, answer=answer, by_text=None, safe=None, given=given, state=ClockState.NOT_OWED)
    if answer.verdict is Verdict.NO:
        return bare
    by_text = _counted(_instants(concerned, rule.starts), rule, given, seen.calendar)
    is_settled = answer.verdict is Verdict.YES and by_text is not None
    wants_safe = bool(rule.on_suspicion) and not is_settled
    safe = _counted(_suspicions(concerned, rule), rule, given, seen.calendar) if wants_safe else None
    clock = replace(bare, by_text=by_text, safe=safe)
    return replace(clock, state=_state(clock, seen, ended=_end(concerned, rule)))


def _end(states: Sequence[IncidentState], rule: ReportRule) -> datetime | None:
    """When repeated reports end: once every incident concerned has the instant by its last statement."""
    ends = [state.incident.instants.get(rule.until) for state in states]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _instants(states: Iterable[IncidentState], names: Iterable[str]) -> list[tuple[datetime, str]]:
    wanted = tuple(names)
    found = ((state.instant(name), name) for state in states for name in wanted)
    return [(when, name) for when, name in found if when is not None]


def _suspicions(states: Sequence[IncidentState], rule: ReportRule) -> list[tuple[datetime, str]]:
    """Every instant that comes into question, and the day each record was opened: whoever opens it suspects something."""
    opened = [(state.opened, OPENED) for state in states]
    return [*_instants(states, (*rule.starts, *rule.on_suspicion)), *opened]


def _counted(
    starts: list[tuple[datetime, str]], rule: ReportRule, given: tuple[datetime, ...], calendar: Calendar
) -> Counted | None:
    if not starts:
        return None
    start, name = min(starts)
    if rule.every is None:
        return Counted(start=start, name=name, deadline=deadline(start, _within(rule), calendar))
    # A repeated report is due so long after the last one; a report from before the clock began renews nothing.
    base = max([start, *(when for when in given if when >= start)])
    return Counted(start=start, name=name, deadline=deadline(base, rule.every, calendar))


def _within(rule: ReportRule) -> Limit:
    if rule.within is None:
        raise ValueError(f"report {rule.id} has neither a time nor a repeated one")
    return rule.within


def _state(clock: Clock, seen: _Seen, *, ended: datetime | None) -> ClockState:
    counted = clock.governs
    if counted is None:
        return ClockState.WAITING
    if counted.start.astimezone(seen.calendar.zone).date() < seen.regime.since:
        return ClockState.NOT_IN_FORCE
    if clock.rule.every is not None:
        return _repeated(clock, counted, clock.rule.every, seen, ended=ended)
    if clock.given:
        return ClockState.REPORTED_LATE if clock.given[0] >= counted.deadline.ends else ClockState.REPORTED
    return ClockState.MISSED if seen.at >= counted.deadline.ends else ClockState.DUE


def _repeated(clock: Clock, counted: Counted, every: Limit, seen: _Seen, *, ended: datetime | None) -> ClockState:
    """Whether the chain of repeated reports held: a gap between two of them is a report that came late."""
    marks = [counted.start, *(when for when in clock.given if when >= counted.start)]
    if ended is not None:
        marks = [*(when for when in marks if when <= ended), ended]
    gaps = any(later >= deadline(one, every, seen.calendar).ends for one, later in pairwise(marks))
    if ended is None and seen.at >= counted.deadline.ends:
        return ClockState.MISSED
    if gaps:
        return ClockState.REPORTED_LATE
    return ClockState.DUE if ended is None else ClockState.ENDED
