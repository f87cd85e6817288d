# SPDX-License-Identifier: Apache-2.0
"""What a lint rule is and what it finds.

A rule looks at one kind of subject and yields where something is amiss and what. Its id, severity, title and hint never
depend on the file, so that they can be documented once. Rules never raise and never change what they look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ruleout.documents.places import Path
from ruleout.errors import Place


class Severity(Enum):
    """ERROR: the file contradicts itself or cannot do what it says. WARNING: worth a look, may be meant."""

    ERROR = "error"
    WARNING = "warning"


class Subject(Enum):
    """What a rule looks at."""

    FRAMEWORK = "framework"
    CASE = "case"
    WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True)
class At:
    """Where something is amiss and what, in one sentence. `file` is for workspaces, where findings lie in many files."""

    path: Path
    says: str
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One lint rule. `look` takes a FrameworkText, CaseText or WorkspaceView, as `subject` says. Pure."""

    id: str
    subject: Subject
    severity: Severity
    title: str
    hint: str
    look: Callable[[Any], Iterator[At]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding of one rule: the stable id, how bad, where, what is amiss, what to do."""

    id: str
    severity: Severity
    where: Place
    says: str
    hint: str

    def __str__(self) -> str:
        return f"{self.where}: {self.id} at {self.where.path}: {self.says}. Hint: {self.hint}"
