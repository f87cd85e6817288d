# SPDX-License-Identifier: Apache-2.0
"""Filings of reviews as files of one folder beside the counters: `reviewed/000001.reviewed` and so on, none ever changed."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ruleout.adapters.durable_file import SystemFiles, replace_files
from ruleout.adapters.files import make_folder, read_bounded
from ruleout.errors import RuleoutError
from ruleout.serving.monitoring.counters import Snapshot
from ruleout.serving.monitoring.filings import (
    FILINGS,
    MOST_FILING_BYTES,
    MOST_FILINGS,
    MOST_HEAD_BYTES,
    Filing,
    Head,
    follows,
    parse_filing,
    parse_head,
    snapshot_of,
)

#: The folder below the counters'.
REVIEWED = FILINGS
_NAME = re.compile(r"[0-9]{6}\.reviewed")


def reviewed_counters(counters: Path) -> Snapshot | None:
    """Return how much was reviewed, None where that cannot be read: filings that are missing or damaged are not zero.

    Effect: lists the folder and reads one head.
    """
    try:
        names = _names(counters / REVIEWED)
    except OSError:
        return None
    if not names:
        return Snapshot()
    head = _head(counters / REVIEWED / names[-1]) if names == [_name(n + 1) for n in range(len(names))] else None
    return None if head is None or _name(head.number) != names[-1] else snapshot_of(head.totals)


def has_filings(counters: Path) -> bool:
    """Return whether reviews were ever filed here. Effect: looks at the folder."""
    return (counters / REVIEWED).exists()


def read_filings(counters: Path) -> tuple[Filing, ...]:
    """Return every filing, in order, each checked against the one before. Effect: reads all.

    Raises:
        RuleoutError: one is missing or damaged; its name is said.
    """
    folder, found, before = counters / REVIEWED, list[Filing](), None
    for number, name in enumerate(_names(folder) if folder.exists() else (), start=1):
        filing = parse_filing(read_bounded(folder / name, limit_bytes=MOST_FILING_BYTES, what="filing of reviews"))
        if filing is None or name != _name(number) or not follows(before, filing):
            hint = "Bring it back from a copy: what was reviewed is not known without it."
            raise RuleoutError(f"{folder / name}: expected filing {number} as it was written", hint=hint)
        found.append(filing)
        before = filing.head
    return tuple(found)


def keep_filing(counters: Path, number: int, data: bytes) -> None:
    """Write a filing, durably and whole or not at all. Effect: as said; the caller holds `filing_alone`.

    Raises:
        RuleoutError: there is no room for it, or the disk failed.
    """
    if number > MOST_FILINGS or len(data) > MOST_FILING_BYTES:
        raise RuleoutError(f"{counters / REVIEWED}: no room for more filings", hint="Begin another folder of counters.")
    try:
        replace_files([(counters / REVIEWED / _name(number), data)], SystemFiles())
    except OSError as error:
        raise RuleoutError(f"{counters / REVIEWED}: cannot write: {error.strerror}", hint="Check the disk.") from error


@contextmanager
def filing_alone(counters: Path) -> Iterator[None]:
    """Hold the folder's lock, so that filings follow each other. Effect: may make the folder; waits.

    Raises:
        RuleoutError: the folder cannot be made.
    """
    if not counters.is_dir():
        hint = "Name the folder into which the gateway's workers count."
        raise RuleoutError(f"{counters}: expected a folder of counters, got none", hint=hint)
    make_folder(counters / REVIEWED, mode=0o700)
    descriptor = os.open(counters / REVIEWED / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if _NAME.fullmatch(path.name))


def _name(number: int) -> str:
    return f"{number:06d}.reviewed"


def _head(path: Path) -> Head | None:
    try:
        with path.open("rb") as file:
            return parse_head(file.read(MOST_HEAD_BYTES))
    except OSError:
        return None
