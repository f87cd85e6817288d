# SPDX-License-Identifier: Apache-2.0
"""in-toto statements of a record: one file each, in an envelope where a key signs."""

from __future__ import annotations

from ruleout.app.interop.acts import approvals_told, reviews_told
from ruleout.app.interop.limits import Documents, require_bounded
from ruleout.app.interop.reading import Reading
from ruleout.app.workspace import Workspace
from ruleout.errors import RuleoutError
from ruleout.ledger import Signer
from ruleout.reports.interop.in_toto.envelope import envelope_bytes
from ruleout.reports.interop.in_toto.own import (
    approval_statement,
    decision_statement,
    evaluation_statement,
    review_statement,
)
from ruleout.reports.interop.in_toto.projections import test_results, verification_result
from ruleout.reports.interop.in_toto.statement import Made
from ruleout.reports.interop.losses import LeftOut
from ruleout.reports.interop.written import Written, json_bytes


def in_toto_documents(reading: Reading, _workspace: Workspace, signer: Signer | None) -> Documents:
    """Return statements in DSSE envelopes, or bare ones where no key signs. Effect: reads, asks the signer.

    Raises:
        RuleoutError: there is nothing to state, or more than one export may tell of.
    """
    made, left = _statements(reading)
    require_bounded(len(made))
    if not made:
        hint = "Evidence, decisions, approvals and reviews can be stated; see `ruleout log`."
        raise RuleoutError("none of the chosen entries can be stated", hint=hint)
    return [_statement(one, signer) for one in sorted(made, key=lambda one: one.index)], left


def _statements(reading: Reading) -> tuple[list[Made], list[LeftOut]]:
    decisions = reading.decisions()
    made = [evaluation_statement(one) for one in reading.evaluations()]
    left: list[LeftOut] = []
    for one in decisions:
        results, not_made = test_results(one)
        verified = verification_result(one)
        made += [decision_statement(one), *results]
        left += not_made
        if isinstance(verified, LeftOut):
            left.append(verified)
        else:
            made.append(verified)
    made += [approval_statement(one) for one in approvals_told(reading)]
    made += [review_statement(one) for one in reviews_told(reading)]
    if bare := reading.unmeasured():
        left.append(LeftOut(what=f"{bare} entries of evidence", why="they name nothing that was measured"))
    return made, left


def _statement(one: Made, signer: Signer | None) -> Written:
    data = json_bytes(one.value) if signer is None else envelope_bytes(one.value, signer)
    form = "statement" if signer is None else "dsse"
    said = "unsigned statement" if signer is None else "signed statement"
    name = f"{one.index:06}-{one.name}.{form}.json"
    kind = one.value["predicate"].get("form") or one.value["predicateType"]
    return Written(name=name, data=data, what=f"{said}: {kind}", entry=one.index)
