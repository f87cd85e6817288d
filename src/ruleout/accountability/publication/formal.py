# SPDX-License-Identifier: Apache-2.0
"""What forbids a publication before any clause is looked at: labels, predecessors, change log, document, days (D-15, A-3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ruleout.accountability.publication.needs import Governing, first_day, last_day
from ruleout.accountability.publication.standing import History, other_bytes
from ruleout.model.change_log import ChangeLog
from ruleout.model.framework import ChangeProcedure, Framework
from ruleout.model.publication import Refusal

#: The refusal of a document that the framework file does not name.
OTHER_DOCUMENT = "other-document"


def governing_of(new: Framework, governs: Framework | None) -> Governing:
    """Return what governs a change: the procedure of the version in force; the new text's where that one has none. Pure.

    Args:
        new: the new version.
        governs: the version in force; None for a first version, which no procedure governs.
    """
    if governs is None:
        return Governing(procedure=None)
    return Governing(procedure=governs.changes or new.changes, roles=frozenset(dict(governs.roles)))


def formal_refusals(
    new: Framework, old: Framework | None, log: ChangeLog | None, history: History, *, document: str
) -> Iterator[Refusal]:
    """Yield what the parts of a publication say against each other and against the record. Pure.

    Args:
        new, old: the versions; `old` None for a first one.
        log: the change log; None if there is none.
        history: of the framework, as the record has it.
        document: SHA-256 (hex) of the document handed in; "" for none.
    """
    kept = other_bytes(history.counting(), new.id.version, new.digest)
    if kept is not None:
        was = f"{kept.parts.framework[:12]} ({kept.entry})"
        yield _no("same-label", f"{new.id} is in the record with other bytes: {was}, got {new.digest[:12]}")
    if document and document != new.document.sha256:
        named = new.document.sha256[:12]
        yield _no(OTHER_DOCUMENT, f"the framework file names the document {named}, got {document[:12]}")
    before = "" if old is None else old.id.version
    if new.supersedes != before:
        stated, latest = new.supersedes or "nothing", before or "none"
        yield _no("other-predecessor", f"the file takes the place of {stated}; the record's latest version is {latest}")
    if old is not None:
        yield from _log_refusals(new, old, log)


def _log_refusals(new: Framework, old: Framework, log: ChangeLog | None) -> Iterator[Refusal]:
    if log is None:
        yield _no("no-change-log", f"{new.id} takes the place of {old.id} and has no change log")
    elif (log.framework, log.old, log.new) != (new.id.name, old.id.version, new.id.version):
        expected = f"{new.id.name} {old.id.version} to {new.id.version}"
        got = f"{log.framework} {log.old} to {log.new}"
        yield _no("other-versions", f"expected a change log of {expected}, got {got}")


def refusals_of_days(
    new: Framework,
    old: Framework | None,
    log: ChangeLog | None,
    *,
    procedure: ChangeProcedure | None,
    announced: datetime,
    at: datetime,
) -> Iterator[Refusal]:
    """Yield why a version cannot take effect on its day, and calls that are dated later than now. Pure.

    Args:
        new, old: the versions; `old` None for a first one, which may have taken effect before it was recorded.
        log: the change log; None if there is none.
        procedure: that governs the change; None if none does.
        announced: aware instant of the announcement.
        at: aware instant of the act.
    """
    for change in () if log is None else log.changes:
        if change.called_on > at.date():
            says = f"{', '.join(change.clauses)}: the call is dated {change.called_on}, which is to come"
            yield _no("called-later", says, change.clauses)
    if old is None:
        return
    if new.effective <= old.effective:
        yield _no("effective-too-early", f"it takes effect on {new.effective}, not after {old.id} ({old.effective})")
    last = last_day(procedure, new.effective)
    first = None if procedure is None else first_day(procedure, announced)
    if at.date() > last:
        yield _no("too-late", f"it had to be public by {last} to take effect on {new.effective}; state a later day")
    elif first is not None and first > last:
        yield _no(
            "too-soon", f"its notice is over on {first}, and to take effect on {new.effective} it is public by {last}"
        )


def _no(id_: str, says: str, clauses: tuple[str, ...] = ()) -> Refusal:
    return Refusal(id=id_, says=says, clauses=clauses)
