# SPDX-License-Identifier: Apache-2.0
"""The shape of an evaluations file (see docs/guide/evaluate.md): the tasks that stand for evaluations.

There is no field that picks or limits samples: a part of a data set is not the evaluation (E-2).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ruleout.documents.fields import Doc, Line, Number, Says, Whole

Arguments = Annotated[dict[Line, Any], Field(max_length=50)]


class GenerateDoc(Doc):
    """How the model is asked, as far as the task leaves it open."""

    temperature: Number | None = None
    top_p: Number | None = None
    max_tokens: Annotated[Whole, Field(ge=1, le=10_000_000)] | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    reasoning_tokens: Annotated[Whole, Field(ge=1, le=10_000_000)] | None = None
    system_message: Says | None = None


class EvaluationDoc(Doc):
    """The run of one evaluation: `task` is `folder/file.py@name` below the file's folder, and so is `solver`.

    `elicitation` says in words what the run makes of the model; `epochs` is how often each sample is tried.
    """

    task: Line
    task_args: Arguments | None = None
    solver: Line | None = None
    solver_args: Arguments | None = None
    elicitation: Line | None = None
    epochs: Annotated[Whole, Field(ge=1, le=1000)] | None = None
    generate: GenerateDoc | None = None
    note: Says | None = None


class EvaluationsDoc(Doc):
    """An evaluations file: evaluations by the name that frameworks and cases give them."""

    evaluations: Annotated[dict[Line, EvaluationDoc], Field(min_length=1, max_length=500)]
