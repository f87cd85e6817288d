# SPDX-License-Identifier: Apache-2.0
"""One framework -> what is proved of it, what is not, and the states that show it (D-14).

The properties stand in one tuple, in the order they are tried and shown. A framework whose clauses ask about what it
does not define has no meaning to prove anything about; then only that is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ruleout.analysis.bench import Bench, Engine
from ruleout.analysis.properties.acts import approvals
from ruleout.analysis.properties.caution import caution, direction
from ruleout.analysis.properties.limits import floors, peers, price
from ruleout.analysis.properties.peer_clauses import peer_clauses
from ruleout.analysis.properties.reach import opens, requirements, shadowed, thresholds
from ruleout.analysis.properties.red_lines import red_lines
from ruleout.analysis.properties.result import Proof, Result, Tried
from ruleout.analysis.properties.totality import bars, dangling, totality
from ruleout.analysis.symbolic import Symbolic
from ruleout.engine.evaluate import evaluate_activity
from ruleout.model.framework import Framework

#: Milliseconds the solver may spend on one question, where nobody says otherwise. Shipped frameworks need a few.
DEFAULT_TIMEOUT_MS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """Something to be proved: a stable id, what it says in one sentence, and how it is tried."""

    id: str
    says: str
    tried: Callable[[Bench], Iterable[Result]]


PROPERTIES = (
    Property(id="totality", says="Every activity has exactly one outcome in every state.", tried=totality),
    Property(id="caution", says="What is not known never opens what an answer would close.", tried=caution),
    Property(id="direction", says="Reaching a threshold never opens more than ruling it out.", tried=direction),
    Property(id="red-lines", says="Nothing but knowing it is kept gets past a red line.", tried=red_lines),
    Property(id="peers", says="What others do relaxes nothing unless a clause is invoked.", tried=peers),
    Property(id="floors", says="No invoked clause goes below its floor, or to proceed.", tried=floors),
    Property(id="approvals", says="No clause removes an approval, and nothing stands in for one.", tried=approvals),
    Property(id="price", says="Invoking a clause costs an approval, an argument or a duty.", tried=price),
    Property(id="thresholds", says="Reaching a threshold restricts some activity.", tried=thresholds),
    Property(id="shadowed", says="Every rule alone decides in some state.", tried=shadowed),
    Property(id="opens", says="Every gate can open.", tried=opens),
    Property(id="requirements", says="Every requirement can be met, and meeting it matters.", tried=requirements),
    Property(
        id="peer-clauses", says="Every obliging clause can oblige, every permissive one permit.", tried=peer_clauses
    ),
    Property(id="bars", says="No figure both rules a threshold out and reaches it.", tried=bars),
)


def prove_framework(
    framework: Framework,
    *,
    timeout_ms: int = DEFAULT_TIMEOUT_MS,
    encode: type[Symbolic] = Symbolic,
    engine: Engine = evaluate_activity,
) -> Proof:
    """Return what is proved of a framework, every state in it confirmed by the engine.

    Pure, but for the time the solver is given: a slow machine may leave a question unsettled that a fast one settles.

    Args:
        timeout_ms: milliseconds the solver may spend on one question, above 0.
        encode: the encoding to prove with; another than ours serves to see that a wrong one is noticed.
        engine: what has the last word on a state.

    Raises:
        Disagreement: encoding and engine differ about a state, which is a mistake of ours.

    Source: D-14.
    """
    undefined = dangling(framework)
    if undefined:
        first = PROPERTIES[0]
        tried = [Tried(id=first.id, says=first.says, results=undefined)]
    else:
        bench = Bench(framework, timeout_ms=timeout_ms, encode=encode, engine=engine)
        tried = [Tried(id=each.id, says=each.says, results=tuple(each.tried(bench))) for each in PROPERTIES]
    return Proof(framework=str(framework.id), digest=framework.digest, timeout_ms=timeout_ms, tried=tuple(tried))
