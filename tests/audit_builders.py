# SPDX-License-Identifier: Apache-2.0
"""Audit records as a gateway writes them, files that fail on purpose, and a workspace with a sealing key."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Iterable, Sequence
from pathlib import Path

from ruleout.adapters.audit.segment_file import SegmentFile, read_bytes, segments_in
from ruleout.adapters.audit.writer import AuditWriter, WriterLimits
from ruleout.adapters.durable_file import SystemFiles
from ruleout.serving.audit import (
    Ended,
    HookSaid,
    Opened,
    Refused,
    Started,
    ToolUse,
    end_record,
    open_record,
    parse_segment,
    refused_record,
    start_record,
)

AT = 1_795_424_400_000_000_000  # 2026-11-23T09:00:00Z
SWIFT = WriterLimits(first_wait_s=0.005, longest_wait_s=0.02)


def opened(number: int, **given: object) -> bytes:
    """The record of a request about to be served."""
    facts = {
        "at": AT + number * 1_000_000_000,
        "request": f"req-{number}",
        "tenant": "acme",
        "tier": "paid",
        "key": "k-1",
        "endpoint": "openai-chat-completions",
        "model": "helper",
        "weights": "a" * 64,
        "permit": "helper-1",
        "body": f"{number:064x}",
        "rules": ("may-chat",),
        "bundle": "acme@3",
        "floor": "lab-floor@1",
        "epoch": 4,
        "hooks": (HookSaid("agent-watch", "allow"),),
    }
    return open_record(Opened(**{**facts, **given}))


def ended(number: int, **given: object) -> bytes:
    """The record of how it ended."""
    facts = {
        "at": AT + number * 1_000_000_000 + 500,
        "request": f"req-{number}",
        "how": "whole",
        "status": 200,
        "sent_bytes": 512,
        "sent": f"{number + 1:064x}",
        "tokens_in": 12,
        "tokens_out": 34,
        "calls": (ToolUse("web-search", "b" * 64, "allow"),),
    }
    return end_record(Ended(**{**facts, **given}))


def refused(number: int, why: str = "killed", **given: object) -> bytes:
    """The record of a request that was refused."""
    facts = {"at": AT + number * 1_000_000_000, "request": f"req-{number}", "why": why, "status": 503, "tenant": "acme"}
    return refused_record(Refused(**{**facts, "model": "helper", **given}))


def some(count: int) -> list[bytes]:
    """Pairs of records: a request and its end; every fifth refused."""
    made: list[bytes] = []
    for number in range(count):
        made += [refused(number)] if number % 5 == 4 else [opened(number), ended(number)]
    return made


def segment_of(records: Sequence[bytes], name: str = "w0-0-0", folder: Path | None = None) -> bytes:
    """The bytes of a segment that holds a start and these records."""
    assert folder is not None
    file = SegmentFile(folder, name, SystemFiles())
    file.append([start_record(Started(at=AT, segment=name, worker="w0")), *records])
    file.close()
    return read_bytes(folder, name)


class FailingFiles(SystemFiles):
    """Files of which one operation fails, or every one from some number on until `heal`."""

    def __init__(self, fails_at: int, *, torn: int = 0, code: int = errno.EIO, stays: bool = False) -> None:
        self.fails_at, self.torn, self.code, self.stays, self.count = fails_at, torn, code, stays, 0
        self.healed = False

    def heal(self) -> None:
        self.healed = True

    def _turn(self) -> None:
        self.count += 1
        due = self.count == self.fails_at or (self.stays and self.count >= self.fails_at)
        if due and not self.healed:
            raise OSError(self.code, "made to fail")

    def write(self, fd: int, data: bytes) -> None:
        try:
            self._turn()
        except OSError:
            super().write(fd, data[: self.torn])
            raise
        super().write(fd, data)

    def sync(self, fd: int) -> None:
        self._turn()
        super().sync(fd)


async def commit_all(writer: AuditWriter, records: Iterable[bytes]) -> list[bytes]:
    """Commit one after another; return those that were acknowledged."""
    kept: list[bytes] = []
    for record in records:
        try:
            await writer.commit(record)
        except Exception:  # noqa: BLE001 - a test of what was acknowledged asks for nothing else
            await asyncio.sleep(0.004)
            continue
        kept.append(record)
    return kept


def written(folder: Path) -> set[bytes]:
    """Every whole record that stands in a folder's segments, as bytes."""
    found: set[bytes] = set()
    for name in segments_in(folder):
        data = read_bytes(folder, name)
        found |= {data[kept.offset + 40 : kept.end] for kept in parse_segment(data, name).records}
    return found
