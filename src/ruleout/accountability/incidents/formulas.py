# SPDX-License-Identifier: Apache-2.0
"""Formulas over facts: reading them from a file, and telling which facts decide their verdict (A-4, D-1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ruleout.documents.findings import Findings
from ruleout.documents.formula_document import AllOfDoc, AnyOfDoc, AtLeastDoc, FormulaDoc, NotDoc
from ruleout.documents.places import Path
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Kind, Not, Quorum, Ref, evaluate
from ruleout.model.verdict import Verdict

Answer = Callable[[Atom], Verdict]


class Formulas:
    """Resolves formulas over facts and over formulas named above; problems go to `findings`."""

    def __init__(self, facts: Mapping[str, object], above: Mapping[str, Formula], findings: Findings) -> None:
        self._facts = facts
        self._above = above
        self._findings = findings

    def resolve(self, doc: FormulaDoc, path: Path) -> Formula:
        """Return the formula; where a part has no meaning here, a problem is noted and a stand-in returned."""
        match doc:
            case str():
                return self._named(doc, path)
            case AllOfDoc():
                return AllOf(self._parts(doc.all_of, (*path, "all-of")))
            case AnyOfDoc():
                return AnyOf(self._parts(doc.any_of, (*path, "any-of")))
            case NotDoc():
                return Not(self.resolve(doc.not_, (*path, "not")))
            case AtLeastDoc():
                parts = self._parts(doc.at_least.of, (*path, "at-least", "of"))
                return AtLeast(min(doc.at_least.count, len(parts)), parts)
            case _:
                hint = "A class is a formula over facts: names, all-of, any-of, at-least, not."
                self._findings.note("I005", path, expected="a formula over facts", got="an act", hint=hint)
                return Ref(Atom(Kind.QUESTION, "none"))

    def _named(self, name: str, path: Path) -> Formula:
        if name in self._above:
            return self._above[name]
        if name not in self._facts:
            known = [*self._facts, *self._above]
            self._findings.note_unknown(path, expected="a fact, or a class above", name=name, known=known, id_="I004")
        return Ref(Atom(Kind.QUESTION, name))

    def _parts(self, docs: tuple[FormulaDoc, ...], path: Path) -> tuple[Formula, ...]:
        return tuple(self.resolve(doc, (*path, index)) for index, doc in enumerate(docs))


def deciding(formula: Formula, answer: Answer) -> Iterator[Atom]:
    """Yield the atoms whose answers give the formula its verdict, in its order; an atom may come twice.

    Pure. Where it is UNKNOWN, these are the facts to find out; where it is YES or NO, other facts do not matter.
    """
    match formula:
        case Ref(atom):
            yield atom
        case Quorum():
            yield formula.atom
        case Not(part):
            yield from deciding(part, answer)
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            verdict = evaluate(formula, answer)
            all_count = verdict is (Verdict.YES if isinstance(formula, AllOf) else Verdict.NO)
            for part in parts:
                if all_count or evaluate(part, answer) is verdict:
                    yield from deciding(part, answer)
