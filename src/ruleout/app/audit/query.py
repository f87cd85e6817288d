# SPDX-License-Identifier: Apache-2.0
"""Asking the audit record: what became of requests, and where it stands (G-8, G-10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ruleout.adapters.audit.segment_file import segments_in
from ruleout.app.audit.folder import look_at, read_segment
from ruleout.serving.audit import Ended, Fault, Kept, Opened, Refused, Shadowed

#: Segments that cannot be read to their end, or not at all, and why.
Faults = tuple[tuple[str, Fault], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked for; "" and None ask for everything. Instants are aware; `until` is not included."""

    request: str = ""
    tenant: str = ""
    model: str = ""
    why: str = ""
    shadow: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: how it began, how it ended (None where nobody recorded it), and where its first record stands."""

    began: Opened | Refused
    ended: Ended | None
    segment: str
    number: int

    @property
    def why(self) -> str:
        """The ground of its refusal or cut, "" where it was served whole."""
        return self.began.why if isinstance(self.began, Refused) else (self.ended.why if self.ended else "")

    @property
    def shadows(self) -> tuple[Shadowed, ...]:
        """What bundles in shadow would have decided otherwise, in order."""
        return (*self.began.shadows, *(self.ended.shadows if self.ended else ()))

    @property
    def how(self) -> str:
        """How it ended in a word: `refused`, `no-end`, or as its end says."""
        if isinstance(self.began, Refused):
            return "refused"
        return self.ended.how if self.ended else "no-end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The requests, in order of time, how many there are beyond those, and segments that cannot be read to their end."""

    requests: tuple[Request, ...]
    more: int
    faults: Faults


def ask(folder: Path, question: Question, *, most: int) -> Answer:
    """Return what the record says of requests that fit a question, the newest `most`. Effect: reads every segment."""
    found: dict[str, Request] = {}
    faults: list[tuple[str, Fault]] = []
    ends: dict[str, Ended] = {}
    for name in segments_in(folder):
        parsed = look_at(folder, name).parsed
        if parsed.fault is not None:
            faults.append((name, parsed.fault))
        for kept in parsed.records:
            if isinstance(kept.record, Ended):
                ends[kept.record.request] = kept.record
        found.update(_began(parsed.records, name, question))
    whole = [_with_end(one, ends.get(key)) for key, one in found.items()]
    fits = sorted((one for one in whole if _fits_whole(one, question)), key=lambda one: one.began.at)
    return Answer(requests=tuple(fits[-most:]), more=max(0, len(fits) - most), faults=tuple(faults))


def _began(records: Iterable[Kept], segment: str, question: Question) -> Iterator[tuple[str, Request]]:
    for kept in records:
        one = kept.record
        if isinstance(one, Opened | Refused) and _fits(one, question):
            yield one.request, Request(began=one, ended=None, segment=segment, number=kept.number)


def _fits(one: Opened | Refused, question: Question) -> bool:
    first = None if question.since is None else _nanoseconds(question.since)
    behind = None if question.until is None else _nanoseconds(question.until)
    return (
        question.request in ("", one.request)
        and question.tenant in ("", one.tenant)
        and question.model in ("", one.model)
        and (first is None or one.at >= first)
        and (behind is None or one.at < behind)
    )


def _fits_whole(one: Request, question: Question) -> bool:
    """By what its end may say as well."""
    shadows = {shadowed.shadow for shadowed in one.shadows}
    return question.why in ("", one.why) and (not question.shadow or question.shadow in shadows)


def _with_end(one: Request, ended: Ended | None) -> Request:
    return Request(began=one.began, ended=ended, segment=one.segment, number=one.number)


def _nanoseconds(instant: datetime) -> int:
    past = instant.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (past.days * 86400 + past.seconds) * 1_000_000_000 + past.microseconds * 1000


def hooks_on(folder: Path, requests: Collection[str]) -> tuple[Mapping[str, Mapping[str, tuple[str, ...]]], Faults]:
    """Return what hooks said of these requests, by request and hook, and segments that cannot be read to their end.

    A request without a word of a hook has an empty mapping; one that no segment holds is left out. Effect: reads every segment.

    Raises:
        NotFound: something else than a file is called as a segment.
        LedgerError: a segment cannot be read.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    faults: list[tuple[str, Fault]] = []
    for name in segments_in(folder):
        parsed = read_segment(folder, name).parsed
        if parsed.fault is not None:
            faults.append((name, parsed.fault))
        for kept in parsed.records:
            one = kept.record
            if isinstance(one, Opened | Refused | Ended) and one.request in requests:
                said = found.setdefault(one.request, {})
                for hook, verdict in one.hooks:
                    said[hook] = (*said.get(hook, ()), verdict)
    return found, tuple(faults)
