# SPDX-License-Identifier: Apache-2.0
"""One log to read, and what came of it, as values that pass between processes and machines (E-1).

The same function reads a log here, in another process and on another machine, so the way of reading cannot change what
is found. What comes back is small: measurements as canonical bytes, never the log.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from ruleout.adapters.logs.block_source import OnBytes, changed
from ruleout.adapters.logs.found import FoundLog
from ruleout.adapters.logs.kept import put_source
from ruleout.adapters.logs.opening import open_log, unwatched
from ruleout.errors import LedgerError, RuleoutError, UnreadableLog
from ruleout.evidence import Log, read_log
from ruleout.evidence.stored import measurement_bytes, measurement_from
from ruleout.model.evidence import Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A log to read.

    Attributes:
        log: where its files are.
        summaries: the quick look, which no gate accepts.
        keep_in: the ledger's folder beside which the log's own bytes are kept, None to keep nothing.
    """

    log: FoundLog
    summaries: bool = False
    keep_in: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A log as read: its digest ("" after a quick look), (name, SHA-256, size in bytes) of each file, and what it holds."""

    digest: str
    files: tuple[tuple[str, str, int], ...] = ()
    measurements: tuple[Measurement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A log that cannot be taken: its digest, "" where it could not be opened, and why."""

    digest: str
    error: RuleoutError


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of an order: a reading, a refusal, or a bug of ours; exactly one of them.

    Attributes:
        digest, files: as in `Reading` and `Refused`.
        measurements: canonical bytes of each.
        refusal: why the log was refused, as (message, hint) or, for an unreadable one, (name, reason, detail, hint).
        failure: what went wrong with us, for a report.
    """

    digest: str = ""
    files: tuple[tuple[str, str, int], ...] = ()
    measurements: tuple[bytes, ...] = ()
    refusal: tuple[str, ...] = ()
    failure: str = ""

    def outcome(self) -> Reading | Refused:
        """Return what these values stand for, where there is no failure. Pure.

        Raises:
            VerificationFailed: bytes that are no measurement.
        """
        if len(self.refusal) == 4:
            error: RuleoutError = UnreadableLog(*self.refusal[:3], hint=self.refusal[3])
            return Refused(digest=self.digest, error=error)
        if self.refusal:
            return Refused(digest=self.digest, error=RuleoutError(self.refusal[0], hint=self.refusal[1]))
        measurements = tuple(measurement_from(data) for data in self.measurements)
        return Reading(digest=self.digest, files=self.files, measurements=measurements)


def read_order(order: Order, *, on_bytes: OnBytes = unwatched, seen: Container[str] = frozenset()) -> Reading | Refused:
    """Return what a log holds, or why it is refused. Effect: reads or downloads its files; may keep them.

    Args:
        on_bytes: told of progress.
        seen: digests of logs that need not be read again; the reading of one of them holds no measurement.

    Raises:
        LedgerError: it could not be kept.
    """
    digest = ""
    try:
        with open_log(order.log, on_bytes=on_bytes, glance=order.summaries) as log:
            digest = log.digest if seen else ""  # before it is read only where that may be spared: it reads everything
            return Reading(digest=digest) if digest in seen else _reading(log, order)
    except LedgerError:
        raise
    except RuleoutError as error:
        return Refused(digest=digest, error=error)


def _reading(log: Log, order: Order) -> Reading:
    measurements = read_log(log, summaries_only=order.summaries)
    if order.keep_in is not None:
        _keep(log, order.keep_in)
    files = tuple((part.name, part.source.sha256, part.source.size) for part in log.parts)
    return Reading(digest=log.digest, files=files, measurements=measurements)


def _keep(log: Log, ledger: Path) -> None:
    for part in log.parts:
        put_source(ledger, part.source)


def keep_here(found: FoundLog, reading: Reading, ledger: Path) -> Reading | Refused:
    """Keep the bytes of a log that another machine has read. Effect: reads or downloads its files again.

    Returns:
        the reading, or a refusal where the bytes are no longer those that were read.

    Raises:
        LedgerError: the disk failed.
    """
    try:
        with open_log(found) as log:
            _require_same(log, reading)
            _keep(log, ledger)
    except LedgerError:
        raise
    except RuleoutError as error:
        return Refused(digest=reading.digest, error=error)
    return reading


def _require_same(log: Log, reading: Reading) -> None:
    if log.digest != reading.digest:
        raise changed(log.name, f"expected the log {reading.digest[:12]} that was read, got {log.digest[:12]}")


def answer_order(order: Order) -> Answer:
    """Return what came of reading a log, as values; the work of a process or machine beside this one.

    Effect: as `read_order`. Raises LedgerError; anything that is no refusal passes too, and is a bug.
    """
    outcome = read_order(order)
    if isinstance(outcome, Reading):
        stored = tuple(measurement_bytes(measurement) for measurement in outcome.measurements)
        return Answer(digest=outcome.digest, files=outcome.files, measurements=stored)
    error = outcome.error
    if isinstance(error, UnreadableLog):
        return Answer(digest=outcome.digest, refusal=(error.name, error.reason, error.detail, error.hint))
    return Answer(digest=outcome.digest, refusal=(str(error), error.hint))
