# SPDX-License-Identifier: Apache-2.0
"""A lab with a report under review: what reviewers are shown, what the public is not, and files that people hand in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from tests.integration.command_line import ROOT, Lab, Ran, _as_if

from ruleout.accountability.reporting.publication import (
    FORMAT,
    Field,
    Part,
    Publication,
    Row,
    Section,
    Statement,
    Table,
)
from ruleout.accountability.reporting.twin import twin_of
from ruleout.accountability.reviews.parse import parse_review_rules
from ruleout.app.workspace import open_workspace
from ruleout.cli.signing import acting
from ruleout.ledger import EntryType
from ruleout.model.review import ReviewRules

SUBMITTED = datetime(2027, 2, 10, 9, 0, tzinfo=UTC)
SHARED = datetime(2027, 2, 12, 15, 0, tzinfo=UTC)
ANSWERED = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
SECRET = "The access classifier was switched off for nine days in April on one vendor's platform."
NOTE = "report/spring-report/note"


def field(title: str, *statements: Statement, table: Table | None = None) -> Field:
    """A field of a report, with a table or none."""
    return Field(
        id=title.lower().replace(" ", "-"),
        title=title,
        asks="What is asked.",
        section="3.3",
        source="rsp",
        grade="primary",
        origin="written",
        required=True,
        statements=statements,
        table=table,
        picture=None,
        nothing="",
    )


def said(words: str, *entries: str) -> Statement:
    """A sentence."""
    return Statement(says=words, entries=entries or (NOTE,))


def section(id_: str, title: str, *parts: Part, each: str = "") -> Section:
    """A section of a report."""
    return Section(id=id_, title=title, each=each, parts=parts)


def part(*fields: Field, id_: str = "", title: str = "") -> Part:
    """The fields of a section, or of one of its items."""
    return Part(id=id_, title=title, fields=fields)


COUNTS = Table(
    names=("where", "prompts", "share"),
    columns=("Where", "Prompts unfiltered", "Share"),
    rows=(
        Row(cells=("own platform", "12", "0.0002"), entries=(NOTE,)),
        Row(cells=("vendor platform", "4217", "0.0469"), entries=(NOTE,)),
    ),
)
SECTIONS = (
    section(
        "threat-models",
        "Threat models",
        part(
            field(
                "What is assessed",
                said("Two threat models are assessed: misuse in biology, and automated research."),
                said("The residual risk of misuse in biology is low."),
            )
        ),
    ),
    section(
        "mitigations",
        "Mitigations",
        part(
            field("In force", said("Access to the model is filtered by a classifier."), said(SECRET)),
            field("Counted", table=COUNTS),
        ),
    ),
    section(
        "overall",
        "Overall",
        part(field("Determination", said("Benefits outweigh <b>risks</b> & the gate stays as it is."))),
    ),
)
#: What the public is not shown of it: a sentence, and the cells of a row.
HIDDEN = (
    "sections.1.parts.0.fields.0.statements.1",
    "sections.1.parts.0.fields.1.table.rows.1.cells.1",
    "sections.1.parts.0.fields.1.table.rows.1.cells.2",
)


def publication(*sections: Section, **fields: Any) -> Publication:
    """A report with these sections."""
    given = {
        "format": FORMAT,
        "report": "spring-report",
        "kind": "risk-report",
        "title": "Risk Report, spring 2027",
        "developer": "Lab",
        "law": "Responsible Scaling Policy 3.4",
        "regime": "framework",
        "published": "2027-02-10",
        "at": "2027-02-10T09:00:00Z",
        "covers": "2027-02-01",
        "models": ("example-1",),
        "framework": "anthropic-rsp@3.4",
        "trigger": "",
        "previous": "",
        "timing": (said("It covers practice up to the first of the month."),),
        "answers": (),
        "entries": (),
        "origin": "lab.example/record",
        "size": 1,
        "root": "ab" * 32,
        "disclaimer": "No report says that a model is safe.",
    }
    return Publication(sections=sections or SECTIONS, **{**given, **fields})


TIES = (
    *("financial-organisation", "financial-individuals", "financial-reporting-chain"),
    *("family", "romantic", "shared-living", "dependence"),
)
QUESTIONS = (
    *("information", "rigour", "disagreements", "risk-reduction"),
    *("redaction-scope", "redaction-justification", "redaction-balance", "redaction-materiality"),
)


def declaration(name: str, **ties: str) -> dict[str, Any]:
    """A reviewer with no ties but those given by name, in snake case."""
    stated = {tie: {"tie": ties.get(tie.replace("-", "_"), "no")} for tie in TIES}
    return {
        "reviewer": name,
        "name": name.replace("-", " ").title(),
        "expertise": "Ten years of evaluations of dangerous abilities, and of how these mislead.",
        "independence": {tie: one for tie, one in stated.items() if one["tie"] != "left out"},
    }


def review_file(*reviewers: dict[str, Any], **fields: Any) -> bytes:
    """A review's file with these reviewers; fields in snake case take the place of what stands there."""
    value = {
        "review": "spring-report",
        "report": "report/spring-report/1",
        "framework": "anthropic-rsp@3.4",
        "ground": "The Trust asked for it.",
        "submitted": "2027-02-10T09:00:00Z",
        "reviewers": list(reviewers) or [declaration("evals-institute")],
    }
    stated = value | {name.replace("_", "-"): item for name, item in fields.items()}
    return yaml.safe_dump(stated, sort_keys=False).encode("utf-8")


