# SPDX-License-Identifier: Apache-2.0
"""What an auditor walks through: every measurement and how it stands, every object kept, every key and its roles (A-10)."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.accountability.reporting.fact import Fact
from ruleout.app.evidence.listing import Wanted, list_evidence
from ruleout.app.publication.context import Context, Source, titled
from ruleout.app.publication.sources.said import field_text
from ruleout.ledger import EntryType


def _evaluations(ask: Context) -> Iterator[Fact]:
    for one in list_evidence(ask.record, Wanted(), at=ask.at):
        summary = one.receipt.summary
        if not ask.models or summary.model in ask.models:
            values = {
                "task": summary.task,
                "model": summary.model,
                "evaluated": summary.evaluated[:10],
                "tool": f"{summary.tool} {summary.tool_version}".strip(),
                "attempts": str(sum(count for _, count in summary.states)),
                "log": summary.digest,
                "standing": one.standing,
            }
            yield Fact(entries=(one.receipt.entry,), values=values, about=(summary.model, summary.task))


def _data_room(ask: Context) -> Iterator[Fact]:
    """One row for each object, under the first entry that names it; what an entry discloses is counted with its decoys."""
    seen: set[str] = set()
    for entry in ask.record.entries:
        for ref in entry.content.refs:
            if ref.sha256 not in seen:
                seen.add(ref.sha256)
                values = {
                    "what": ref.name,
                    "of": entry.content.type.value,
                    "bytes": str(ref.size),
                    "sha-256": ref.sha256,
                }
                yield Fact(entries=(entry.content.id,), values=values, about=(ref.name,))


def _roles(ask: Context) -> Iterator[Fact]:
    """Keys by their names, which are no persons' names; the last entry about a key counts."""
    last = {field_text(entry, "vkey"): entry for entry in ask.record.of_type(EntryType.KEY)}
    for vkey, entry in last.items():
        values = {
            "key": vkey.partition("+")[0],
            "roles": field_text(entry, "roles"),
            "from": field_text(entry, "from")[:10],
            "until": field_text(entry, "until")[:10],
        }
        yield Fact(entries=(entry.content.id,), values=values, about=(values["key"],))


EVALUATIONS = Source(
    says="Every measurement of the models that are covered (of all models where none is named), and how it stands.",
    columns=titled("task model evaluated tool attempts log standing"),
    read=_evaluations,
    words="summary",
    headers=frozenset({"log", "standing"}),
)
DATA_ROOM = Source(
    says="Every object that the record names, by digest: files, logs, measurements, decisions.",
    columns=titled("what of bytes sha-256"),
    read=_data_room,
)
ROLES = Source(
    says="Every key of the record and the roles of whoever holds it.",
    columns=titled("key roles from until"),
    read=_roles,
)
