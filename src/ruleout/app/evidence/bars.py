# SPDX-License-Identifier: Apache-2.0
"""Whether the bars of a comparison stood before the evaluation, as the record's own files show (D-2, E-4).

A bar is fixed in advance or it is no bar. The record holds every framework and case file that a decision rested on, with
the instant. So it shows since when the present settings of a comparison have stood without interruption, and what stood
before. Changed after the evaluation: the finding is inconclusive, and crossed where it was crossed under what stood
before. First recorded after it: nothing is known against them, and the decision says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum

from ruleout.app.evidence.receipt import Kept, received_on
from ruleout.engine.indicator import measure_indicator
from ruleout.errors import RuleoutError
from ruleout.framework import parse_case, parse_framework
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.case import Case
from ruleout.model.evidence import Bar, Comparison, EvidenceItem, Indicator, Measurement, Ruling
from ruleout.model.framework import Framework
from ruleout.model.plain import decimal_text

#: What may change without changing the comparison: its names, and the flag beside it.
_APART = frozenset({"id", "threshold", "evaluation", "alert"})
_WORDS = {"rule_out": "the rule-out bar", "reached": "the reached bar", "success_at": "what counts as a success"}
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a decision asks: framework and case as their files say, and the aware UTC instant."""

    framework: Framework
    case: Case
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """What one entry of the record says of a comparison.

    `indicator` is None where its file has no such comparison; `unreadable` says why its file could not be read. `own`:
    the file is an earlier state of the one asked about, not of another version or case. `effective`: of a framework.
    """

    ts: datetime
    where: str
    own: bool
    effective: date | None = None
    indicator: Indicator | None = None
    unreadable: str = ""


#: Files of a record that were read, by kind and digest: what they say, or why they cannot be read.
Cache = dict[tuple[str, str], Framework | Case | str]


def rulings_on(
    asked: Asked, measurements: Mapping[str, Measurement], record: Kept, cache: Cache | None = None
) -> Mapping[str, tuple[Ruling, ...]]:
    """Return by evidence id what the record says of when the bars of each comparison were fixed.

    Effect: reads the framework and case files that the record's entries name. `measurements` are as read from logs; a
    `cache` that is given is used and filled.
    """
    files = _Files(asked, record, {} if cache is None else cache)
    found = {}
    for item in asked.case.evidence:
        if item.id in measurements:
            pairs = [(i, files.frameworks(i)) for i in asked.framework.indicators if i.evaluation == item.id]
            pairs = pairs or [(i, files.cases(item, i)) for i in item.indicators]
            rulings = [_ruling(i, item, measurements[item.id], stood, asked.at) for i, stood in pairs]
            if because := _received_too_early(measurements[item.id], record):
                rulings += [_inconclusive(i, because) for i, _ in pairs]
            found[item.id] = tuple(ruling for ruling in rulings if ruling is not None)
    return found


def _received_too_early(measurement: Measurement, record: Kept) -> str:
    """Why a log's date cannot be right: a date ahead would let bars stand before it that came after the run (E-3)."""
    ran = None if measurement.evaluated is None else measurement.evaluated.date()
    received = received_on(measurement, record.entries)
    if ran is None or received is None or ran <= received:
        return ""
    return f"the record received it on {received}, before the day on which it says it ran, {ran}"


def _inconclusive(indicator: Indicator, because: str) -> Ruling:
    return Ruling(indicator=indicator.id, at_least=Comparison.INCONCLUSIVE, because=because)


def _ruling(
    indicator: Indicator, item: EvidenceItem, measurement: Measurement, stood: list[Stood], at: datetime
) -> Ruling | None:
    evaluated = measurement.evaluated or _LONG_AGO
    since = _standing_since(indicator, stood)
    if since is not None and stood[since].ts <= evaluated:
        return None
    before = [s for s in stood[:since] if _counts(s, evaluated) and _differs(s, indicator)]
    on = f"the evaluation of {measurement.evaluated.date()}" if measurement.evaluated else "an evaluation of no date"
    day = "" if since is None else str(stood[since].ts.date())
    if not before:
        unknown = f"its bars are not in the record yet: nothing shows that they stood before {on}"
        because = f"its bars were first recorded on {day}, after {on}" if day else unknown
        return Ruling(indicator=indicator.id, at_least=Comparison.CLEAR, because=because)
    when = f"on {day}" if day else "in a file that is not in the record yet"
    because = f"{_moved(before[-1], indicator)} {when}, after {on}"
    crossed = any(_was_crossed(s, indicator, item, measurement, at) for s in before)
    because += "; under what stood before, it is crossed" if crossed else ""
    level = Comparison.CROSSED if crossed else Comparison.INCONCLUSIVE
    return Ruling(indicator=indicator.id, at_least=level, because=because)


def _standing_since(indicator: Indicator, stood: list[Stood]) -> int | None:
    """The index since which the file asked about has held the present settings; None if its last state has not."""
    since = None
    for index, one in enumerate(stood):
        if one.own:
            is_same = one.indicator is not None and not _differs(one, indicator)
            since = (index if since is None else since) if is_same else None
    return since


def _counts(stood: Stood, evaluated: datetime) -> bool:
    """Whether what stood elsewhere was a promise at the time of the evaluation: recorded or in effect by then.

    A later version that was recorded earlier says nothing of what an earlier version promised.
    """
    in_effect = stood.effective is not None and stood.effective <= evaluated.date()
    return stood.own or stood.ts <= evaluated or in_effect or evaluated == _LONG_AGO


def _differs(stood: Stood, indicator: Indicator) -> bool:
    if stood.unreadable:
        return True
    return stood.indicator is not None and bool(_changes(stood.indicator, indicator))


