# SPDX-License-Identifier: Apache-2.0
"""From a draft to a document, to its entry in the record, and back as an audience's copy (A-7, A-8, A-10).

The order of steps: read kind and draft; take the record as of the instant; build, or say everything that is missing;
draft one signed entry whose disclosures are the twin, so that every part of it can be redacted alone (L-4).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from ruleout.accountability.reporting.build import Built, build
from ruleout.accountability.reporting.draft import Draft, parse_draft
from ruleout.accountability.reporting.kind import Kind
from ruleout.accountability.reporting.publication import Hole, Publication
from ruleout.accountability.reporting.twin import publication_from, twin_of
from ruleout.app.accountability.acts import next_id
from ruleout.app.accountability.regimes import read_regimes
from ruleout.app.accountability.signed import holder_of
from ruleout.app.ledger import YAML, Record, Recorder
from ruleout.app.publication.context import Context
from ruleout.app.publication.known import PUBLISH, as_of, known_of, previous_of
from ruleout.app.publication.sources.published import APPROVES
from ruleout.app.workspace import Workspace
from ruleout.errors import BadInput, KeyUnavailable, NotFound, RuleoutError
from ruleout.ledger import EntryType, LedgerEntry, Signer
from ruleout.ledger.audience import Audience, readers_of, readers_of_document
from ruleout.ledger.disclosure import reveal
from ruleout.ledger.redaction import redactions_in
from ruleout.model.case import Act
from ruleout.model.plain import instant_text

#: Name of the reference under which a report's entry holds the file of its kind.
KIND = "kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which document is asked for: its kind with the kind's file, its draft's bytes, the instant, and for whom."""

    kind: Kind
    kind_file: bytes
    data: bytes
    file: str
    at: datetime
    audience: str

    @property
    def readers(self) -> frozenset[Audience]:
        """Who can open it once it is recorded, by an export too: also audiences that its kind does not name."""
        return readers_of_document(self.audience)

    def draft(self) -> Draft:
        """Return the draft. Raises BadInput with every problem of its shape."""
        return parse_draft(self.data, file=self.file)


def built_from(asked: Asked, record: Record, workspace: Workspace) -> Built:
    """Return the document as the record at the instant lets it be. Effect: reads what entries name, and law data.

    Raises:
        BadInput: the draft has no proper shape, or a file of the laws has problems.
    """
    draft = asked.draft()
    then = as_of(record, asked.at, report=draft.doc.report)
    previous = previous_of(then, asked.kind.id)
    context = Context(
        record=then,
        at=asked.at,
        since=None if previous is None else previous.at,
        models=frozenset(draft.doc.models),
        laws=read_regimes(workspace),
        report=draft.doc.report,
        kind=asked.kind.id,
        draft=draft.digest,
        audiences=asked.readers,
        framework=draft.doc.framework or "",
        hidden_by_now=redactions_in(record.entries, record.object),
    )
    return build(draft, asked.kind, known_of(context, previous, asked.kind.doc.due))


def record_report(asked: Asked, record: Record, recorder: Recorder, signer: Signer, *, workspace: Workspace) -> str:
    """Build a document and draft its entry; return the entry's id.

    Effect: keeps the kind's file, and the twin as disclosures; drafts one entry; the caller commits. The draft's own
    bytes are not kept: what is redacted later must stand nowhere else.

    Raises:
        BadInput: something is missing or wrong; holds all of it.
        RuleoutError: the instant is to come, or there is no such audience.
    """
    holder_of(record, signer)
    if asked.at > recorder.at:
        raise RuleoutError("expected a document of today or before, got one of the future", hint="Mend --at.")
    require_audience(asked.kind, asked.audience)
    built = built_from(asked, record, workspace)
    if built.publication is None:
        raise BadInput(built.problems, hint="Nothing was recorded.")
    one = built.publication
    entry_id = next_id(recorder, f"report/{one.report}")
    subject: dict[str, str | int | bool | tuple[str, ...]] = {
        "report": str(one.report),
        "kind": asked.kind.id,
        "act": PUBLISH,
        "at": str(one.at),
        "audience": asked.audience,
        "covers": str(one.covers),
        "published": str(one.published),
        "regime": asked.kind.doc.regime,
        "version": int(entry_id.rpartition("/")[2]),
    }
    if one.framework:
        subject["framework"] = str(one.framework)
    if subject["version"] != 1:
        subject["replaces"] = f"report/{one.report}/{int(entry_id.rpartition('/')[2]) - 1}"
    kept = recorder.keep(KIND, asked.kind_file, YAML)
    recorder.add(EntryType.REPORT, entry_id, subject, refs=(kept,), disclosed=twin_of(one), signer=signer)
    return entry_id


