# SPDX-License-Identifier: Apache-2.0
"""The report under review as the record has it: the copy of its entry that a reviewer gets, beside what the public gets (A-9).

A piece that is reviewed as one is a section of the report, or one item of a section that has items (one threat model): so
that each can go to whoever knows about it. A reviewer who is not assigned a piece gets nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ruleout.accountability.reporting.publication import Field, Hole, Part, Publication, Section, Text
from ruleout.accountability.reporting.twin import twin_of
from ruleout.app.ledger import Record
from ruleout.app.publication.holes import holes_of, reasons_for
from ruleout.app.publication.reports import copy_of, report_entries
from ruleout.app.reviews.statements import blocks_of, public_reason, words_or_hole
from ruleout.documents.fields import ID_PATTERN
from ruleout.errors import NotFound, VerificationFailed
from ruleout.ledger import LedgerEntry
from ruleout.ledger.audience import Audience
from ruleout.ledger.disclosure import named_in, parse_disclosure
from ruleout.model.canonical import digest_of
from ruleout.model.report_shown import ShownReport, ShownSection, ShownText

_ABOUT = ("covers", "published", "models", "framework", "law", "trigger")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Where a piece stands: its section and item by position, the item None where the section is reviewed whole."""

    section: int
    part: int | None


def report_entry(record: Record, name: str) -> LedgerEntry:
    """Return the entry of a published report. Raises NotFound with the reports there are."""
    found = {entry.content.id: entry for entry in report_entries(record)}
    if name not in found:
        hint = "Name one of these under `report:`."
        raise NotFound(f"no report {name!r} in the record; there are: {', '.join(found) or 'none'}", hint=hint)
    return found[name]


def shown_report(record: Record, name: str, sections: Collection[str] | None = None) -> ShownReport:
    """Return a report as reviewers are shown it, each hole with the reason that the record gives.

    Effect: reads its disclosures, and reasons.

    Args:
        sections: the pieces that go to one reviewer, who gets nothing of the others; None for all.

    Raises:
        NotFound: there is no such report.
        VerificationFailed: its entry discloses no report, or nothing of it to reviewers.
    """
    entry = report_entry(record, name)
    whole = _copy(entry, record, Audience.REVIEWER, frozenset())
    public = _copy(entry, record, Audience.PUBLIC, frozenset())
    places = _pieces(whole)
    if not places:
        raise VerificationFailed("report", f"expected sections in {name}, got none that reviewers may read")
    pieces = {_name(whole, place): place for place in places}
    if len(pieces) != len(places):
        raise VerificationFailed("report", f"expected each section of {name} once, got one twice")
    left_out = frozenset() if sections is None else withheld_pieces(record, name, sections)
    own = _copy(entry, record, Audience.REVIEWER, left_out)
    chosen = {id_: place for id_, place in pieces.items() if sections is None or id_ in sections}
    return ShownReport(
        entry=name,
        title=_text(own.title, "Report without its title"),
        public_title=_text(public.title, "a report whose title is withheld"),
        about=tuple(_about(own, public)),
        sections=tuple(_section(own, public, id_, place) for id_, place in chosen.items()),
        digest=digest_of(twin_of(own)),
    )


def withheld_pieces(record: Record, name: str, sections: Collection[str]) -> frozenset[str]:
    """Return the digests of everything in the pieces that a reviewer is not assigned. Effect: reads disclosures."""
    entry = report_entry(record, name)
    whole = _copy(entry, record, Audience.REVIEWER, frozenset())
    texts = record.disclosures(entry)
    left = [_digest(entry, texts, place) for place in _pieces(whole) if _name(whole, place) not in sections]
    found: set[str] = set()
    while left:
        digest = left.pop()
        found.add(digest)
        left += named_in(parse_disclosure(texts[digest])) if digest in texts else ()
    return frozenset(found)


def _copy(entry: LedgerEntry, record: Record, audience: Audience, left_out: frozenset[str]) -> Publication:
    holes = holes_of(entry, record, audience)
    notes = {**reasons_for(record, audience), **holes}
    return copy_of(entry, record, hidden=frozenset(holes) | left_out, notes=notes)


def _pieces(own: Publication) -> list[_Piece]:
    found: list[_Piece] = []
    for nth, section in enumerate(() if isinstance(own.sections, Hole) else own.sections):
        parts = (
            0
            if isinstance(section, Hole) or not section.each or isinstance(section.parts, Hole)
            else len(section.parts)
        )
        found += [_Piece(nth, part) for part in range(parts)] or [_Piece(nth, None)]
    return found


