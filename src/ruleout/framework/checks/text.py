# SPDX-License-Identifier: Apache-2.0
"""Lint rules about how a framework file tells its document: anchors, roles, duties, names, dates."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.framework.checks.finding import At, Check, Severity, Subject
from ruleout.framework.checks.subjects import FrameworkText
from ruleout.model.formula import atoms_of
from ruleout.model.framework import ChangeProcedure

_MOST_NAMED = 6


def unanchored(text: FrameworkText) -> Iterator[At]:
    """Clauses that cannot be found in the original by machine. One finding for the file."""
    every = [clause for path, clause in text.clauses() if not _inherits(path, clause.section)]
    missing = [clause.id for clause in every if clause.anchor is None]
    if missing:
        yield At((), f"{len(missing)} of {len(every)} clauses have no anchor: {_some(missing)}")


def role_unused(text: FrameworkText) -> Iterator[At]:
    """A role that decides, approves, hears and owes nothing, and has no part in changes (D-11, D-15)."""
    f = text.framework
    used = {atom.name for quorum in text.quorums() for atom, _ in atoms_of(quorum)}
    used |= {role for s in f.safeguards if s.interim is not None for role in s.interim.notify}
    used |= {role for duty in f.duties for role in duty.by}
    used |= _changing(f.changes)
    for role, _ in f.roles:
        if role not in used:
            yield At(("roles", role), f"{role} has nothing to do in this framework")


def _changing(changes: ChangeProcedure | None) -> set[str]:
    """The roles that propose, approve, hear of or are asked about a change of the framework."""
    if changes is None:
        return set()
    formulas = [formula for formula in (changes.propose, changes.approve) if formula is not None]
    return {*changes.consult, *changes.notify, *(atom.name for formula in formulas for atom, _ in atoms_of(formula))}


def duty_unowed(text: FrameworkText) -> Iterator[At]:
    """Duties of which nobody is named who owes them. One finding for the file (A-3)."""
    missing = [duty.clause.id for duty in text.framework.duties if not duty.by]
    if missing:
        total = len(text.framework.duties)
        yield At(("duties",), f"{len(missing)} of {total} duties name nobody who owes them: {_some(missing)}")


def duty_unclocked(text: FrameworkText) -> Iterator[At]:
    """A term that runs from nothing: neither an activity nor an event starts it (A-3)."""
    costs = {name for peer in text.framework.peer_clauses for name in peer.duties}
    for duty in text.framework.duties:
        starts = duty.on or duty.event or duty.clause.id in costs
        if duty.within is not None and not starts:
            yield At(("duties", duty.clause.id, "within"), f"nothing starts the {duty.within} of {duty.clause.id}")


def question_unasked(text: FrameworkText) -> Iterator[At]:
    """A question, standard or argument that nothing asks for (D-7)."""
    f = text.framework
    asked = {atom.name for formula in text.formulas() for atom, _ in atoms_of(formula)}
    sections = (
        ("safeguards", f.safeguards), ("arguments", f.arguments),
        ("questions", f.questions), ("peer-questions", f.peer_questions),
    )  # fmt: skip
    for section, parts in sections:
        for part in parts:
            if part.clause.id not in asked:
                yield At((section, part.clause.id), f"nothing asks for {part.clause.id}")


def told_twice(text: FrameworkText) -> Iterator[At]:
    """Two clauses told in the same words: one of them says too little of what it is."""
    first: dict[str, str] = {}
    for path, clause in text.clauses():
        if "/" in clause.id:
            continue
        if clause.says in first:
            yield At(path, f"{clause.id} says word for word what {first[clause.says]} says")
        first.setdefault(clause.says, clause.id)


def published_late(text: FrameworkText) -> Iterator[At]:
    """A version in force before its document was published."""
    f = text.framework
    if f.document.published is not None and f.effective < f.document.published:
        yield At(("effective",), f"in force on {f.effective}, published on {f.document.published}")


def supersedes_itself(text: FrameworkText) -> Iterator[At]:
    """A version that replaces itself."""
    if text.framework.supersedes == text.framework.id.version:
        yield At(("supersedes",), f"version {text.framework.supersedes} cannot supersede itself")


def changelog_unknown(text: FrameworkText) -> Iterator[At]:
    """A change announced of a clause that the file does not have."""
    known = {clause.id for _, clause in text.clauses()}
    for index, change in enumerate(text.framework.changelog):
        if change.kind != "removed" and change.clause not in known:
            yield At(("changelog", index, "clause"), f"the file has no clause {change.clause!r}")


def goal_without_rank(text: FrameworkText) -> Iterator[At]:
    """A recommendation told with the force of a commitment (A-1)."""
    for part in text.framework.recommendations:
        if part.clause.force.gates:
            says = f"{part.clause.id} is a recommendation told as {part.clause.force.value}"
            yield At(("recommendations", part.clause.id), says)


def _inherits(path: tuple[str | int, ...], section: str) -> bool:
    """Whether a burden of proof only repeats, without a section of its own, what another threshold's says."""
    return path[-1] == "when-unknown" and not section


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else shown


_F, _W, _E = Subject.FRAMEWORK, Severity.WARNING, Severity.ERROR

CHECKS = (
    Check(
        id="L040", subject=_F, severity=_W, look=unanchored,
        title="clauses without an anchor",
        hint="Add anchor: the SHA-256 of the source's own sentence (docs/guide/anchors.md).",
    ),
    Check(
        id="L041", subject=_F, severity=_W, look=role_unused,
        title="a role that is never used",
        hint="Name it where the text does, or delete it.",
    ),
    Check(
        id="L042", subject=_F, severity=_W, look=duty_unowed,
        title="duties that nobody owes",
        hint="Add by: where the text names who owes it; without it the developer as a whole does.",
    ),
    Check(
        id="L043", subject=_F, severity=_W, look=duty_unclocked,
        title="a term that nothing starts",
        hint="Add event: or on: from which the term runs.",
    ),
    Check(
        id="L044", subject=_F, severity=_W, look=question_unasked,
        title="something that nothing asks for",
        hint="Ask for it in a rule, duty or clause, or move it to judgement-required.",
    ),
    Check(
        id="L045", subject=_F, severity=_W, look=told_twice,
        title="two clauses in the same words",
        hint="Say what tells them apart.",
    ),
    Check(
        id="L046", subject=_F, severity=_W, look=published_late,
        title="in force before it was published",
        hint="Correct the dates, or keep them: it is a finding about the document.",
    ),
    Check(
        id="L047", subject=_F, severity=_E, look=supersedes_itself,
        title="a version that supersedes itself",
        hint="Name the version before.",
    ),
    Check(
        id="L048", subject=_F, severity=_W, look=changelog_unknown,
        title="an announced change of a clause that is not there",
        hint="Use the clause's id, or kind: removed.",
    ),
    Check(
        id="L049", subject=_F, severity=_W, look=goal_without_rank,
        title="a recommendation told with the force of a commitment",
        hint="Write force: recommendation.",
    ),
)  # fmt: skip
