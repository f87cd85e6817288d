# SPDX-License-Identifier: Apache-2.0
"""What `ruleout report` shows beside documents: what is missing, which there are, which kinds and sources. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ruleout.accountability.reporting.kind import Kind
from ruleout.errors import Problem
from ruleout.ledger import LedgerEntry
from ruleout.reports.page import Line, bullets, labelled


def missing_page(problems: Sequence[Problem], *, width: int) -> list[Line]:
    """Return everything that keeps a document from being published, each with its place and what to do."""
    lines: list[Line] = []
    for one in problems:
        lines += [Line(f"{one.where}: {one.id}", "title")]
        lines += labelled("  expected", one.expected, width=width)
        lines += labelled("  got", one.got, width=width, tone="bad")
        lines += labelled("  next", one.hint, width=width, tone="dim")
    told = f"{len(problems)} missing or wrong; nothing was published"
    return lines + labelled("summary", told, width=width, tone="bad")


def missing_value(problems: Iterable[Problem]) -> dict[str, object]:
    """Return the same as a JSON value."""
    return {"published": False, "problems": [problem_value(one) for one in problems]}


def problem_value(one: Problem) -> dict[str, object]:
    """Return one problem as a JSON value."""
    where = {"file": one.where.file, "line": one.where.line, "column": one.where.column, "path": one.where.path}
    return {"id": one.id, "where": where, "expected": one.expected, "got": one.got, "hint": one.hint}


def reports_page(entries: Iterable[LedgerEntry], *, width: int) -> list[Line]:
    """Return the documents of a record, one line each."""
    lines: list[Line] = []
    for entry in entries:
        subject = entry.content.subject
        told = f"{subject['kind']} of {subject['published']}, covers up to {subject['covers']} ({entry.content.id})"
        lines += labelled(str(subject["report"]), told, width=width)
    return lines or [Line("no document in the record", "dim")]


def reports_value(entries: Iterable[LedgerEntry]) -> dict[str, object]:
    """Return the same as a JSON value."""
    return {
        "reports": [
            {
                "entry": entry.content.id,
                "index": entry.index,
                **{name: list(v) if isinstance(v, tuple) else v for name, v in entry.content.subject.items()},
            }
            for entry in entries
        ]
    }


def kinds_page(kinds: Iterable[Kind], sources: Mapping[str, str], *, width: int) -> list[Line]:
    """Return the kinds of documents, or the sources that their files may name."""
    lines: list[Line] = []
    for kind in kinds:
        lines += labelled(kind.id, f"{kind.doc.title}: {kind.doc.law}", width=width)
        lines += bullets(
            "  for", (f"{name}: {says}" for name, says in kind.doc.audiences.items()), width=width, tone="dim"
        )
    for name, says in sources.items():
        lines += labelled(name, says, width=width)
    return lines


def kinds_value(kinds: Iterable[Kind], sources: Mapping[str, str]) -> dict[str, object]:
    """Return the same as a JSON value."""
    found = [
        {
            "kind": k.id,
            "title": k.doc.title,
            "law": k.doc.law,
            "regime": k.doc.regime,
            "audiences": {str(name): says for name, says in k.doc.audiences.items()},
        }
        for k in kinds
    ]
    return {"kinds": found, "sources": dict(sources)}
