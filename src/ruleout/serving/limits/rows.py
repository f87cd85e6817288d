# SPDX-License-Identifier: Apache-2.0
"""One counter that several workers share: how much was granted in each of the last windows (G-1).

The rules that make "never more in total" true:

* What is granted counts at once, whether it is used or not; a worker that dies takes its slice with it.
* A grant looks at the newest window ever seen and the `span - 1` before it. An earlier window is charged to the newest:
  a clock that steps back refills nothing.
* With buckets of ten seconds and a span of seven, any sixty seconds lie within the seven buckets that are summed. So
  "per minute" holds for every minute, not only for those of the clock.
"""

from __future__ import annotations

from typing import NamedTuple

#: Windows that a row has room for.
WIDTH = 16
#: A minute is counted in buckets of so many nanoseconds, `MINUTE_SPAN` of which are summed.
BUCKET_NS = 10_000_000_000
MINUTE_SPAN = 7
DAY_SPAN = 1


class Row(NamedTuple):
    """`latest`: number of the newest window, -1 for none yet; `counts[i]`: granted in the window `latest - i`; of streams, held by worker `i`."""

    latest: int = -1
    counts: tuple[int, ...] = (0,) * WIDTH


def drawn(row: Row, window: int, wanted: int, most: int, *, span: int) -> tuple[Row, int, int]:
    """Return the row after a grant, what is granted, and after how many windows more would be free. Pure.

    Args:
        window: number of the present window.
        wanted: asked for, >= 1; less may be granted, never more.
        most: the limit over `span` windows together.

    Returns:
        Row, granted (0 <= granted <= wanted), and 0 or the windows to wait where nothing is granted.
    """
    row = _moved(row, window)
    room = most - sum(row.counts[:span])
    granted = max(0, min(wanted, room))
    if granted:
        return Row(row.latest, (row.counts[0] + granted, *row.counts[1:])), granted, 0
    # What is oldest within the span leaves first; a clock behind the newest window waits for it too.
    oldest = max((i for i in range(span) if row.counts[i]), default=0)
    return row, 0, max(0, row.latest - window) + span - oldest


def given_back(row: Row, window: int, unused: int) -> Row:
    """Return the row after a worker gives back what it drew in `window` and did not use. Pure.

    Only what the row still counts in that very window can come back.
    """
    place = row.latest - window
    if unused <= 0 or not 0 <= place < WIDTH:
        return row
    left = max(0, row.counts[place] - unused)
    return Row(row.latest, (*row.counts[:place], left, *row.counts[place + 1 :]))


def closed_until(row: Row, window: int, most: int) -> Row:
    """Return the row with nothing free before a whole span after `window`: what came before is not known. Pure."""
    return Row(window, (max(most, row.counts[0]), *row.counts[1:]))


def has_ended(row: Row, window: int, *, span: int) -> bool:
    """Whether what the row counts is asked about no more in `window`, with one to spare for a clock that was set ahead. Pure."""
    return row.latest + span < window


def held(row: Row, worker: int, wanted: int, most: int) -> tuple[Row, int]:
    """Return the row after one worker holds more of what is counted at once, and how much was granted. Pure."""
    granted = max(0, min(wanted, most - sum(row.counts)))
    return _with(row, worker, row.counts[worker] + granted), granted


def released(row: Row, worker: int, count: int) -> Row:
    """Return the row after a worker lets go of what it holds; never below nothing. Pure."""
    return _with(row, worker, max(0, row.counts[worker] - count))


def _with(row: Row, place: int, count: int) -> Row:
    return Row(row.latest, (*row.counts[:place], count, *row.counts[place + 1 :]))


def _moved(row: Row, window: int) -> Row:
    passed = window - row.latest
    if passed <= 0:
        return row
    if row.latest < 0 or passed >= WIDTH:
        return Row(window)
    return Row(window, ((0,) * passed + row.counts)[:WIDTH])
