# SPDX-License-Identifier: Apache-2.0
"""Frameworks, approvals, reviews and deviations of a record as they may be told to an audience: headers, and what disclosures it sees."""

from __future__ import annotations

from ruleout.accountability.deviations.fold import CLOSE
from ruleout.accountability.deviations.parse import parse_deviation
from ruleout.app.accountability.acts import Told, statement_of
from ruleout.app.interop.reading import Reading, question_of
from ruleout.errors import BadInput, NotFound, VerificationFailed
from ruleout.framework import parse_framework
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.deviation import Deviation
from ruleout.model.framework import Framework
from ruleout.reports.interop.shown import ActShown, DeviationShown, FrameworkShown


def frameworks_told(reading: Reading) -> tuple[FrameworkShown, ...]:
    """Return the frameworks of the record, the last encoding of each version. Effect: reads objects; notes what is not told.

    Raises:
        BadInput: an encoding of the record has problems.
        VerificationFailed: an encoding is of another version than its entry's header says.
    """
    found: dict[str, FrameworkShown] = {}
    for entry in reading.record.of_type(EntryType.FRAMEWORK):
        ref = next((ref for ref in entry.content.refs if ref.name == "framework"), None)
        if ref is None:
            continue
        try:
            framework = parse_framework(reading.sight.object(ref.sha256), file=f"entry {entry.index}")
        except NotFound as error:
            reading.note(entry, error)
            continue
        _require_told(entry, framework)
        shown = FrameworkShown(entry=reading.entry(entry), framework=framework, sha256=ref.sha256)
        found[str(framework.id)] = shown
    return tuple(found.values())


def _require_told(entry: LedgerEntry, framework: Framework) -> None:
    told = f"{entry.content.subject['framework']}@{entry.content.subject['version']}"
    if told != str(framework.id):
        raise VerificationFailed("framework", f"expected {told} in {entry.content.id}, got {framework.id}")


def approvals_told(reading: Reading) -> list[ActShown]:
    """Return the chosen approvals, each with the last decision of the record on the very inputs it was given for.

    Effect: reads those decisions, chosen or not.
    """
    given = {
        (question_of(e), str(e.content.subject["input_digest"])): e for e in reading.record.of_type(EntryType.DECISION)
    }
    found = []
    for entry in reading.of_type(EntryType.APPROVAL):
        header = entry.content.subject
        decision = given.get((str(header.get("decision")), str(header["input_digest"])))
        found.append(
            ActShown(
                entry=reading.entry(entry),
                header=header,
                about=None if decision is None else reading.decision(decision),
                is_decided=decision is not None,
            )
        )
    return found


def reviews_told(reading: Reading) -> list[ActShown]:
    """Return the chosen acts of reviews, with what they disclose to the audience. Effect: reads disclosures."""
    return [
        ActShown(entry=reading.entry(e), header=e.content.subject, said=reading.sight.disclosed(e))
        for e in reading.of_type(EntryType.REVIEW)
    ]


def deviations_told(reading: Reading) -> list[DeviationShown]:
    """Return the deviations that any chosen act is about, with all their acts. Effect: reads what the audience may see.

    Raises:
        VerificationFailed: a statement is not as it was, or none.
    """
    acts: dict[str, list[LedgerEntry]] = {}
    for entry in reading.record.of_type(EntryType.DEVIATION):
        acts.setdefault(str(entry.content.subject["deviation"]), []).append(entry)
    asked = dict.fromkeys(str(e.content.subject["deviation"]) for e in reading.of_type(EntryType.DEVIATION))
    return [_deviation(reading, name, acts[name]) for name in asked]


def _deviation(reading: Reading, name: str, acts: list[LedgerEntry]) -> DeviationShown:
    read = [_stated(entry, reading.sight) for entry in acts]
    seen = [one for one in read if isinstance(one, Deviation)]
    last = acts[-1]
    # What cannot be read any more closes nothing, whoever asks.
    closes = last.content.subject.get("act") == CLOSE and isinstance(_stated(last, reading.record), Deviation)
    return DeviationShown(
        id=name,
        acts=tuple((reading.entry(entry), entry.content.subject) for entry in acts),
        stated=seen[-1] if seen else None,
        is_closed=closes,
        unseen=read[-1] if isinstance(read[-1], str) else "",
    )


def _stated(entry: LedgerEntry, record: Told) -> Deviation | str:
    """What an act states, or why that is not told."""
    try:
        return parse_deviation(statement_of(entry, record), file=entry.content.id)
    except NotFound as error:
        return str(error)
    except BadInput as error:
        raise VerificationFailed("entry", f"expected {entry.content.id} to state a deviation, got {error}") from error
