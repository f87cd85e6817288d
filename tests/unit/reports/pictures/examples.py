# SPDX-License-Identifier: Apache-2.0
"""The pictures of docs/guide/pictures, from invented figures. Draw them anew: `python -m tests.unit.reports.pictures.examples`."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests import builders
from tests.integration.command_line import DEMO, OLD, ROOT
from tests.unit.evidence import inspect_logs as logs

from ruleout.app.assess import Question, assess
from ruleout.app.pictures import picture_of_decision, picture_of_horizons, renderer
from ruleout.app.sources import find_framework, read_case
from ruleout.model.case import Case
from ruleout.model.decision import Decision, ThresholdResult
from ruleout.model.evidence import (
    Bar,
    Comparison,
    Direction,
    Estimate,
    EvidenceItem,
    IndicatorFinding,
    Measurement,
    TaskTally,
)
from ruleout.reports.pictures.frame import Picture
from ruleout.reports.pictures.repeats_chart import repeats_picture
from ruleout.reports.pictures.style import following

FOLDER = ROOT / "docs" / "guide" / "pictures"
HORIZONS = DEMO / "horizons.json"
#: (successes, failures, unscored) of ten tasks attempted five times each: half of them always or never succeed.
RESULTS = ((5, 0, 0), (5, 0, 0), (4, 1, 0), (3, 2, 0), (2, 2, 1), (1, 4, 0), (0, 5, 0), (0, 5, 0), (0, 5, 0), (0, 4, 1))


def tasks() -> tuple[TaskTally, ...]:
    """Ten tasks, five attempts each."""
    return tuple(
        TaskTally(task=f"task-{number:02}", successes=s, failures=f, unscored=u)
        for number, (s, f, u) in enumerate(RESULTS, start=1)
    )


def run() -> Measurement:
    """A measurement that gives the pictures their names."""
    return logs.read_one(logs.log([logs.sample("a", "C")]), name="x")


def estimate(value: str, lower: str | None = None, upper: str | None = None, **more: Any) -> Estimate:
    fields: dict[str, Any] = {"alpha": Decimal("0.05"), "n": 60, "method": "clopper-pearson" if lower else "point"}
    bounds = [None if bound is None else Decimal(bound) for bound in (lower, upper)]
    return Estimate(value=Decimal(value), lower=bounds[0], upper=bounds[1], **{**fields, **more})


def finding(
    name: str, found: Estimate | None, comparison: Comparison = Comparison.CLEAR, because: str = "", **bars: Any
) -> IndicatorFinding:
    return IndicatorFinding(
        indicator=builders.indicator(name, **{"rule_out": "0.1", "reached": "0.8", **bars}),
        evidence=name,
        comparison=comparison,
        alert="alert" in bars,
        estimate=found,
        because=because,
    )


def item(name: str, unit: str | None) -> EvidenceItem:
    """A piece of evidence with a printed figure of a unit, or a log where it is None."""
    published = builders.published(name, "1")
    assert published.figure is not None
    return replace(published, figure=None if unit is None else replace(published.figure, unit=unit))


def weighed(*thresholds: tuple[str, tuple[IndicatorFinding, ...]]) -> Decision:
    """The demonstration's decision with these findings in the place of its own."""
    case = read_case(DEMO / "example-1.yaml")
    question = Question(
        framework=find_framework(OLD, None), case=case, activity=case.case.subject.activity, at=case.case.at
    )
    decision = assess(question, None)
    template: ThresholdResult = decision.thresholds[0]
    found = tuple(replace(template, id=name, indicators=findings) for name, findings in thresholds)
    return replace(decision, thresholds=found)


def forest_parts() -> tuple[Decision, Case]:
    """Findings of every kind under two thresholds, and a case that knows their units."""
    decision = weighed(
        (
            "autonomy",
            (
                finding("research-suite", estimate("0.0167", "0.000854", "0.0767")),
                finding(
                    "tool-use",
                    estimate("0.55", "0.43", "0.66"),
                    Comparison.INCONCLUSIVE,
                    alert=Bar(value=Decimal("0.4"), inclusive=True),
                ),
                finding("replication", None, Comparison.INCONCLUSIVE, "expected 60 tasks, got 41"),
                finding("software", estimate("0.93", "0.86", "0.97"), Comparison.CROSSED),
            ),
        ),
        (
            "biology",
            (
                finding("uplift-trial", estimate("1.9", n=24), rule_out="2.8", reached="5"),
                finding(
                    "screening",
                    estimate("0.97", "0.9", "0.99", method="printed interval"),
                    direction=Direction.LOW,
                    rule_out="0.8",
                    reached="0.5",
                ),
            ),
        ),
    )
    units = {"uplift-trial": "x", "screening": ""}
    evidence = tuple(item(f.evidence, units.get(f.evidence)) for t in decision.thresholds for f in t.indicators)
    return decision, builders.case(evidence=evidence)


def forest() -> Picture:
    """The forest plot of those findings."""
    return picture_of_decision(*forest_parts())


def repeats() -> Picture:
    """Ten invented tasks."""
    return repeats_picture(run(), tasks(), score="match")


def trend() -> Picture:
    """Invented models."""
    return picture_of_horizons(HORIZONS)


def drawn() -> dict[str, str]:
    """Each picture's file name and SVG, as it is rendered now."""
    render = renderer()
    made = {"forest": forest(), "repeats": repeats(), "trend": trend()}
    return {f"{name}.svg": following(render(p.wide), says=p.says) + "\n" for name, p in made.items()}


def main() -> None:
    """Write the files."""
    for name, svg in drawn().items():
        (FOLDER / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
