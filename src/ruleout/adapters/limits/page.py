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
import struct
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

from ruleout.adapters.files import write_new
from ruleout.adapters.limits.byte_lock import try_lock, unlock
from ruleout.adapters.limits.held import HELD_BYTES, MOST_WORKERS, NOBODY, read_held, write_held
from ruleout.errors import NotFound, RuleoutError
from ruleout.serving.limits.rows import (
    BUCKET_NS,
    DAY_SPAN,
    MINUTE_SPAN,
    WIDTH,
    Row,
    closed_until,
    given_back,
    has_ended,
)
from ruleout.serving.limits.rows import drawn as draw_of
from ruleout.serving.limits.rows import held as hold_of
from ruleout.serving.limits.rows import released as release_of
from ruleout.serving.limits.store import Drawn, StoreClosed

MOST_ROWS = 4096
_MAGIC = b"ruleout-limits/1"
_HEADER = struct.Struct("<16s36sI")
_ROW = struct.Struct(f"<16sqB7x{WIDTH}Q")
_CRC = struct.Struct("<I4x")
#: So that none lies on two pages of memory, of which a loss of power may keep one alone.
_ROW_BYTES = 256
_START = 4096
#: What workers hold of each row stands behind all rows.
_HELD = _START + MOST_ROWS * _ROW_BYTES
_SIZE = _HELD + MOST_ROWS * HELD_BYTES
_STREAM_SPAN = 0
_SPANS = {"requests-per-minute": MINUTE_SPAN, "concurrent-streams": _STREAM_SPAN}
#: Tries for a lock: while a request waits, without a pause; and to begin, which waits for others that begin, so many seconds between.
_TRIES, _PATIENT_TRIES, _PAUSE_S = 200, 5000, 0.001
#: Bytes that are locked lie behind the file's end: one per worker, one for the header, one for each row that somebody has.
_PLACES, _HEADER_LOCK = _SIZE, _SIZE + MOST_WORKERS
_HOLDERS = _HEADER_LOCK + 1
_DAY_S = 86_400

Made = TypeVar("Made")


