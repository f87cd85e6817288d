# SPDX-License-Identifier: Apache-2.0
"""What single entries say in their headers: approvals, determinations, safeguards, peer facts, withdrawals."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.accountability.reporting.fact import Fact
from ruleout.app.evidence.withdrawal import withdrawals_in
from ruleout.app.publication.context import Context, Source, titled
from ruleout.app.publication.holes import hole_in
from ruleout.ledger import EntryType, LedgerEntry


def field_text(entry: LedgerEntry, name: str) -> str:
    """Return a header field as text, "" where it is not stated; lists joined by commas. Pure."""
    value = entry.content.subject.get(name.replace("-", "_"), "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _last(kind: EntryType, key: str, columns: str, ask: Context) -> Iterator[Fact]:
    """The last entry on each thing in each case: what was said again stands in place of what was said before."""
    found = {
        (field_text(entry, "case"), field_text(entry, key), field_text(entry, "prong")): entry
        for entry in ask.record.of_type(kind)
    }
    for (case, thing, _), entry in found.items():
        values = {name: field_text(entry, name) for name in columns.split()}
        yield Fact(entries=(entry.content.id,), values=values, about=tuple(filter(None, (thing, case))))


def _approvals(ask: Context) -> Iterator[Fact]:
    for entry in ask.record.of_type(EntryType.APPROVAL):
        values = {
            "role": field_text(entry, "role"),
            "act": field_text(entry, "act"),
            "of": field_text(entry, "decision"),
        }
        about = tuple(filter(None, (field_text(entry, "case"), values["of"])))
        yield Fact(entries=(entry.content.id,), values={**values, "on": entry.content.ts[:10]}, about=about)


def _withdrawals(ask: Context) -> Iterator[Fact]:
    explanations = ask.explanations()
    entries = {entry.content.id: entry for entry in ask.record.of_type(EntryType.WITHDRAWAL)}
    for one in withdrawals_in(ask.record.entries, ask.record.object):
        hole = hole_in(entries[one.id], "reason", ask.record, explanations, ask.audiences, by_default=True)
        stated = "; ".join(
            f"{name.replace('_', ' ')} {', '.join(value) if isinstance(value, tuple) else value}"
            for name, value in one.selector.stated.items()
        )
        values = {"covers": stated, "on": one.ts[:10], "reason": "" if hole else one.reason}
        yield Fact(entries=(one.id,), values=values, hidden={"reason": hole} if hole else {})


_DETERMINED, _SAFE = "threshold finding prong case dated", "safeguard met kind case dated"
_PEER = "question holds covers grade as-of case"
APPROVALS = Source(says="Every approval and refusal.", columns=titled("role act of on"), read=_approvals)
DETERMINATIONS = Source(
    says="The last determination of each threshold in each case.",
    columns=titled(_DETERMINED),
    read=lambda ask: _last(EntryType.DETERMINATION, "threshold", _DETERMINED, ask),
)
SAFEGUARDS = Source(
    says="The last assessment of each safeguard in each case.",
    columns=titled(_SAFE),
    read=lambda ask: _last(EntryType.SAFEGUARD, "safeguard", _SAFE, ask),
)
PEERS = Source(
    says="What is held of other developers.",
    columns=titled(_PEER),
    read=lambda ask: _last(EntryType.PEER, "question", _PEER, ask),
)
WITHDRAWALS = Source(
    says="Withdrawals of evidence that are in force.", columns=titled("covers on reason"), read=_withdrawals
)
