# SPDX-License-Identifier: Apache-2.0
"""Bytes of a policy for requests -> the policy (A-5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleout.accountability.requests.policy_document import EligibleDoc, PolicyClauseDoc, PolicyDoc
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.outcome import Outcome
from ruleout.model.request_policy import ApprovalRule, PolicyClause, PolicyLine, RequestPolicy

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def parse_policy(data: bytes, *, file: str) -> RequestPolicy:
    """Return the policy of a file. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.

    Raises:
        BadInput: the file is refused; holds its problems in file order.

    Source: A-5.
    """
    document = read_yaml(data, file=file)
    doc, findings = validate(PolicyDoc, document), Findings(document)
    _check_names(doc, findings)
    _check_clauses(doc, findings)
    findings.raise_any()
    return RequestPolicy(
        id=doc.requests_policy,
        title=doc.title,
        frameworks=doc.frameworks,
        uses=tuple(doc.uses.items()),
        conditions=tuple(doc.conditions.items()),
        levels=tuple(doc.models.items()),
        lines=tuple(
            PolicyLine(id=name, says=line.says, uses=frozenset(line.uses), clauses=frozenset(line.clauses))
            for name, line in doc.red_lines.items()
        ),
        clauses=tuple(_clause(name, clause) for name, clause in doc.clauses.items()),
        approvals=tuple(
            (kind, ApprovalRule(roles=rule.roles, longest=rule.longest, requires=frozenset(rule.requires)))
            for kind, rule in doc.approvals.items()
        ),
    )


def _named(doc: PolicyDoc) -> Iterator[tuple[Path, Iterable[str], str, Iterable[str]]]:
    """Every place that names something: where, the names, what they should be, and what there is."""
    for name, line in doc.red_lines.items():
        yield ("red-lines", name, "uses"), line.uses, "a use of this policy", doc.uses
        yield ("red-lines", name, "clauses"), line.clauses, "a clause of this policy", doc.clauses
    for name, clause in doc.clauses.items():
        eligible = clause.eligible or EligibleDoc()
        levels = doc.models.values()
        yield ("clauses", name, "requires"), clause.requires, "a condition of this policy", doc.conditions
        yield ("clauses", name, "eligible", "models"), eligible.models, "a model of this policy", doc.models
        yield ("clauses", name, "eligible", "levels"), eligible.levels, "the level of a model of this policy", levels
    for kind, rule in doc.approvals.items():
        yield ("approvals", kind.value, "requires"), rule.requires, "a condition of this policy", doc.conditions


def _check_names(doc: PolicyDoc, findings: Findings) -> None:
    for path, names, expected, known in _named(doc):
        for index, name in enumerate(names):
            if name not in known:
                findings.note_unknown((*path, index), expected=expected, name=name, known=known, id_="Q004")


def _check_clauses(doc: PolicyDoc, findings: Findings) -> None:
    for name in doc.red_lines.keys() & doc.clauses.keys():
        hint = "Give the red line a name of its own and list the clause below it."
        at: Path = ("red-lines", name)
        findings.note("Q007", at, expected="a name that no clause has", got=repr(name), hint=hint, key=True)
    crossed = {clause for line in doc.red_lines.values() for clause in line.clauses}
    for name, clause in doc.clauses.items():
        at = ("clauses", name)
        if clause.exceptable and name in crossed:
            hint = "Take `exceptable:` out; a red line has no exceptions."
            findings.note("Q007", at, expected="no exceptions behind a red line", got="exceptable", hint=hint, key=True)
        if clause.exceptable != (clause.eligible is not None):
            lacks = "exceptable: true" if clause.eligible is not None else "eligible"
            hint = "State both: that there may be exceptions, and for which models and customers."
            findings.note("Q008", at, expected="exceptable and eligible together", got=f"no {lacks}", hint=hint)


def _clause(name: str, doc: PolicyClauseDoc) -> PolicyClause:
    eligible = doc.eligible or EligibleDoc()
    return PolicyClause(
        id=name,
        says=doc.says,
        exceptable=doc.exceptable,
        levels=frozenset(eligible.levels),
        models=frozenset(eligible.models),
        customers=frozenset(eligible.customers),
        requires=frozenset(doc.requires),
        bears_on=doc.bears_on,
        floor=_OUTCOMES[doc.floor],
    )
