# SPDX-License-Identifier: Apache-2.0
"""The data that each kind of clause has, and which way each can change (D-15)."""

from __future__ import annotations

from dataclasses import dataclass

from ruleout.analysis.compare.formula_orders import both, levelled, narrower, unless_equal, wider
from ruleout.analysis.compare.orders import (
    Order,
    fewer,
    larger,
    longer,
    more,
    named,
    oftener,
    reworded,
    rising,
    shorter,
    strictest,
    unordered,
)
from ruleout.analysis.compare.result import Direction
from ruleout.model.evidence import Indicator, Stopping, Weight
from ruleout.model.framework import (
    Argument,
    ChangeProcedure,
    Criterion,
    DeterminedBy,
    Duty,
    Interim,
    PeerClause,
    PeerQuestion,
    Publicity,
    Recommendation,
    RedLine,
    Rule,
    Safeguard,
    Standing,
    Threshold,
)
from ruleout.model.outcome import BurdenOfProof, Outcome


def _weightier(old: Weight, new: Weight) -> Direction:
    """A saturated indicator rules nothing out (D-2), and holds no determination to what it says, as a load-bearing one does (D-3)."""
    if (old, new) == (Weight.SATURATED, Weight.LOAD_BEARING):
        return Direction.UNCLEAR
    return rising((Weight.SUPPORTING, Weight.SATURATED, Weight.LOAD_BEARING))(old, new)


@dataclass(frozen=True, slots=True)
class Field:
    """One datum of a clause: its name in files, where to find it, and which way it can change."""

    name: str
    attribute: str
    order: Order


_BURDENS = (BurdenOfProof.NOT_REACHED, BurdenOfProof.UNSTATED, BurdenOfProof.REACHED, BurdenOfProof.HOLD)
_QUORUM = narrower(absent=True)
_DECIDES = Field("decides", "decides", _QUORUM)

#: By the type of a clause's carrier.
CLAUSE_DATA: dict[type, tuple[Field, ...]] = {
    Threshold: (
        Field("standing", "standing", rising((Standing.WATCH, Standing.CHECKPOINT, Standing.THRESHOLD))),
        Field("domain", "domain", unordered),
        Field("baseline", "baseline", unordered),
        Field("determined-by", "determined_by", strictest((DeterminedBy.DETERMINATION,), DeterminedBy.BOTH)),
        _DECIDES,
        Field("when-unknown", "when_unknown", rising(_BURDENS)),
        Field("met-by", "prongs", both(wider)),
        Field("indicators", "indicators", levelled(both(wider), yes_helps=False)),
    ),
    Safeguard: (
        Field("threat-actors in", "threat_actors_in", reworded),
        Field("threat-actors out", "threat_actors_out", reworded),
        _DECIDES,
        Field("re-approve", "re_approve", shorter),
        Field("undefined", "undefined", unordered),
    ),
    Criterion: (Field("indicators", "indicators", levelled(narrower(absent=True), yes_helps=True)),),
    Interim: (
        Field("approve", "approve", _QUORUM),
        Field("notify", "notify", more),
        Field("at-most", "at_most", shorter),
    ),
    Argument: (_DECIDES, Field("contents", "contents", reworded)),
    PeerQuestion: (Field("quantifier", "quantifier", unordered), Field("grade", "grade", unordered)),
    Rule: (
        Field("activities", "activities", more),
        Field("if", "condition", wider),
        Field("require", "require", narrower(absent=False)),
        Field("with", "met", rising(tuple(Outcome))),
        Field("otherwise", "otherwise", rising(tuple(Outcome))),
        Field("conditions", "conditions", reworded),
        Field("peer-clause", "peer_clause", unordered),
    ),
    PeerClause: (
        Field("kind", "kind", unordered),
        Field("when", "when", unless_equal),
        Field("lowers", "lowers", fewer),
        Field("floor", "floor", rising(tuple(Outcome))),
        Field("requires", "requires", narrower(absent=True)),
        Field("duties", "duties", more),
    ),
    RedLine: (Field("prohibits", "prohibits", wider),),
    Duty: (
        Field("by", "by", unordered),
        Field("to", "to", reworded),
        Field("on", "on", more),
        Field("if", "condition", wider),
        Field("event", "event", unordered),
        Field("within", "within", shorter),
        Field("every", "every", oftener),
    ),
    Recommendation: (Field("threshold", "threshold", unordered),),
    Indicator: (
        Field("threshold", "threshold", unordered),
        Field("weight", "weight", _weightier),
        Field("evaluation", "evaluation", unordered),
        Field("margin", "margin", larger),
        Field("direction", "direction", unordered),
        Field("needs-interval", "needs_interval", rising((False, True))),
        Field("unit", "unit", unordered),
        Field("unscored", "unscored", unordered),
        Field("score", "score", unordered),
        Field("success-at", "success_at", unordered),
        Field("expected-samples", "expected_samples", larger),
        Field("task-version", "task_version", named),
        Field("elicitation", "elicitation", named),
        Field("fresh-days", "fresh_days", shorter),
        Field("repeats", "repeats", larger),
        Field("stopping", "stopping", rising((Stopping.FIXED, Stopping.CONTINUING))),
        Field("needs", "needs", more),
    ),
    ChangeProcedure: (
        Field("propose", "propose", narrower(absent=True)),
        Field("approve", "approve", narrower(absent=True)),
        Field("consult", "consult", more),
        Field("notify", "notify", more),
        Field("published", "published", rising((Publicity.BY, Publicity.BEFORE))),
        Field("notice", "notice", longer),
    ),
}
