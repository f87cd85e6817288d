# SPDX-License-Identifier: Apache-2.0
"""Keeping a log's own bytes beside the record, piece by piece: no log is ever whole in memory (L-10)."""

from __future__ import annotations

import os
from pathlib import Path

from ruleout.adapters.durable_file import SystemFiles, disk_errors, make_directory, sync_directory
from ruleout.evidence import Source
from ruleout.evidence.source import pieces


def put_source(ledger: Path, source: Source) -> None:
    """Keep a source's bytes in the log at `ledger` under their SHA-256; durable on return. Effect: writes one file.

    Several processes may keep the same bytes at once.

    Raises:
        LedgerError: the disk failed.
        UnreadableLog: changed, when the source is no longer what it was; nothing is kept.
    """
    target = ledger / "objects" / source.sha256[:2] / source.sha256[2:]
    with disk_errors(ledger):
        if not target.exists():
            _write(target, source)


def _write(target: Path, source: Source) -> None:
    ops = SystemFiles()
    make_directory(target.parent, ops)
    temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        _fill(descriptor, source, ops)
        ops.rename(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)  # it is there only if something failed
    sync_directory(target.parent, ops)


def _fill(descriptor: int, source: Source, ops: SystemFiles) -> None:
    try:
        for piece in pieces(source):
            ops.write(descriptor, piece)
        ops.sync(descriptor)
    finally:
        os.close(descriptor)
