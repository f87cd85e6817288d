# SPDX-License-Identifier: Apache-2.0
"""A kind of document as values, and its file read: names resolved, every problem at once (A-10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ruleout.accountability.reporting.kind_document import WRITTEN, FieldDoc, KindDoc, SectionDoc
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml

#: Words after `ruleout report` that are verbs: a kind of such a name could never be asked for.
RESERVED = frozenset({"approve", "build", "kinds", "list", "sheet", "show"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of document: its file's shape, whose names have been resolved. `sources` are titles by id."""

    doc: KindDoc
    sources: Mapping[str, str]

    @property
    def id(self) -> str:
        """The kind's own name."""
        return self.doc.publication

    def source(self, name: str) -> str:
        """The title of one of the kind's sources."""
        return self.sources[name]


def is_written(field: FieldDoc) -> bool:
    """Return whether a field's words are its authors' and not the record's. Pure."""
    return field.from_ == WRITTEN


def parse_kind(data: bytes, *, file: str, known_sources: Mapping[str, Collection[str]] | None = None) -> Kind:
    """Return the kind of document of a file. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.
        known_sources: columns of each source of the record, by its name; None leaves them unchecked.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: A-10.
    """
    document = read_yaml(data, file=file)
    doc = validate(KindDoc, document)
    findings = Findings(document)
    if doc.publication in RESERVED:
        hint = "Give the kind, and its file, another name."
        findings.note(
            "R112",
            ("publication",),
            expected="a name that is no verb of `ruleout report`",
            got=doc.publication,
            hint=hint,
        )
    known = None if known_sources is None else {WRITTEN, *known_sources}
    for path, name in _record_sources(doc):
        if known is not None and name not in known:
            findings.note_unknown(path, expected="a source of the record", name=name, known=known, id_="R112")
    for path, name, columns in _columns(doc, known_sources or {}):
        findings.note_unknown(path, expected="a column of the source", name=name, known=columns, id_="R112")
    for path, name in _provisions(doc):
        if name not in doc.sources:
            findings.note_unknown(path, expected="a source of the file", name=name, known=doc.sources, id_="R112")
    for section, one in doc.sections.items():
        _check_section(section, one, doc, findings)
    findings.raise_any()
    return Kind(doc=doc, sources={name: _title(doc, name) for name in doc.sources})


def _title(doc: KindDoc, name: str) -> str:
    source = doc.sources[name]
    return f"{source.title}, {source.section}" if source.section else source.title


def _record_sources(doc: KindDoc) -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = [(("scope",), doc.scope)] if doc.scope else []
    found += [
        (("questions", name, "shown-by"), asked.shown_by) for name, asked in doc.questions.items() if asked.shown_by
    ]
    for section, one in doc.sections.items():
        if one.covers:
            found.append((("sections", section, "covers"), one.covers))
        found += [(("sections", section, "fields", name, "from"), field.from_) for name, field in one.fields_.items()]
    return found


def _columns(doc: KindDoc, sources: Mapping[str, Collection[str]]) -> list[tuple[Path, str, Collection[str]]]:
    """The names of columns that their sources do not have: nothing would ever be chosen by them."""
    found: list[tuple[Path, str, Collection[str]]] = []
    for name, asked in doc.questions.items():
        columns = sources.get(asked.shown_by or "")
        found += [(("questions", name, "shown-only", key), key, columns) for key in asked.shown_only if columns]
    for section, one in doc.sections.items():
        for name, field in one.fields_.items():
            at: Path = ("sections", section, "fields", name)
            columns = sources.get(field.from_)
            drawn = field.picture
            named = [("told", field.told)] if field.told else []
            named += [("only", key) for key in field.only]
            if drawn is not None:
                named += [("picture", key) for key in (drawn.label, drawn.low, drawn.value, drawn.high, *drawn.lines)]
            found += [((*at, word), key, columns) for word, key in named if columns]
    return [(path, name, columns) for path, name, columns in found if name not in columns]


def _provisions(doc: KindDoc) -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []
    for name, rule in (("coverage", doc.coverage), ("cadence", doc.cadence)):
        found += [((name, "source"), rule.source)] if rule is not None else []
    for group, rules in (("triggers", doc.triggers), ("questions", doc.questions)):
        found += [((group, name, "source"), rule.source) for name, rule in rules.items()]
    for section, one in doc.sections.items():
        found += [
            (("sections", section, "fields", name, "source"), field.source) for name, field in one.fields_.items()
        ]
    return found


def _check_section(section: str, one: SectionDoc, doc: KindDoc, findings: Findings) -> None:
    at: Path = ("sections", section)
    if one.covers and not one.each:
        hint = "Add `each:` with what an item is, or delete `covers:`."
        findings.note("R112", (*at, "covers"), expected="a section of items", got="one without `each:`", hint=hint)
    for name, field in one.fields_.items():
        here: Path = (*at, "fields", name)
        for word, asked in (("when", field.when), ("unless", field.unless)):
            if asked is not None and asked not in doc.questions:
                expected = "a question of the file"
                findings.note_unknown((*here, word), expected=expected, name=asked, known=doc.questions, id_="R112")
        for word, expected in _misplaced(field):
            findings.note("R112", (*here, word), expected=expected, got=field.from_, hint="Delete it.")


def _misplaced(field: FieldDoc) -> list[tuple[str, str]]:
    """What a field has that fits only words of its authors, or only facts of the record."""
    if not is_written(field):
        return [("kinds", "a written field")] if field.kinds else []
    has = (
        ("picture", field.picture),
        ("approved-by", field.approved_by),
        ("must-stand", field.must_stand),
        ("only", field.only),
        ("told", field.told),
        ("every-model", field.every_model),
    )
    return [(name, "a field from the record") for name, value in has if value]
