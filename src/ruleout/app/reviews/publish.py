# SPDX-License-Identifier: Apache-2.0
"""Publish a review: every version of every reviewer's answers, once nothing in it says what is withheld (A-9).

What blocks: a leak in a reviewer's latest version. An earlier version whose updated one is clean keeps its place; only
the answers of it that leak are shown as holes, since the reviewer took them back. Of the report the page says nothing but
what the public is shown of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from ruleout.accountability.reviews.answers import answers_bytes, free_texts
from ruleout.accountability.reviews.fold import PUBLISH, Filed, ReviewState
from ruleout.accountability.reviews.leaks import Leak, LeakCheck, Span, find_leaks
from ruleout.adapters.files import make_folder, write_new
from ruleout.app.accountability.acts import STATEMENT, next_id
from ruleout.app.accountability.signed import holder_of
from ruleout.app.ledger import Record, Recorder
from ruleout.app.reviews.report import shown_report
from ruleout.app.reviews.withheld import withheld_of
from ruleout.documents.counts import count_of
from ruleout.errors import RuleoutError
from ruleout.ledger import EntryType, Signer
from ruleout.model.canonical import canonical
from ruleout.model.plain import instant_text
from ruleout.model.review import Answers
from ruleout.reports.reviews.published import (
    PublicName,
    PublishedReview,
    PublishedVersion,
    published_value,
)
from ruleout.reports.reviews.published_html import published_html
from ruleout.reports.reviews.published_text import published_text

_MEDIA = {".json": "application/json", ".md": "text/markdown", ".html": "text/html"}
#: The place of all texts of a version one after another: a sentence may be spread over two answers.
_TOGETHER = "all answers together"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A review held against what is withheld.

    Attributes:
        check: the whole result.
        blocking: leaks in latest versions, and in reviewers' names and declarations: nothing may be published.
        holes: answer places, by entry of an earlier version, that would be shown as holes.
        missing: places of withheld values that are not at hand: without them nothing is known, and nothing published.
    """

    check: LeakCheck
    blocking: tuple[Leak, ...]
    holes: tuple[Leak, ...]
    missing: tuple[str, ...]


def check_leaks(state: ReviewState, record: Record) -> Checked:
    """Return what of a review's free texts says what the public is not shown. Effect: reads disclosures.

    Source: A-9.
    """
    withheld = withheld_of(record)
    spans = [*_stated(state), *(span for one in state.reviewers for filed in one.filed for span in _spans(filed))]
    found = find_leaks(spans, withheld.spans, (*withheld.public, *_asked(state)))
    check = replace(found, leaks=_told_once(found.leaks), unsearched=(*found.unsearched, *withheld.gone))
    latest = {one.filed[-1].entry for one in state.reviewers if one.filed}
    earlier = {filed.entry for one in state.reviewers for filed in one.filed} - latest
    holes = tuple(leak for leak in check.leaks if leak.answer.partition("#")[0] in earlier)
    blocking = tuple(leak for leak in check.leaks if leak not in holes)
    return Checked(check=check, blocking=blocking, holes=holes, missing=withheld.missing)


def published_of(state: ReviewState, record: Record, checked: Checked, *, at: str) -> PublishedReview:
    """Return the review as the public is shown it. Effect: reads disclosures.

    Raises:
        RuleoutError: nothing was filed yet, or answers that were filed are no longer kept.
    """
    if not any(one.filed for one in state.reviewers):
        raise RuleoutError(f"no answers were filed for {state.review.id}", hint="File them with `ruleout review file`.")
    versions = []
    for one in state.reviewers:
        for filed in one.filed:
            if filed.answers is None:
                hint = "Name the erasure's ground beside the publication; see `ruleout log`."
                raise RuleoutError(f"version {filed.version} of {one.reviewer.id} is no longer kept whole", hint=hint)
            versions.append(_version(filed, filed.answers, one.reviewer.id, checked))
    report = shown_report(record, state.review.report)
    names = {one.id: PublicName(id=one.public_id, title=one.public_title) for one in report.sections}
    return PublishedReview(state=state, report_title=report.public_title, names=names, versions=tuple(versions), at=at)


