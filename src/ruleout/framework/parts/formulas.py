# SPDX-License-Identifier: Apache-2.0
"""Formulas of a file -> formulas of the model, each name resolved to the one question it asks.

What a name may be depends on where the formula stands: a condition asks about thresholds, safeguards, arguments,
questions and approvals; a quorum names roles; prongs and indicators combine the parts of one threshold. A name that
cannot be resolved is noted and a stand-in returned, so that building goes on; the file is refused in the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ruleout.documents.findings import Findings
from ruleout.documents.formula_document import (
    AllOfDoc,
    AnyOfDoc,
    ApprovedDoc,
    AtLeastDoc,
    CountDoc,
    FormulaDoc,
    InterimDoc,
    NotDoc,
    NotifiedDoc,
)
from ruleout.documents.places import Path
from ruleout.framework.parts.names import Names
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Kind, Not, Quorum, Ref, atoms_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where a formula stands and what it may hold.

    Attributes:
        place: how a problem calls it, such as "a condition".
        names: the names it may hold, and their kinds.
        misplaced: names that exist but have no place here, and what to say of them: (id, expected, hint).
        negation: whether `not` may stand here.
        acts: whether `interim`, `approved` and `notified-before` may.
        negated: whether the formula stands under a `not`.
    """

    place: str
    names: Mapping[str, Kind]
    misplaced: Mapping[str, tuple[str, str, str]]
    negation: bool = False
    acts: bool = False
    negated: bool = False


