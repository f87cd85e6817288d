# SPDX-License-Identifier: Apache-2.0
"""An exception of the register that ended takes the permit, and with it every tool, to its end (A-5, G-1, G-4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from tests.permit_builders import permit as permit_of

from ruleout.model.permit import ExceptionUsed, PermitState


def test_a_permit_ends_with_the_first_exception_it_leans_on():
    """On its last day it still counts, the instant after it does not, whatever the permit's own last day."""
    last = date(2026, 11, 30)
    permit = permit_of()
    permit = replace(
        permit,
        terms=replace(permit.terms, not_before=datetime(2026, 1, 1, tzinfo=UTC), last_day=date(2027, 6, 1)),
        issued=datetime(2026, 1, 1, tzinfo=UTC),
        exceptions=(ExceptionUsed(request="r-1", customer="acme", last_day=last),),
    )
    midnight = datetime(2026, 12, 1, tzinfo=UTC)

    assert permit.state_at(midnight - timedelta(seconds=1)) is PermitState.IN_FORCE
    assert permit.state_at(midnight) is PermitState.EXPIRED
    assert replace(permit, exceptions=()).state_at(midnight) is PermitState.IN_FORCE