def _digest(entry: LedgerEntry, texts: Mapping[str, str], place: _Piece) -> str:
    """The disclosure in which a piece stands whole."""
    section = _elements(entry.content.salted, texts, "sections")[place.section]
    if place.part is None:
        return section
    return _elements(named_in(parse_disclosure(texts[section])), texts, "parts")[place.part]


def _elements(digests: Collection[str], texts: Mapping[str, str], name: str) -> tuple[str, ...]:
    members = (parse_disclosure(texts[digest]) for digest in digests if digest in texts)
    return next((named_in(one) for one in members if one.name == name), ())


def _at(own: Publication, place: _Piece) -> tuple[Section | Hole, Part | Hole | None]:
    """A piece's section, and its item; a hole where it or what it stands in is one."""
    if isinstance(own.sections, Hole):
        return own.sections, None if place.part is None else own.sections
    section = own.sections[place.section]
    if place.part is None:
        return section, None
    if isinstance(section, Hole):
        return section, section
    return section, section.parts if isinstance(section.parts, Hole) else section.parts[place.part]


def _name(own: Publication, place: _Piece) -> str:
    section, part = _at(own, place)
    name = _id(section, f"section-{place.section + 1}")
    return name if part is None else f"{name}--{_id(part, f'item-{(place.part or 0) + 1}')}"


def _title(own: Publication, place: _Piece) -> str:
    section, part = _at(own, place)
    otherwise = f"Section {place.section + 1}"
    title = otherwise if isinstance(section, Hole) else _text(section.title, otherwise)
    if part is None:
        return title
    number = f"item {(place.part or 0) + 1}"
    return f"{title}: {number if isinstance(part, Hole) else _text(part.title, number)}"


def _id(item: Section | Part | Hole, otherwise: str) -> str:
    name = "" if isinstance(item, Hole) else _text(item.id, "")
    return name if re.fullmatch(ID_PATTERN, name) else otherwise


def _section(own: Publication, public: Publication, id_: str, place: _Piece) -> ShownSection:
    blocks = tuple(
        block
        for one, other in zip(_fields(own, place), _fields_beside(own, public, place), strict=True)
        for block in blocks_of(one, other)
    )
    return ShownSection(
        id=id_,
        title=_title(own, place),
        public_id=_name(public, place),
        public_title=_title(public, place),
        blocks=blocks,
    )


def _fields(own: Publication, place: _Piece) -> Iterator[Field | Hole]:
    """Every field of a piece; the hole where it, a part of it or all of it is withheld."""
    for part in _parts(own, place):
        fields = part if isinstance(part, Hole) else part.fields
        yield from (fields,) if isinstance(fields, Hole) else fields


def _parts(own: Publication, place: _Piece) -> tuple[Part | Hole, ...]:
    section, part = _at(own, place)
    if part is not None:
        return (part,)
    if isinstance(section, Hole):
        return (section,)
    return (section.parts,) if isinstance(section.parts, Hole) else section.parts


def _fields_beside(own: Publication, public: Publication, place: _Piece) -> Iterator[Field | Hole]:
    """For each field that reviewers are shown, what the public is shown in its place: who sees less sees holes there."""
    theirs = _parts(public, place)
    for nth, part in enumerate(_parts(own, place)):
        other = theirs[0] if len(theirs) == 1 and isinstance(theirs[0], Hole) else theirs[nth]
        fields = part if isinstance(part, Hole) else part.fields
        for at in range(1 if isinstance(fields, Hole) else len(fields)):
            beside = other if isinstance(other, Hole) else other.fields
            yield beside if isinstance(beside, Hole) else beside[at]


def _about(own: Publication, public: Publication) -> Iterator[tuple[str, ShownText]]:
    for name in _ABOUT:
        mine, theirs = getattr(own, name), getattr(public, name)
        if isinstance(mine, tuple):
            mine = ", ".join(_text(one, "(withheld)") for one in mine)
            theirs = theirs if isinstance(theirs, Hole) else mine
        if mine:
            yield name, words_or_hole(mine, public_reason(theirs))
    statements = () if isinstance(own.timing, Hole) else own.timing
    for one in statements:
        if not isinstance(one, Hole):
            yield "timing", words_or_hole(one.says, "")


def _text(value: Text, otherwise: str) -> str:
    return otherwise if isinstance(value, Hole) else value
