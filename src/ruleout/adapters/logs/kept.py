# SPDX-License-Identifier: Apache-2.0
"""Keeping a log's own bytes beside the record, piece by piece: no log is ever whole in memory (L-10)."""

from __future__ import annotations

from pathlib import Path

from ruleout.adapters.durable_file import SystemFiles, disk_errors, keep_object
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
        keep_object(target, pieces(source), SystemFiles())
