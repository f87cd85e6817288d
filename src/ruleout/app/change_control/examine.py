# SPDX-License-Identifier: Apache-2.0
"""Hold a new version against the one that the record has, and its change log against what differs (D-15).

The older text is the record's own bytes, never a file of the workspace: what was published is what is compared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ruleout.accountability.change_log.parse import parse_change_log
from ruleout.accountability.publication.digest import publication_digest
from ruleout.accountability.publication.formal import formal_refusals, governing_of, refusals_of_days
from ruleout.accountability.publication.needs import Governing
from ruleout.accountability.publication.standing import History
from ruleout.adapters.files import read_bounded
from ruleout.app.change_control.history import governing_framework, pinned_framework
from ruleout.app.compare import mapping_files
from ruleout.app.ledger import Record
from ruleout.app.sources import MOST_DOCUMENT_BYTES, FrameworkFile
from ruleout.app.workspace import Workspace
from ruleout.errors import RuleoutError
from ruleout.framework.mapping import parse_mapping
from ruleout.model.change_log import ChangeLog
from ruleout.model.framework import Framework
from ruleout.model.listed_clauses import clauses_of
from ruleout.model.publication import Parts, Pinned, Refusal

if TYPE_CHECKING:
    from ruleout.analysis.announced.differences import Differences
    from ruleout.analysis.compare.result import Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What is handed in: the framework file, its change log and document if there are any, each as bytes."""

    framework: FrameworkFile
    change_log: bytes = b""
    change_log_file: str = "change log"
    document: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A new version as it was looked at.

    Attributes:
        new: the new version.
        previous: pin of the version that it takes the place of; None for a first version.
        old: that version, from the record's own bytes.
        governing: what governs the change: the version in force does.
        log: its change log.
        mapping: bytes of the mapping file that relates the two; b"" if there is none.
        parts: everything by digest.
        digest: one digest over all of it.
        comparison: of the two versions; None for a first one.
        found: what differs; None for a first one.
        refusals: what forbids to publish it.
    """

    new: Framework
    previous: Pinned | None
    old: Framework | None
    governing: Governing
    log: ChangeLog | None
    mapping: bytes
    parts: Parts
    digest: str
    comparison: Comparison | None
    found: Differences | None
    refusals: tuple[Refusal, ...]

    @property
    def is_material(self) -> bool:
        """Whether a change in it was called material."""
        return self.log is not None and any(change.material for change in self.log.changes)


def examine(
    given: Submission,
    history: History,
    record: Record,
    workspace: Workspace,
    *,
    at: datetime,
    announced: datetime | None = None,
    timeout_s: int = 10,
) -> Examined:
    """Return how a new version stands to the record's latest one. Effect: reads objects and a mapping file.

    Args:
        given: what is handed in.
        history: of its framework, as the record has it.
        record: as proved.
        workspace: where a mapping file may stand.
        at: aware instant of the act.
        announced: when the same parts were announced; None if they were not yet.
        timeout_s: bound of each single question to the solver, seconds.

    Raises:
        BadInput: a file has problems.
        RuleoutError: the solver is not installed.

    Source: D-15.
    """
    new = given.framework.framework
    previous = history.without(new.id.version).latest()
    old = None if previous is None else pinned_framework(previous, record)
    log = parse_change_log(given.change_log, file=given.change_log_file) if given.change_log else None
    governing = governing_of(new, governing_framework(history, new.id.version, record, at=at))
    mapping = b"" if old is None else _mapping(old, new, workspace)
    parts = _parts(given, mapping, previous)
    comparison, found, silent = (
        (None, None, ()) if old is None else held_against(old, new, log, mapping, timeout_s=timeout_s)
    )
    return Examined(
        new=new,
        previous=previous,
        old=old,
        governing=governing,
        log=log,
        mapping=mapping,
        parts=parts,
        digest=publication_digest(new.id.name, new.id.version, parts),
        comparison=comparison,
        found=found,
        refusals=(
            *formal_refusals(new, old, log, history, document=sha256_of(given.document)),
            *refusals_of_days(new, old, log, procedure=governing.procedure, announced=announced or at, at=at),
            *silent,
        ),
    )


def _parts(given: Submission, mapping: bytes, previous: Pinned | None) -> Parts:
    return Parts(
        framework=given.framework.framework.digest,
        change_log=sha256_of(given.change_log),
        mapping=sha256_of(mapping),
        document=given.framework.framework.document.sha256,
        previous="" if previous is None else previous.parts.framework,
    )


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 (hex) of a part; "" for a part that there is not. Pure."""
    return hashlib.sha256(data).hexdigest() if data else ""


def _mapping(old: Framework, new: Framework, workspace: Workspace) -> bytes:
    wanted = old.id.version, new.id.version
    for one in mapping_files(new.id.name, workspace):
        if (one.old, one.new) == wanted:
            return read_bounded(one.path, limit_bytes=MOST_DOCUMENT_BYTES, what="mapping file")
    return b""


def held_against(
    old: Framework, new: Framework, log: ChangeLog | None, mapping: bytes, *, timeout_s: int
) -> tuple[Comparison, Differences, tuple[Refusal, ...]]:
    """Return how two versions compare, what differs, and what a change log does not tell as it is. Pure.

    Raises:
        BadInput: the mapping has problems.
        RuleoutError: the solver is not installed.
    """
    try:
        # The solver is an optional part of the installation and costs a tenth of a second: only these verbs load it.
        from ruleout.analysis.announced.differences import differences  # noqa: PLC0415
        from ruleout.analysis.announced.judge import refusals  # noqa: PLC0415
        from ruleout.analysis.compare.joint import Step  # noqa: PLC0415
        from ruleout.analysis.compare.versions import compare  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise RuleoutError("publishing a change needs the solver z3", hint="Install the package z3-solver.") from error
    related = (
        parse_mapping(mapping, file=f"{old.id.version}--{new.id.version}.yaml", old=old, new=new) if mapping else None
    )
    comparison = compare((Step(old, new, related),), timeout_ms=timeout_s * 1000)
    found = differences(old, new, comparison)
    known = frozenset(one.id for version in (old, new) for one in clauses_of(version))
    roles = frozenset(role for version in (old, new) for role, _ in version.roles)
    return comparison, found, refusals(found, log, known=known, roles=roles)
