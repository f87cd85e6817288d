# SPDX-License-Identifier: Apache-2.0
"""Bytes of a change log -> the change log. Whether it tells the truth is for whoever has both versions."""

from __future__ import annotations

from ruleout.accountability.change_log.document import AnnouncedChangeDoc, ChangeLogDoc
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.change_log import AnnouncedChange, ChangeLog


def parse_change_log(data: bytes, *, file: str) -> ChangeLog:
    """Return the change log of a file. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: D-15.
    """
    document = read_yaml(data, file=file)
    doc = validate(ChangeLogDoc, document)
    findings = Findings(document)
    _check_versions(doc, findings)
    _check_changes(doc, findings)
    findings.raise_any()
    return ChangeLog(
        framework=doc.changes_of, old=doc.from_, new=doc.to, changes=tuple(_change(change) for change in doc.changes)
    )


def _change(doc: AnnouncedChangeDoc) -> AnnouncedChange:
    return AnnouncedChange(
        clauses=doc.clauses,
        kind=doc.kind,
        how=doc.how,
        why=doc.why,
        material=doc.material,
        called_by=doc.called_by,
        called_on=doc.called_on,
    )


def _check_versions(doc: ChangeLogDoc, findings: Findings) -> None:
    if doc.from_ == doc.to:
        hint = "A text that differs needs a version of its own."
        findings.note("K001", ("to",), expected=f"another version than {doc.from_}", got=doc.to, hint=hint)


def _check_changes(doc: ChangeLogDoc, findings: Findings) -> None:
    """Each clause stands in one change, and what asks less is material: no call makes it otherwise."""
    seen: dict[str, int] = {}
    for index, change in enumerate(doc.changes):
        for at, clause in enumerate(change.clauses):
            if clause in seen:
                got = f"{clause!r}, which is also in entry {seen[clause]}"
                hint = "Tell all that became of a clause in one change; mixed, it is weakened."
                findings.note("K002", ("changes", index, "clauses", at), expected="a clause once", got=got, hint=hint)
            seen.setdefault(clause, index)
        if change.kind.is_less and not change.material:
            hint = "A change that asks less is material; write `material: true`."
            at_call = ("changes", index, "material")
            findings.note("K003", at_call, expected=f"true for {change.kind.value}", got="false", hint=hint)
