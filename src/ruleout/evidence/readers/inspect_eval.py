# SPDX-License-Identifier: Apache-2.0
"""Inspect's `.eval` logs: a zip archive of JSON members (E-1).

Members: `header.json` (written last), `summaries.json` (a copy of the samples' scores), `samples/<id>_epoch_<n>.json`,
`_journal/` (what was written while running). A log without `header.json` is unfinished: its status is "started" and
nothing gates on it.

The full read takes scores from the samples and compares header, start record and summaries with them; any
disagreement becomes a problem of the measurement. The fast read takes scores from the summaries and is never accepted
for a gate: it says so in the measurement's problems.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Protocol, TypeVar

import msgspec

from ruleout.errors import UnreadableLog
from ruleout.evidence.archive.member import Archive, open_archive
from ruleout.evidence.json_rows import rows_in_parts
from ruleout.evidence.json_text import decode
from ruleout.evidence.limits import DEFAULT_LIMITS, Limits
from ruleout.evidence.readers.inspect_parts.checks import disagreements, result_problems, start_problems
from ruleout.evidence.readers.inspect_parts.header import first_score, measurement
from ruleout.evidence.readers.inspect_parts.rows import AllTold
from ruleout.evidence.readers.inspect_parts.shape import HeaderShape
from ruleout.evidence.readers.inspect_parts.usual import attempts_of_summaries, of_samples, told_by_summaries
from ruleout.evidence.readers.stated import printable
from ruleout.evidence.source import Log
from ruleout.model.evidence import Attempt, Measurement

T_co = TypeVar("T_co", covariant=True)

FORMAT = "inspect-eval"
NOT_CROSS_CHECKED = "read from the summaries alone, which nobody compared with the samples"

_ZIP_MAGIC = b"PK\x03\x04"
_HEADER, _START, _SUMMARIES = "header.json", "_journal/start.json", "summaries.json"
_JOURNAL_PREFIX, _SAMPLES_PREFIX, _SUFFIX = "_journal/summaries/", "samples/", ".json"

_HEADER_DECODER = msgspec.json.Decoder(HeaderShape)


class _Maker(Protocol[T_co]):
    """What is made of the text of some summaries."""

    def __call__(self, text: bytes, *, log: str, part: str) -> T_co:
        """Raises: as `decode`."""


def is_eval_log(head: bytes, _log: Log) -> bool:
    """Return whether the first bytes are those of a zip archive; nothing else is needed. Pure."""
    return head.startswith(_ZIP_MAGIC)


def read_eval_log(log: Log, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Measurement, ...]:
    """Return the measurement of a log, read wholly and compared with itself.

    Reads few members at a time, so memory is bounded by the largest sample.

    Raises:
        UnreadableLog: the bytes are not a readable log; see docs/spec/evidence.md for the reasons.

    Source: E-1, E-2.
    """
    archive = open_archive(log.main.source, name=log.name, limits=limits)
    header, finished = _header(archive)
    first = first_score(header.results)
    attempts: list[Attempt] = []
    told: list[AllTold] = []
    begun: list[str | None] = []
    problems = [*_start_problems(archive, header, finished=finished)]
    for members, contents in archive.read_together(_sample_members(archive)):
        some, told_by_some, some_begun = of_samples(contents, first_score=first, log=archive.log, parts=members)
        attempts += some
        begun += some_begun
        told.append(told_by_some)
        problems += _misnamed(members, told_by_some)
    if finished:
        problems += _summary_problems(archive, _together(told))
        problems += result_problems(header, attempts)
    return (measurement(log, header, attempts, format_name=FORMAT, limits=limits, problems=problems, begun=begun),)


def read_eval_summaries(log: Log, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Measurement, ...]:
    """Return what a log's summaries say, quickly; for display, never for a gate.

    The measurement carries the problem `NOT_CROSS_CHECKED`. Raises UnreadableLog as `read_eval_log`.

    Source: E-1.
    """
    archive = open_archive(log.main.source, name=log.name, limits=limits, skip=_SAMPLES_PREFIX.encode())
    header, finished = _header(archive)
    attempts = list(chain.from_iterable(_summaries(archive, attempts_of_summaries)))
    if len({attempt.sample for attempt in attempts}) != len(attempts):
        # A later row supersedes an earlier one of the same sample and epoch.
        attempts = list({attempt[:2]: attempt for attempt in attempts}.values())
    problems = [NOT_CROSS_CHECKED, *_start_problems(archive, header, finished=finished)]
    return (measurement(log, header, attempts, format_name=FORMAT, limits=limits, problems=problems),)


def _header(archive: Archive) -> tuple[HeaderShape, bool]:
    """Return the header and whether the log is finished; the start record stands in for a missing header."""
    if _HEADER in archive:
        return decode(archive.read(_HEADER), _HEADER_DECODER, log=archive.log, part=_HEADER), True
    if _START in archive:
        start = decode(archive.read(_START), _HEADER_DECODER, log=archive.log, part=_START)
        return msgspec.structs.replace(start, status="started", results=None), False
    raise UnreadableLog(
        archive.log,
        "not-a-log",
        "expected header.json or _journal/start.json in the archive, got neither",
        hint="Name an evaluation log; this zip archive is something else.",
    )


def _start_problems(archive: Archive, header: HeaderShape, *, finished: bool) -> Iterator[str]:
    if finished and _START not in archive:
        yield f"no {_START} to compare the header with"
    elif finished:
        start = decode(archive.read(_START), _HEADER_DECODER, log=archive.log, part=_START)
        yield from start_problems(header, start)


def _misnamed(members: Sequence[str], held: AllTold) -> Iterator[str]:
    if not _are_named(members, held):
        for member, sample, epoch in zip(members, held.samples, held.epochs, strict=True):
            if member != f"{_SAMPLES_PREFIX}{sample}{_behind(epoch)}":
                yield f"member {printable(member)!r} holds sample {printable(sample)!r}"


def _are_named(members: Sequence[str], held: AllTold) -> bool:
    """Whether all members have the names of what they hold, for those of one epoch, as nearly always."""
    if len(set(held.epochs)) != 1 or len(held.samples) != len(members):
        return False
    # No name of a member has a NUL byte (`directory`), so texts that are equal fall apart into the same names.
    behind = _behind(held.epochs[0])
    names = f"{behind}\0{_SAMPLES_PREFIX}".join(held.samples)
    return "\0".join(members) == f"{_SAMPLES_PREFIX}{names}{behind}"


def _behind(epoch: int) -> str:
    return f"_epoch_{epoch}{_SUFFIX}"


def _sample_members(archive: Archive) -> list[str]:
    return [name for name in archive.entries if name.startswith(_SAMPLES_PREFIX) and name.endswith(_SUFFIX)]


def _together(parts: Sequence[AllTold]) -> AllTold:
    samples, epochs, scores, errored = zip(*parts, strict=True) if parts else ((),) * 4
    joined = chain.from_iterable
    return AllTold(list(joined(samples)), list(joined(epochs)), list(joined(scores)), list(joined(errored)))


def _summary_problems(archive: Archive, told: AllTold) -> Iterator[str]:
    if _SUMMARIES not in archive:
        yield "no summaries.json to compare the samples with"
        return
    yield from disagreements(told, _together(_summaries(archive, told_by_summaries)))


def _summaries(archive: Archive, made_of: _Maker[T_co]) -> list[T_co]:
    """Return what is made of the summary rows, of some after the other in order."""
    members = [_SUMMARIES] if _SUMMARIES in archive else _journal_members(archive)
    return [one for member in members for one in _rows(archive, member, made_of)]


def _rows(archive: Archive, member: str, made_of: _Maker[T_co]) -> list[T_co]:
    read = partial(made_of, log=archive.log, part=member)
    try:
        return list(rows_in_parts(archive.read_in_pieces(member), read))
    except UnreadableLog:
        # Read again as a whole, which finds the same and says where in the member it stands.
        return [read(archive.read(member))]


def _journal_members(archive: Archive) -> list[str]:
    numbered = [
        (int(stem), name)
        for name in archive.entries
        if name.startswith(_JOURNAL_PREFIX) and name.endswith(_SUFFIX)
        and (stem := name[len(_JOURNAL_PREFIX) : -len(_SUFFIX)]).isdecimal() and len(stem) < 10
    ]  # fmt: skip
    return [name for _, name in sorted(numbered)]
