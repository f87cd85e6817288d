# SPDX-License-Identifier: Apache-2.0
"""What the record says of documents: those that were published, redactions of them, approvals of this one's text."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.accountability.reporting.fact import Fact
from ruleout.app.publication.context import Context, Source, titled
from ruleout.app.publication.holes import place_in_words
from ruleout.app.publication.sources.said import field_text
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.ledger.redaction import CLASSES, LIFT, erasures_in, redactions_in

#: What stands in an approval's field `decision` before the id of the document whose text was approved.
APPROVES = "report/"
_PUBLISH = "publish"
_REPORT = "report kind version covers published audience"
_OF_DOCUMENT = "of where class justification review-by standing"
_REDACTION = "redaction of where class character justification hidden-from material answers-for-it review-by standing"


def _reports(ask: Context) -> Iterator[Fact]:
    for entry in ask.record.of_type(EntryType.REPORT):
        if entry.content.subject["act"] != _PUBLISH:
            continue
        values = {name: field_text(entry, name) for name in _REPORT.split()}
        yield Fact(entries=(entry.content.id,), values=values, about=(values["report"], values["kind"]))


def _redactions(ask: Context) -> Iterator[Fact]:
    """Every redaction that counts, in force or lifted; one that lacks a part of its reason hides nothing with a reason."""
    acts = ask.record.entries
    in_force = {one.id for one in redactions_in(acts, ask.record.object)}
    lifts = {field_text(act, "lifts"): act for act in ask.record.of_type(EntryType.REDACTION) if _lifts(act)}
    for one in redactions_in([act for act in acts if not _lifts(act)], ask.record.object):
        ended = () if one.id in in_force else (lifts[one.id].content.id,)
        values = {
            "redaction": one.id,
            "of": one.entry,
            "where": place_in_words(one.location),
            "class": one.class_.value,
            "character": CLASSES[one.class_].says,
            "justification": " ".join(one.justification.split()),
            "hidden-from": ", ".join(sorted(audience.value for audience in one.audiences)),
            "material": "yes" if one.material else "no",
            "answers-for-it": one.authority,
            "review-by": one.review_by.isoformat(),
            "standing": "lifted" if ended else "in force",
        }
        yield Fact(entries=(one.id, *ended), values=values, about=(one.id, one.entry))


def _of_documents(ask: Context) -> Iterator[Fact]:
    """The same of documents and sheets alone: what a reader of a document may meet as a hole."""
    ids = {entry.content.id for entry in ask.record.of_type(EntryType.REPORT)}
    for fact in _redactions(ask):
        if fact.values["of"] in ids:
            values = {name: fact.values[name] for name in _OF_DOCUMENT.split()}
            yield Fact(entries=fact.entries, values=values, about=fact.about)


def _lifts(act: LedgerEntry) -> bool:
    return act.content.type is EntryType.REDACTION and act.content.subject["act"] == LIFT


def _erasures(ask: Context) -> Iterator[Fact]:
    for one in erasures_in(ask.record.entries, ask.record.object):
        values = {
            "erasure": one.id,
            "of": one.entry,
            "ground": one.ground.value,
            "answers-for-it": one.authority,
            "reason": " ".join(one.reason.split()),
        }
        yield Fact(entries=(one.id,), values=values, about=(one.id, one.entry))


def _approvals(ask: Context) -> Iterator[Fact]:
    """The last act of each role over this very text; a text that changed since is approved by nobody."""
    last = {
        field_text(entry, "role"): entry
        for entry in ask.record.of_type(EntryType.APPROVAL)
        if field_text(entry, "decision") == f"{APPROVES}{ask.report}"
    }
    for role, entry in last.items():
        subject = entry.content.subject
        if subject["act"] == "approve" and subject["input_digest"] == ask.draft:
            yield Fact(entries=(entry.content.id,), values={"role": role, "on": entry.content.ts[:10]}, about=(role,))


DOCUMENT_REDACTIONS = Source(
    says="Every redaction of a document or a sheet.", columns=titled(_OF_DOCUMENT), read=_of_documents
)
REPORTS = Source(says="Every document that was published.", columns=titled(_REPORT), read=_reports)
ERASURES = Source(
    says="Every erasure: what was removed for good.",
    columns=titled("erasure of ground answers-for-it reason"),
    read=_erasures,
)
REDACTIONS = Source(says="Every redaction, in force or lifted.", columns=titled(_REDACTION), read=_redactions)
APPROVALS = Source(says="Approvals of this document's text.", columns=titled("role on"), read=_approvals)
