# SPDX-License-Identifier: Apache-2.0
"""Reading many logs in several processes: answers in the order of the orders, few of them waiting (E-1).

Processes are started fresh (`spawn`), so nothing of this one is copied into them. One that dies (killed by the system
for its memory, say) takes all of its siblings' work along; each log that was under way is then read again in a process
of its own, and only the one that kills that too is a failure. The others go on.
"""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from ruleout.adapters.logs.orders import Answer, Order, answer_order
from ruleout.errors import LedgerError

#: Orders under way or answered and not yet taken, per process.
_AHEAD = 3

Work = Callable[[Order], Answer]


def answers_by_processes(orders: Sequence[Order], *, jobs: int, work: Work = answer_order) -> Iterator[Answer]:
    """Yield the answer to each order, in order. Effect: starts processes, which are gone at the end.

    Args:
        jobs: how many processes, at least 1.
        work: a function at the top of a module, which a fresh process can import.

    Raises:
        LedgerError: a log could not be kept.
    """
    done = 0
    while done < len(orders):
        # One round per pool: a pool that broke is not used again.
        for answer in _one_pool(orders[done:], jobs, work):
            done += 1
            yield answer


def _one_pool(orders: Sequence[Order], jobs: int, work: Work) -> Iterator[Answer]:
    """Answers from one pool of processes, up to and with those that were under way when it broke."""
    under_way = deque[tuple[Order, Future[Answer]]]()
    pool = _pool(min(jobs, len(orders)))
    try:
        yield from _until_it_breaks(pool, orders, under_way, work, jobs * _AHEAD)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    for order, future in under_way:
        yield _alone(order, work) if future.cancelled() or future.exception() else answer_of(None, future)


def _until_it_breaks(
    pool: ProcessPoolExecutor,
    orders: Sequence[Order],
    under_way: deque[tuple[Order, Future[Answer]]],
    work: Work,
    most: int,
) -> Iterator[Answer]:
    """Answers in order, at most `most` orders ahead; what is left `under_way` at the end has met a broken pool."""
    waiting = deque(orders)
    while waiting or under_way:
        while waiting and len(under_way) < most:
            try:
                future = pool.submit(work, waiting[0])
            except BrokenProcessPool:  # by something under way, whose answer says so
                break
            under_way.append((waiting.popleft(), future))
        future = under_way[0][1]
        if isinstance(future.exception(), BrokenProcessPool):
            return
        under_way.popleft()
        yield answer_of(future.exception(), future)


def _alone(order: Order, work: Work) -> Answer:
    with _pool(1) as pool:
        future = pool.submit(work, order)
        error = future.exception()
    if isinstance(error, BrokenProcessPool):
        return Answer(failure="the process that read it died, twice; it may have run out of memory")
    return answer_of(error, future)


def _pool(jobs: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_interruptions)


def _leave_interruptions() -> None:
    """Ctrl-C is for the process that was started by a person; it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def answer_of(error: BaseException | None, future: Future[Answer]) -> Answer:
    """Return a finished work's answer; an error of it is a failure of ours. Raises LedgerError: nothing can go on."""
    if isinstance(error, LedgerError):
        raise error
    if error is not None:
        return Answer(failure="".join(traceback.format_exception(error)))
    return future.result()
