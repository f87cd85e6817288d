# SPDX-License-Identifier: Apache-2.0
"""Versions of frameworks in the record, and what their own change logs say."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.accountability.publication.standing import ANNOUNCE
from ruleout.accountability.reporting.fact import Fact
from ruleout.app.change_control.history import FRAMEWORK
from ruleout.app.publication.context import Context, Source, titled
from ruleout.framework import parse_framework
from ruleout.ledger import EntryType
from ruleout.model.framework import Framework


def _frameworks(ask: Context) -> Iterator[tuple[str, str, Framework]]:
    """The last entry of each version, with the instant at which the record first had it."""
    first: dict[str, str] = {}
    last: dict[str, tuple[str, Framework]] = {}
    for entry in ask.record.of_type(EntryType.FRAMEWORK):
        if entry.content.subject.get("act") == ANNOUNCE:  # not published: it may never come
            continue
        framework = parse_framework(ask.record.object(entry.content.refs[0].sha256), file=entry.content.id)
        first.setdefault(str(framework.id), entry.content.ts)
        last[str(framework.id)] = (entry.content.id, framework)
    for name, (entry_id, framework) in last.items():
        yield entry_id, first[name], framework


def _versions(ask: Context) -> Iterator[Fact]:
    for entry, recorded, framework in _frameworks(ask):
        values = {
            "framework": framework.id.name,
            "version": framework.id.version,
            "title": framework.title,
            "effective": framework.effective.isoformat(),
            "recorded": recorded[:10],
        }
        yield Fact(entries=(entry,), values=values, about=(str(framework.id), framework.id.name))


def _changes(ask: Context) -> Iterator[Fact]:
    for entry, _, framework in _frameworks(ask):
        for change in framework.changelog:
            values = {
                "framework": str(framework.id),
                "clause": change.clause,
                "kind": change.kind,
                "says": change.says,
            }
            yield Fact(entries=(entry,), values=values, about=(str(framework.id), framework.id.name, change.clause))


VERSIONS = Source(
    says="Every version of a framework that the record holds.",
    columns=titled("framework version title effective recorded"),
    read=_versions,
    words=FRAMEWORK,
    headers=frozenset({"framework", "version", "recorded"}),
)
CHANGES = Source(
    says="What the change log of each version says.",
    columns=titled("framework clause kind says"),
    read=_changes,
    words=FRAMEWORK,
    headers=frozenset({"framework"}),
)
