# SPDX-License-Identifier: Apache-2.0
"""The names of one framework: what each id refers to, and ids that stand twice.

All clauses of a framework share one namespace: a clause is cited by its id alone. Roles and indicators have their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.framework.framework_document import FrameworkDoc
from ruleout.model.formula import Kind
from ruleout.model.framework import Standing

_SECTIONS = (
    "thresholds", "safeguards", "arguments", "questions", "peer-questions",
    "peer-clauses", "red-lines", "duties", "recommendations", "judgement-required", "left-out",
)  # fmt: skip
_ASKED = {
    "thresholds": Kind.THRESHOLD,
    "safeguards": Kind.SAFEGUARD,
    "arguments": Kind.ARGUMENT,
    "questions": Kind.QUESTION,
    "peer-questions": Kind.PEER,
}


@dataclass(frozen=True, slots=True)
class Names:
    """What a formula may name.

    Attributes:
        asked: kind of each question a condition may ask.
        watched: thresholds that are only watched and may stand in no condition.
        with_interim: safeguards that define interim measures.
        roles: ids of the roles.
        indicators: for each indicator, the threshold or safeguard it bears on.
        other: ids of clauses that are no questions, and the section of each.
    """

    asked: dict[str, Kind]
    watched: frozenset[str]
    with_interim: frozenset[str]
    roles: frozenset[str]
    indicators: dict[str, str]
    other: dict[str, str]


def collect_names(doc: FrameworkDoc, findings: Findings) -> Names:
    """Return the framework's names; an id that stands twice is noted where it stands again. Pure but for findings."""
    first: dict[str, tuple[str, Path]] = {}
    for name, section, path in _clauses(doc):
        if name in first:
            before, place = first[name]
            findings.note(
                "F001",
                path,
                expected="an id of its own",
                got=f"{name!r}, which is also in {before} on line {findings.line_of(place)}",
                hint="Rename one of the two.",
                key=True,
            )
        else:
            first[name] = (section, path)
    return Names(
        asked={name: _ASKED[section] for name, (section, _) in first.items() if section in _ASKED},
        watched=frozenset(name for name, t in doc.thresholds.items() if t.standing is Standing.WATCH),
        with_interim=frozenset(name for name, s in doc.safeguards.items() if s.interim is not None),
        roles=frozenset(doc.roles),
        indicators={name: indicator.threshold for name, indicator in doc.indicators.items()},
        other={name: section for name, (section, _) in first.items() if section not in _ASKED},
    )


def _clauses(doc: FrameworkDoc) -> Iterator[tuple[str, str, Path]]:
    """Every clause's id, section and path. Rules come last, so that theirs is the one to rename."""
    for section in _SECTIONS:
        for name in getattr(doc, section.replace("-", "_")):
            yield name, section, (section, name)
    if doc.changes is not None:
        yield doc.changes.id, "changes", ("changes", "id")
    for activity, rules in doc.gates.items():
        for index, rule in enumerate(rules):
            yield rule.id, "gates", ("gates", activity.value, index, "id")
