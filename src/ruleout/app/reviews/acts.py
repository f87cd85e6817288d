# SPDX-License-Identifier: Apache-2.0
"""Acts of a review up to its packages: open, amend, assign, approve, receive; each signed, each an entry (A-9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from ruleout.accountability.changes import changes
from ruleout.accountability.reviews.fold import AMEND, ASSIGN, OPEN, RECEIVE, ReviewerState, ReviewState
from ruleout.accountability.reviews.independence import declaration_digest, independence_of
from ruleout.accountability.reviews.parse import parse_review, parse_review_rules
from ruleout.app.accountability.acts import REASON, STATEMENT, acts_in, next_id, record_act
from ruleout.app.accountability.signed import holder_of, stated_reason
from ruleout.app.ledger import Record, Recorder, Subject
from ruleout.app.reviews.register import APPROVE, REFUSE, RULES, approval_name, choosers, reviews_of
from ruleout.app.reviews.report import shown_report
from ruleout.documents.field_names import closest
from ruleout.errors import KeyUnavailable, NotFound, RuleoutError
from ruleout.ledger import EntryType, Signer
from ruleout.model.canonical import canonical
from ruleout.model.plain import instant_text
from ruleout.model.review import Review, ReviewRules
from ruleout.model.verdict import all_of

#: A framework's file of rules for reviews by `ID@VERSION`: where it lies, and its bytes; raises NotFound.
RulesFile = Callable[[str], tuple[Path, bytes]]


def open_review(
    data: bytes, record: Record, recorder: Recorder, signer: Signer, *, rules_file: RulesFile, file: str = "review"
) -> str:
    """Draft the act that opens a review, with the rules by which it is judged; return its entry's id.

    Effect: keeps both files and drafts one entry; the caller commits.

    Args:
        rules_file: of a framework's rules for reviews: its place and bytes; raises NotFound where there is none.

    Raises:
        BadInput: the file has problems, or answers what the rules do not ask.
        NotFound: the report is in no entry, or the framework has no rules for reviews.
        VerificationFailed: reviewers may read nothing of the report.
        RuleoutError: it is in the record already, or the key is not in the keyring.
    """
    holder_of(record, signer)
    review = parse_review(data, file=file)
    path, rules_data = rules_file(review.framework)
    rules = parse_review_rules(rules_data, file=str(path))
    parse_review(data, file=file, rules=rules)
    shown_report(record, review.report)
    if any(entry.content.subject["review"] == review.id for entry in record.of_type(EntryType.REVIEW)):
        hint = f"Use `ruleout review amend {review.id} --reason WHY`."
        raise RuleoutError(f"review {review.id!r} is in the record already", hint=hint)
    said = {STATEMENT: data.decode("utf-8"), RULES: rules_data.decode("utf-8")}
    return _state(OPEN, review, rules, said, recorder, signer)


def amend_review(
    data: bytes,
    reason: str,
    record: Record,
    recorder: Recorder,
    signer: Signer,
    *,
    file: str = "review",
) -> str:
    """Draft the act that states a review anew, such as another reviewer or declaration; return its entry's id.

    Effect: as opening, under the rules of the opening. Approvals of a declaration that changed no longer count.

    Raises:
        BadInput, NotFound: as for opening; or there is no such review.
        RuleoutError: nothing changes, no reason is given, the report is another, or who got a package is left out.
    """
    holder_of(record, signer)
    review = parse_review(data, file=file)
    state = reviews_of(record).state(review.id)
    parse_review(data, file=file, rules=state.rules)
    last = [act.statement for act in acts_in(record, EntryType.REVIEW) if _states(act.subject, review.id)][-1]
    if not changes(last, data):
        raise RuleoutError(f"the file of {review.id!r} says what the record says", hint="Nothing was added.")
    if (review.report, review.framework) != (state.review.report, state.review.framework):
        expected = f"a review of {state.review.report} under {state.review.framework}"
        hint = "Open another review."
        raise RuleoutError(f"expected {expected}, got {review.report} under {review.framework}", hint=hint)
    named = {one.id for one in review.reviewers}
    gone = [one.reviewer.id for one in state.reviewers if one.packages and one.reviewer.id not in named]
    if gone:
        hint = "Name them: what a reviewer finds is published, whatever it is."
        raise RuleoutError(
            f"expected in the review everybody who got a package, got none of {', '.join(gone)}", hint=hint
        )
    said = {STATEMENT: data.decode("utf-8"), REASON: stated_reason(reason)}
    return _state(AMEND, review, state.rules, said, recorder, signer)


def assign_sections(
    state: ReviewState, reviewer: str, sections: Iterable[str], record: Record, recorder: Recorder, signer: Signer
) -> tuple[str, tuple[str, ...]]:
    """Draft the act that assigns sections of the report to a reviewer; return its id and what nobody reviews yet.

    Effect: drafts one entry; the caller commits. What the reviewer had been assigned before counts no more.

    Args:
        sections: ids of the report's sections; none means all of them.

    Raises:
        NotFound: there is no such reviewer or section.
    """
    holder_of(record, signer)
    reviewer_of(state, reviewer)
    known = shown_report(record, state.review.report).section_ids
    chosen = tuple(dict.fromkeys(sections)) or known
    for name in chosen:
        if name not in known:
            near = closest(name, known)
            hint = f"Did you mean {near}?" if near else f"Name one of {', '.join(known)}."
            raise NotFound(f"{state.review.report} has no section {name!r}", hint=hint)
    ordered = tuple(name for name in known if name in chosen)
    entry = next_id(recorder, f"review/{state.review.id}")
    # Which sections there are may be withheld from the public: their names are stated, and not in the header (L-1).
    subject: Subject = {"review": state.review.id, "act": ASSIGN, "reviewer": reviewer}
    statement = canonical({"sections": list(ordered)})
    record_act(recorder, EntryType.REVIEW, entry, subject, signer=signer, statement=statement)
    others = {name for one in state.reviewers if one.reviewer.id != reviewer for name in one.sections}
    return entry, tuple(name for name in known if name not in others | set(ordered))


def approve_reviewer(
    state: ReviewState,
    reviewer: str,
    role: str,
    record: Record,
    recorder: Recorder,
    signer: Signer,
    *,
    refuses: bool = False,
) -> str:
    """Draft a role's approval or refusal of a reviewer, over the declaration as it is now; return its entry's id.

    Effect: drafts one entry; the caller commits.

    Raises:
        NotFound: there is no such reviewer.
        KeyUnavailable: the key does not hold the role, or its person opened or amended the review.
        RuleoutError: the rules ask no approval of that role.
    """
    holder = holder_of(record, signer)
    one = reviewer_of(state, reviewer)
    if role not in state.rules.approvers:
        asked = ", ".join(state.rules.approvers)
        hint = f"{state.rules.approval.says} ({state.rules.approval.section})"
        raise RuleoutError(f"{state.rules.name} asks for approval by {asked}, not by {role!r}", hint=hint)
    if role not in holder.roles:
        held = ", ".join(holder.roles)
        raise KeyUnavailable(f"key {signer.name!r} holds {held}, not {role}", hint="Use a key that holds the role.")
    if holder.person in choosers(record, state.review.id):
        hint = "Ask another person who holds the role."
        raise KeyUnavailable(f"{holder.person} chose this review's reviewers and may not approve one", hint=hint)
    entry = next_id(recorder, f"{approval_name(state.review.id, reviewer)}/act")
    recorder.add(
        EntryType.APPROVAL,
        entry,
        {
            "role": role,
            "act": REFUSE if refuses else APPROVE,
            "input_digest": declaration_digest(one.reviewer),
            "decision": approval_name(state.review.id, reviewer),
            "at": instant_text(recorder.at),
        },
        signer=signer,
    )
    return entry


def note_receipt(
    state: ReviewState, reviewer: str, at: datetime, record: Record, recorder: Recorder, signer: Signer
) -> str:
    """Draft the act that states when a reviewer got the package; return its entry's id.

    Effect: keeps the statement and drafts one entry; the caller commits.

    Raises:
        NotFound: there is no such reviewer.
        RuleoutError: no package was made for it, or the instant is before the first or in the future.
    """
    holder_of(record, signer)
    one = reviewer_of(state, reviewer)
    made = one.packages[0][0] if one.packages else None
    if made is None or not made <= at <= recorder.at:
        expected = "a package made before it" if made is None else f"an instant from {instant_text(made)} until now"
        hint = "Make the package first; state when it was received, with its offset."
        raise RuleoutError(f"expected {expected}, got {instant_text(at)}", hint=hint)
    entry = next_id(recorder, f"review/{state.review.id}")
    subject = {"review": state.review.id, "act": RECEIVE, "reviewer": reviewer}
    statement = canonical({"at": instant_text(at)})
    return record_act(recorder, EntryType.REVIEW, entry, subject, signer=signer, statement=statement)


def reviewer_of(state: ReviewState, name: str) -> ReviewerState:
    """Return a review's reviewer. Raises NotFound with those there are."""
    found = state.reviewer(name)
    if found is None:
        known = ", ".join(one.reviewer.id for one in state.reviewers)
        raise NotFound(
            f"review {state.review.id!r} has no reviewer {name!r}; it has {known}", hint="Name one of these."
        )
    return found


def _states(subject: Subject, review: str) -> bool:
    return subject["review"] == review and subject["act"] in (OPEN, AMEND)


def _state(
    act: str, review: Review, rules: ReviewRules, said: Mapping[str, str], recorder: Recorder, signer: Signer
) -> str:
    verdicts = [independence_of(one, rules).verdict for one in review.reviewers]
    subject: Subject = {
        "review": review.id,
        "act": act,
        "report": review.report,
        "reviewer": tuple(one.id for one in review.reviewers),
        "independent": all_of(verdicts).value,
    }
    entry = next_id(recorder, f"review/{review.id}")
    recorder.add(EntryType.REVIEW, entry, subject, disclosed=said, signer=signer)
    return entry
