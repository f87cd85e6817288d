# SPDX-License-Identifier: Apache-2.0
"""What was found where somebody said that logs are: logs with their files, what was skipped, what was refused.

Plain values: they go to other processes and machines, which open the files by themselves.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

from ruleout.errors import RuleoutError
from ruleout.evidence import group_files

#: More files than this in what was named are refused: nobody waits for a walk through a whole disk.
MOST_FILES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """One file of a log.

    Attributes:
        path: where it is: a path, or the path within the store of `address`.
        address: the address that was named, with what it may hold of credentials; "" for a local file.
        shown: what to call it in messages: no credentials, only text.
        name: its plain name, without folders, only text.
        size: in bytes; None where nobody said.
        identity: equal for two names of one file.
    """

    path: str = field(repr=False)
    address: str = field(default="", repr=False)
    shown: str
    name: str
    size: int | None
    identity: Hashable = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLog:
    """A log: its files, the main one first. `named` unless it was only come across in a folder."""

    files: tuple[FoundFile, ...]
    named: bool

    @property
    def shown(self) -> str:
        """What to call it."""
        return self.files[0].shown

    @property
    def size(self) -> int | None:
        """Bytes of all files together; None where one is unknown."""
        sizes = [file.size for file in self.files if file.size is not None]
        return sum(sizes) if len(sizes) == len(self.files) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything that was found.

    Attributes:
        logs: each once, in the order named; within a folder, a pattern or an address sorted by name.
        skipped: (name, why) of files come across that are no logs.
        refused: (name, error) of what was named and is not there or cannot be looked into.
    """

    logs: tuple[FoundLog, ...]
    skipped: tuple[tuple[str, str], ...]
    refused: tuple[tuple[str, RuleoutError], ...]


class Search:
    """Collects what is found: each log once, at most `most_files` files looked at."""

    def __init__(self, most_files: int = MOST_FILES) -> None:
        self._most = most_files
        self._files = 0
        self._logs: dict[Hashable, FoundLog] = {}
        self._skipped: dict[str, str] = {}
        self._refused: list[tuple[str, RuleoutError]] = []

    def count(self, files: int, *, where: str) -> None:
        """Count files that were looked at. Raises RuleoutError when they are too many to go on."""
        self._files += files
        if self._files > self._most:
            raise RuleoutError(
                f"{where}: expected at most {self._most} files in what was named, got more",
                hint="Name the folders that hold the logs.",
            )

    def skip(self, shown: str, why: str) -> None:
        """Note a file that is no log."""
        self._skipped[shown] = why

    def refuse(self, shown: str, error: RuleoutError) -> None:
        """Note something named that cannot be read."""
        self._refused.append((shown, error))

    def take_folder(self, files: Sequence[FoundFile]) -> int:
        """Take every log that the files of one folder form by their names; skip the others. Return how many."""
        by_name: dict[str, FoundFile] = {}
        for file in files:
            if by_name.setdefault(file.name, file) is not file:
                why = f"{file.shown}: another file beside it has a name that is written the same"
                self.refuse(file.shown, RuleoutError(why, hint="Rename one of them."))
        groups = group_files(list(by_name))
        for group in groups:
            self._take(tuple(by_name[name] for name in group), named=False)
        claimed = {name for group in groups for name in group}
        for file in files:
            if file.name not in claimed:
                self.skip(file.shown, "no reader knows this kind of file")
        return len(groups)

    def take_named(self, file: FoundFile, group: Sequence[FoundFile]) -> None:
        """Take the log that a named file belongs to: its group, or the file alone where it is in none."""
        self._take(tuple(group) or (file,), named=True)

    def _take(self, files: tuple[FoundFile, ...], *, named: bool) -> None:
        # Not by the main file alone: where equal files are kept once, two runs may have that in common and nothing else.
        key = tuple(file.identity for file in files)
        known = self._logs.get(key)
        if known is None:
            self._logs[key] = FoundLog(files=files, named=named)
        elif named and not known.named:
            self._logs[key] = replace(known, named=True)

    def found(self) -> Found:
        """Return what was collected. A file that was named is not listed as skipped."""
        taken = {file.shown for log in self._logs.values() for file in log.files}
        skipped = tuple(item for item in self._skipped.items() if item[0] not in taken)
        return Found(logs=tuple(self._logs.values()), skipped=skipped, refused=tuple(self._refused))


def groups_by_name(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the group of each file of one folder that is in one. Pure."""
    return {name: group for group in group_files(names) for name in group}
