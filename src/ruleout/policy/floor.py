# SPDX-License-Identifier: Apache-2.0
"""The floor: a framework's red lines and what shows them at run time -> forbids in Cedar, and tests of them (G-2).

A red line is crossed unless what it prohibits is known to be absent (D-10). So here: a question with signs is answered
yes or no by what the call carries, one without signs is not known, and the line is hit unless the whole is known to be
NO. No sign may lift a line: a question under a negation has none, so whatever a call carries besides, it is hit no less.
The rules are made from the formula; the tests ask the formula itself, by Kleene's rules, so each checks the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.formula import Atom, Formula, atoms_of, evaluate
from ruleout.model.framework import Framework, RedLine
from ruleout.model.verdict import Verdict
from ruleout.policy.floor_document import FloorDoc, LineDoc, SignsDoc


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A red line at run time: its signs by question; none where nothing shows it, and then why."""

    id: str
    prohibits: Formula
    signs: Mapping[str, SignsDoc]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A floor under one version of a framework: every red line of it, enforced or listed."""

    name: str
    version: int
    framework: str
    framework_digest: str
    lines: tuple[Line, ...]

    @property
    def enforced(self) -> tuple[Line, ...]:
        """The lines that calls can show."""
        return tuple(line for line in self.lines if line.signs)

    @property
    def listed(self) -> tuple[Line, ...]:
        """The lines that nothing at run time can show."""
        return tuple(line for line in self.lines if not line.signs)


def parse_floor(data: bytes, framework: Framework, *, file: str) -> Floor:
    """Return the floor that a file makes of a framework's red lines. Pure.

    Raises:
        BadInput: the file is refused; holds its problems in file order.

    Source: G-2; ADR 0028.
    """
    document = read_yaml(data, file=file)
    doc = validate(FloorDoc, document)
    findings = Findings(document)
    _check_framework(doc, framework, findings)
    lines = tuple(_line(line, doc, findings) for line in framework.red_lines)
    known = [line.clause.id for line in framework.red_lines]
    for name in doc.red_lines:
        if name not in known:
            at = ("red-lines", name)
            findings.note_unknown(at, expected="a red line of the framework", name=name, known=known, id_="B002")
    findings.raise_any()
    label = f"{doc.framework}@{doc.framework_version}"
    return Floor(name=doc.floor, version=doc.version, framework=label, framework_digest=framework.digest, lines=lines)


def _check_framework(doc: FloorDoc, framework: Framework, findings: Findings) -> None:
    for field, got, wanted in (
        ("framework", doc.framework, framework.id.name), ("framework-version", doc.framework_version, framework.id.version),
    ):  # fmt: skip
        if got != wanted:
            findings.note(
                "B002", (field,), expected=repr(wanted), got=repr(got), hint="Name the framework it is under."
            )


def _line(line: RedLine, doc: FloorDoc, findings: Findings) -> Line:
    name = line.clause.id
    given = doc.red_lines.get(name, LineDoc())
    at = ("red-lines", name)
    if name not in doc.red_lines:
        hint = "Say what shows it, or why nothing at run time does: `not-shown:`."
        findings.note("B001", ("red-lines",), expected=f"the red line {name!r}", got="nothing", hint=hint)
    elif (given.shown_by is None) == (given.not_shown is None):
        got = "neither" if given.shown_by is None else "both"
        findings.note("B004", at, expected="one of shown-by and not-shown", got=got, hint="Keep one of them.")
    signs = given.shown_by or {}
    made = Line(id=name, prohibits=line.prohibits, signs=signs, reason=given.not_shown or "")
    asked = {str(atom) for atom, _ in atoms_of(line.prohibits)}
    for question, shown in signs.items():
        where = (*at, "shown-by", question)
        if question not in asked:
            findings.note_unknown(where, expected="a question of this line", name=question, known=asked, id_="B002")
        if any(str(atom) == question and not positive for atom, positive in atoms_of(line.prohibits)):
            hint = "Leave it out: a call must not be able to lift a red line by what it carries."
            findings.note(
                "B008", where, expected="a question that makes the line hit", got="one that lifts it", hint=hint
            )
        if not tuple(signs_of(shown)):
            findings.note("B005", where, expected="a sign", got="none", hint="Name a use, capability, tool or another.")
    if signs and all(is_hit(made, dict(zip(signs, said, strict=True))) for said in _answers(len(signs))):
        hint = "Give signs to its other questions, or list it under not-shown: the decision itself stops there."
        findings.note("B003", at, expected="calls that do not cross it", got="a line that every call hits", hint=hint)
    return made


def _answers(count: int) -> Iterator[tuple[bool, ...]]:
    return product((False, True), repeat=count)


def is_hit(line: Line, shown: Mapping[str, bool]) -> bool:
    """Say whether a line is hit where these questions are answered and the others are not known. Pure. Source: D-10."""

    def answer(atom: Atom) -> Verdict:
        if str(atom) not in shown:
            return Verdict.UNKNOWN
        return Verdict.YES if shown[str(atom)] else Verdict.NO

    return evaluate(line.prohibits, answer) is not Verdict.NO


def signs_of(doc: SignsDoc) -> Iterator[tuple[str, str]]:
    """Yield each sign as the field of a plain call that carries it, and its value. Pure."""
    for field, names in (
        ("uses", doc.uses), ("capabilities", doc.capabilities), ("tools", doc.tools), ("tenant", doc.tenants),
        ("activity", doc.activities),
    ):  # fmt: skip
        yield from ((field, name) for name in names)
