# SPDX-License-Identifier: Apache-2.0
"""Outside criteria as data: what somebody asks of a framework, how sure we are of the wording, what they scored.

Three kinds of file. *Criteria*: the items of a grader or a statute. *Claims*: which clauses of a family of frameworks
claim which item; ids are stable across versions, so a version claims what it has. *Findings*: what reviewers confirmed and what was
seen in operation. They are read apart and never merged into one figure (A-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated

from pydantic import Field, StringConstraints

from ruleout.documents.fields import Day, Doc, Id, Line, Number, Says, SourceDoc, Url, Version
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.framework.parts.evidence import read_source
from ruleout.model.evidence import Source
from ruleout.model.plain import decimal_text

ItemId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.()-]{0,30}$")]
ClauseName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(?:/[a-z0-9-]+)?$", max_length=161)]


class Provenance(Enum):
    """How sure the wording and weight of an item are: read at its source, computed from such, or recalled."""

    VERIFIED = "verified"
    DERIVED = "derived"
    RECALLED = "recalled"


class ItemDoc(Doc):
    """One item. `weight` is percent within its parent; `checked` says where its wording was last compared."""

    id: ItemId
    text: Says
    parent: ItemId | None = None
    weight: Number | None = None
    provenance: Provenance
    checked: Line | None = None
    note: Says | None = None


class ScoreDoc(Doc):
    """What the grader itself gave: to which version, for which item ("" for the whole), as printed."""

    framework: Id
    version: Version | None = None
    item: ItemId | None = None
    score: Line
    as_of: Day
    source: SourceDoc
    note: Says | None = None


class CriteriaDoc(Doc):
    """A criteria file."""

    criteria: Id
    title: Line
    edition: Line
    url: Url
    kind: Annotated[str, StringConstraints(pattern="^(grader|commitment|law)$")]
    note: Says | None = None
    items: Annotated[tuple[ItemDoc, ...], Field(min_length=1, max_length=300)]
    scores: Annotated[tuple[ScoreDoc, ...], Field(max_length=500)] = ()


class ClaimDoc(Doc):
    """Which clauses claim an item, and what part of it they leave open; an item may stand in several claims."""

    item: ItemId
    clauses: Annotated[tuple[ClauseName, ...], Field(min_length=1, max_length=60)]
    leaves_open: Says | None = None


class ClaimsDoc(Doc):
    """A claims file: one family of frameworks against several sets of criteria."""

    claims: Id
    against: Annotated[
        dict[Id, Annotated[tuple[ClaimDoc, ...], Field(min_length=1, max_length=300)]],
        Field(min_length=1, max_length=50),
    ]


class SeenDoc(Doc):
    """Something a reviewer confirmed, or that was seen in operation."""

    against: Id
    item: ItemId
    by: Line
    dated: Day
    says: Says
    agrees: Annotated[str, StringConstraints(pattern="^(yes|partly|no)$")] = "yes"
    source: SourceDoc


class CoverageRecordDoc(Doc):
    """A record of findings for one version."""

    coverage: Id
    framework: Id
    version: Version
    confirmed: Annotated[tuple[SeenDoc, ...], Field(max_length=500)] = ()
    operated: Annotated[tuple[SeenDoc, ...], Field(max_length=500)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a set of criteria; `weight` is percent within its parent, "" where none is stated."""

    id: str
    text: str
    parent: str
    weight: str
    provenance: Provenance
    checked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the grader printed, for an item or ("") the whole; `version` is "" where it names none."""

    framework: str
    version: str
    item: str
    score: str
    as_of: date
    source: Source
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """A set of criteria as its file tells it."""

    id: str
    title: str
    edition: str
    url: str
    kind: str
    note: str
    items: tuple[Item, ...]
    scores: tuple[Score, ...]

    def leaves(self) -> tuple[Item, ...]:
        """The items that no other item stands below: those that are claimed or not."""
        parents = {item.parent for item in self.items}
        return tuple(item for item in self.items if item.id not in parents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Clauses that claim an item, and what they leave open."""

    against: str
    item: str
    clauses: tuple[str, ...]
    leaves_open: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A reviewer's confirmation, or something seen in operation."""

    framework: str
    version: str
    against: str
    item: str
    by: str
    dated: date
    says: str
    agrees: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRecord:
    """What reviewers confirmed and what was seen in operation, for one version."""

    confirmed: tuple[Seen, ...]
    operated: tuple[Seen, ...]


def parse_criteria(data: bytes, *, file: str) -> Criteria:
    """Return a set of criteria. Pure. Raises BadInput with every problem of the file. Source: A-11."""
    document = read_yaml(data, file=file)
    doc = validate(CriteriaDoc, document)
    findings = Findings(document)
    known: set[str] = set()
    for index, item in enumerate(doc.items):
        if item.parent is not None and item.parent not in known:
            at = ("items", index, "parent")
            findings.note_unknown(at, expected="an item above this one", name=item.parent, known=known)
        known.add(item.id)
    for index, score in enumerate(doc.scores):
        if score.item is not None and score.item not in known:
            findings.note_unknown(("scores", index, "item"), expected="an item", name=score.item, known=known)
    findings.raise_any()
    return Criteria(
        id=doc.criteria,
        title=doc.title,
        edition=doc.edition,
        url=doc.url,
        kind=doc.kind,
        note=doc.note or "",
        items=tuple(_item(item) for item in doc.items),
        scores=tuple(_score(score) for score in doc.scores),
    )


def parse_claims(data: bytes, *, file: str) -> tuple[Claim, ...]:
    """Return which clauses claim which items. Pure. Raises BadInput with every problem of the file. Source: A-11."""
    doc = validate(ClaimsDoc, read_yaml(data, file=file))
    return tuple(
        Claim(against=against, item=claim.item, clauses=claim.clauses, leaves_open=claim.leaves_open or "")
        for against, claims in doc.against.items()
        for claim in claims
    )


def parse_coverage_record(data: bytes, *, file: str) -> CoverageRecord:
    """Return what was confirmed and seen. Pure. Raises BadInput with every problem of the file. Source: A-11."""
    doc = validate(CoverageRecordDoc, read_yaml(data, file=file))
    return CoverageRecord(
        confirmed=tuple(_seen(doc, one) for one in doc.confirmed),
        operated=tuple(_seen(doc, one) for one in doc.operated),
    )


def _item(doc: ItemDoc) -> Item:
    return Item(
        id=doc.id,
        text=doc.text,
        parent=doc.parent or "",
        weight="" if doc.weight is None else decimal_text(doc.weight),
        provenance=doc.provenance,
        checked=doc.checked or "",
    )


def _score(doc: ScoreDoc) -> Score:
    return Score(
        framework=doc.framework,
        version=doc.version or "",
        item=doc.item or "",
        score=doc.score,
        as_of=doc.as_of,
        source=read_source(doc.source),
        note=doc.note or "",
    )


def _seen(record: CoverageRecordDoc, doc: SeenDoc) -> Seen:
    return Seen(
        framework=record.framework,
        version=record.version,
        against=doc.against,
        item=doc.item,
        by=doc.by,
        dated=doc.dated,
        says=doc.says,
        agrees=doc.agrees,
        source=read_source(doc.source),
    )
