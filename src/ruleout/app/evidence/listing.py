# SPDX-License-Identifier: Apache-2.0
"""The record's evidence as it stands: every measurement, and one of them with all that bears on it (E-3, E-4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from ruleout.app.evidence.receipt import Receipt, find_receipt, receipts_of
from ruleout.app.evidence.standing import Standing, standing_in
from ruleout.app.ledger import Record
from ruleout.app.sources import read_measurements
from ruleout.documents.counts import count_of
from ruleout.errors import NotFound, RuleoutError
from ruleout.evidence.difference import Difference, difference_of
from ruleout.evidence.ending import as_read
from ruleout.evidence.overlap import Overlap, overlap_of, overlaps_among, prints_of
from ruleout.evidence.stored import measurement_from
from ruleout.ledger import EntryType
from ruleout.model.evidence import Measurement
from ruleout.model.expiry import ends_by, has_ended

#: Logs that are compared pair by pair in one call.
MOST_COMPARED = 1000
#: Names of tasks or models that are listed where none is the one asked for.
MOST_NAMED = 10
#: What may be asked for: how a piece of evidence stands.
STANDINGS = ("counts", "unusable", "expired", "withdrawn")
#: How a piece stands that carries nothing any more.
ENDED = frozenset(STANDINGS) - {"counts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One measurement of the record and how it stands: counts, unusable (by itself), expired or withdrawn, and why."""

    receipt: Receipt
    standing: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which evidence to list; "" and None ask for any. `within` counts from the instant asked about."""

    task: str = ""
    model: str = ""
    standing: str = ""
    within: timedelta | None = None


def list_evidence(record: Record, wanted: Wanted, *, at: datetime) -> tuple[Listed, ...]:
    """Return the record's evidence in order of receipt.

    Effect: reads summaries; measurements only of logs that began with one that has ended, to tell copies.

    Raises:
        RuleoutError: a standing that there is not.
    """
    if wanted.standing and wanted.standing not in STANDINGS:
        hint = f"Use one of: {', '.join(STANDINGS)}."
        raise RuleoutError(f"expected a status, got {wanted.standing!r}", hint=hint)
    standing = standing_in(record)
    listed = (_listed(receipt, standing, record, on=at.date()) for receipt in receipts_of(record))
    return tuple(one for one in listed if _is_wanted(one, wanted, on=at.date()))


def why_none(record: Record, wanted: Wanted) -> str:
    """Return why a list is empty: nothing is there, or nothing of the name asked for, with the names that are there. Effect: reads summaries."""
    summaries = [receipt.summary for receipt in receipts_of(record)]
    if not summaries:
        return "the record holds no evidence yet; `ruleout ingest LOG` puts some in"
    for what, asked, known in (
        ("task", wanted.task, {summary.task for summary in summaries}),
        ("model", wanted.model, {summary.model for summary in summaries}),
    ):
        if asked and asked not in known:
            return f"the record holds no {what} {asked!r}; there are: {_some(known)}"
    held = count_of(len(summaries), "piece of evidence", "pieces of evidence")
    return f"the record holds {held}, none that fits all that was asked"


def _some(names: Iterable[str]) -> str:
    listed = [repr(name[:80]) for name in sorted(names)]
    more = len(listed) - MOST_NAMED
    return ", ".join(listed[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def ended_evidence(record: Record, at: datetime) -> Iterator[tuple[Listed, tuple[str, ...]]]:
    """Yield the evidence that carries nothing any more, each with the ids of the entries that hold it. Effect: reads summaries."""
    holders: dict[str, list[str]] = defaultdict(list)
    for entry in record.of_type(EntryType.EVIDENCE):
        for ref in entry.content.refs:
            holders[ref.sha256].append(entry.content.id)
    for one in list_evidence(record, Wanted(), at=at):
        if one.standing in ENDED:
            yield one, tuple(dict.fromkeys(name for digest in one.receipt.objects for name in holders[digest]))


def _listed(receipt: Receipt, standing: Standing, record: Record, *, on: date) -> Listed:
    read = partial(measurement_of, record, receipt)
    if why := standing.withdrawal_of(receipt.summary, read):
        return Listed(receipt=receipt, standing="withdrawn", because=why)
    if has_ended(receipt.valid_until, on):
        return Listed(receipt=receipt, standing="expired", because=f"valid until {receipt.valid_until}")
    if why := standing.expiry_of_copy(receipt.summary, read, on=on):
        return Listed(receipt=receipt, standing="expired", because=why)
    if not receipt.summary.is_usable:
        summary = receipt.summary
        because = f"{summary.status}, {count_of(summary.problems, 'problem')}{'' if summary.has_scores else ', nothing scored'}"
        return Listed(receipt=receipt, standing="unusable", because=because)
    return Listed(receipt=receipt, standing="counts", because="")


def _is_wanted(one: Listed, wanted: Wanted, *, on: date) -> bool:
    summary, last_day = one.receipt.summary, one.receipt.valid_until
    ends = wanted.within is None or ends_by(last_day, on + wanted.within)
    named = wanted.task in ("", summary.task) and wanted.model in ("", summary.model)
    return ends and named and wanted.standing in ("", one.standing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Another run of the same task and model: how it stands, and what it holds."""

    listed: Listed
    measurement: Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One measurement whole, the other runs of its task and model, what it shares with them, and what the record says.

    `remarks` are what decisions on it were told: bars that moved, tasks that count once, by decision.
    """

    listed: Listed
    measurement: Measurement
    runs: tuple[Run, ...]
    overlaps: tuple[Overlap, ...]
    remarks: tuple[tuple[str, str], ...]

    @property
    def is_picked(self) -> bool:
        """Whether decisions rest on some runs of the task and model, and not on others that are there."""
        used = [bool(one.receipt.decisions) for one in (self.listed, *(run.listed for run in self.runs))]
        return any(used) and not all(used)


def show_evidence(record: Record, name: str, *, at: datetime) -> Shown:
    """Return one measurement, by digest, the beginning of one, or entry. Effect: reads it and its runs.

    Raises:
        NotFound: none of this name, or several.
    """
    every = list_evidence(record, Wanted(), at=at)
    receipt = find_receipt(name, (one.receipt for one in every))
    listed = next(one for one in every if one.receipt is receipt)
    pair = (receipt.summary.task, receipt.summary.model)
    others = [one for one in every if (one.receipt.summary.task, one.receipt.summary.model) == pair]
    runs = tuple(
        Run(listed=one, measurement=measurement_of(record, one.receipt)) for one in others if one is not listed
    )
    measurement = measurement_of(record, receipt)
    mine = prints_of(measurement)
    overlaps = (overlap_of(mine, prints_of(run.measurement)) for run in runs)
    return Shown(
        listed=listed,
        measurement=measurement,
        runs=runs,
        overlaps=tuple(overlap for overlap in overlaps if overlap is not None),
        remarks=_remarks(record, receipt),
    )


def measurement_of(record: Record, receipt: Receipt) -> Measurement:
    """Return a measurement of the record as its log gave it. Effect: reads it."""
    return as_read(measurement_from(record.object(receipt.objects[0])))


def _remarks(record: Record, receipt: Receipt) -> tuple[tuple[str, str], ...]:
    """What the decisions on a measurement were told of it, each once, with the first decision that was."""
    told: dict[str, str] = {}
    for entry in record.of_type(EntryType.DECISION):
        used = [ref.sha256 for ref in entry.content.refs if ref.sha256 in receipt.objects]
        for digest in used if entry.content.id in receipt.decisions else ():
            m = measurement_from(record.object(digest))
            lines = [f"{r.indicator}: {r.because}" for r in m.rulings] + ([m.ended] if m.ended else [])
            for line in lines:
                told.setdefault(line, entry.content.id)
    return tuple((decision, line) for line, decision in told.items())


def read_either(record: Record | None, name: str) -> tuple[Measurement, ...]:
    """Return the measurements of a log file on disk, or the one of the record by digest. Effect: reads.

    Raises:
        NotFound: neither such a file nor such evidence.
        UnreadableLog: the file is not a log.
    """
    path = Path(name)
    if path.exists():
        return read_measurements(path)
    if record is None:
        raise NotFound(f"{name}: no such log, and no workspace to look in", hint="Name a log file, or use --workspace.")
    if path.suffix:
        raise NotFound(f"{name}: no such log", hint="Name a log file, or a digest from `ruleout evidence list`.")
    return (measurement_of(record, find_receipt(name, receipts_of(record))),)


def compare_evidence(record: Record | None, first: str, second: str) -> Difference:
    """Return how two measurements differ, each a log file or of the record. Effect: reads them.

    Raises:
        RuleoutError: a log holds several measurements, of which none can be told to be meant.
    """
    one, other = (read_either(record, name) for name in (first, second))
    pairs = [(a, b) for a in one for b in other if (a.task, a.model) == (b.task, b.model)]
    if len(one) == len(other) == 1:
        pairs = [(one[0], other[0])]
    if len(pairs) != 1:
        hint = "Ingest the logs and name the digests or entries of two measurements."
        raise RuleoutError(f"expected one pair of measurements to compare, got {len(pairs)}", hint=hint)
    return difference_of(*pairs[0])


def find_overlaps(record: Record | None, logs: Iterable[str]) -> tuple[Overlap, ...]:
    """Return which logs of one model share tasks or attempts: the record's, and log files on disk. Effect: reads all.

    Files are compared with each other and with the record; a file that is in the record already is so by its digest.

    Raises:
        RuleoutError: more logs than can be compared pair by pair.
    """
    prints = [] if record is None else [prints_of(measurement_of(record, r)) for r in receipts_of(record)]
    for name in logs:
        prints += [prints_of(m, name=Path(name).name) for m in read_either(record, name)]
    if len(prints) > MOST_COMPARED:
        hint = "Compare two with `ruleout evidence diff`, or name logs outside a workspace."
        raise RuleoutError(f"expected at most {MOST_COMPARED} logs to compare, got {len(prints)}", hint=hint)
    return overlaps_among(prints)
