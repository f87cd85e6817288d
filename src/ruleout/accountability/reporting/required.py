# SPDX-License-Identifier: Apache-2.0
"""What a kind of document requires beside each field's own words: answers, items, scope, approvals, known names (A-10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ruleout.accountability.reporting.draft import Draft, ItemDoc
from ruleout.accountability.reporting.fact import Fact, Known
from ruleout.accountability.reporting.kind import Kind, is_written
from ruleout.accountability.reporting.kind_document import FieldDoc, SectionDoc
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a field is held against: the draft, the law that asks for it, and where faults go."""

    draft: Draft
    law: str
    findings: Findings


def is_owed(field: FieldDoc, draft: Draft) -> bool:
    """Return whether a field belongs to the document. Pure. A question that nobody answered makes it so."""
    answers = draft.doc.answers
    is_asked = field.when is None or answers.get(field.when) != "no"
    return is_asked and (field.unless is None or answers.get(field.unless) != "yes")


def check_answers(draft: Draft, kind: Kind, known: Known, findings: Findings) -> None:
    """Note each question of the kind that is not answered, or against the record, and each answer to none of them."""
    for name, question in kind.doc.questions.items():
        if name not in draft.doc.answers:
            expected = f"an answer to {name!r}: {question.asks} ({question.section})"
            hint = f"Write `{name}: yes` or `{name}: no` under `answers:`."
            findings.note("R105", ("answers", name), expected=expected, got="none", hint=hint)
        shown = [
            fact
            for fact in (known.facts(question.shown_by) if question.shown_by else ())
            if all(fact.values.get(column) == value for column, value in question.shown_only.items())
        ]
        if shown and draft.doc.answers.get(name) == "no":
            hint = "Answer it with yes, and write what follows from it."
            expected = f"yes: {shown[0].entries[0]} shows it"
            findings.note("R110", ("answers", name), expected=expected, got="no", hint=hint)
    for name in draft.doc.answers:
        if name not in kind.doc.questions:
            asked = kind.doc.questions
            findings.note_unknown(
                ("answers", name), expected="a question of the kind", name=name, known=asked, id_="R109"
            )


def check_names(draft: Draft, kind: Kind, findings: Findings) -> None:
    """Note each section and field that the kind does not have, or does not leave to its authors."""
    doc = draft.doc
    if doc.kind != kind.id:
        hint = "Name the kind that the file is for."
        findings.note("R109", ("kind",), expected=kind.id, got=repr(doc.kind), hint=hint)
    for section, fields in doc.statements.items():
        _check_fields(("statements", section), section, fields, kind, draft, findings, items=False)
    for section, items in doc.items.items():
        for key, item in items.items():
            path: Path = ("items", section, key, "statements")
            _check_fields(path, section, item.statements, kind, draft, findings, items=True)


def _check_fields(
    path: Path, section: str, fields: Iterable[str], kind: Kind, draft: Draft, findings: Findings, *, items: bool
) -> None:
    one = kind.doc.sections.get(section)
    if one is None or (one.each is not None) != items:
        known = [name for name, each in kind.doc.sections.items() if (each.each is not None) == items]
        expected = "a section of the kind with items" if items else "a section of the kind without items"
        findings.note_unknown(path[:2], expected=expected, name=section, known=known, id_="R109")
        return
    for name in fields:
        field = one.fields_.get(name)
        if field is None or not is_written(field):
            known = [key for key, each in one.fields_.items() if is_written(each)]
            findings.note_unknown((*path, name), expected="a field to write", name=name, known=known, id_="R109")
        elif not is_owed(field, draft):
            asked, answer, other = (field.when, "yes", "no") if field.when else (field.unless, "no", "yes")
            hint = f"Answer {asked!r} with {answer}, or delete it."
            findings.note("R109", (*path, name), expected=f"{asked!r} answered {answer}", got=other, hint=hint)


