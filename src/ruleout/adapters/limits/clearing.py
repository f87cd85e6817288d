# SPDX-License-Identifier: Apache-2.0
"""What is put right when a worker begins: streams of the dead are cleared, and minutes of before a boot are closed (G-1)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from mmap import mmap

from ruleout.adapters.limits.held import MOST_WORKERS, NOBODY
from ruleout.adapters.limits.layout import STREAM_SPAN, read_row, read_streams, span_of, write_row, write_streams
from ruleout.serving.limits.rows import BUCKET_NS, MINUTE_SPAN, closed_until

#: Takes a step while a row is locked, for which others may be waited for.
Locked = Callable[[int, Callable[[], None]], None]


def clear_dead(data: mmap, rows: int, dead: Collection[int], locked: Locked) -> None:
    """Clear what dead workers held of streams. Others count meanwhile: each row under its lock. Effect: writes to the page."""
    for row in range(rows):
        if span_of(data, row) == STREAM_SPAN:
            locked(row, partial(_clear_held, data, row, dead))


def clear_boot(data: mmap, rows: int, now_ns: int, locked: Locked) -> None:
    """Clear all streams, unread, and close minutes: they are of before this boot. Effect: writes to the page."""
    for row in range(rows):
        span = span_of(data, row)
        if span == STREAM_SPAN:
            write_streams(data, row, NOBODY)
        elif span == MINUTE_SPAN:
            locked(row, partial(_close_minute, data, row, now_ns))


def _clear_held(data: mmap, row: int, dead: Collection[int]) -> None:
    held = read_streams(data, row)
    if any(held.counts):
        counts = tuple(0 if worker in dead else held.counts[worker] for worker in range(MOST_WORKERS))
        write_streams(data, row, held._replace(counts=counts))


def _close_minute(data: mmap, row: int, now_ns: int) -> None:
    write_row(data, row, closed_until(read_row(data, row), now_ns // BUCKET_NS, 2**61))
