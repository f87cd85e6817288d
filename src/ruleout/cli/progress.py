# SPDX-License-Identifier: Apache-2.0
"""Showing how far long work is: a bar on a terminal, at most a line per second elsewhere, nothing for short work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from ruleout.adapters.clock import seconds
from ruleout.app.evidence.read_logs import Progress, Watch
from ruleout.cli.output import say
from ruleout.reports.page import visible

_MIB = 1 << 20
_SECONDS_BETWEEN = 1.0


@contextmanager
def watching() -> Iterator[Watch]:
    """Yield what is to be told of progress, often and cheaply. Effect: writes to standard error."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    with Bar() as bar:
        yield bar


class Lines:
    """A plain line of progress, at most one a second, the first after a second."""

    def __init__(self, *, clock: Callable[[], float] = seconds, write: Callable[[str], None] = say) -> None:
        self._clock, self._write = clock, write
        self._began = self._told = clock()

    def __call__(self, progress: Progress) -> None:
        """Tell, unless it was told a moment ago."""
        now = self._clock()
        if now - self._told < _SECONDS_BETWEEN:
            return
        self._told = now
        self._write(progress_line(progress, now - self._began))


def progress_line(progress: Progress, seconds_passed: float) -> str:
    """Return progress as one line: logs, megabytes, rate, what is left. Pure."""
    rate = progress.bytes_done / seconds_passed if seconds_passed > 0 else 0.0
    done = f"{progress.bytes_done / _MIB:.0f}"
    amount = f"{done} MiB" if progress.bytes is None else f"{done} of {progress.bytes / _MIB:.0f} MiB"
    left = ""
    if progress.bytes is not None and rate > 0:
        left = f", about {max(progress.bytes - progress.bytes_done, 0) / rate:.0f} s left"
    where = f"[{progress.logs_done}/{progress.logs}]"
    return f"{where} {amount}, {rate / _MIB:.1f} MiB/s{left}: {visible(progress.name)}"


class Bar:
    """A bar on a terminal, shown once the work has taken a second."""

    def __init__(self, *, clock: Callable[[], float] = seconds) -> None:
        self._clock = clock
        self._began = clock()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        """Move the bar."""
        if self._bar is None:
            if self._clock() - self._began < _SECONDS_BETWEEN:
                return
            self._bar = _terminal_bar()
            self._bar.start()
            self._task = self._bar.add_task("")
        self._bar.update(
            self._task,
            completed=progress.bytes_done,
            total=progress.bytes,
            description=f"{progress.logs_done}/{progress.logs} logs",
        )


def _terminal_bar() -> Any:
    from rich import progress as rich_progress  # noqa: PLC0415 - costs 100 ms, needed on a terminal only
    from rich.console import Console  # noqa: PLC0415 - as above

    return rich_progress.Progress(
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.DownloadColumn(binary_units=True),
        rich_progress.TransferSpeedColumn(),
        rich_progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
