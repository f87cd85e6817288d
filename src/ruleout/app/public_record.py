# SPDX-License-Identifier: Apache-2.0
"""Read published determinations, judge each case, decide it under its developer's frameworks, draw the whole."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruleout.adapters.files import MIB, read_bounded, write_new
from ruleout.analysis.record import CaseJudged, judge_case
from ruleout.analysis.record_outcomes import RecordOutcome, record_outcomes
from ruleout.analysis.record_totals import Totals, totals_of
from ruleout.app.sources import find_framework, known_frameworks
from ruleout.app.workspace import Workspace
from ruleout.errors import RuleoutError
from ruleout.framework.record_document import parse_record
from ruleout.model.framework import Framework
from ruleout.model.published import PublishedCase
from ruleout.reports.zone_chart import zone_page, zone_spec, zone_svg

#: Vega-Lite specification -> SVG text.
Renderer = Callable[[Mapping[str, Any]], str]
_VEGA_LITE = "5.20"


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
    if path.suffix not in {".svg", ".html"}:
        raise RuleoutError(f"expected a picture ending in .svg or .html, got {path.name!r}", hint="Rename it.")
    cases = [case.judged for case in record.cases]
    spec = zone_spec(cases)
    if spec is None:
        hint = "A picture needs a case with a date and a figure that can be held against a bar."
        raise RuleoutError("the record has nothing that can be drawn", hint=hint)
    svg = zone_svg((render or renderer())(spec))
    text = svg if path.suffix == ".svg" else zone_page(svg, cases, record.totals.all)
    write_new(path, text.encode("utf-8"))


def renderer() -> Renderer:
    """Return what turns Vega-Lite into SVG, offline. Effect: loads it. Raises RuleoutError where there is none."""
    try:
        vega = importlib.import_module("vl_convert")
    except ModuleNotFoundError as error:
        if error.name != "vl_convert":
            raise
        hint = "Install it with `pip install 'ruleout[pictures]'`."
        raise RuleoutError("drawing needs vl-convert, which is not installed", hint=hint) from error
    return lambda spec: str(vega.vegalite_to_svg(spec, vl_version=_VEGA_LITE, allowed_base_urls=[]))
