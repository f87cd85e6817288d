# SPDX-License-Identifier: Apache-2.0
"""The word of the process that watches as one small file that workers read, and what it remembers as another (G-11)."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruleout.adapters.clock import boot_nanoseconds
from ruleout.adapters.durable_file import SystemFiles, replace_files
from ruleout.adapters.files import read_bounded
from ruleout.errors import NotFound, RuleoutError
from ruleout.serving.monitoring.counters import Snapshot
from ruleout.serving.monitoring.memory import MOST_BYTES, Remembered, memory_bytes, parse_memory
from ruleout.serving.monitoring.watching import (
    MOST_BYTES as MOST_WORD_BYTES,
)
from ruleout.serving.monitoring.watching import Failing, Word, failing_now, is_watched, parse_word, shown, word_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedView:
    """What a worker knows of the watching: by the word at `path`, on a host whose start is `boot`."""

    path: Path
    boot: str
    every_s: int
    closes: bool

    def failing(self) -> Mapping[Failing, str]:
        """Return what is failing now, with words. Effect: reads the word and the clock."""
        return failing_now(self._word(), boot=self.boot, now_ns=boot_nanoseconds(), every_s=self.every_s)

    def why_closed(self) -> str:
        """Return why nothing may be served for want of watching, "" if it may. Effect: reads the word and the clock."""
        word, now = self._word(), boot_nanoseconds()
        if not self.closes or is_watched(word, boot=self.boot, now_ns=now, every_s=self.every_s):
            return ""
        failing = failing_now(word, boot=self.boot, now_ns=now, every_s=self.every_s)
        says = [f"{one.value}: {words}" for one, words in failing.items()]
        return f"rates are not watched: {'; '.join(says) or 'the last whole look is too long ago'}"

    def gauges(self) -> Snapshot:
        """Return how watches stand and what is failing, as gauges. Effect: reads the word and the clock."""
        word = self._word()
        return shown(word, failing_now(word, boot=self.boot, now_ns=boot_nanoseconds(), every_s=self.every_s))

    def _word(self) -> Word | None:
        try:
            return parse_word(read_bounded(self.path, limit_bytes=MOST_WORD_BYTES, what="word of the watching"))
        except RuleoutError:
            return None


def keep_word(path: Path, word: Word) -> None:
    """Replace the word. Effect: writes and renames; not synced: after a crash there is none, which is the truth.

    Raises:
        OSError: the disk failed.
    """
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(word_bytes(word))
    beside.replace(path)


def keep_memory(path: Path, memory: Mapping[str, Remembered]) -> None:
    """Replace what is remembered, durably. Effect: writes. Raises RuleoutError if the disk failed."""
    try:
        replace_files([(path, memory_bytes(memory))], SystemFiles())
    except OSError as error:
        raise RuleoutError(f"{path}: cannot write: {error.strerror}", hint="Check the disk.") from error


def read_memory(path: Path) -> tuple[dict[str, Remembered], bool]:
    """Return what is remembered, and whether it was whole; damaged, it is set aside for people to look at.

    Effect: reads; may rename.

    Raises:
        RuleoutError: it cannot be read, which is no damage.
    """
    try:
        data = read_bounded(path, limit_bytes=MOST_BYTES, what="memory of the watching")
    except NotFound:
        return {}, True
    found = parse_memory(data)
    if found is None:
        with contextlib.suppress(OSError):
            path.replace(path.with_name(f"{path.name}.damaged"))
        return {}, False
    return found, True
