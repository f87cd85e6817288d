# SPDX-License-Identifier: Apache-2.0
"""Red lines: stop unless known to be kept, and out of reach of approvals, exceptions, burdens and peers (D-10)."""

from __future__ import annotations

from collections.abc import Iterator

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.bench import Bench
from ruleout.analysis.properties.acts import contribution
from ruleout.analysis.properties.result import Result
from ruleout.analysis.properties.trial import Query, failed, never
from ruleout.engine.evaluate import Evaluation
from ruleout.model.formula import Kind
from ruleout.model.framework import RedLine
from ruleout.model.outcome import Activity, Outcome

_EXCEPTIONS = (Kind.APPROVED, Kind.NOTIFIED_BEFORE, Kind.INTERIM, Kind.PEER)


def red_lines(bench: Bench) -> Iterator[Result]:
    """Yield, per red line, that it stops every activity unless known to be absent, whatever else is the case."""
    for line in bench.framework.red_lines:
        name = line.clause.id
        yield from (_stops(bench, line, activity) for activity in Activity)
        yield _untouched(bench, line)
        for clause in bench.framework.peer_clauses:
            if name in clause.lowers:
                own = clause.clause.id
                yield failed("red-lines", name, f"peer clause {own} names it among what may be lowered", own, name)


def _stops(bench: Bench, line: RedLine, activity: Activity) -> Result:
    """Not known to be absent means stop: by what is known, so that no burden of proof helps either."""
    present = z3.Not(bench.now.known(line.prohibits)[1])
    crossed = z3.Not(bench.now.outcome(activity, invoked=None).at_least(Outcome.STOP))
    says = f"{activity.value} does not stop although the red line is not known to be kept"
    query = Query(
        activity=activity,
        facts=(present, crossed),
        holds=lambda evaluation, _: evaluation.outcome is not Outcome.STOP,
    )
    return never(bench, query, failed("red-lines", line.clause.id, says, line.clause.id))


def _untouched(bench: Bench, line: RedLine) -> Result:
    """No approval, notice, interim measure, peer fact or invoked clause makes a difference to the line itself."""
    now, then, name = bench.now, bench.then, line.clause.id
    exceptions = [atom for atom in now.questions if atom.kind in _EXCEPTIONS]
    differs = now.red_line_levels(line).exceeds(then.red_line_levels(line))

    def holds(first: Evaluation, second: Evaluation | None) -> bool:
        return second is not None and contribution(second, name).outcome < contribution(first, name).outcome

    says = "an approval, an exception or a fact about others makes a difference to it"
    # A red line contributes the same to every activity, so one stands for all.
    activity = next(iter(Activity))
    query = Query(activity=activity, facts=(*bench.same_but(exceptions), differs), holds=holds, pair=True)
    return never(bench, query, failed("red-lines", name, says, name))
