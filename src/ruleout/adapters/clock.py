# SPDX-License-Identifier: Apache-2.0
"""The only place that reads the clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_gettime, _BOOT = time.clock_gettime_ns, time.CLOCK_BOOTTIME


def now() -> datetime:
    """Return the current instant, aware, in UTC, to the second. Effect: reads the clock."""
    return datetime.now(UTC).replace(microsecond=0)


def seconds() -> float:
    """Return seconds since some fixed point, never going back: for rates and waiting. Effect: reads the clock."""
    return time.monotonic()


class ForwardClock:
    """Nanoseconds of Unix time that never go back within a process, nor behind `seen_ns`."""

    __slots__ = ("_offset",)

    def __init__(self, seen_ns: int = 0) -> None:
        """Begin at the wall clock or at `seen_ns`, the latest instant that is known, whichever is later. Effect: reads clocks."""
        self._offset = max(time.time_ns(), seen_ns) - time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def now_ns(self) -> int:
        """Return the instant now. Effect: reads clocks."""
        boot = _gettime(_BOOT)
        offset, ahead = self._offset, time.time_ns() - boot
        if offset < ahead:
            offset = self._offset = ahead
        return boot + offset

    def seen(self, instant: datetime) -> None:
        """Take note of an aware instant that is known to have passed. Effect: reads a clock."""
        instant_ns = (instant - _EPOCH) // timedelta(microseconds=1) * 1000
        self._offset = max(self._offset, instant_ns - time.clock_gettime_ns(time.CLOCK_BOOTTIME))


def nanoseconds() -> int:
    """Return nanoseconds since 1970 in UTC, as the system's clock has them; it may step. Effect: reads the clock."""
    return time.time_ns()


def boot_nanoseconds() -> int:
    """Return nanoseconds since the host's start, sleep included: nobody sets this clock. Effect: reads the clock."""
    return _gettime(_BOOT)


def microseconds_since(began_ns: int) -> int:
    """Return the whole microseconds since `boot_nanoseconds` said `began_ns`. Effect: reads the clock."""
    return (boot_nanoseconds() - began_ns) // 1000
