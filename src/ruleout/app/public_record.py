# SPDX-License-Identifier: Apache-2.0
"""Read published determinations, judge each case, decide it under its developer's frameworks, draw the whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruleout.adapters.files import MIB, read_bounded
from ruleout.analysis.record import CaseJudged, judge_case
from ruleout.analysis.record_outcomes import RecordOutcome, record_outcomes
from ruleout.analysis.record_totals import Totals, totals_of
from ruleout.app.pictures import Renderer, write_picture
from ruleout.app.sources import find_framework, known_frameworks
from ruleout.app.workspace import Workspace
from ruleout.errors import RuleoutError
from ruleout.framework.record_document import parse_record
from ruleout.model.framework import Framework
from ruleout.model.published import PublishedCase
from ruleout.reports.pictures.zone_chart import zone_picture


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedWithOutcomes:
    """One case as published, as judged, and its outcome under each framework of its developer."""

    published: PublishedCase
    judged: CaseJudged
    outcomes: tuple[RecordOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRecord:
    """A whole file judged."""

    cases: tuple[JudgedWithOutcomes, ...]
    totals: Totals


def public_record(path: Path, workspace: Workspace | None) -> PublicRecord:
    """Return what a file of published determinations amounts to. Effect: reads it, and the frameworks there are.

    Raises:
        NotFound: there is no such file.
        BadInput: it is not in the schema, or a framework's file has problems.

    Source: docs/guide/public-record.md.
    """
    data = read_bounded(path, limit_bytes=MIB, what="file of published determinations")
    published = parse_record(data, file=str(path))
    frameworks = [find_framework(name, workspace).framework for name in known_frameworks(workspace)]
    return judge_record(published, frameworks)


def judge_record(published: tuple[PublishedCase, ...], frameworks: list[Framework]) -> PublicRecord:
    """Return the cases judged, with their outcomes and totals. Pure."""
    cases = tuple(
        JudgedWithOutcomes(published=case, judged=judge_case(case), outcomes=record_outcomes(case, frameworks))
        for case in published
    )
    names = [f"{case.framework} {case.in_force or case.version or '(version not stated)'}" for case in published]
    return PublicRecord(cases=cases, totals=totals_of([case.judged for case in cases], names))


def draw(record: PublicRecord, path: Path, *, render: Renderer | None = None) -> None:
    """Write the picture of the record to a new `.svg` or `.html` file. Effect: writes it.

    Args:
        record: what is drawn.
        path: a file that does not exist yet.
        render: what turns a Vega-Lite specification into SVG; None takes the renderer that is installed.

    Raises:
        RuleoutError: another ending, an existing file, nothing to draw, or no renderer.
    """
    picture = zone_picture((case.judged for case in record.cases), record.totals.all)
    if picture is None:
        hint = "A picture needs a case with a date and a figure that can be held against a bar."
        raise RuleoutError("the record has nothing that can be drawn", hint=hint)
    write_picture(picture, path, render=render)
