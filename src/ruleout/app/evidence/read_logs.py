# SPDX-License-Identifier: Apache-2.0
"""Read many logs, here, in several processes or on Ray: what each holds, in order, with progress (E-1).

The way of reading changes how long it takes and nothing else. Imports neither keys nor the ledger: looking at a log
needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ruleout.adapters.logs.found import Found, FoundLog
from ruleout.adapters.logs.orders import Answer, Order, Reading, Refused, keep_here, read_order
from ruleout.errors import RuleoutError, UnreadableLog

#: Endings that nothing but logs has: such a file that is none is damaged, and damaged evidence is not passed over.
_ONLY_LOGS = (".eval",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How to read.

    Attributes:
        summaries: the quick look, which no gate accepts.
        keep_in: the ledger's folder beside which the logs' own bytes are kept, None to keep nothing.
        jobs: how many processes; 1 reads in this one. On Ray: processors to use on this machine, 1 for all.
        ray: None not to use Ray, "" to start it on this machine, or a cluster's address.
    """

    summaries: bool = False
    keep_in: Path | None = None
    jobs: int = 1
    ray: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the reading is: logs and bytes done and in all; `bytes` None where a size is unknown."""

    logs_done: int
    logs: int
    bytes_done: int
    bytes: int | None
    name: str


#: Called often, from the reading itself: it has to be quick.
Watch = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one log; exactly one of the last five says it.

    Attributes:
        name: what to call the log.
        reading: what it holds.
        same_as: the name of an earlier log of the same bytes, which is not taken twice.
        refusal: why it cannot be taken.
        skipped: why a file come across in a folder is no log.
        failure: what went wrong with us.
    """

    name: str
    reading: Reading | None = None
    same_as: str = ""
    refusal: RuleoutError | None = None
    skipped: str = ""
    failure: str = ""


def read_logs(found: Found, way: Way, watch: Watch) -> Iterator[Outcome]:
    """Yield what came of everything found: what was skipped and refused at once, then each log in order.

    A file that was come across in a folder and turns out to be no log is skipped; one that was named, or whose name
    only a log has, is refused. Of logs with the same bytes the first counts.

    Effect: reads or downloads the logs, may start processes, may keep the logs' bytes.

    Raises:
        LedgerError: a log could not be kept.
        RuleoutError: the way of reading is not available here.

    Source: E-1.
    """
    for name, why in found.skipped:
        yield Outcome(name=name, skipped=why)
    for name, error in found.refused:
        yield Outcome(name=name, refusal=error)
    orders = [Order(log=log, summaries=way.summaries, keep_in=way.keep_in) for log in found.logs]
    far, seen = _HowFar(found.logs, watch), dict[str, str]()
    here = way.ray is None and way.jobs <= 1
    for order, came in _read_here(orders, far, seen) if here else _read_beside(orders, far, way):
        if isinstance(came, str):
            yield Outcome(name=order.log.shown, failure=came)
        elif came.digest in seen:
            yield Outcome(name=order.log.shown, same_as=seen[came.digest])
        elif isinstance(came, Refused):
            yield _refused(order.log, came.error)
        else:
            if came.digest:  # a quick look takes none
                seen[came.digest] = order.log.shown
            yield Outcome(name=order.log.shown, reading=came)


#: A reading, a refusal, or what went wrong with us.
Came = Reading | Refused | str


def _read_here(orders: Sequence[Order], far: _HowFar, seen: Container[str]) -> Iterator[tuple[Order, Came]]:
    for order in orders:
        far.starts(order.log)
        yield order, read_order(order, on_bytes=far.more, seen=seen)
        far.ends()


def _read_beside(orders: Sequence[Order], far: _HowFar, way: Way) -> Iterator[tuple[Order, Came]]:
    if way.ray:  # other machines have not this one's ledger: what they read is kept here
        orders = [replace(order, keep_in=None) for order in orders]
    for order, answer in zip(orders, _answers(orders, way), strict=True):
        far.starts(order.log)
        far.ends()
        came = answer.failure or answer.outcome()
        if way.ray and way.keep_in is not None and isinstance(came, Reading):
            came = keep_here(order.log, came, way.keep_in)
        yield order, came


def _answers(orders: Sequence[Order], way: Way) -> Iterator[Answer]:
    if not orders:
        return iter(())
    if way.ray is not None:
        from ruleout.adapters.logs.on_ray import answers_by_ray  # noqa: PLC0415 - needed in bulk only

        return answers_by_ray(orders, address=way.ray, jobs=way.jobs if way.jobs > 1 else 0)
    from ruleout.adapters.logs.processes import answers_by_processes  # noqa: PLC0415 - costs 20 ms

    return answers_by_processes(orders, jobs=way.jobs)


def _refused(log: FoundLog, error: RuleoutError) -> Outcome:
    no_log = isinstance(error, UnreadableLog) and error.reason == "not-a-log"
    if no_log and not log.named and not log.shown.lower().endswith(_ONLY_LOGS):
        return Outcome(name=log.shown, skipped="no reader knows its content")
    return Outcome(name=log.shown, refusal=error)


class _HowFar:
    """Counts what is done, and tells."""

    def __init__(self, logs: Sequence[FoundLog], watch: Watch) -> None:
        sizes = [log.size for log in logs]
        known = [size for size in sizes if size is not None]
        self._all = sum(known) if len(known) == len(sizes) else None
        self._logs, self._watch = len(logs), watch
        self._done = self._bytes_done = self._here = 0
        self._log: FoundLog | None = None

    def starts(self, log: FoundLog) -> None:
        self._log, self._here = log, 0
        self._tell()

    def more(self, count: int) -> None:
        self._here += count
        self._tell()

    def ends(self) -> None:
        # A log's own size counts in the end, so that refusals and re-reads do not shift the sum.
        size = self._log.size if self._log else None
        self._bytes_done += self._here if size is None else size
        self._done, self._here = self._done + 1, 0
        self._tell()

    def _tell(self) -> None:
        name = self._log.shown if self._log else ""
        done = self._bytes_done + self._here
        self._watch(Progress(logs_done=self._done, logs=self._logs, bytes_done=done, bytes=self._all, name=name))
