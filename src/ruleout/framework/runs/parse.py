# SPDX-License-Identifier: Apache-2.0
"""Bytes of an evaluations file -> runs, and the demands of indicators that they do not meet.

What an indicator requires wins: a run with another elicitation or fewer tries is a problem of the file, found before
anything is run. What only the log can tell (task version, number of samples) is checked on the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ruleout.documents.findings import Findings
from ruleout.documents.places import Document, Path, in_file_order
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import Problem
from ruleout.framework.runs.document import EvaluationDoc, EvaluationsDoc, GenerateDoc
from ruleout.model.run import Demand, Run

_STEP = r"[A-Za-z0-9_][A-Za-z0-9_. -]*"
_IN_FILE = re.compile(rf"{_STEP}(?:/{_STEP})*\.py@[A-Za-z_][A-Za-z0-9_]*")
_SECTION = "evaluations"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationsFile:
    """An evaluations file as read: its runs, and where each thing stands in it."""

    document: Document
    runs: tuple[Run, ...]

    def run_of(self, evaluation: str) -> Run | None:
        """Return how an evaluation is run, None if the file does not say."""
        return next((run for run in self.runs if run.evaluation == evaluation), None)


def parse_evaluations(data: bytes, *, file: str) -> EvaluationsFile:
    """Return what an evaluations file says. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: D-2; ADR 0003, ADR 0016.
    """
    # Names of evaluations and of arguments are other people's: they may hold capitals, spaces and underscores.
    document = read_yaml(data, file=file, own_keys=False)
    doc = validate(EvaluationsDoc, document)
    findings = Findings(document)
    for name, entry in doc.evaluations.items():
        _check_path(entry.task, (_SECTION, name, "task"), findings)
        if entry.solver is not None:
            _check_path(entry.solver, (_SECTION, name, "solver"), findings)
        if entry.solver_args is not None and entry.solver is None:
            hint = "Add `solver:`, or delete them: the task's own solver takes the task's arguments."
            at = (_SECTION, name, "solver-args")
            findings.note("R002", at, expected="solver beside solver-args", got="none", hint=hint, key=True)
    findings.raise_any()
    return EvaluationsFile(document=document, runs=tuple(_run(name, entry) for name, entry in doc.evaluations.items()))


def unmet_demands(file: EvaluationsFile, demands: Iterable[Demand]) -> tuple[Problem, ...]:
    """Return a problem for each demand that the file's run would not meet, in file order.

    Pure. An evaluation that the file does not name has none.

    Source: D-2, E-5.
    """
    problems = []
    for demand in demands:
        run = file.run_of(demand.evaluation)
        if run is not None:
            problems += _unmet(run, demand, file.document)
    return in_file_order(problems)


def _check_path(text: str, path: Path, findings: Findings) -> None:
    if not _IN_FILE.fullmatch(text):
        hint = "Write folder/file.py@name, with plain names and slashes."
        expected = "a Python file below this file's folder and a name in it"
        findings.note("R001", path, expected=expected, got=repr(text[:50]), hint=hint)


def _run(name: str, doc: EvaluationDoc) -> Run:
    return Run(
        evaluation=name,
        task=doc.task,
        task_args=tuple((doc.task_args or {}).items()),
        solver=doc.solver or "",
        solver_args=tuple((doc.solver_args or {}).items()),
        generate=_settings(doc.generate),
        elicitation=doc.elicitation or "",
        epochs=doc.epochs,
    )


def _settings(doc: GenerateDoc | None) -> tuple[tuple[str, object], ...]:
    if doc is None:
        return ()
    names = GenerateDoc.model_fields
    return tuple((name, value) for name in names if (value := getattr(doc, name)) is not None)


def _unmet(run: Run, demand: Demand, document: Document) -> list[Problem]:
    at: Path = (_SECTION, run.evaluation)
    if len(demand.elicitations) > 1:
        wanted = " and ".join(repr(text) for text in demand.elicitations)
        hint = "Give the indicators evaluations of different names: one run cannot be both."
        where = document.place(at, key=True)
        return [Problem(id="R003", where=where, expected="indicators that agree on elicitation", got=wanted, hint=hint)]
    problems = []
    # As `accept` compares them: as they stand, without the space around them.
    if demand.elicitations and run.elicitation.strip() != demand.elicitations[0].strip():
        where = document.place((*at, "elicitation") if run.elicitation else at, key=not run.elicitation)
        got = repr(run.elicitation) if run.elicitation else "none stated"
        hint = "Set the run up as the indicator requires, then state it in these words."
        wanted = f"elicitation {demand.elicitations[0]!r}, as the indicator requires"
        problems.append(Problem(id="R004", where=where, expected=wanted, got=got, hint=hint))
    if demand.repeats is not None and run.epochs is not None and run.epochs < demand.repeats:
        where = document.place((*at, "epochs"))
        wanted = f"at least {demand.repeats} epochs, as the indicator requires"
        hint = "Raise it, or delete it: the indicator's number is then taken."
        problems.append(Problem(id="R005", where=where, expected=wanted, got=str(run.epochs), hint=hint))
    return problems
