# SPDX-License-Identifier: Apache-2.0
"""Vetted predicates that tools know, each with what it loses: test-result/v0.1 and svr/v0.2 (ADR 0023).

Fail closed: inconclusive is failed, never passed or warned, because "warned" means passed with warnings. An SVR can only say
what passed: it is made of a last decision that proceeds and would still proceed by the record, and of nothing else. There is no
SLSA VSA: its levels and its words are about how software was built.
"""

from __future__ import annotations

from typing import Any

from ruleout.reports.interop.decided import IndicatorFound
from ruleout.reports.interop.in_toto.statement import Made, about_decision, described, statement
from ruleout.reports.interop.losses import LeftOut
from ruleout.reports.interop.names import name_uri
from ruleout.reports.interop.shown import DecisionShown

TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
SVR = "https://in-toto.io/attestation/svr/v0.2"


def test_results(one: DecisionShown) -> tuple[list[Made], list[LeftOut]]:
    """Return one test result for each piece of evidence that a decision weighed and that still counts. Pure."""
    made, left = [], []
    used = dict.fromkeys(found.evidence for found in one.decided.indicators if found.evidence)
    for nth, evidence in enumerate(used):
        evaluation = one.evaluations.get(evidence)
        if evaluation is None:
            why = one.unseen.get(evidence, "no entry tells what was measured; a published figure has none")
            left.append(_no_result(one, evidence, why))
        elif not evaluation.counts:
            left.append(_no_result(one, evidence, "it counts no more: withdrawn or past its last day"))
        else:
            found = [f for f in one.decided.indicators if f.evidence == evidence]
            value = _test_result(one, found, evaluation.measurement or evaluation.summary.digest)
            made.append(Made(name=f"test-result-{nth + 1}", index=one.entry.index, value=value))
    return made, left


def _no_result(one: DecisionShown, evidence: str, why: str) -> LeftOut:
    return LeftOut(what=f"test-result of {evidence!r} in entry {one.entry.index}", why=why)


def _test_result(one: DecisionShown, found: list[IndicatorFound], measurement: str) -> dict[str, Any]:
    passed = [f.id for f in found if f.comparison == "clear" and not f.alert]
    warned = [f.id for f in found if f.comparison == "clear" and f.alert]
    failed = [f.id for f in found if f.comparison != "clear"]
    decided = one.decided
    configuration = [
        described(decided.framework_digest, name=f"{decided.framework}, the encoding: bars and how they are read"),
        described(measurement, name=f"{found[0].evidence}, what was measured"),
    ]
    predicate = {
        "result": "FAILED" if failed or not found else "WARNED" if warned else "PASSED",
        "configuration": configuration,
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": failed,
    }
    return statement([about_decision(one).subject], TEST_RESULT, predicate)


def verification_result(one: DecisionShown) -> Made | LeftOut:
    """Return the simple verification result of a decision, or why there is none. Pure."""
    decided = one.decided
    why = ""
    if decided.outcome != "proceed":
        why = f"its outcome is {decided.outcome}, and an SVR cannot deny or attach conditions"
    elif decided.record != "own":
        why = "it is of the public record, whose acts are attested by sources and signed by nobody"
    elif one.superseded:
        why = f"a later decision of the same question stands: {one.superseded}"
    elif not one.still_proceeds:
        why = "decided again as the record stands it would not proceed, or could not be decided"
    if why:
        return LeftOut(what=f"svr of entry {one.entry.index}", why=why)
    value = statement([about_decision(one).subject], SVR, _svr(one))
    return Made(name="svr", index=one.entry.index, value=value)


def _svr(one: DecisionShown) -> dict[str, Any]:
    decided = one.decided
    held = [r.id for r in decided.rules if r.origin == "rule" and (r.applies, r.required) == ("yes", "yes")]
    held += [r.id for r in decided.rules if r.origin == "red-line" and r.applies == "no"]
    scope = f"RULEOUT:{decided.framework}"
    return {
        "verifier": {
            "id": name_uri(f"verifier/{decided.engine}"),
            "policies": [described(decided.framework_digest, name=f"{decided.framework}, the encoding")],
        },
        "timeCreated": decided.at,
        "properties": [f"{scope}:{decided.activity}:proceed", *(f"{scope}:{clause}:holds" for clause in held)],
    }
