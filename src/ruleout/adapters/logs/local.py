# SPDX-License-Identifier: Apache-2.0
"""Finding logs in this machine's files: by path, by folder with all below it, by pattern.

Rules
- A folder is walked in order of names. Links are followed; a folder that was seen is not entered again, so loops end.
- Hidden files and folders, pipes, devices and links to nothing are skipped and listed. A folder that may not be read
  is refused: logs might be missing from the evidence.
- Naming a companion file names its log; naming the folder of a run names the run.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruleout.adapters.logs.found import FoundFile, Search, groups_by_name
from ruleout.errors import NotFound, RuleoutError

_PATTERN = frozenset("*?[")


@dataclass(slots=True)
class LocalFinder:
    """Looks at files and hands what it finds to a search. Lists each folder once."""

    search: Search
    _groups: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)

    def find(self, named: str) -> None:
        """Take what a path or pattern names. Effect: looks at folders and files.

        Raises:
            RuleoutError: there is more below it than may be looked at.
        """
        if _PATTERN & set(named) and not os.path.lexists(named):
            self._find_matches(named)
        else:
            self.find_path(named)

    def _find_matches(self, pattern: str) -> None:
        matches: list[str] = []
        for match in glob.iglob(pattern, recursive=True):  # noqa: PTH207 - takes patterns with a root
            self.search.count(1, where=shown_path(pattern))
            matches.append(match)
        if not matches:
            hint = "Check the pattern; `**` stands for any folders."
            self.search.refuse(shown_path(pattern), NotFound(f"{shown_path(pattern)}: matches nothing", hint=hint))
        for match in sorted(matches):
            # `**` matches the folders too, and what is in them by itself.
            if "**" not in pattern or not os.path.isdir(match):  # noqa: PTH112 - as above
                self.find_path(match)

    def find_path(self, path: str) -> None:
        """Take what a path names, whatever characters it holds. Effect and errors: as `find`."""
        try:
            status = os.stat(path)  # noqa: PTH116 - names come as the system gives them
        except (OSError, ValueError) as error:
            self.search.refuse(shown_path(path), _missing(path, error))
            return
        if stat.S_ISDIR(status.st_mode):
            self._find_below(path)
        else:
            self._find_file(path, status)

    def _find_below(self, path: str) -> None:
        taken = sum(self._take_folder(entries) for entries in self._walk(path))
        if not taken:
            hint = "Name a folder that holds logs, or the file itself."
            self.search.refuse(shown_path(path), NotFound(f"{shown_path(path)}: no evaluation log in it", hint=hint))

    def _walk(self, path: str) -> Iterator[list[os.DirEntry[str]]]:
        """Yield each folder's entries in order, the named one's first."""
        waiting, entered = [path], set[tuple[int, int]]()
        while waiting:
            entries = self._enter(waiting.pop(), entered)
            yield entries
            below = [entry for entry in entries if not entry.name.startswith(".") and _is_folder(entry)]
            waiting += [entry.path for entry in reversed(below)]

    def _enter(self, folder: str, entered: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
        """The folder's entries, sorted; none for one that was entered before or may not be read."""
        try:
            status = os.stat(folder)  # noqa: PTH116 - as above
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            why = f"{shown_path(folder)}: cannot look into this folder: {error.strerror}"
            self.search.refuse(shown_path(folder), RuleoutError(why, hint="Check its permissions; logs may be in it."))
            return []
        if (status.st_dev, status.st_ino) in entered:
            return []
        entered.add((status.st_dev, status.st_ino))
        self.search.count(len(entries), where=shown_path(folder))
        return entries

    def _take_folder(self, entries: list[os.DirEntry[str]]) -> int:
        files: list[FoundFile] = []
        for entry in entries:
            if entry.name.startswith("."):
                self.search.skip(shown_path(entry.path), "hidden")
            elif not _is_folder(entry):
                files += self._regular(entry.path)
        return self.search.take_folder(files)

    def _regular(self, path: str) -> list[FoundFile]:
        try:
            status = os.stat(path)  # noqa: PTH116 - as above
        except OSError as error:
            self.search.skip(shown_path(path), f"cannot be looked at: {error.strerror}")
            return []
        if not stat.S_ISREG(status.st_mode):
            self.search.skip(shown_path(path), "not a regular file")
            return []
        return [_file(path, status)]

    def _find_file(self, path: str, status: os.stat_result) -> None:
        folder, name = os.path.split(path)
        group = self._group(folder).get(shown_path(name), ())
        beside = {shown: os.path.join(folder, raw) for shown, raw in self._raw_names(folder, group)}  # noqa: PTH118
        beside[shown_path(name)] = path
        files = [found for shown in group if shown in beside for found in self._regular(beside[shown])]
        self.search.take_named(_file(path, status), files if len(files) == len(group) else ())

    def _group(self, folder: str) -> dict[str, tuple[str, ...]]:
        if folder not in self._groups:
            names = self._names(folder)
            self.search.count(len(names), where=shown_path(folder or "."))
            self._groups[folder] = groups_by_name([shown_path(name) for name in names])
        return self._groups[folder]

    def _raw_names(self, folder: str, group: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """The names as the system has them of the files of a group: what is shown may be spelt otherwise."""
        if all(name.isascii() for name in group):
            return ((name, name) for name in group)
        return ((shown_path(name), name) for name in self._names(folder))

    def _names(self, folder: str) -> list[str]:
        try:
            return [name for name in os.listdir(folder or ".") if not name.startswith(".")]  # noqa: PTH208
        except OSError:  # a file may be readable in a folder that may not be listed; then it stands alone
            return []


def shown_path(path: str) -> str:
    """Return a path as text: bytes that are no text are written out. Pure."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _file(path: str, status: os.stat_result) -> FoundFile:
    shown, identity = shown_path(path), (status.st_dev, status.st_ino)
    name = shown_path(os.path.basename(path))  # noqa: PTH119 - as above
    return FoundFile(path=path, shown=shown, name=name, size=status.st_size, identity=identity)


def _missing(path: str, error: OSError | ValueError) -> RuleoutError:
    shown = shown_path(path)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NotFound(f"{shown}: no such evaluation log", hint="Check the path.")
    why = error.strerror if isinstance(error, OSError) else str(error)
    return RuleoutError(f"{shown}: cannot read this evaluation log: {why}", hint="Check the path and its permissions.")