def words(**fields: Any) -> dict[str, Any]:
    """A reviewer's words on every section and question."""
    sections = {str(s.id): {"agreement": "agree", "adequacy": "partly", "says": ""} for s in SECTIONS}
    value = {
        "review-answers": "spring-report",
        "by": "Dr. R. Outside",
        "dated": "2027-03-01",
        "sections": sections,
        "questions": {name: {"reply": "partly", "says": ""} for name in QUESTIONS},
        "remarks": "",
    }
    return value | fields


def rules() -> ReviewRules:
    """The rules for reviews that ship for RSP 3.4."""
    file = ROOT / "frameworks" / "anthropic-rsp" / "reviews" / "3.4.yaml"
    return parse_review_rules(file.read_bytes(), file=str(file))


def write(path: Path, value: Any) -> Path:
    """Write YAML, or bytes as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(value if isinstance(value, bytes) else yaml.safe_dump(value, sort_keys=False).encode("utf-8"))
    return path


def with_report(
    lab: Lab,
    report: Publication | None = None,
    hidden: tuple[str, ...] = HIDDEN,
    entry: str = "report/spring-report/1",
    **header: str,
) -> Lab:
    """Put a report in the lab's record, the entry that its statements rest on, and what hides parts of it."""
    with (
        _as_if(lab.env, None, SUBMITTED),
        acting(open_workspace(lab.record), "rso-bea", SUBMITTED) as (_, recorder, signer),
    ):
        fields = {"report": "spring-report", "kind": "risk-report", "act": "publish", "audience": "public"}
        if not recorder.has(NOTE):
            note = {"note": "It rests."}
            recorder.add(EntryType.REPORT, NOTE, fields | {"act": "note"}, disclosed=note, signer=signer)
        twin = twin_of(report or publication())
        recorder.add(EntryType.REPORT, entry, fields | header, disclosed=twin, signer=signer)
    hide = (
        *("redact", entry, *hidden),
        *("--class", "cybersecurity", "--justification", "how filtering failed is not mended everywhere"),
        *("--review-by", "2027-12-31", "--authority", "rso", "--material", "--key", "rso-bea"),
    )
    if hidden:
        ran = lab.run(*hide, now=SUBMITTED)
        assert ran.code == 0, ran.err
    return lab


def act(
    lab: Lab,
    *arguments: object,
    now: datetime | Callable[[], datetime] = SUBMITTED,
    key: str = "rso-bea",
    code: int = 0,
) -> Ran:
    """Run one act of `ruleout review`, with the exit code that it must end with."""
    ran = lab.run("review", *arguments, "--key", key, now=now)
    assert ran.code == code, (ran.code, ran.text, ran.err)
    return ran


def opened(lab: Lab, *reviewers: dict[str, Any], **fields: Any) -> Lab:
    """A lab whose review is open."""
    with_report(lab)
    write(lab.record / "reviews" / "spring-report.yaml", review_file(*reviewers, **fields))
    act(lab, "open", "spring-report")
    return lab


def approve(lab: Lab, reviewer: str = "evals-institute", **given: Any) -> Ran:
    """Let the Trust approve a reviewer."""
    return act(lab, "approve", "spring-report", "--reviewer", reviewer, "--role", "ltbt", key="secretary-cal", **given)


def packaged(lab: Lab) -> Path:
    """A lab whose one reviewer has a package of the whole report; its path."""
    opened(lab)
    act(lab, "assign", "spring-report", "--reviewer", "evals-institute")
    approve(lab)
    path = lab.folder / "package.html"
    act(lab, "package", "spring-report", path, "--reviewer", "evals-institute", now=SHARED)
    return path


def answered(lab: Lab, package: Path, name: str = "answers", **fields: Any) -> Path:
    """The answers file that these words make for a package."""
    path = lab.folder / f"{name}.json"
    given = write(lab.folder / f"{name}.yaml", words(**fields))
    ran = lab.run("review", "answer", package, given, "--write", path, now=ANSWERED)
    assert ran.code == 0, ran.err
    return path