def create_page(path: Path, *, boot_id: str) -> None:
    """Create an empty store; an existing one is refused. Effect: writes the file durably.

    Raises:
        RuleoutError: the file exists, or cannot be written.
    """
    write_new(path, _HEADER.pack(_MAGIC, boot_id.encode("ascii"), 0).ljust(_SIZE, b"\0"), mode=0o600)


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
        self._path, self._own = path, set[int]()
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError as error:
            raise NotFound(f"{path}: no store of limits", hint="Make one; the day then counts from nothing.") from error
        if os.fstat(self._fd).st_size != _SIZE:
            os.close(self._fd)
            raise self._damaged("another size")
        self._map = mmap.mmap(self._fd, _SIZE)
        if self._map[:16] != _MAGIC:
            raise self._damaged("no header")
        self.worker = self._place()
        self._patiently(_HEADER_LOCK, lambda: self._clear(boot_id.encode("ascii"), now_ns))

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
            count = self._header()[2]
            rows = {self._key(i): i for i in range(count)}
            found = {key: rows[name] for key, name in names.items() if name in rows}
            for row in found.values():
                self._own_with_others(row)
            free = chain(range(count, MOST_ROWS), self._ended(count, now_ns // BUCKET_NS, utc_s // _DAY_S))
            new = {key: self._begin(key, name, next(free, None)) for key, name in names.items() if key not in found}
            if new:
                self._count(max(count, *(row + 1 for row in new.values())))
            return found | new

        return self._patiently(_HEADER_LOCK, step)

    def draw(self, row: int, window: int, wanted: int, most: int, *, span: int) -> Drawn:
        """See `Store`. A day's grant is on disk on return."""

        def step() -> Drawn:
            held = self._read(row)
            made, granted, wait = draw_of(held, window, wanted, most, span=span)
            if made != held:
                self._write(row, made)
                if span == DAY_SPAN:
                    self._sync(row)
            return Drawn(granted, wait)

        return self._locked(row, step)

    def give_back(self, row: int, window: int, unused: int) -> None:
        """See `Store`."""
        self._locked(row, lambda: self._write(row, given_back(self._read(row), window, unused)))

    def hold(self, row: int, wanted: int, most: int) -> int:
        """See `Store`."""

        def step() -> int:
            made, granted = hold_of(self._read_held(row), self.worker, wanted, most)
            self._write_held(row, made)
            return granted

        return self._locked(row, step)

    def release(self, row: int, count: int) -> None:
        """See `Store`."""

        def step() -> None:
            self._write_held(row, release_of(self._read_held(row), self.worker, count))

        self._locked(row, step)

    def close(self) -> None:
        """Let go of the store; the worker's place is free. Effect: closes the file."""
        self._map.close()
        os.close(self._fd)

    def _locked(self, place: int, step: Callable[[], Made], *, tries: int = _TRIES, pause_s: float = 0) -> Made:
        for _ in range(tries):
            if try_lock(self._fd, place):
                break
            if pause_s:
                time.sleep(pause_s)
        else:
            raise StoreClosed("another worker holds this counter")
        try:
            return step()
        finally:
            unlock(self._fd, place)

    def _patiently(self, place: int, step: Callable[[], Made]) -> Made:
        """Take a step for which others may be waited for: nothing is served before it."""
        try:
            return self._locked(place, step, tries=_PATIENT_TRIES, pause_s=_PAUSE_S)
        except StoreClosed as closed:
            hint = (
                "It is tried again. A damaged store: move it away and make a new one; the day then counts from nothing."
            )
            raise RuleoutError(f"{self._path}: {closed.says}", hint=hint) from closed

    def _read(self, row: int) -> Row:
        at = _START + row * _ROW_BYTES
        packed = self._map[at : at + _ROW.size]
        if zlib.crc32(packed) != _CRC.unpack_from(self._map, at + _ROW.size)[0]:
            raise StoreClosed(f"a counter of {self._path.name} is damaged")
        unpacked = _ROW.unpack(packed)
        return Row(unpacked[1], unpacked[3:])

    def _read_held(self, row: int) -> Row:
        self._read(row)
        held = read_held(self._map, _HELD + row * HELD_BYTES)
        if held is None:
            raise StoreClosed(f"a counter of {self._path.name} is damaged")
        return held

    def _write_held(self, row: int, held: Row) -> None:
        write_held(self._map, _HELD + row * HELD_BYTES, held)

    def _write(self, row: int, value: Row) -> None:
        at = _START + row * _ROW_BYTES
        key, _, span, *_ = _ROW.unpack_from(self._map, at)
        self._put(row, key, span, value)

    def _put(self, row: int, key: bytes, span: int, value: Row) -> None:
        at = _START + row * _ROW_BYTES
        packed = _ROW.pack(key, value.latest, span, *value.counts)
        self._map[at : at + _ROW.size + _CRC.size] = packed + _CRC.pack(zlib.crc32(packed))

    def _sync(self, row: int) -> None:
        at = _START + row * _ROW_BYTES
        self._map.flush(at - at % mmap.PAGESIZE, mmap.PAGESIZE)

    def _header(self) -> tuple[bytes, bytes, int]:
        magic, boot, count = _HEADER.unpack_from(self._map, 0)
        if count > MOST_ROWS:
            raise self._damaged("more rows than there is room for")
        return magic, boot, count

    def _count(self, rows: int) -> None:
        """Take note that there are so many rows. They are on disk first, and so is whose those are by now that were another's."""
        magic, boot, _ = self._header()
        self._map.flush(0, _SIZE)
        _HEADER.pack_into(self._map, 0, magic, boot, rows)
        self._map.flush(0, mmap.PAGESIZE)

    def _begin(self, key: str, name: bytes, row: int | None) -> int:
        if row is None:
            hint = "Serve fewer tenants and models on one host; what is no longer served makes room two days after a reload."
            raise RuleoutError(f"expected at most {MOST_ROWS} counters of limits, got more", hint=hint)
        self._put(row, name, _SPANS.get(key.rpartition("\0")[2], DAY_SPAN), Row())
        self._write_held(row, NOBODY)
        self._own_with_others(row)
        return row

    def _own_with_others(self, row: int) -> None:
        if not try_lock(self._fd, _HOLDERS + row, shared=True):
            raise StoreClosed("another worker holds this counter")
        self._own.add(row)

    def _ended(self, count: int, bucket: int, day: int) -> Iterator[int]:
        """Rows that nothing counts on any more, each locked for nobody else: see `_own_with_others`."""
        for row in range(count):
            if row in self._own or not try_lock(self._fd, _HOLDERS + row):
                continue
            span = _ROW.unpack_from(self._map, _START + row * _ROW_BYTES)[2]
            if span == _STREAM_SPAN or has_ended(self._read(row), bucket if span == MINUTE_SPAN else day, span=span):
                yield row
            else:
                unlock(self._fd, _HOLDERS + row)

    def _key(self, row: int) -> bytes:
        try:
            self._read(row)
        except StoreClosed:  # another worker may have been writing it just then
            self._locked(row, partial(self._read, row), tries=_PATIENT_TRIES, pause_s=_PAUSE_S)
        return self._map[_START + row * _ROW_BYTES : _START + row * _ROW_BYTES + 16]

    def _place(self) -> int:
        for worker in range(MOST_WORKERS):
            if try_lock(self._fd, _PLACES + worker):
                return worker
        raise RuleoutError(f"expected at most {MOST_WORKERS} workers on one host, got more", hint="Start fewer.")

    def _clear(self, boot: bytes, now_ns: int) -> None:
        """Clear what the dead held, and close minutes of before this boot. Others count meanwhile: each row under its lock."""
        dead = {w for w in range(MOST_WORKERS) if w == self.worker or self._is_free(w)}
        _, before, count = self._header()
        for row in range(count):
            span = _ROW.unpack_from(self._map, _START + row * _ROW_BYTES)[2]
            if span == _STREAM_SPAN and before != boot:
                self._write_held(row, NOBODY)
            elif span == _STREAM_SPAN:
                self._patiently(row, partial(self._clear_held, row, dead))
            elif span == MINUTE_SPAN and before != boot:
                self._patiently(row, partial(self._close_minute, row, now_ns))
        _HEADER.pack_into(self._map, 0, _MAGIC, boot, count)

    def _clear_held(self, row: int, dead: Collection[int]) -> None:
        held = self._read_held(row)
        if any(held.counts):
            counts = tuple(0 if worker in dead else held.counts[worker] for worker in range(MOST_WORKERS))
            self._write_held(row, held._replace(counts=counts))

    def _close_minute(self, row: int, now_ns: int) -> None:
        self._write(row, closed_until(self._read(row), now_ns // BUCKET_NS, 2**61))

    def _is_free(self, worker: int) -> bool:
        if not try_lock(self._fd, _PLACES + worker):
            return False
        unlock(self._fd, _PLACES + worker)
        return True

    def _damaged(self, got: str) -> RuleoutError:
        hint = "Move it away and make a new one; the day then counts from nothing."
        return RuleoutError(f"{self._path}: expected a store of limits, got {got}", hint=hint)
