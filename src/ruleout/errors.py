# SPDX-License-Identifier: Apache-2.0
"""One exception tree and the `Problem` value.

A *problem* is a defect in what a user wrote: a value, collected, all of a file's problems reported at once. A
`RuleoutError` is an expected failure of an operation. Anything else is our own bug and is never caught in the core.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where something stands: file, 1-based line and column, and the path inside the document (`$.gates.train[0]`)."""

    file: str
    line: int = 1
    column: int = 1
    path: str = "$"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A defect of a user's file: where, what was expected, what was found, what to do next.

    `id` is stable and documented in docs/reference/problems.md. `expected` and `got` are one line each; `hint` is one
    imperative sentence. Source: style guide §4.
    """

    id: str
    where: Place
    expected: str
    got: str
    hint: str

    def __str__(self) -> str:
        return (
            f"{self.where}: {self.id} at {self.where.path}: expected {self.expected}, got {self.got}. Hint: {self.hint}"
        )


class RuleoutError(Exception):
    """An expected failure of an operation; `hint` says what to do next. `code` is stable."""

    code = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class BadInput(RuleoutError):
    """A user's files hold problems; `problems` lists all of them, in file order."""

    code = "bad-input"

    def __init__(self, problems: tuple[Problem, ...], *, hint: str = "") -> None:
        files = sorted({p.where.file for p in problems})
        super().__init__(f"{len(problems)} problem{'s' * (len(problems) != 1)} in {', '.join(files)}", hint=hint)
        self.problems = problems


class UnreadableLog(RuleoutError):
    """An evaluation log cannot be read as evidence; `reason` is a stable word, `name` the log's.

    Names and details quote the log, which is anybody's: what cannot be printed becomes a space.
    """

    code = "unreadable-log"

    def __init__(self, name: str, reason: str, detail: str, *, hint: str = "") -> None:
        name, detail = ("".join(c if c.isprintable() else " " for c in text) for text in (name, detail))
        super().__init__(f"{name}: {reason}: {detail}", hint=hint)
        self.name, self.reason, self.detail = name, reason, detail


class LedgerError(RuleoutError):
    """The ledger refuses or cannot do an operation: damaged, locked, missing, or the disk failed."""

    code = "ledger"


class VerificationFailed(RuleoutError):
    """A signature, proof or digest does not hold; `check` names the step that failed."""

    code = "verification"

    def __init__(self, check: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{check}: {message}", hint=hint)
        self.check = check


class KeyUnavailable(RuleoutError):
    """A key is missing, of the wrong role, or cannot be unlocked."""

    code = "key"


class NotFound(RuleoutError):
    """A framework, case, workspace or entry that was named does not exist."""

    code = "not-found"
