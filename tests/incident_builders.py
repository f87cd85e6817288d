# SPDX-License-Identifier: Apache-2.0
"""Incidents, acts and the shipped regimes, made in a line; everything not named is a plain default."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from ruleout.accountability.incidents.due import Clock, clocks_of
from ruleout.accountability.incidents.fold import IncidentAct, IncidentState, fold
from ruleout.app.accountability.incident_regimes import calendar_of, regimes_at_hand
from ruleout.model.incident import Correction, Incident
from ruleout.model.verdict import Verdict

REGIMES = {regime.name: regime for regime in regimes_at_hand(None)}
CALENDARS = {name: calendar_of(regime) for name, regime in REGIMES.items()}


def at(text: str) -> datetime:
    """An instant."""
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def incident(
    facts: Mapping[str, str] | None = None,
    known: Mapping[str, datetime] | None = None,
    *,
    corrections: tuple[Correction, ...] = (),
    unknown: frozenset[str] = frozenset(),
    **answers: str,
) -> Incident:
    """An incident of these facts."""
    return Incident(
        id="one",
        title="One",
        happened="It happened.",
        facts={name: Verdict(word) for name, word in (facts or {}).items()},
        instants=dict(known or {}),
        answers={name.replace("_", "-"): text for name, text in answers.items()},
        corrections=corrections,
        unknown=unknown,
    )


def act(number: int, stated: Incident | None, ts: str, kind: str = "", **more: str | datetime) -> IncidentAct:
    """The act of a number; the first opens, later ones amend, where no kind is named."""
    default = ("open" if number == 1 else "amend") if stated is not None else "report"
    return IncidentAct(id=f"incident/one/{number}", act=kind or default, ts=at(ts), incident=stated, **more)  # type: ignore[arg-type]


def state_of(*acts: IncidentAct) -> IncidentState:
    """How an incident stands after acts."""
    found = fold(acts)
    assert found is not None
    return found


def clocks(regime: str, *group: IncidentState, seen: str) -> dict[str, Clock]:
    """A regime's clocks by the report's id."""
    return {c.rule.id: c for c in clocks_of(group, REGIMES[regime], CALENDARS[regime], at=at(seen))}
