# SPDX-License-Identifier: Apache-2.0
"""Bytes -> a concern, an update or a file of rules; and a concern -> the bytes that may be kept of it."""

from __future__ import annotations

from collections.abc import Mapping

from ruleout.accountability.concerns.document import (
    ConcernClauseDoc,
    ConcernDoc,
    ConcernRulesDoc,
    ConcernUpdateDoc,
)
from ruleout.documents.fields import SourceDoc
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.canonical import canonical
from ruleout.model.concern import Concern, ConcernClause, ConcernRules, ConcernUpdate


def parse_concern(data: bytes, *, file: str) -> Concern:
    """Return a concern. Pure. Raises BadInput with every problem; nothing else, whatever the bytes. Source: A-13."""
    doc = validate(ConcernDoc, read_yaml(data, file=file))
    reach = f", {doc.reporter.reach}" if doc.reporter is not None and doc.reporter.reach else ""
    return Concern(
        title=doc.concern,
        says=doc.says,
        roles=doc.concerns_roles,
        persons=doc.concerns_persons,
        reporter="" if doc.reporter is None else f"{doc.reporter.name}{reach}",
    )


def kept_bytes(data: bytes, *, file: str) -> bytes:
    """Return what the record may keep of a concern as handed in: its fields and nothing else of its file.

    Pure. Comments, spaces and the order of fields are dropped: they can tell who wrote a file that names nobody.

    Raises:
        BadInput: as `parse_concern`.
    """
    doc = validate(ConcernDoc, read_yaml(data, file=file))
    return canonical(doc.model_dump(by_alias=True, exclude_none=True, mode="json"))


def update_bytes(number: int, update: ConcernUpdate) -> bytes:
    """Return an update of a concern as the record keeps it. Pure."""
    value: dict[str, object] = {"concern-update": str(number)}
    if update.status is not None:
        value["status"] = update.status.value
    if update.material is not None:
        value["material"] = update.material.value
    stated = {"told": update.told, "notified": list(update.notified), "correction": update.correction}
    return canonical(value | {name: item for name, item in stated.items() if item})


def parse_update(data: bytes, *, file: str) -> ConcernUpdate:
    """Return an update. Pure. Raises BadInput with every problem; nothing else, whatever the bytes."""
    doc = validate(ConcernUpdateDoc, read_yaml(data, file=file))
    return ConcernUpdate(
        status=doc.status,
        material=doc.material,
        told=doc.told or "",
        notified=doc.notified,
        correction=doc.correction or "",
    )


def parse_concern_rules(data: bytes, *, file: str) -> ConcernRules:
    """Return the rules of a file. Pure. Raises BadInput with every problem; nothing else, whatever the bytes."""
    document = read_yaml(data, file=file)
    doc = validate(ConcernRulesDoc, document)
    findings = Findings(document)
    named = {"recipients": doc.recipients, "roll-up": doc.roll_up, "prompt-notice": doc.prompt_notice}
    for name, one in (named | {"reporter-update": doc.reporter_update}).items():
        if one is not None and one.source not in doc.sources:
            at = (name, "source")
            findings.note_unknown(at, expected="one of the sources", name=one.source, known=doc.sources, id_="I004")
    for index, recusal in enumerate(doc.recusal):
        if recusal.source not in doc.sources:
            path = ("recusal", index, "source")
            name = recusal.source
            findings.note_unknown(path, expected="one of the sources", name=name, known=doc.sources, id_="I004")
    findings.raise_any()
    return ConcernRules(
        name=doc.concerns_of,
        title=doc.title,
        zone=doc.zone,
        recipients=_clause(doc.recipients, doc.sources),
        recusal=tuple((one.concerned, _known(one, doc.sources)) for one in doc.recusal),
        roll_up=_clause(doc.roll_up, doc.sources),
        prompt_notice=_clause(doc.prompt_notice, doc.sources),
        reporter_update=_clause(doc.reporter_update, doc.sources),
        excludes_concerned=doc.excludes_concerned,
    )


def _clause(doc: ConcernClauseDoc | None, sources: Mapping[str, SourceDoc]) -> ConcernClause | None:
    return None if doc is None else _known(doc, sources)


def _known(doc: ConcernClauseDoc, sources: Mapping[str, SourceDoc]) -> ConcernClause:
    return ConcernClause(
        says=doc.says,
        to=doc.to,
        every=doc.every,
        section=doc.section,
        source=sources[doc.source].title,
        grade=doc.grade,
        note=doc.note or "",
    )