def record_approval(asked: Asked, record: Record, recorder: Recorder, signer: Signer, *, role: str, act: Act) -> str:
    """Draft the signed act about a document's text; return its entry's id. Effect: drafts one entry; the caller commits.

    It signs the draft's bytes: whoever changes a word needs it signed again.

    Raises:
        BadInput: the draft has no proper shape.
        KeyUnavailable: the key does not hold the role.
    """
    holder = holder_of(record, signer)
    if role not in holder.roles:
        held = ", ".join(holder.roles)
        raise KeyUnavailable(f"key {signer.name!r} holds {held}, not {role}", hint="Use a key that holds the role.")
    draft = asked.draft()
    about = f"{APPROVES}{draft.doc.report}"
    entry_id = next_id(recorder, f"{about}/approval")
    subject = {
        "role": role,
        "act": act.value,
        "input_digest": draft.digest,
        "decision": about,
        "at": instant_text(recorder.at),
    }
    recorder.add(EntryType.APPROVAL, entry_id, subject, signer=signer)
    return entry_id


def report_entries(record: Record) -> tuple[LedgerEntry, ...]:
    """Return every document that a record holds, in order. Pure."""
    return tuple(e for e in record.of_type(EntryType.REPORT) if e.content.subject["act"] == PUBLISH)


def find_report(record: Record, name: str) -> LedgerEntry:
    """Return a document by its entry's id, or the last version by its own id. Raises NotFound with those there are."""
    found = [e for e in report_entries(record) if name in (e.content.id, e.content.subject["report"])]
    if not found:
        known = ", ".join(dict.fromkeys(str(e.content.subject["report"]) for e in report_entries(record))) or "none"
        raise NotFound(
            f"no document {name[:80]!r} in the record; there are: {known}", hint="See `ruleout report list`."
        )
    return found[-1]


def copy_of(
    entry: LedgerEntry,
    record: Record,
    *,
    hidden: Collection[str] = (),
    notes: Mapping[str, Hole] | None = None,
) -> Publication:
    """Return a recorded document as it stands, with holes where something was erased or is hidden.

    Effect: reads the disclosures that are kept.

    Args:
        hidden: digests of disclosures that the audience may not see.
        notes: what is publicly said of a hole, by digest.

    Raises:
        VerificationFailed: the disclosures are not those of the entry, or make no document.

    Source: A-8.
    """
    said = notes or {}
    texts = {digest: text for digest, text in record.disclosures(entry).items() if digest not in hidden}
    tree = reveal(entry.content.salted, texts)
    return publication_from(tree, lambda digest: said.get(digest, Hole(digest=digest)))


def require_audience(kind: Kind, audience: str) -> None:
    """Refuse an audience that the kind does not know. Pure. Raises NotFound with those there are."""
    if audience not in kind.doc.audiences:
        known = ", ".join(kind.doc.audiences)
        raise NotFound(f"{kind.id} has no audience {audience[:80]!r}; it has: {known}", hint="Name one of these.")


def require_reader(entry: LedgerEntry, audience: str) -> None:
    """Refuse an audience for which a recorded document was not made. Pure. Raises NotFound with those it is for."""
    readers = sorted(one.value for one in readers_of(entry.content))
    if audience not in readers:
        told = f"{entry.content.id} is for {', '.join(readers)}, not for {audience[:80]!r}"
        raise NotFound(told, hint="What is confidential has no public copy.")
