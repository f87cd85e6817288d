# SPDX-License-Identifier: Apache-2.0
"""Other bytes of a run that the record holds: a log repacked, edited, or written in another format (A-12, E-2).

What ends a log ends the run that it tells of. A withdrawal by digest, or a last day, that held for one archive alone
would be undone by packing the same members again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from ruleout.app.evidence.receipt import Kept, log_digest_in, summary_named
from ruleout.app.ledger import MEASUREMENT
from ruleout.evidence.overlap import Prints, is_one_run, prints_of
from ruleout.evidence.stored import measurement_from
from ruleout.evidence.summary import Summary
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.evidence import Measurement

T = TypeVar("T")
_MINUTE = 60
#: Measurements of which what is compared is kept while one looks.
_HELD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row(Generic[T]):
    """A log of the record, its place among them, and what is told of it."""

    place: int
    summary: Summary
    entry: LedgerEntry
    told: T


class Copies(Generic[T]):
    """The logs of a record of which something is told, to be looked into only where they may tell of a run asked about.

    Args:
        asked: whether anything may be told of a log, by its digest, before it is read; "" for one that only a case named.
        told: what is told, by the summary; None for nothing.
    """

    def __init__(self, record: Kept, asked: Callable[[str], bool], told: Callable[[Summary], T | None]) -> None:
        self._record, self._asked, self._told = record, asked, told
        # A hundred tasks of one set begin in the same minute, and each is asked about.
        self._prints = lru_cache(maxsize=_HELD)(self._prints_of)

    def of(self, mine: Summary, read: Callable[[], Measurement]) -> Iterator[tuple[Summary, T]]:
        """Yield each other log of the record that tells of the same run, with what is told of it, in order of receipt.

        Effect: reads the summaries of the logs that are asked for, and the measurements of those begun with this one.

        Args:
            read: gives the measurement that `mine` is of.
        """
        near = [row for row in self._near(mine) if row.summary.digest != mine.digest]
        prints = prints_of(read()) if near else None
        for row in near:
            kept = (ref.sha256 for ref in row.entry.content.refs if ref.media_type == MEASUREMENT)
            if prints is not None and any(is_one_run(prints, self._prints(sha256)) for sha256 in kept):
                yield row.summary, row.told

    def _prints_of(self, sha256: str) -> Prints:
        return prints_of(measurement_from(self._record.object(sha256)))

    def _near(self, mine: Summary) -> Sequence[_Row[T]]:
        """The logs of the model that began in the same minute or one beside it, or of which one does not know."""
        minutes = _minutes(mine)
        if None in minutes:
            return self._of_model.get(mine.model, ())
        near = {minute + step for minute in minutes if minute is not None for step in (-1, 0, 1)} | {None}
        found = {row.place: row for minute in near for row in self._begun.get((mine.model, minute), ())}
        return [found[place] for place in sorted(found)]

    @cached_property
    def _of_model(self) -> Mapping[str, list[_Row[T]]]:
        found: dict[str, list[_Row[T]]] = defaultdict(list)
        for row in self._rows():
            found[row.summary.model].append(row)
        return found

    @cached_property
    def _begun(self) -> Mapping[tuple[str, int | None], list[_Row[T]]]:
        found: dict[tuple[str, int | None], list[_Row[T]]] = defaultdict(list)
        for model, rows in self._of_model.items():
            for row in rows:
                for minute in _minutes(row.summary):
                    found[model, minute].append(row)
        return found

    def _rows(self) -> Iterator[_Row[T]]:
        """Each log once, by the first entry that holds it."""
        seen: set[Summary] = set()
        for place, entry in enumerate(self._record.entries):
            if entry.content.type is EntryType.EVIDENCE and self._asked(log_digest_in(entry)):
                summary = summary_named(entry, self._record)
                told = None if summary is None or summary in seen else self._told(summary)
                if summary is not None and told is not None:
                    seen.add(summary)
                    yield _Row(place=place, summary=summary, entry=entry, told=told)


def _minutes(summary: Summary) -> set[int | None]:
    """The minutes in which a run began, as its log tells; None for one that does not."""
    starts = (summary.evaluated, summary.begun) if summary.begun else (summary.evaluated,)
    return {int(datetime.fromisoformat(text).timestamp()) // _MINUTE if text else None for text in starts}
