# SPDX-License-Identifier: Apache-2.0
"""Versions of frameworks as they were published: texts by digest, announced changes with reasons, acts, thresholds (A-10)."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.accountability.change_log.parse import parse_change_log
from ruleout.accountability.publication.standing import PUBLISH
from ruleout.accountability.reporting.fact import Fact
from ruleout.app.change_control.history import CHANGE_LOG, FRAMEWORK
from ruleout.app.publication.context import Context, Source, titled
from ruleout.app.publication.sources.said import field_text
from ruleout.framework import parse_framework
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.publication import ChangeAct

_ACTS = {act.value: act.value.removesuffix("-framework") for act in ChangeAct}


def _published(ask: Context) -> Iterator[tuple[LedgerEntry, str]]:
    """The publications of the version that a document is about; of every one where it is about none."""
    for entry in ask.record.of_type(EntryType.FRAMEWORK):
        if field_text(entry, "act") == PUBLISH:
            name = f"{field_text(entry, 'framework')}@{field_text(entry, 'version')}"
            if ask.framework in ("", name):
                yield entry, name


def _digest(entry: LedgerEntry, part: str) -> str:
    return next((ref.sha256 for ref in entry.content.refs if ref.name == part), "")


def _publications(ask: Context) -> Iterator[Fact]:
    for entry, name in _published(ask):
        values = {
            "version": name,
            "supersedes": field_text(entry, "supersedes"),
            "published": entry.content.ts[:10],
            "effective": field_text(entry, "effective"),
            "framework-file": _digest(entry, FRAMEWORK),
            "document": field_text(entry, "document"),
        }
        yield Fact(entries=(entry.content.id,), values=values, about=(name, name.partition("@")[0]))


def _announced(ask: Context) -> Iterator[Fact]:
    """What the change logs say, and why; a comparison has found nothing that they leave out (D-15)."""
    for entry, name in _published(ask):
        digest = _digest(entry, CHANGE_LOG)
        log = parse_change_log(ask.record.object(digest), file=entry.content.id) if digest else None
        for change in () if log is None else log.changes:
            values = {
                "clauses": ", ".join(change.clauses),
                "kind": change.kind.value,
                "how": " ".join(change.how.split()),
                "why": " ".join(change.why.split()),
                "material": "yes" if change.material else "no",
                "called-by": change.called_by,
                "called-on": change.called_on.isoformat(),
            }
            yield Fact(entries=(entry.content.id,), values=values, about=(name, *change.clauses))


def _acts(ask: Context) -> Iterator[Fact]:
    wanted = {f"framework/{name}" for _, name in _published(ask)}
    for entry in ask.record.of_type(EntryType.APPROVAL):
        of = field_text(entry, "decision")
        if of in wanted and field_text(entry, "act") in _ACTS:
            values = {
                "role": field_text(entry, "role"),
                "act": _ACTS[field_text(entry, "act")],
                "on": entry.content.ts[:10],
            }
            yield Fact(entries=(entry.content.id,), values=values, about=(of.removeprefix("framework/"),))


def _thresholds(ask: Context) -> Iterator[Fact]:
    for entry, name in _published(ask):
        framework = parse_framework(ask.record.object(_digest(entry, FRAMEWORK)), file=entry.content.id)
        for one in framework.thresholds:
            values = {
                "threshold": one.clause.id,
                "title": one.title,
                "says": one.clause.says,
                "section": one.clause.section,
            }
            yield Fact(entries=(entry.content.id,), values=values, about=(one.clause.id, name))


PUBLICATIONS = Source(
    says="Every published version of a framework, by the digests of its file and its document.",
    columns=titled("version supersedes published effective framework-file document"),
    read=_publications,
)
ANNOUNCED = Source(
    says="Every change that the change logs of published versions announce, with its reason and who called it material.",
    columns=titled("clauses kind how why material called-by called-on"),
    read=_announced,
    words=CHANGE_LOG,
)
ACTS = Source(
    says="Acts over published versions: proposed, consulted, notified, approved, refused.",
    columns=titled("role act on"),
    read=_acts,
)
THRESHOLDS = Source(
    says="The thresholds of published versions.",
    columns=titled("threshold title says section"),
    read=_thresholds,
    words=FRAMEWORK,
)
