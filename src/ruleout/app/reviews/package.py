# SPDX-License-Identifier: Apache-2.0
"""Make a reviewer's sealed package: one HTML file with the report, the record behind it, the verifier and the questions (A-9)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from ruleout.accountability.reviews.answers import parse_answers, require_for
from ruleout.accountability.reviews.fold import PACKAGE, ReviewerState, ReviewState
from ruleout.accountability.reviews.manifest import Manifest, manifest_bytes, parse_manifest
from ruleout.adapters.files import MIB, read_bounded, write_new
from ruleout.app.accountability.acts import next_id, record_act
from ruleout.app.accountability.signed import holder_of
from ruleout.app.bundle import bundle_of
from ruleout.app.disclosure.copies import copy_for
from ruleout.app.ledger import Record, Recorder, Subject
from ruleout.app.publication.reports import report_entries
from ruleout.app.reviews.acts import reviewer_of
from ruleout.app.reviews.report import report_entry, shown_report, withheld_pieces
from ruleout.app.shipped import one_file_verifier
from ruleout.errors import RuleoutError
from ruleout.ledger import EntryType, Signer, parse_bundle
from ruleout.ledger.audience import Audience
from ruleout.ledger.bundle import to_bytes
from ruleout.ledger.checkpoint import open_checkpoint
from ruleout.ledger.holes import Standing
from ruleout.ledger.sealed import SealedPage, open_sealed, page_digest, with_manifest
from ruleout.model.plain import instant_text
from ruleout.model.report_shown import ShownReport
from ruleout.model.review import Answers
from ruleout.model.verdict import Verdict
from ruleout.reports.reviews.package_page import PackageShown, package_page

MOST_PACKAGE_BYTES = 400 * MIB
_MOST_VERIFIER_BYTES = MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """What keeps a package from being made: in what words, and whether it is settled or only not known yet."""

    says: str
    is_settled: bool


def obstacles(state: ReviewState, reviewer: str, report: ShownReport) -> tuple[Obstacle, ...]:
    """Return everything that keeps a reviewer's package from being made. Pure.

    Raises:
        NotFound: there is no such reviewer.

    Source: A-9.
    """
    one = reviewer_of(state, reviewer)
    found = [
        Obstacle(
            says=f"{tested.question.id}: {'there is a tie' if tested.tie is Verdict.YES else 'not known'}"
            f" ({tested.question.asks})",
            is_settled=tested.tie is Verdict.YES,
        )
        for tested in one.independence.against
    ]
    clause = state.rules.approval
    found += [
        Obstacle(says=f"no approval by {role} of the declaration as it is now ({clause.section})", is_settled=False)
        for role in one.lacking
    ]
    if not one.sections:
        found.append(Obstacle(says=f"no section is assigned to {reviewer}", is_settled=False))
    found += _hidden_from_reviewers(state, report)
    uncovered = [name for name in state.uncovered(report.section_ids) if name not in one.sections]
    if uncovered:
        says = f"sections that nobody reviews who may: {', '.join(uncovered)}"
        found.append(Obstacle(says=says, is_settled=False))
    return tuple(found)


def make_package(
    state: ReviewState, reviewer: str, record: Record, *, made: str, whole_record: bool = False
) -> tuple[bytes, Manifest]:
    """Return a package's bytes and its manifest. Effect: reads the record and the verifier.

    Args:
        made: RFC 3339 instant.
        whole_record: put every entry in the bundle, not only the report, what it links to, and the keys.

    Source: A-9, L-10.
    """
    one = reviewer_of(state, reviewer)
    report = shown_report(record, state.review.report, one.sections)
    whole = shown_report(record, state.review.report)
    bundle = _bundle(record, report, one.sections, whole_record=whole_record)
    verifier = read_bounded(one_file_verifier(), limit_bytes=_MOST_VERIFIER_BYTES, what="verifier")
    others = tuple(section.title for section in whole.sections if section.id not in one.sections)
    shown = PackageShown(report=report, reviewer=one.reviewer, others=others, review=state.review, made=made)
    page = package_page(shown, state.rules, bundle=bundle, verifier=verifier).encode("utf-8")
    head = open_checkpoint(record.view.checkpoint, (record.view.key,), origin=record.view.origin)
    manifest = Manifest(
        review=state.review.id,
        reviewer=reviewer,
        report=report.entry,
        framework=state.rules.name,
        report_digest=report.digest,
        sections=report.section_ids,
        questions=tuple(question.id for question in state.rules.questions),
        bundle=hashlib.sha256(bundle).hexdigest(),
        origin=record.view.origin,
        size=head.size,
        root=head.root.hex(),
        verifier=hashlib.sha256(verifier).hexdigest(),
        page=page_digest(page),
        made=made,
    )
    return with_manifest(page, manifest_bytes(manifest)), manifest


def write_package(
    state: ReviewState,
    one: ReviewerState,
    path: Path,
    record: Record,
    recorder: Recorder,
    signer: Signer,
    *,
    whole_record: bool = False,
) -> tuple[Manifest, int]:
    """Write a reviewer's package and draft the entry that names it; return its manifest and size in bytes.

    Effect: creates the file, an existing one is refused; keeps the manifest and drafts one entry; the caller commits.
    The file is written first: a file that no entry names is answered by nobody's record, and one that is named and
    lost could never be made again.

    Raises:
        RuleoutError: something is in the way (`obstacles`), or the file exists.
    """
    holder_of(record, signer)
    found = obstacles(state, one.reviewer.id, shown_report(record, state.review.report))
    if found:
        raise RuleoutError(f"no package for {one.reviewer.id}: {found[0].says}", hint="See `ruleout review status`.")
    made = instant_text(recorder.at)
    data, manifest = make_package(state, one.reviewer.id, record, made=made, whole_record=whole_record)
    write_new(path, data)
    entry = next_id(recorder, f"review/{state.review.id}")
    subject: Subject = {"review": state.review.id, "act": PACKAGE, "reviewer": one.reviewer.id}
    record_act(recorder, EntryType.REVIEW, entry, subject, signer=signer, statement=manifest_bytes(manifest))
    return manifest, len(data)


def read_package(path: Path) -> tuple[Manifest, SealedPage]:
    """Return the manifest of a package file and what the file carries. Effect: reads it.

    Raises:
        VerificationFailed: it is no package, or not as its manifest says, or its bundle is none.
    """
    sealed = open_sealed(read_bounded(path, limit_bytes=MOST_PACKAGE_BYTES, what="package"))
    parse_bundle(sealed.bundle)
    return parse_manifest(sealed.manifest), sealed


def check_answers(data: bytes, manifest: Manifest) -> Answers:
    """Return the answers of a file that was returned for a package. Pure. Raises VerificationFailed if they are not."""
    answers = parse_answers(data)
    require_for(answers, manifest)
    return answers


def _hidden_from_reviewers(state: ReviewState, report: ShownReport) -> list[Obstacle]:
    """What is withheld from reviewers on other grounds than the rules allow; what was erased is there for nobody."""
    clause, allowed = state.rules.withheld, state.rules.withheld_for
    if clause is None or allowed is None:
        return []
    holes = {
        (section.title, text.standing, text.hole_class)
        for section in report.sections
        for text in section.texts
        if text.hole and text.standing != Standing.ERASED and text.hole_class not in allowed
    }
    return [
        Obstacle(
            says=f"{title}: something is withheld from reviewers ({class_ or 'no reason'}): {clause.says} ({clause.section})",
            is_settled=standing == Standing.REDACTED,
        )
        for title, standing, class_ in sorted(holes)
    ]


def _bundle(record: Record, report: ShownReport, sections: Collection[str], *, whole_record: bool) -> bytes:
    """The record as this reviewer gets it: nothing of sections that go to others, in whatever version of the report."""
    chosen = None if whole_record else _linked(record, report)
    copy = copy_for(record, Audience.REVIEWER, chosen=chosen, with_logs=False)
    own = report_entry(record, report.entry).content.subject["report"]
    versions = {one.content.id for one in report_entries(record) if one.content.subject["report"] == own}
    along = versions & {one.content.id for one in copy.entries}
    left_out = {digest for version in along for digest in withheld_pieces(record, version, sections)}
    kept = {digest: text for digest, text in copy.disclosures.items() if digest not in left_out}
    return to_bytes(bundle_of(replace(copy, disclosures=kept), record, Audience.REVIEWER))


def _linked(record: Record, report: ShownReport) -> tuple[int, ...]:
    """The report's entry, every entry behind a sentence or a row, and every key entry."""
    named = {name for section in report.sections for name in section.entries}
    named.add(report_entry(record, report.entry).content.id)
    return tuple(
        entry.index for entry in record.entries if entry.content.id in named or entry.content.type is EntryType.KEY
    )
