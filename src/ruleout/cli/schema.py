# SPDX-License-Identifier: Apache-2.0
"""`ruleout schema`: JSON Schema of the files people write, for editors, and of our in-toto predicates, for readers."""

from __future__ import annotations

import json
from enum import Enum
from typing import Annotated, Any

import typer

from ruleout.accountability.reporting.twin import publication_schema
from ruleout.accountability.schema import SHAPES
from ruleout.cli.output import show_bytes
from ruleout.framework.schema import json_schema, schema_of
from ruleout.reports.interop.in_toto.schemas import predicate_schema
from ruleout.serving.monitoring.reviewed import ReviewedDoc
from ruleout.serving.monitoring.watches import WatchesDoc
from ruleout.serving.tools.document import ToolRulesDoc

_PREDICATE = "predicate-"


class Shape(Enum):
    """The kinds of file that have a schema, and our predicates of in-toto statements."""

    FRAMEWORK = "framework"
    CASE = "case"
    EVALUATIONS = "evaluations"
    REQUEST = "request"
    REQUEST_ANSWER = "request-answer"
    REQUEST_FORUM = "request-forum"
    REQUESTS_POLICY = "requests-policy"
    REVIEW = "review"
    REVIEW_RULES = "review-rules"
    REVIEW_WORDS = "review-words"
    ROADMAP = "roadmap"
    GRADE = "grade"
    UPDATES = "updates"
    CHANGE_LOG = "change-log"
    CONCERN = "concern"
    CONCERN_RULES = "concern-rules"
    DEVIATION = "deviation"
    INCIDENT = "incident"
    INCIDENT_REGIME = "incident-regime"
    DUTIES = "duties"
    CADENCE = "cadence"
    REPORT = "report"
    SHEET = "sheet"
    PUBLICATION_KIND = "publication-kind"
    PUBLICATION = "publication"
    PREDICATE_EVALUATION = "predicate-evaluation"
    PREDICATE_DECISION = "predicate-decision"
    PREDICATE_APPROVAL = "predicate-approval"
    PREDICATE_REVIEW = "predicate-review"
    PERMIT = "permit"
    TOOL_RULES = "tool-rules"
    WATCHES = "watches"
    REVIEWED = "reviewed"


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("schema")(command)


def command(kind: Annotated[Shape, typer.Argument(help="Which file.")]) -> None:
    """Print the JSON Schema of framework, case or evaluations files, of a register's, a published document, a predicate.

    Example: ruleout schema framework > framework.schema.json
    """
    schema = _made(kind)
    show_bytes(json.dumps(schema, indent=2, ensure_ascii=False).encode("utf-8"))


def _made(kind: Shape) -> dict[str, Any]:
    match kind:
        case Shape.FRAMEWORK | Shape.CASE | Shape.EVALUATIONS:
            return json_schema(kind.value)
        case Shape.PUBLICATION:
            return publication_schema()
        case Shape.WATCHES:
            return schema_of(WatchesDoc, kind.value)
        case Shape.REVIEWED:
            return schema_of(ReviewedDoc, kind.value)
        case Shape.TOOL_RULES:
            return schema_of(ToolRulesDoc, kind.value)
    if kind.value.startswith(_PREDICATE):
        return predicate_schema(kind.value.removeprefix(_PREDICATE))
    return schema_of(SHAPES[kind.value], kind.value)
