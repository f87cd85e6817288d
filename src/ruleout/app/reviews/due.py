# SPDX-License-Identifier: Apache-2.0
"""What reviews mean for the calendar of duties (A-3, A-9).

Submission and receipt start the framework's own duties; receipt and publication end them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from ruleout.accountability.reviews.fold import OPEN, PACKAGE, PUBLISH, RECEIVE, ReviewerState, ReviewState
from ruleout.model.duty import Acts, Delivery, Happening, Regime
from ruleout.model.review import ReviewClause


def review_acts(states: Iterable[ReviewState], regimes: Iterable[Regime]) -> Acts:
    """Return the events and deliveries that reviews are for the duties that their rules cite. Pure.

    A clause that no duty of the record's frameworks stands behind starts nothing here; `review status` has its clock.

    Args:
        regimes: those of the record's frameworks.
    """
    known = {regime.id: regime for regime in regimes}
    found = [
        acts
        for state in states
        for one in state.reviewers
        for acts in _acts(state, one, known.get(state.review.framework.partition("@")[0]))
    ]
    return Acts(
        happenings=tuple(happening for acts in found for happening in acts.happenings),
        deliveries=tuple(delivery for acts in found for delivery in acts.deliveries),
    )


def _acts(state: ReviewState, one: ReviewerState, regime: Regime | None) -> Iterator[Acts]:
    about = f"{state.review.id}/{one.reviewer.id}"
    for clause, started, done in _clocks(state, one):
        duty = next((d for d in regime.duties if d.id == clause.clause), None) if regime is not None else None
        if regime is None or duty is None:
            continue
        yield Acts(
            happenings=tuple(Happening(event=duty.after[0], at=at, about=about, entry=by) for at, by in started),
            deliveries=tuple(
                Delivery(regime=regime.id, duty=duty.id, at=at, about=about, entry=by, recorded=ts)
                for at, by, ts in done
            ),
        )


_Started = list[tuple[datetime, str]]
_Done = list[tuple[datetime, str, datetime]]


def _clocks(state: ReviewState, one: ReviewerState) -> Iterator[tuple[ReviewClause, _Started, _Done]]:
    acts = [act for act in state.acts if act.reviewer in ("", one.reviewer.id)]
    opened = next((act.id for act in acts if act.act == OPEN), "")
    submitted = [] if state.submitted is None else [(state.submitted, opened)]
    receipts = [(act.at, act.id, act.ts) for act in acts if act.act == RECEIVE and act.at is not None]
    made = [(act.ts, act.id) for act in acts if act.act == PACKAGE]
    yield state.rules.share, submitted, sorted(receipts)[:1]
    got = [(at, name) for at, name, _ in sorted(receipts)[:1]] or made[:1]
    published = [] if one.published is None else [act for act in acts if act.act == PUBLISH and act.ts == one.published]
    yield state.rules.comment, got, [(act.ts, act.id, act.ts) for act in published[:1]]
