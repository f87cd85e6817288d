# SPDX-License-Identifier: Apache-2.0
"""File what a reviewer returned: bound to the package it answers, once, every version kept (A-9)."""

from __future__ import annotations

import hashlib

from ruleout.accountability.reviews.answers import answers_bytes, answers_value, parse_answers, require_for
from ruleout.accountability.reviews.fold import FILE, UPDATE, ReviewState
from ruleout.app.accountability.acts import REASON, STATEMENT, TEXT, next_id
from ruleout.app.accountability.signed import holder_of, stated_reason
from ruleout.app.ledger import Record, Recorder, Subject
from ruleout.app.reviews.acts import reviewer_of
from ruleout.app.reviews.register import FILE_DIGEST
from ruleout.errors import RuleoutError
from ruleout.ledger import EntryType, Signer
from ruleout.model.canonical import canonical
from ruleout.model.review import Answers

JSON = "application/json"


def file_answers(
    data: bytes,
    state: ReviewState,
    record: Record,
    recorder: Recorder,
    signer: Signer,
    *,
    update: str = "",
) -> tuple[str, Answers, int]:
    """Draft the entry that holds a reviewer's answers; return its id, the answers and the version's number.

    Each answer is a disclosure of its own, so that it can be shown or withheld alone. The digest of the file as it came
    is one too: in the clear it would let anybody try out what a withheld answer says. Effect: keeps values and
    statement, drafts one entry; the caller commits.

    Args:
        data: the file as returned.
        update: why there is another version; "" for the first.

    Raises:
        VerificationFailed: it is no answers file, or answers something else than what its package asks.
        RuleoutError: no package of this review is the one that it names; the same was filed before; there is a version
            already and no reason was given for another, or a reason was given for the first.
    """
    holder_of(record, signer)
    answers = parse_answers(data)
    manifest = state.packages.get(answers.package)
    if manifest is None:
        made = ", ".join(digest[:12] for digest in state.packages) or "none"
        hint = "Ask for the answers to the package that was handed over; `ruleout review status` lists them."
        raise RuleoutError(
            f"expected answers to a package of {state.review.id}: {made}; got {answers.package[:12]}", hint=hint
        )
    require_for(answers, manifest)
    one = reviewer_of(state, answers.reviewer)
    made_of = answers_bytes(answers)
    if any(filed.answers is not None and answers_bytes(filed.answers) == made_of for filed in one.filed):
        raise RuleoutError(f"these answers of {answers.reviewer} are in the record already", hint="Nothing was added.")
    _require_right_version(answers.reviewer, len(one.filed), update)
    refs = [recorder.keep(STATEMENT, canonical({"package": answers.package}), JSON)]
    if update:
        refs.append(recorder.keep(REASON, stated_reason(update, option="--update").encode("utf-8"), TEXT))
    version = len(one.filed) + 1
    entry = next_id(recorder, f"review/{state.review.id}")
    subject: Subject = {
        "review": state.review.id,
        "act": UPDATE if update else FILE,
        "reviewer": answers.reviewer,
        "report": answers.report,
        "version": version,
    }
    disclosed = {**answers_value(answers), FILE_DIGEST: hashlib.sha256(made_of).hexdigest()}
    recorder.add(EntryType.REVIEW, entry, subject, refs=refs, disclosed=disclosed, signer=signer)
    return entry, answers, version


def _require_right_version(reviewer: str, filed: int, update: str) -> None:
    if filed and not update:
        hint = "File them as an updated version: --update WHY. Both stay and both are shown."
        raise RuleoutError(f"answers of {reviewer} were filed before: version {filed}", hint=hint)
    if update and not filed:
        raise RuleoutError(f"there is no version of {reviewer}'s answers to update", hint="Leave out --update.")
