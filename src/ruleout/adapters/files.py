# SPDX-License-Identifier: Apache-2.0
"""Reading what people hand us: bounded, and with an error that says what to do."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ruleout.adapters.durable_file import SystemFiles, sync_directory
from ruleout.errors import NotFound, RuleoutError

MIB = 1024 * 1024
_MOST_SEARCHED_BYTES = 256 * MIB


def read_bounded(path: Path, *, limit_bytes: int, what: str) -> bytes:
    """Return a file's bytes. Effect: reads the file.

    Args:
        limit_bytes: a larger file is refused before it is read into memory.
        what: noun for messages, such as "case file".

    Raises:
        NotFound: there is no such file.
        RuleoutError: it is no regular file, too large, or unreadable.
    """
    try:
        data = _read_regular(path, limit_bytes + 1)
    except FileNotFoundError as error:
        raise NotFound(f"{path}: no such {what}", hint="Check the path.") from error
    except OSError as error:
        raise RuleoutError(
            f"{path}: cannot read this {what}: {error.strerror}", hint="Check its permissions."
        ) from error
    if data is None:
        raise RuleoutError(f"{path}: expected a regular {what}", hint="Name a file.")
    if len(data) > limit_bytes:
        raise RuleoutError(
            f"{path}: expected a {what} of at most {limit_bytes} bytes, got more", hint="Split the file."
        )
    return data


def _read_regular(path: Path, most_bytes: int) -> bytes | None:
    """The file's first bytes, or None for a folder, pipe or device."""
    # Not blocking: a named pipe that nobody writes to would otherwise keep us waiting for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(most_bytes)


def read_regular(path: Path, *, limit_bytes: int) -> bytes | None:
    """Return the bytes of a file that others may have put there; None if it is no regular file, or larger.

    Effect: reads the file; never waits for a pipe's writer, and takes no more memory than the file has bytes.

    Raises OSError as opening does.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_size > limit_bytes:
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(found.st_size)


def write_new(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Create a file with these bytes, durably; an existing one is refused. Effect: writes and syncs the file.

    Raises:
        RuleoutError: the file exists or cannot be written; then nothing of it is left.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise RuleoutError(f"{path} exists already", hint="Choose another name; nothing was overwritten.") from error
    except OSError as error:
        raise RuleoutError(
            f"{path}: cannot write: {error.strerror}", hint="Check the folder and its permissions."
        ) from error
    try:
        _write_through(descriptor, data)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise RuleoutError(f"{path}: cannot write: {error.strerror}", hint="Check the space on the disk.") from error


def write_whole(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Create a file of these bytes, which has its name once they are on disk, durably; an existing one is refused. Effect: writes beside, links.

    Raises:
        RuleoutError: as `write_new`.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    write_new(beside, data, mode=mode)
    try:
        os.link(beside, path)
        sync_directory(path.parent, SystemFiles())
    except OSError as error:
        hint = "Nothing was overwritten; check the folder and its permissions; it has to be on a file system that has hard links."
        raise RuleoutError(f"{path}: cannot write: {error.strerror}", hint=hint) from error
    finally:
        beside.unlink(missing_ok=True)


def _write_through(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def make_folder(path: Path, *, mode: int = 0o777) -> None:
    """Make a folder and those above it, unless they are there. Effect: writes.

    Raises:
        RuleoutError: something else stands there, or it may not be made.
    """
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        hint = "Check the path and its permissions."
        raise RuleoutError(f"{path}: cannot make this folder: {error.strerror}", hint=hint) from error


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a new folder of files, whole or not at all. Effect: writes beside, syncs each file, and renames.

    Args:
        files: bytes by plain name.

    Raises:
        RuleoutError: something stands there already, even if it came in between, or it cannot be written.
    """
    if folder.exists() or folder.is_symlink():
        raise RuleoutError(f"{folder} exists already", hint="Choose another name; nothing was overwritten.")
    make_folder(folder.parent)
    try:
        beside = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
    except OSError as error:
        hint = "Check the folder above it and its permissions."
        raise RuleoutError(f"{folder}: cannot write: {error.strerror}", hint=hint) from error
    try:
        made = beside / "whole"
        make_folder(made)
        for name, data in files.items():
            write_new(made / name, data)
        _rename(made, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _rename(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError as error:
        hint = "Choose another name; nothing was overwritten."
        raise RuleoutError(f"{folder}: cannot write: {error.strerror}", hint=hint) from error


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file's bytes atomically: temporary file, sync, rename. Effect: writes beside and renames."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    write_new(temporary, data)
    temporary.replace(path)


def files_holding(folder: Path, wanted: Sequence[bytes]) -> tuple[Path, ...]:
    """Return the files below a folder that hold one of these byte strings, in order of path.

    Effect: reads every regular file of at most 256 MiB; links are not followed, larger files are not searched.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_SEARCHED_BYTES:
            continue
        data = path.read_bytes()
        if any(one in data for one in wanted):
            found.append(path)
    return tuple(found)