def publish_review(
    state: ReviewState, folder: Path, record: Record, recorder: Recorder, signer: Signer
) -> tuple[str, tuple[Path, ...]]:
    """Write a review's pages for the public and draft the entry that names them; return its id and the files.

    Effect: creates files in the folder, existing ones are refused; keeps them beside the log, drafts one entry; the
    caller commits.

    Raises:
        RuleoutError: something blocks it, or there is nothing to publish.
    """
    holder_of(record, signer)
    checked = check_leaks(state, record)
    if checked.blocking:
        raise RuleoutError(
            f"{count_of(len(checked.blocking), 'answer says', 'answers say')} what is withheld",
            hint="See `ruleout review publish --check`.",
        )
    if checked.missing:
        hint = "Bring ledger/disclosures and ledger/objects back as they were."
        raise RuleoutError(f"{len(checked.missing)} withheld values are not at hand to be looked for", hint=hint)
    shown = published_of(state, record, checked, at=instant_text(recorder.at))
    files = {
        folder / f"{state.review.id}.json": canonical(published_value(shown)),
        folder / f"{state.review.id}.md": published_text(shown).encode("utf-8"),
        folder / f"{state.review.id}.html": published_html(shown).encode("utf-8"),
    }
    make_folder(folder)
    present = next((path for path in files if path.exists()), None)
    if present is not None:
        raise RuleoutError(f"{present} exists already", hint="Choose another folder; nothing was overwritten.")
    for path, data in files.items():
        write_new(path, data)
    entry = next_id(recorder, f"review/{state.review.id}")
    # The log names each file by digest in clear: whoever has one can tell that it is the one that was recorded.
    refs = [recorder.keep(path.suffix[1:], data, _MEDIA[path.suffix]) for path, data in files.items()]
    searched = {"searched": checked.check.searched, "unsearched": len(checked.check.unsearched)}
    subject = {"review": state.review.id, "act": PUBLISH, "report": state.review.report}
    disclosed = {STATEMENT: canonical(searched).decode("utf-8")}
    recorder.add(EntryType.REVIEW, entry, subject, refs=refs, disclosed=disclosed, signer=signer)
    return entry, tuple(files)


def _version(filed: Filed, answers: Answers, reviewer: str, checked: Checked) -> PublishedVersion:
    """A version with its holes: where only all of it together leaks, every text is one."""
    holes = {leak.answer.partition("#")[2] for leak in checked.holes if leak.answer.startswith(f"{filed.entry}#")}
    if _TOGETHER in holes:
        holes = {"reason", *(place for place, text in free_texts(answers) if text)}
    file = "" if holes else hashlib.sha256(answers_bytes(answers)).hexdigest()
    return PublishedVersion(reviewer=reviewer, filed=filed, holes=frozenset(holes), file=file)


def _told_once(leaks: tuple[Leak, ...]) -> tuple[Leak, ...]:
    """Leaks without those of a whole version where one of its answers is named for the same."""
    alone = {(leak.answer.partition("#")[0], leak.withheld) for leak in leaks if not _is_joint(leak)}
    return tuple(
        one for one in leaks if not _is_joint(one) or (one.answer.partition("#")[0], one.withheld) not in alone
    )


def _is_joint(leak: Leak) -> bool:
    return leak.answer.endswith(f"#{_TOGETHER}")


def _asked(state: ReviewState) -> tuple[str, ...]:
    """The questions are public: an answer that repeats one tells nothing."""
    return tuple(question.asks for question in (*state.rules.questions, *state.rules.independence))


def _stated(state: ReviewState) -> list[Span]:
    """What the review's own file says and the page will show: reviewers' names, expertise, declarations, the ground."""
    spans = [Span(place="review#ground", text=state.review.ground)]
    for one in (state.reviewer for state in state.reviewers):
        spans.append(Span(place=f"{one.id}#name", text=one.name))
        spans.append(Span(place=f"{one.id}#expertise", text=one.expertise))
        spans += [Span(place=f"{one.id}#independence.{d.question}", text=d.says) for d in one.declared]
    return spans


def _spans(filed: Filed) -> list[Span]:
    reason = [Span(place=f"{filed.entry}#reason", text=filed.reason)]
    texts = [] if filed.answers is None else list(free_texts(filed.answers))
    joint = Span(place=f"{filed.entry}#{_TOGETHER}", text=" ".join(text for _, text in texts))
    return [*reason, *(Span(place=f"{filed.entry}#{place}", text=text) for place, text in texts), joint]
