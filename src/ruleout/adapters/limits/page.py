# SPDX-License-Identifier: Apache-2.0
"""Shared counters of limits in one mapped file: each row under a lock of its own, checked at every reading (G-1).

* Nobody waits: a row that another worker holds longer than a moment is closed for this time, and the caller refuses.
* A row that does not have its checksum closes for good, and a missing file is not made anew: an operator has to, who
  then knows that the day's count begins again.
* What is granted for a day is on disk before it is used, and so is whose each row is. Minutes are only in memory: after
  a boot of the host, by its boot id, no row of minutes grants anything for seventy seconds. Streams end with the worker that
  holds them: its place is locked while it lives, and whoever comes next clears what dead workers held, after a boot unread.
* Whom a row was given to holds it, by a lock that others share, until it ends. Where there is no room for more, a row that nobody
  holds and whose day or minute is over becomes another's.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain, islice
from pathlib import Path

from ruleout.adapters.files import write_whole
from ruleout.adapters.limits import layout
from ruleout.adapters.limits.byte_lock import Made, locked
from ruleout.adapters.limits.clearing import clear_boot, clear_dead
from ruleout.adapters.limits.holders import Holders
from ruleout.adapters.limits.layout import HEADER_LOCK, MOST_ROWS, SIZE
from ruleout.adapters.limits.places import dead_workers, take_place
from ruleout.errors import NotFound, RuleoutError
from ruleout.serving.limits.rows import BUCKET_NS, DAY_SPAN, MINUTE_SPAN, given_back, has_ended
from ruleout.serving.limits.rows import drawn as draw_of
from ruleout.serving.limits.rows import held as hold_of
from ruleout.serving.limits.rows import released as release_of
from ruleout.serving.limits.store import Drawn, StoreClosed

#: To begin, others that begin are waited for: tries for a lock, and so many seconds between.
_PATIENT_TRIES, _PAUSE_S = 5000, 0.001
_DAY_S = 86_400


def create_page(path: Path, *, boot_id: str) -> None:
    """Create an empty store; an existing one is refused. Effect: writes the file durably.

    Raises:
        RuleoutError: the file exists, or cannot be written.
    """
    write_whole(path, layout.empty_file(boot_id.encode("ascii")))


class Page:
    """The store as one worker has it. See `ruleout.serving.limits.Store`."""

    def __init__(self, path: Path, *, boot_id: str, now_ns: int) -> None:
        """Open the store and take a free worker's place. Effect: maps the file, locks, clears what the dead held.

        Args:
            boot_id: of the host's running kernel, 36 characters.
            now_ns: CLOCK_BOOTTIME.

        Raises:
            NotFound: there is no such file.
            RuleoutError: it is no store, or damaged, or has no place left.
        """
        self._path = path
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError as error:
            raise NotFound(f"{path}: no store of limits", hint="Make one; the day then counts from nothing.") from error
        if os.fstat(self._fd).st_size != SIZE:
            os.close(self._fd)
            raise self._damaged("another size")
        self._map = mmap.mmap(self._fd, SIZE)
        if layout.read_header(self._map).magic != layout.MAGIC:
            raise self._damaged("no header")
        self._holders = Holders(self._fd)
        self.worker = take_place(self._fd)
        self._patiently(HEADER_LOCK, lambda: self._clear(boot_id.encode("ascii"), now_ns))

    def rows_for(self, keys: Iterable[str], *, now_ns: int = 0, utc_s: int = 0) -> dict[str, int]:
        """Return a row for each key, this worker's to count on until it closes; new ones are added. Effect: may write.

        Args:
            now_ns: CLOCK_BOOTTIME; `utc_s`: seconds of UTC since 1970. By them is known which rows have ended.

        Raises:
            RuleoutError: there are more keys than rows, or a row is damaged.
        """
        names = {key: hashlib.sha256(key.encode("utf-8")).digest()[:16] for key in keys}

        def step() -> dict[str, int]:
            # Read again each time: another worker may have added rows since.
            count = self._header().rows
            rows = {self._key(i): i for i in range(count)}
            found = {key: rows[name] for key, name in names.items() if name in rows}
            for row in found.values():
                self._own_with_others(row)
            is_over = partial(self._has_ended, now_ns // BUCKET_NS, utc_s // _DAY_S)
            missing = [key for key in names if key not in found]
            new = dict(zip(missing, self._free(len(missing), count, is_over), strict=True))
            for key, row in new.items():
                layout.begin_row(self._map, row, key, names[key])
                self._own_with_others(row)
            if new:
                self._count(max(count, *(row + 1 for row in new.values())))
            return found | new

        made = self._patiently(HEADER_LOCK, step)
        # Also without new ones: whoever began those that were found may have been killed before they were on disk.
        self._map.flush(0, SIZE)
        return made

    def draw(self, row: int, window: int, wanted: int, most: int, *, span: int) -> Drawn:
        """See `Store`. A day's grant is on disk on return."""

        def step() -> tuple[Drawn, bool]:
            held = layout.read_row(self._map, row)
            made, granted, wait = draw_of(held, window, wanted, most, span=span)
            if made != held:
                layout.write_row(self._map, row, made)
            return Drawn(granted, wait), made != held

        drawn, is_written = self._locked(row, step)
        if is_written and span == DAY_SPAN:  # others may draw meanwhile: a disk takes longer than they try
            layout.sync_row(self._map, row)
        return drawn

    def give_back(self, row: int, window: int, unused: int) -> None:
        """See `Store`."""
        self._locked(
            row, lambda: layout.write_row(self._map, row, given_back(layout.read_row(self._map, row), window, unused))
        )

    def hold(self, row: int, wanted: int, most: int) -> int:
        """See `Store`."""

        def step() -> int:
            made, granted = hold_of(layout.read_streams(self._map, row), self.worker, wanted, most)
            layout.write_streams(self._map, row, made)
            return granted

        return self._locked(row, step)

    def release(self, row: int, count: int) -> None:
        """See `Store`."""

        def step() -> None:
            layout.write_streams(self._map, row, release_of(layout.read_streams(self._map, row), self.worker, count))

        self._locked(row, step)

    def close(self) -> None:
        """Let go of the store; the worker's place is free. Effect: closes the file."""
        self._map.close()
        os.close(self._fd)

    def _locked(self, place: int, step: Callable[[], Made]) -> Made:
        return locked(self._fd, place, step)

    def _patiently(self, place: int, step: Callable[[], Made]) -> Made:
        """Take a step for which others may be waited for: nothing is served before it."""
        try:
            return self._in_time(place, step)
        except StoreClosed as closed:
            hint = (
                "It is tried again. A damaged store: move it away and make a new one; the day then counts from nothing."
            )
            raise RuleoutError(f"{self._path}: {closed.says}", hint=hint) from closed

    def _in_time(self, place: int, step: Callable[[], Made]) -> Made:
        return locked(self._fd, place, step, tries=_PATIENT_TRIES, pause_s=_PAUSE_S)

    def _header(self) -> layout.Header:
        header = layout.read_header(self._map)
        if header.rows > MOST_ROWS:
            raise self._damaged("more rows than there is room for")
        return header

    def _count(self, rows: int) -> None:
        """Take note that there are so many rows. They are on disk first, and so is whose those are by now that were another's."""
        boot = self._header().boot
        self._map.flush(0, SIZE)
        layout.write_header(self._map, boot, rows)
        self._map.flush(0, mmap.PAGESIZE)

    def _free(self, many: int, count: int, is_over: Callable[[int], bool]) -> list[int]:
        """Return so many rows that nothing counts on, none where there are fewer. Effect: has each alone that was another's."""
        free = list(islice(chain(range(count, MOST_ROWS), self._holders.ended(range(count), is_over)), many))
        if len(free) < many:
            self._holders.let_go(free)
            hint = "Serve fewer tenants and models on one host; what is no longer served makes room two days after a reload."
            raise RuleoutError(f"expected at most {MOST_ROWS} counters of limits, got more", hint=hint)
        return free

    def _own_with_others(self, row: int) -> None:
        if not self._holders.hold(row):
            raise StoreClosed("another worker holds this counter")

    def _has_ended(self, bucket: int, day: int, row: int) -> bool:
        """Whether nothing counts on a row any more that nobody holds."""
        span = layout.span_of(self._map, row)
        if span == layout.STREAM_SPAN:
            return True
        return has_ended(layout.read_row(self._map, row), bucket if span == MINUTE_SPAN else day, span=span)

    def _key(self, row: int) -> bytes:
        try:
            layout.read_row(self._map, row)
        except StoreClosed:  # another worker may have been writing it just then
            self._in_time(row, partial(layout.read_row, self._map, row))
        return layout.name_of(self._map, row)

    def _clear(self, boot: bytes, now_ns: int) -> None:
        header = self._header()
        if header.boot == boot:
            clear_dead(self._map, header.rows, dead_workers(self._fd, self.worker), self._patiently)
        else:
            clear_boot(self._map, header.rows, now_ns, self._patiently)
        layout.write_header(self._map, boot, header.rows)

    def _damaged(self, got: str) -> RuleoutError:
        hint = "Move it away and make a new one; the day then counts from nothing."
        return RuleoutError(f"{self._path}: expected a store of limits, got {got}", hint=hint)