def check_items(name: str, one: SectionDoc, items: Mapping[str, ItemDoc], known: Known, findings: Findings) -> None:
    """Note a section without items, and each fact of the record that belongs to none of them."""
    path: Path = ("items", name)
    owed = [
        field
        for field in one.fields_.values()
        if field.required == "always" and field.when is None and field.unless is None
    ]
    if owed and not items:
        expected = f"at least one {one.each} ({owed[0].section})"
        findings.note("R105", path, expected=expected, got="none", hint=f"Add it under `items:`, `{name}:`.")
    about = {word for item in items.values() for word in item.about}
    for fact in known.facts(one.covers) if one.covers else ():
        if about.isdisjoint(fact.about):
            expected = f"every fact of {one.covers} in a {one.each}"
            got = f"{', '.join(fact.about)} ({fact.entries[0]}) in none"
            hint = "Name it under `about:` of the item it belongs to: nothing of the record is left out."
            findings.note("R110", path, expected=expected, got=got, hint=hint)


def check_scope(draft: Draft, kind: Kind, known: Known, findings: Findings) -> None:
    """Note each model that must be covered and is not named, and a document about none where it must be about some."""
    if kind.doc.about_models and not draft.doc.models:
        hint = "Name each model that is covered under `models:`."
        findings.note("R105", ("models",), expected="at least one model", got="none", hint=hint)
    for fact in known.facts(kind.doc.scope) if kind.doc.scope else ():
        if set(draft.doc.models).isdisjoint(fact.about):
            got = f"{', '.join(fact.about)} ({fact.entries[0]}) left out"
            hint = "Add it under `models:` and cover it."
            findings.note("R110", ("models",), expected=f"every model of {kind.doc.scope}", got=got, hint=hint)


def check_models(field: FieldDoc, facts: Iterable[Fact], held: Held, path: Path) -> None:
    """Note each model that is covered and of which the field says nothing."""
    about = {name for fact in facts for name in fact.about}
    for model in held.draft.doc.models if field.every_model else ():
        if model not in about:
            expected = f"{field.title!r} of {model}, which {held.law} asks for ({field.section})"
            hint = f"{_to_record(field)}."
            held.findings.note("R105", path, expected=expected, got="nothing in the record", hint=hint)


def check_approvals(field: FieldDoc, facts: Iterable[Fact], held: Held, path: Path) -> None:
    """Note each role whose approval is asked for and not in the record."""
    given = {fact.values.get("role", "") for fact in facts}
    for role in field.approved_by:
        if role not in given:
            expected = f"the approval of {role}, which {held.law} asks for ({field.section})"
            hint = f"Have it signed: `ruleout report approve KIND --from FILE --role {role} --key KEY`."
            held.findings.note("R111", path, expected=expected, got="none over this text in the record", hint=hint)


def note_missing(field: FieldDoc, held: Held, path: Path) -> None:
    """Note that a required field holds nothing, with the law that asks for it and the section."""
    expected = f"{field.title!r}, which {held.law} asks for ({field.section})"
    if is_written(field):
        hint = f"Write it under `{path[-1]}:`, each sentence with its entries."
        held.findings.note("R105", path, expected=expected, got="nothing written", hint=hint)
    elif not field.approved_by and not field.every_model:  # whose approval, or which model, is missing is told by name
        hint = f"{_to_record(field)}, or correct `about:`."
        held.findings.note("R105", path, expected=expected, got="nothing in the record", hint=hint)


def _to_record(field: FieldDoc) -> str:
    """What puts into the record what a field tells: for a sheet its topic and the command, else the source's name."""
    if field.from_ == "sheets" and "topic" in field.only:
        return f"State `{field.only['topic']}:` on a sheet and record it with `ruleout report sheet FILE --key KEY`"
    selected = "".join(f", with {name} {value}" for name, value in field.only.items())
    return f"Record what {field.from_} is told from{selected}"
