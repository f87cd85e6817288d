# SPDX-License-Identifier: Apache-2.0
"""Lint rules for frameworks, cases and workspaces: what a sound file may still get wrong. Pure.

`CHECKS` lists every rule; each has an id that never changes its meaning and a section in docs/reference/checks.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.documents.places import path_text
from ruleout.errors import Place
from ruleout.framework.checks import case_dates, case_statements, gates, text, thresholds, workspace
from ruleout.framework.checks.finding import At, Check, Finding, Severity, Subject
from ruleout.framework.checks.subjects import (
    CaseFileView,
    CaseText,
    FrameworkFileView,
    FrameworkText,
    KeyView,
    WorkspaceView,
)

__all__ = [
    "CHECKS",
    "CaseFileView",
    "CaseText",
    "Check",
    "Finding",
    "FrameworkFileView",
    "FrameworkText",
    "KeyView",
    "Severity",
    "Subject",
    "WorkspaceView",
    "lint",
]

CHECKS: tuple[Check, ...] = (
    *thresholds.CHECKS,
    *gates.CHECKS,
    *text.CHECKS,
    *case_dates.CHECKS,
    *case_statements.CHECKS,
    *workspace.CHECKS,
)

_SUBJECTS = {FrameworkText: Subject.FRAMEWORK, CaseText: Subject.CASE, WorkspaceView: Subject.WORKSPACE}


def lint(subject: FrameworkText | CaseText | WorkspaceView, checks: tuple[Check, ...] = CHECKS) -> tuple[Finding, ...]:
    """Return what the rules find in one subject, in file order. Pure; never raises on a value of the model.

    Args:
        subject: a framework or case with the places of its parts, or a workspace.
        checks: the rules to apply; those for other subjects are passed over.
    """
    kind = _SUBJECTS[type(subject)]
    found = [
        Finding(id=check.id, severity=check.severity, where=_place(subject, at), says=at.says, hint=check.hint)
        for check in checks
        if check.subject is kind
        for at in _once(check.look(subject))
    ]
    return tuple(sorted(found, key=lambda f: (f.where.file, f.where.line, f.where.column, f.id)))


def _once(found: Iterator[At]) -> tuple[At, ...]:
    return tuple(dict.fromkeys(found))


def _place(subject: FrameworkText | CaseText | WorkspaceView, at: At) -> Place:
    if isinstance(subject, WorkspaceView):
        return Place(file=at.file, path=path_text(at.path))
    return subject.document.place(at.path, key=True)
