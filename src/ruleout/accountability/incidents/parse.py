# SPDX-License-Identifier: Apache-2.0
"""Bytes of an incident's file -> the incident, and the facts in it that no regime asks for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from ruleout.accountability.incidents.document import IncidentDoc, ModelDoc
from ruleout.documents.fields import kebab
from ruleout.documents.findings import Findings
from ruleout.documents.places import Document
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.incident import UNKNOWN, Correction, Incident, NamedModel
from ruleout.model.verdict import Verdict

#: Fields that hold one text, by their name in the shape.
TEXTS = (
    "owner", "harm", "victims", "involvement", "response", "recommendations", "root_cause", "monitoring", "danger",
    "authority_chosen", "note",
)  # fmt: skip
_VERDICTS = ("internal_use", "near_miss")
_LISTS = ("models", "chain_of_events", "evidence")


def parse_incident(data: bytes, *, file: str, facts: Collection[str] | None = None) -> Incident:
    """Return the incident of a file. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.
        facts: facts that some regime asks for; a fact of another name is then a problem. None to take any.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: A-4.
    """
    document = read_yaml(data, file=file)
    doc = validate(IncidentDoc, document)
    instants = _instants(doc)
    known = {name: value for name, value in instants.items() if isinstance(value, datetime)}
    _check(doc, document, known, facts)
    return Incident(
        id=doc.incident,
        title=doc.title,
        happened=doc.happened,
        facts=dict(doc.facts),
        instants=known,
        answers=_answers(doc),
        chain_of_events=_listed(doc.chain_of_events),
        models=tuple(_model(one) for one in doc.models) if isinstance(doc.models, tuple) else (),
        evidence=_listed(doc.evidence),
        atlas=doc.atlas,
        oecd=doc.oecd,
        unknown=frozenset(name for name, value in instants.items() if value == UNKNOWN) | _unknown(doc),
        corrections=tuple(Correction(instant=c.instant, was=c.was, because=c.because) for c in doc.corrections),
    )


def _instants(doc: IncidentDoc) -> dict[str, datetime | str | None]:
    return {
        "occurred-from": doc.occurred.from_,
        "occurred-to": doc.occurred.to,
        **{kebab(name): getattr(doc.known, name) for name in type(doc.known).model_fields},
    }


def _answers(doc: IncidentDoc) -> dict[str, str]:
    texts = {kebab(name): getattr(doc, name) for name in TEXTS}
    verdicts = {kebab(name): getattr(doc, name) for name in _VERDICTS}
    stated = {name: text for name, text in texts.items() if text is not None and text.strip() != UNKNOWN}
    return stated | {name: answer.value for name, answer in verdicts.items() if answer in (Verdict.YES, Verdict.NO)}


def _unknown(doc: IncidentDoc) -> frozenset[str]:
    texts = [name for name in TEXTS if (getattr(doc, name) or "").strip() == UNKNOWN]
    verdicts = [name for name in _VERDICTS if getattr(doc, name) is Verdict.UNKNOWN]
    lists = [name for name in _LISTS if getattr(doc, name) == UNKNOWN]
    return frozenset(kebab(name) for name in (*texts, *verdicts, *lists))


def _listed(value: tuple[str, ...] | str | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _model(doc: ModelDoc) -> NamedModel:
    return NamedModel(name=doc.name, version=doc.version or "", digest=doc.digest or "")


def _check(doc: IncidentDoc, document: Document, known: dict[str, datetime], facts: Collection[str] | None) -> None:
    findings = Findings(document)
    for name in doc.facts if facts is not None else ():
        if name not in (facts or ()):
            findings.note_unknown(
                ("facts", name), expected="a fact that a regime asks for", name=name, known=facts or (), id_="I001"
            )
    start, end = known.get("occurred-from"), known.get("occurred-to")
    if start is not None and end is not None and end < start:
        hint = "Swap them, or write unknown."
        findings.note("I002", ("occurred", "to"), expected="an end after the start", got=end.isoformat(), hint=hint)
    for index, correction in enumerate(doc.corrections):
        if known.get(correction.instant) == correction.was:
            hint = f"State the instant that is right under {correction.instant}, or delete the correction."
            findings.note(
                "I003",
                ("corrections", index, "was"),
                expected="another instant than the one still stated",
                got=correction.was.isoformat(),
                hint=hint,
            )
    findings.raise_any()
