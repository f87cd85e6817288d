# SPDX-License-Identifier: Apache-2.0
"""Kind, draft and record -> a document, or everything that keeps it from being published, all at once (A-7, A-10).

Invariants:
* a document is made only where nothing is missing: no sentence without an entry, no required field without content;
* facts of the record come from sources, whole: their authors cannot leave one out;
* what the record says of an entry at the instant (withdrawn, expired) counts, whatever a sentence says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from ruleout.accountability.reporting.draft import Draft, ItemDoc, Statements
from ruleout.accountability.reporting.fact import Fact, Known
from ruleout.accountability.reporting.kind import Kind, is_written
from ruleout.accountability.reporting.kind_document import FieldDoc, SectionDoc
from ruleout.accountability.reporting.publication import (
    FORMAT,
    Answer,
    EntryLink,
    Field,
    Part,
    Picture,
    Publication,
    Row,
    Section,
    Statement,
    Table,
    Text,
)
from ruleout.accountability.reporting.required import (
    Held,
    check_answers,
    check_approvals,
    check_items,
    check_models,
    check_names,
    check_scope,
    is_owed,
    note_missing,
)
from ruleout.accountability.reporting.statement import Settling, settle
from ruleout.accountability.reporting.timing import timing
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.errors import BadInput, Problem
from ruleout.model.decision import DISCLAIMER
from ruleout.model.plain import instant_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A document, or None with everything that is missing or wrong, in the draft's order."""

    publication: Publication | None
    problems: tuple[Problem, ...]


def build(draft: Draft, kind: Kind, known: Known) -> Built:
    """Return the document of a draft. Pure: the same draft, kind and record give the same value.

    Source: A-7, A-10.
    """
    findings = Findings(draft.document)
    builder = _Builder(
        draft=draft,
        kind=kind,
        held=Settling(known=known, names=_names(draft, kind, known), findings=findings),
    )
    publication = builder.publication()
    try:
        findings.raise_any()
    except BadInput as error:
        return Built(publication=None, problems=error.problems)
    return Built(publication=publication, problems=())


