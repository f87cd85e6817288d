# SPDX-License-Identifier: Apache-2.0
"""Dates of a document: how old its coverage may be, how its day fits the cadence, why it comes out of turn (A-7)."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.accountability.reporting.draft import Draft
from ruleout.accountability.reporting.fact import Known
from ruleout.accountability.reporting.kind import Kind
from ruleout.accountability.reporting.publication import Statement
from ruleout.documents.findings import Findings

_MOST_DUE = 3


def timing(draft: Draft, kind: Kind, known: Known, findings: Findings) -> tuple[Statement, ...]:
    """Return what a document must say of its own dates; what may not be is noted. Pure but for the noting.

    A document that comes late is not stopped: it says how late it is.

    Source: A-7.
    """
    _check_coverage(draft, kind, known, findings)
    trigger = draft.doc.trigger
    if trigger is not None and trigger not in kind.doc.triggers:
        findings.note_unknown(
            ("trigger",), expected="a trigger of the kind", name=trigger, known=kind.doc.triggers, id_="R109"
        )
    return (*_since_last(draft, kind, known, findings), *_due(draft, known))


def _check_coverage(draft: Draft, kind: Kind, known: Known, findings: Findings) -> None:
    rule, covers, day = kind.doc.coverage, draft.doc.covers, known.at.date()
    if covers > day:
        hint = "State the day up to which practice is covered."
        findings.note("R107", ("covers",), expected=f"a day up to {day}", got=str(covers), hint=hint)
    elif rule is not None and (age := (day - covers).days) > rule.at_most_days:
        expected = f"coverage at most {rule.at_most_days} days old on {day} ({rule.section})"
        hint = "Bring the document up to a later day."
        findings.note("R107", ("covers",), expected=expected, got=f"{covers}, {age} days", hint=hint)


def _since_last(draft: Draft, kind: Kind, known: Known, findings: Findings) -> Iterator[Statement]:
    cadence, last = kind.doc.cadence, known.previous
    if cadence is None or last is None:
        return
    day, before = known.at.date(), last.at.date()
    opens = before if cadence.from_ is None else cadence.from_.after(before)
    due = cadence.to.after(before)
    if day < opens and draft.doc.trigger is None:
        expected = f"a day from {opens} on ({cadence.section}), or `trigger:` with why it comes out of turn"
        hint = f"Triggers: {', '.join(kind.doc.triggers) or 'none'}."
        findings.note("R107", ("report",), expected=expected, got=str(day), hint=hint)
    words = f"in time: it was due by {due}" if day <= due else f"{(day - due).days} days after {due}, when it was due"
    yield Statement(says=f"The last {kind.doc.title} is of {before}; this one comes {words}.", entries=(last.entry,))


def _due(draft: Draft, known: Known) -> Iterator[Statement]:
    """What the calendar says of the duty that the document does: the open ones, or the last one that was done."""
    framework = (draft.doc.framework or "").partition("@")[0]
    mine = [one for one in known.due if one.ends is not None and one.about in ("", framework, *draft.doc.models)]
    day = known.at.date()
    for one in [one for one in mine if not one.is_done][:_MOST_DUE] or mine[-1:]:
        ends = one.ends.date() if one.ends is not None else day
        about = f" of {one.about}" if one.about else ""
        late = f", {(day - ends).days} days before this one" if day > ends and not one.is_done else ""
        done = "; the record says that it was done" if one.is_done else ""
        yield Statement(
            says=f"By the calendar it{about} is due by {ends} ({one.section}){late}{done}.", entries=one.entries
        )
