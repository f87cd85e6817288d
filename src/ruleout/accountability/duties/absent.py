# SPDX-License-Identifier: Apache-2.0
"""Which entries a record should hold and does not (L-9).

Certain: a delivery whose deadline has passed. Asked: what only the developer knows, such as whether a deployment that
was decided has happened. An event is never assumed; what is asked is no failure and is not hidden either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleout.model.duty import Acts, Regime, Term
from ruleout.model.occurrence import Expected, Occurrence, Status


def absent_entries(calendar: Iterable[Occurrence]) -> tuple[Expected, ...]:
    """Return the deliveries that the record should hold by now, by deadline. Pure. Source: L-9."""
    return tuple(_missing(one) for one in calendar if one.status is Status.MISSED)


def unstarted(regimes: Iterable[Regime], acts: Acts) -> tuple[Expected, ...]:
    """Return the events that no act states and cadences wait for: whether they happened, only the developer knows. Pure."""
    known = {h.event for h in acts.happenings if h.taken_back is None}
    found: dict[tuple[str, str], list[str]] = {}
    for regime in regimes:
        for duty, event in _waiting(regime):
            if event not in known:
                found.setdefault((regime.id, event), []).append(duty)
    return tuple(
        Expected(
            kind="duty", act="event", name=event, regime=regime, about="", by=None,
            because=f"it would start {', '.join(duties)}", entry="", is_certain=False,
        )
        for (regime, event), duties in found.items()
    )  # fmt: skip


def _waiting(regime: Regime) -> Iterator[tuple[str, str]]:
    own = {duty.id for duty in regime.duties}
    for duty in regime.duties:
        if duty.term is Term.EVERY and not duty.until:
            yield from ((duty.id, event) for event in duty.after if event not in own)


def _missing(one: Occurrence) -> Expected:
    about = f" ({one.about})" if one.about else ""
    return Expected(
        kind="duty",
        act="done",
        name=one.duty.id,
        regime=one.regime.id,
        about=one.about,
        by=None if one.deadline is None else one.deadline.ends,
        because=f"{one.duty.section}: {one.event}{about}",
        entry=one.entry,
        is_certain=True,
    )
