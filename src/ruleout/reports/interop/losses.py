# SPDX-License-Identifier: Apache-2.0
"""What each format cannot say, or makes coarser: one named loss each, written beside every export (A-10, ADR 0023)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One thing that a format loses: a stable name, and what becomes of it."""

    id: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One thing of this record that an export leaves out: what, and why."""

    what: str
    why: str


WORDS = Loss(
    id="no-words",
    says="Words that people wrote as grounds, rationales, scopes of a case or reasons of withdrawals are told to no audience.",
)
HOLES = Loss(
    id="holes",
    says="What a redaction or the table of audiences keeps from this audience is not read. `holes` in index.json names it, with the "
    "record's reason or with none.",
)
OSCAL = (
    WORDS,
    HOLES,
    Loss(
        id="two-states",
        says="A finding is satisfied or not; what is not known is not satisfied, and says so as its reason.",
    ),
    Loss(id="no-outcome", says="No place for proceed, restrict, hold or stop: the outcome is a prop of the result."),
    Loss(id="no-figures", says="No place for estimate, bound, bar or level: they are props of the observation."),
    Loss(id="no-plan", says="import-ap must name a plan; it names the framework, which says what is to be assessed."),
    Loss(id="no-signature", says="No place for signatures or approvals: entries are named by id and digest in props."),
    Loss(id="no-formulas", says="How clauses combine is not told: a catalog is a list of controls."),
    Loss(
        id="no-set-relation",
        says="Claims do not say whether a clause equals, contains or overlaps an item: the relationship is `claims`, in a "
        "namespace of our own.",
    ),
    Loss(
        id="in-confidence",
        says="What a deviation states, its scope and its steps are told only to audiences that may see them, and none of its history.",
    ),
)
STATEMENTS = (
    WORDS,
    HOLES,
    Loss(
        id="another-signature",
        says="An entry's author signed the entry; an envelope holds the signature of whoever exported, or the statement is "
        "unsigned. Only the record proves what the author signed.",
    ),
    Loss(
        id="model-not-named",
        says="Where the record has no SHA-256 of the model, the subject is the case's file: whoever looks for statements about "
        "a model by its digest does not find these.",
    ),
    Loss(
        id="test-result-coarse",
        says="test-result has no figures and no unknown: inconclusive counts as failed, an alert as warned.",
    ),
    Loss(
        id="svr-passing-only",
        says="svr names what passed and cannot deny: it is made only for the last decision of a question, of one's own record, if it proceeds and "
        "would still proceed by the record.",
    ),
)
RECEIPT = (
    HOLES,
    Loss(
        id="no-checkpoint",
        says="A receipt proves that an entry is in the log at one size; that the log only grew, and who else saw it, stand in "
        "checkpoints and bundles.",
    ),
    Loss(
        id="no-registration", says="The entry is JSON and not a COSE statement: this is no SCITT transparency service."
    ),
)
