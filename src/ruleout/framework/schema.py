# SPDX-License-Identifier: Apache-2.0
"""JSON Schema of framework, case and evaluations files, for editors. It knows the shape, not the meaning: the parser decides.

Deterministic: made from the shapes' own classes, titles and descriptions from their docstrings.
"""

from __future__ import annotations

from typing import Any, Literal

from ruleout.documents.fields import Doc
from ruleout.framework.case_document import CaseDoc
from ruleout.framework.framework_document import FrameworkDoc
from ruleout.framework.runs.document import EvaluationsDoc

Kind = Literal["framework", "case", "evaluations"]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SHAPES: dict[Kind, type[Doc]] = {"framework": FrameworkDoc, "case": CaseDoc, "evaluations": EvaluationsDoc}


def json_schema(kind: Kind) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one kind of file, as JSON values. Pure."""
    return schema_of(_SHAPES[kind], kind)


def schema_of(shape: type[Doc], kind: str) -> dict[str, Any]:
    """Return the JSON Schema of any shape of document under the name of its kind. Pure."""
    made = shape.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": DIALECT, "$id": f"ruleout-{kind}.schema.json", **made}