def _changes(old: Indicator, new: Indicator) -> list[str]:
    return [f.name for f in fields(Indicator) if f.name not in _APART and getattr(old, f.name) != getattr(new, f.name)]


def _moved(before: Stood, indicator: Indicator) -> str:
    if before.indicator is None:
        return f"the file of {before.where} in the record cannot be read ({before.unreadable}), and its bars changed"
    name = _changes(before.indicator, indicator)[0]
    old, new = (_shown(getattr(i, name)) for i in (before.indicator, indicator))
    what = _WORDS.get(name, name.replace("_", " "))
    return f"{what} was {old} in {before.where} until it became {new}"


def _shown(value: object) -> str:
    match value:
        case None | "" | ():
            return "none"
        case Bar():
            return decimal_text(value.value) + (" (inclusive)" if value.inclusive else "")
        case Decimal():
            return decimal_text(value)
        case Enum():
            return str(value.value)
    return str(value)


def _was_crossed(
    stood: Stood, indicator: Indicator, item: EvidenceItem, measurement: Measurement, at: datetime
) -> bool:
    """Whether the log is crossed under earlier settings: moving a bar never turns that into *cannot rule out*."""
    if stood.indicator is None:
        return False
    old = replace(stood.indicator, id=indicator.id)
    return measure_indicator(old, item, measurement, at=at).comparison is Comparison.CROSSED


class _Files:
    """The framework and case files of a record, each read once."""

    def __init__(self, asked: Asked, record: Kept, cache: Cache) -> None:
        self._asked = asked
        self._record = record
        self._read = cache
        self._naming: dict[str, bool] = {}

    def frameworks(self, indicator: Indicator) -> list[Stood]:
        """What each entry of the framework, in any version, says of one of its comparisons."""
        mine = self._asked.framework.id
        found = []
        for entry, digest in self._named("framework", EntryType.FRAMEWORK, EntryType.DECISION):
            subject = entry.content.subject
            if subject["framework"] == mine.name:
                where = f"{mine.name}@{subject['version']}"
                stood = Stood(ts=_instant(entry), where=where, own=subject["version"] == mine.version)
                found.append(self._of_framework(stood, digest, indicator))
        return found

    def _of_framework(self, stood: Stood, digest: str, indicator: Indicator) -> Stood:
        read = self._file("framework", digest)
        if not isinstance(read, Framework):
            return replace(stood, unreadable=str(read))
        same = [i for i in read.indicators if i.id == indicator.id]
        pair = (indicator.evaluation, indicator.threshold)
        same = same or [i for i in read.indicators if (i.evaluation, i.threshold) == pair]
        return replace(stood, effective=read.effective, indicator=same[0] if same else None)

    def cases(self, item: EvidenceItem, indicator: Indicator) -> list[Stood]:
        """What each case about this model that was decided on says of one of its comparisons."""
        case = self._asked.case
        found = []
        for entry, digest in self._named("case", EntryType.DECISION):
            own = entry.content.subject["case"] == case.id
            if not own and not self._names_model(digest):
                continue
            stood = Stood(ts=_instant(entry), where=f"case {entry.content.subject['case']}", own=own)
            read = self._file("case", digest)
            if not isinstance(read, Case):
                found += [replace(stood, unreadable=str(read))] if own else []
            elif own or _is_about(read, case):
                found.append(replace(stood, indicator=_same_in(read, item, indicator)))
        return found

    def _names_model(self, digest: str) -> bool:
        """Whether a file may name the model, however it is spelled: reading every case of a large record would take long."""
        if digest not in self._naming:
            self._naming[digest] = self._finds_model(digest)
        return self._naming[digest]

    def _finds_model(self, digest: str) -> bool:
        try:
            text = self._record.object(digest).decode("utf-8", "replace")
        except RuleoutError:
            return False
        # An escape of YAML's may stand for any letter.
        return "\\" in text or _squeezed(self._asked.case.subject.model) in _squeezed(text)

    def _named(self, name: str, *kinds: EntryType) -> Iterator[tuple[LedgerEntry, str]]:
        """Entries of some kinds with the digest of the file that each names."""
        for entry in self._record.entries:
            if entry.content.type in kinds:
                digests = [ref.sha256 for ref in entry.content.refs if ref.name == name]
                yield from ((entry, digest) for digest in digests[:1])

    def _file(self, kind: str, digest: str) -> Framework | Case | str:
        """A file of the record, or why it cannot be read."""
        if (kind, digest) not in self._read:
            self._read[kind, digest] = self._parsed(kind, digest)
        return self._read[kind, digest]

    def _parsed(self, kind: str, digest: str) -> Framework | Case | str:
        try:
            data = self._record.object(digest)
            return (
                parse_framework(data, file=digest[:12]) if kind == "framework" else parse_case(data, file=digest[:12])
            )
        except RuleoutError as error:
            return str(error)


def _squeezed(text: str) -> str:
    """A text without what YAML may break, double or take off: spaces, line ends and single quotes; in small letters."""
    return "".join(text.replace("'", "").split()).casefold()


def _is_about(one: Case, other: Case) -> bool:
    """Whether two cases are about one model, under whichever name and for whichever activity."""
    pairs = ((c.subject.developer.casefold(), c.subject.model.casefold()) for c in (one, other))
    return len(set(pairs)) == 1


def _same_in(case: Case, item: EvidenceItem, indicator: Indicator) -> Indicator | None:
    """A case's own comparison of the same task for the same threshold, under whichever name; None if it has none."""
    of_task = [i for other in case.evidence if _task(other) == _task(item) for i in other.indicators]
    return next((i for i in of_task if i.threshold == indicator.threshold), None)


def _task(item: EvidenceItem) -> str:
    return item.log_task or item.id


def _instant(entry: LedgerEntry) -> datetime:
    return datetime.fromisoformat(entry.content.ts)