def _names(draft: Draft, kind: Kind, known: Known) -> frozenset[str]:
    """Names that hold digits and are no figures: of models, frameworks, and what facts are about."""
    doc = draft.doc
    sources = {field.from_ for one in kind.doc.sections.values() for field in one.fields_.values()}
    facts = (fact for name in sources for fact in known.facts(name))
    framework = doc.framework or ""
    names = {*doc.models, framework, framework.partition("@")[0], *(name for fact in facts for name in fact.about)}
    return frozenset(name.casefold() for name in names if name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Builder:
    draft: Draft
    kind: Kind
    held: Settling

    def publication(self) -> Publication:
        doc, kind, known = self.draft.doc, self.kind.doc, self.held.known
        check_names(self.draft, self.kind, self.held.findings)
        check_answers(self.draft, self.kind, known, self.held.findings)
        check_scope(self.draft, self.kind, known, self.held.findings)
        dated = timing(self.draft, self.kind, known, self.held.findings)
        sections = tuple(self._section(name, one) for name, one in kind.sections.items())
        trigger = kind.triggers.get(doc.trigger or "")
        return Publication(
            format=FORMAT,
            report=doc.report,
            kind=kind.publication,
            title=doc.title,
            developer=doc.developer,
            law=kind.law,
            regime=kind.regime,
            published=known.at.date().isoformat(),
            at=instant_text(known.at),
            covers=doc.covers.isoformat(),
            models=doc.models,
            framework=doc.framework or "",
            trigger="" if trigger is None else f"{trigger.says} ({trigger.section})",
            previous="" if known.previous is None else known.previous.entry,
            timing=dated,
            answers=tuple(
                Answer(id=name, asks=asked.asks, section=asked.section, says=doc.answers.get(name, ""))
                for name, asked in kind.questions.items()
            ),
            sections=sections,
            entries=tuple(links_of((dated, sections), known)),
            origin=known.origin,
            size=known.size,
            root=known.root,
            disclaimer=DISCLAIMER,
        )

    def _section(self, name: str, one: SectionDoc) -> Section:
        if one.each is None:
            written = self.draft.doc.statements.get(name, {})
            fields = self._fields(one, written, ("statements", name), None)
            parts: tuple[Part, ...] = (Part(id="", title="", fields=fields),)
        else:
            items = self.draft.doc.items.get(name, {})
            check_items(name, one, items, self.held.known, self.held.findings)
            parts = tuple(self._part(name, one, key, item) for key, item in items.items())
        return Section(id=name, title=one.title, each=one.each or "", parts=parts)

    def _part(self, section: str, one: SectionDoc, key: str, item: ItemDoc) -> Part:
        path: Path = ("items", section, key, "statements")
        return Part(id=key, title=item.title, fields=self._fields(one, item.statements, path, item))

    def _fields(
        self, one: SectionDoc, written: dict[str, Statements], path: Path, item: ItemDoc | None
    ) -> tuple[Field, ...]:
        return tuple(
            self._field(name, field, written.get(name, ()), (*path, name), item)
            for name, field in one.fields_.items()
            if name in written or (is_owed(field, self.draft) and not _is_blank(field))
        )

    def _field(self, name: str, field: FieldDoc, written: Statements, path: Path, item: ItemDoc | None) -> Field:
        statements = tuple(settle(doc, (*path, index), field.kinds, self.held) for index, doc in enumerate(written))
        facts = () if is_written(field) else self._facts(field, item)
        self._check(field, statements or facts, facts, path)
        if field.told is not None:
            statements = _told(facts, field.told, self.draft.doc.models)
        table = _table(facts, self._columns(field)) if facts and field.told is None else None
        return Field(
            id=name,
            title=field.title,
            asks=field.asks,
            section=field.section,
            source=self.kind.source(field.source),
            grade=field.grade,
            origin=field.from_,
            required=field.required == "always",
            statements=statements,
            table=table,
            picture=_picture(field) if table else None,
            nothing="" if statements or table else f"The record holds none up to {instant_text(self.held.known.at)}.",
        )

    def _facts(self, field: FieldDoc, item: ItemDoc | None) -> tuple[Fact, ...]:
        facts, only = self.held.known.facts(field.from_), field.only.items()
        # Of a hidden column nobody can say that it is another's: the row stays, as a hole.
        chosen = (f for f in facts if all(name in f.hidden or f.values.get(name) == value for name, value in only))
        kept = tuple(f for f in chosen if item is None or not set(item.about).isdisjoint(f.about))
        for fact in kept if field.must_stand else ():
            for entry in fact.entries:
                self._check_standing(entry, field)
        return kept

    def _check_standing(self, entry: str, field: FieldDoc) -> None:
        why = self.held.known.stale.get(entry)
        if why:
            expected = f"every entry behind {field.title!r} to count"
            hint = "Decide again on evidence that counts, and record it."
            self.held.findings.note("R106", ("report",), expected=expected, got=f"{entry}: {why}", hint=hint)

    def _check(self, field: FieldDoc, held: tuple[object, ...], facts: tuple[Fact, ...], path: Path) -> None:
        against = Held(draft=self.draft, law=self.kind.doc.law, findings=self.held.findings)
        if not held and field.required == "always" and is_owed(field, self.draft):
            note_missing(field, against, path)
        if is_owed(field, self.draft):
            check_models(field, facts, against, path)
        check_approvals(field, facts, against, path)

    def _columns(self, field: FieldDoc) -> Mapping[str, str]:
        columns = self.held.known.columns(field.from_)
        return {name: title for name, title in columns.items() if name not in field.only}


def _is_blank(field: FieldDoc) -> bool:
    """Whether a field that nobody wrote may be left away; what the record fills is shown, even where it holds nothing."""
    return is_written(field) and field.required == "optional"


def _told(facts: tuple[Fact, ...], column: str, models: tuple[str, ...]) -> tuple[Statement, ...]:
    """Each fact as a paragraph, with the model it is about where the document covers several."""

    def says(fact: Fact) -> Text:
        about, told = [name for name in fact.about if name in models], fact.cell(column)
        return f"{about[0]}: {told}" if len(models) > 1 and about and isinstance(told, str) else told

    return tuple(Statement(says=says(fact), entries=fact.entries) for fact in facts)


def _table(facts: tuple[Fact, ...], columns: Mapping[str, str]) -> Table:
    rows = tuple(Row(cells=tuple(f.cell(name) for name in columns), entries=f.entries) for f in facts)
    return Table(names=tuple(columns), columns=tuple(columns.values()), rows=rows)


def _picture(field: FieldDoc) -> Picture | None:
    drawn = field.picture
    if drawn is None:
        return None
    return Picture(label=drawn.label, low=drawn.low, value=drawn.value, high=drawn.high, lines=drawn.lines)


def links_of(value: object, known: Known) -> Iterator[EntryLink]:
    """Yield every entry that is named anywhere in a part of a document, once, in the log's order. Pure."""
    found = [link for entry in set(_named_in(value)) if (link := known.linked(entry)) is not None]
    for link in sorted(found, key=lambda one: one.index):
        yield EntryLink(index=link.index, id=link.id, kind=link.kind, ts=link.ts, leaf=link.leaf)


def _named_in(value: object) -> Iterator[str]:
    """The entries behind every sentence and row of a part of a document."""
    if isinstance(value, Statement | Row):
        yield from (one for one in value.entries if isinstance(one, str)) if isinstance(value.entries, tuple) else ()
    elif isinstance(value, tuple):
        yield from (name for one in value for name in _named_in(one))
    elif is_dataclass(value):
        yield from (name for field in fields(value) for name in _named_in(getattr(value, field.name)))