class Resolver:
    """Resolves the formulas of one framework; problems go to `findings`."""

    def __init__(self, names: Names, findings: Findings) -> None:
        self.names = names
        self.findings = findings
        self._roles = Scope(place="a quorum", names=dict.fromkeys(names.roles, Kind.ROLE), misplaced={})
        self._conditions = {peers: _condition_scope(names, peers=peers) for peers in (True, False)}

    def condition(self, doc: FormulaDoc, path: Path, *, peers: bool = False) -> Formula:
        """Return a condition or requirement; `peers` says whether it may ask about other developers (D-9)."""
        return self._resolve(doc, path, self._conditions[peers])

    def prohibited(self, doc: FormulaDoc, path: Path) -> Formula:
        """Return what a red line prohibits: questions only, so that no act can lift it (D-10)."""
        formula = self.condition(doc, path)
        acts = sorted(
            {a for a, _ in atoms_of(formula) if a.kind in (Kind.APPROVED, Kind.NOTIFIED_BEFORE, Kind.INTERIM)}
        )
        if acts:
            hint = "Say what is prohibited by questions alone."
            self.findings.note(
                "F030", path, expected="no approval, notice or interim", got=repr(str(acts[0])), hint=hint
            )
        return formula

    def quorum(self, doc: FormulaDoc, path: Path) -> Formula:
        """Return a formula over roles (D-11)."""
        return self._resolve(doc, path, self._roles)

    def prongs(self, doc: FormulaDoc, path: Path, *, prongs: list[str]) -> Formula:
        """Return how a threshold's own prongs combine (D-4)."""
        return self._resolve(doc, path, Scope(place="met-by", names=dict.fromkeys(prongs, Kind.PRONG), misplaced={}))

    def indicators(self, doc: FormulaDoc, path: Path, *, about: str) -> Formula:
        """Return a formula over the indicators that bear on `about`, a threshold or safeguard (D-4, D-6)."""
        own = {name: Kind.INDICATOR for name, bears_on in self.names.indicators.items() if bears_on == about}
        others = {
            name: ("F003", f"an indicator of {about}", f"Give {about} an indicator of its own.")
            for name in self.names.indicators
            if name not in own
        }
        return self._resolve(doc, path, Scope(place="a formula of indicators", names=own, misplaced=others))

    def roles(self, names: tuple[str, ...], path: Path) -> tuple[str, ...]:
        """Return a list of roles, each of which the framework defines."""
        for index, name in enumerate(names):
            if name not in self.names.roles:
                self.findings.note_unknown((*path, index), expected="a role", name=name, known=self.names.roles)
        return names

    def _resolve(self, doc: FormulaDoc, path: Path, scope: Scope) -> Formula:
        match doc:
            case str():
                return self._name(doc, path, scope)
            case AllOfDoc():
                return AllOf(self._parts(doc.all_of, (*path, "all-of"), scope))
            case AnyOfDoc():
                return AnyOf(self._parts(doc.any_of, (*path, "any-of"), scope))
            case AtLeastDoc():
                return self._at_least(doc.at_least, (*path, "at-least"), scope)
            case NotDoc():
                return self._negation(doc, (*path, "not"), scope)
            case InterimDoc():
                return self._interim(doc.interim, (*path, "interim"), scope)
            case ApprovedDoc():
                return self._act(Kind.APPROVED, doc.approved, (*path, "approved"), scope)
            case NotifiedDoc():
                return self._act(Kind.NOTIFIED_BEFORE, doc.notified_before, (*path, "notified-before"), scope)

    def _parts(self, docs: tuple[FormulaDoc, ...], path: Path, scope: Scope) -> tuple[Formula, ...]:
        return tuple(self._resolve(doc, (*path, index), scope) for index, doc in enumerate(docs))

    def _name(self, name: str, path: Path, scope: Scope) -> Formula:
        kind = scope.names.get(name)
        if kind is None:
            self._note_stranger(name, path, scope)
        elif kind is Kind.PEER and scope.negated:
            self.findings.note(
                "F029",
                path,
                expected="a peer question outside `not`",
                got=repr(name),
                hint="Word the question the other way round: only what is established counts.",
            )
        return Ref(Atom(kind or Kind.QUESTION, name))

    def _note_stranger(self, name: str, path: Path, scope: Scope) -> None:
        if name in scope.misplaced:
            id_, expected, hint = scope.misplaced[name]
            self.findings.note(id_, path, expected=expected, got=repr(name), hint=hint)
        else:
            expected = f"a name that the framework defines for {scope.place}"
            self.findings.note_unknown(path, expected=expected, name=name, known=scope.names)

    def _at_least(self, doc: CountDoc, path: Path, scope: Scope) -> Formula:
        parts = self._parts(doc.of, (*path, "of"), scope)
        if doc.count > len(parts):
            self.findings.note(
                "F005",
                (*path, "count"),
                expected=f"at most {len(parts)}, the number of parts",
                got=str(doc.count),
                hint="Lower the count or add parts.",
            )
        self._note_repeated(parts, (*path, "of"))
        return AtLeast(min(doc.count, len(parts)), parts)

    def _note_repeated(self, parts: tuple[Formula, ...], path: Path) -> None:
        """Counting is the one combination in which duplicates matter (D-1)."""
        seen: set[Atom] = set()
        for index, part in enumerate(parts):
            atoms = {atom for atom, _ in atoms_of(part)}
            for atom in sorted(atoms & seen):
                self.findings.note(
                    "F006",
                    (*path, index),
                    expected="each name once in an at-least",
                    got=f"{str(atom)!r} again",
                    hint="Name it once, or write the rule with all-of and any-of.",
                )
            seen |= atoms

    def _negation(self, doc: NotDoc, path: Path, scope: Scope) -> Formula:
        if not scope.negation:
            self._note_operator("not", path, scope)
        return Not(self._resolve(doc.not_, path, replace(scope, negated=True)))

    def _interim(self, name: str, path: Path, scope: Scope) -> Formula:
        if not scope.acts:
            self._note_operator("interim", path, scope)
        elif name not in self.names.with_interim:
            expected = "a safeguard with interim measures"
            self.findings.note_unknown(path, expected=expected, name=name, known=self.names.with_interim)
        return Ref(Atom(Kind.INTERIM, name))

    def _act(self, kind: Kind, doc: FormulaDoc, path: Path, scope: Scope) -> Formula:
        if not scope.acts:
            self._note_operator(kind.value, path, scope)
        return Quorum(kind, self.quorum(doc, path))

    def _note_operator(self, word: str, path: Path, scope: Scope) -> None:
        allowed = "names, all-of, any-of or at-least"
        hint = f"Write {scope.place} without `{word}`."
        self.findings.note("F004", path, expected=allowed, got=f"`{word}`", hint=hint, key=True)


def _condition_scope(names: Names, *, peers: bool) -> Scope:
    misplaced = {
        name: ("F003", "a question of the framework", f"Put {name} under approved or notified-before.")
        for name in names.roles
    }
    misplaced |= {
        name: (
            "F003",
            "a threshold, safeguard, argument or question",
            f"{name} is one of the {section}; ask a question.",
        )
        for name, section in names.other.items()
    }
    misplaced |= dict.fromkeys(
        names.watched,
        ("F010", "a threshold or checkpoint", "Drop it from the formula, or let it stand as a threshold."),
    )
    if not peers:
        hint = "Link the rule to its peer clause with `peer-clause:`, or ask in a peer clause's `when`."
        misplaced |= {
            name: ("F019", "a question that is not about other developers", hint)
            for name, kind in names.asked.items()
            if kind is Kind.PEER
        }
    allowed = {
        name: kind
        for name, kind in names.asked.items()
        if name not in names.watched and (peers or kind is not Kind.PEER)
    }
    return Scope(place="a condition", names=allowed, misplaced=misplaced, negation=True, acts=True)
