# SPDX-License-Identifier: Apache-2.0
"""One small file per worker, replaced whole; a reader never sees half of one, and says so of what it cannot read."""

from __future__ import annotations

import re
from pathlib import Path

from ruleout.adapters.files import read_bounded
from ruleout.adapters.monitoring.filings import REVIEWED, has_filings, reviewed_counters
from ruleout.errors import RuleoutError
from ruleout.serving.monitoring.counters import MOST_BYTES, Snapshot, parse_snapshot

_NAME = re.compile(r"([a-z0-9-]{1,64})\.counters")
#: Names that workers can have on one host: a reload starts new ones beside those that drain, and files stay.
MOST_NAMES = 1024


def keep_counters(folder: Path, worker: str, data: bytes) -> None:
    """Replace a worker's file. Effect: writes and renames; not synced: counters are for watching, audit is the record.

    Args:
        data: the counters (`snapshot_bytes`), made by whoever counts on while this waits for the disk.

    Raises:
        OSError: the disk failed.
    """
    beside = folder / f".{worker}.new"
    beside.write_bytes(data)
    beside.replace(folder / f"{worker}.counters")


def start_of(folder: Path, worker: str) -> tuple[Snapshot | None, bool]:
    """Return where a worker's last run left off, None where there is nothing, and whether a file was put aside as damaged.

    The worker's new counts would take its place, and what is lost would look like zero; beside it, people can look at it.

    Effect: reads; may rename to `NAME.counters.damaged`.

    Raises:
        OSError: it cannot be renamed.
    """
    path = folder / f"{worker}.counters"
    found = _read(path)
    is_damaged = found is None and path.exists()
    if is_damaged:
        path.replace(path.with_name(f"{path.name}.damaged"))
    return found, is_damaged


def read_counters(folder: Path) -> dict[str, Snapshot | None]:
    """Return every worker's counters, None for those that cannot be read; what was reviewed stands under `reviewed`.

    Effect: reads the folder.

    Raises:
        RuleoutError: the folder cannot be read, or holds files of more workers than there can be.
    """
    try:
        names = sorted(match[1] for path in folder.iterdir() if (match := _NAME.fullmatch(path.name)))
    except OSError as error:
        hint = "Name the folder into which the gateway's workers count."
        raise RuleoutError(f"{folder}: cannot read counters: {error.strerror}", hint=hint) from error
    if len(names) > MOST_NAMES:
        raise RuleoutError(f"{folder}: expected at most {MOST_NAMES} workers, got more", hint="Remove old files.")
    found = {name: _read(folder / f"{name}.counters") for name in names}
    return {**found, REVIEWED: reviewed_counters(folder)} if has_filings(folder) else found


def _read(path: Path) -> Snapshot | None:
    try:
        return parse_snapshot(read_bounded(path, limit_bytes=MOST_BYTES, what="file of counters"))
    except RuleoutError:
        return None
