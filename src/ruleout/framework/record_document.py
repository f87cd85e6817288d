# SPDX-License-Identifier: Apache-2.0
"""A file of published determinations -> published cases (see docs/guide/public-record.md).

The schema is not ours: unknown fields are kept, keys are as its authors spell them (ADR 0003). Fields we use are
checked; those a coder computed (`crossed`, `numeric_part_crossed`, `derived`) may hold anything and are never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, StringConstraints
from pydantic_core import PydanticCustomError

from ruleout.documents.fields import Flag, parse_date
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.published import Printed, PrintedFigure, PublishedCase, StatedBar

_PART_OF_DATE = re.compile(r"[0-9]{4}(-[0-9]{2})?")
_LONGEST = 4000


def parse_printed(value: Any) -> Printed:
    """Return a printed value: a number as a decimal, a text as the text it is, or None. Pure; never text to number.

    Raises:
        PydanticCustomError: a flag, a list or a mapping.
    """
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and len(value) <= _LONGEST:
        return value
    raise PydanticCustomError("number", "a number")


PrintedField = Annotated[Printed, BeforeValidator(parse_printed)]
Text = Annotated[str, StringConstraints(max_length=_LONGEST)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Foreign(BaseModel):
    """Base of every part of the schema: frozen, unknown fields kept."""

    model_config = ConfigDict(frozen=True, extra="allow", arbitrary_types_allowed=True, defer_build=True)


class StatedThresholdDoc(Foreign):
    """A stated bar. `crossed` and `numeric_part_crossed` are a coder's and not read."""

    kind: Name
    crossed_when: Text | None = None
    value: PrintedField = None
    text: Text | None = None
    compound: Flag | None = None
    confidence: Any = None
    crossed: Any = None
    numeric_part_crossed: Any = None


class EvaluationDoc(Foreign):
    """A published evaluation with the bars stated for it."""

    name: Name
    metric: Text | None = None
    value: PrintedField = None
    unit: Text | None = None
    n: PrintedField = None
    interval: Text | None = None
    stated_thresholds: Annotated[tuple[StatedThresholdDoc, ...], Field(max_length=100)] | None = None
    baseline: Any = None
    human_reference: Any = None
    comparators: Any = None
    role: Any = None
    note: Any = None
    confidence: Any = None


class RecordFrameworkDoc(Foreign):
    """The framework that the source names, and which version."""

    name: Name
    version: Text | None = None
    version_basis: Any = None
    version_in_force_on_release_date: Text | None = None


class RecordDeterminationDoc(Foreign):
    """What the developer determined, and how a coder put it."""

    category: Text | None = None
    normalized: Text | None = None
    tier_under_test: Text | None = None
    precautionary: Flag
    statement: Text | None = None
    statement_confidence: Any = None
    basis: Any = None


class RecordSourceDoc(Foreign):
    """Where it was published."""

    title: Name
    date: Any = None
    url: Any = None
    url_basis: Any = None
    text_confidence: Any = None
    locator: Any = None


class RecordCaseDoc(Foreign):
    """One model and one risk domain."""

    id: Name
    developer: Name
    model: Name
    release_date: Text | None = None
    release_date_basis: Any = None
    framework: RecordFrameworkDoc
    domain: Name
    threshold_under_test: Text | None = None
    evaluations: Annotated[tuple[EvaluationDoc, ...], Field(max_length=500)] | None = None
    determination: RecordDeterminationDoc
    safeguards_activated: Any = None
    release_decision: Text | None = None
    lessons: Any = None
    subsequent_events: Any = None
    sources: Annotated[tuple[RecordSourceDoc, ...], Field(min_length=1, max_length=100)]
    notes: Any = None
    derived: Any = None


class RecordDoc(RootModel[Annotated[tuple[RecordCaseDoc, ...], Field(max_length=2000)]]):
    """A whole file: a list of cases."""

    model_config = ConfigDict(frozen=True, defer_build=True)


def read_record(data: bytes, *, file: str) -> RecordDoc:
    """Return the checked shape of a file of published determinations, unknown fields kept. Pure.

    `model_dump(exclude_unset=True)` of the result is the file's own value again.

    Args:
        data: YAML, at most 1 MiB.
        file: name used in problems.

    Raises:
        BadInput: it is not such a file; holds every problem with its place.

    Source: ADR 0003.
    """
    document = read_yaml(data, file=file, own_keys=False)
    doc = validate(RecordDoc, document)
    findings = Findings(document)
    first: dict[str, int] = {}
    for index, case in enumerate(doc.root):
        if first.setdefault(case.id, index) != index:
            got = f"{case.id!r} again, first on line {findings.line_of((first[case.id], 'id'))}"
            findings.note("S006", (index, "id"), expected="an id that no other case has", got=got, hint="Rename one.")
        if not _is_date_or_part(case.release_date):
            expected, hint = "a date such as 2025-05-14, or null", "Write year-month-day."
            findings.note(
                "S010", (index, "release_date"), expected=expected, got=repr(case.release_date)[:60], hint=hint
            )
    findings.raise_any()
    return doc


def parse_record(data: bytes, *, file: str) -> tuple[PublishedCase, ...]:
    """Return the cases of a file of published determinations, in the file's order. Pure; raises as `read_record`."""
    return tuple(_case(doc) for doc in read_record(data, file=file).root)


def _is_date_or_part(text: str | None) -> bool:
    return text is None or _PART_OF_DATE.fullmatch(text) is not None or _day(text) is not None


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text)
    except PydanticCustomError:
        return None


def _case(doc: RecordCaseDoc) -> PublishedCase:
    determined = doc.determination
    return PublishedCase(
        id=doc.id,
        developer=doc.developer,
        model=doc.model,
        released=_day(doc.release_date),
        framework=doc.framework.name,
        version=doc.framework.version or "",
        in_force=doc.framework.version_in_force_on_release_date or "",
        domain=doc.domain,
        threshold_under_test=doc.threshold_under_test or "",
        figures=tuple(_figure(one) for one in doc.evaluations or ()),
        category=determined.category or "",
        tier=determined.tier_under_test or "",
        normalized=determined.normalized or "",
        precaution=determined.precautionary,
        statement=determined.statement or "",
        release_decision=doc.release_decision or "",
        other=tuple(_other(doc, "")),
    )


def _figure(doc: EvaluationDoc) -> PrintedFigure:
    return PrintedFigure(
        name=doc.name,
        metric=doc.metric or "",
        value=doc.value,
        unit=doc.unit or "",
        n=doc.n,
        interval=doc.interval or "",
        bars=tuple(
            StatedBar(
                kind=bar.kind,
                crossed_when=bar.crossed_when or "",
                value=bar.value,
                compound=bar.compound is True,
                text=bar.text or "",
            )
            for bar in doc.stated_thresholds or ()
        ),
    )


def _other(part: Foreign, place: str) -> Iterator[tuple[str, object]]:
    """Yield what the schema does not know, with its place in the case."""
    for name, value in (part.__pydantic_extra__ or {}).items():
        yield f"{place}{name}", value
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Foreign):
            yield from _other(value, f"{place}{name}.")
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, Foreign):
                    yield from _other(item, f"{place}{name}[{index}].")
