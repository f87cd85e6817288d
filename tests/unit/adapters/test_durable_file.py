# SPDX-License-Identifier: Apache-2.0
"""An append is whole and on disk, or it is an error: by one call of the system or by two (G-8)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ruleout.adapters.durable_file import FileOps, OneCallFiles, SystemFiles

FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND


@pytest.mark.parametrize("ops", [SystemFiles(), OneCallFiles()])
def test_appends_stand_behind_each_other(tmp_path: Path, ops: FileOps) -> None:
    fd = os.open(tmp_path / "a", FLAGS)
    other = os.open(tmp_path / "a", FLAGS)
    for number in range(5):
        ops.append(fd, b"%d" % number)
        ops.append(other, b"-")
    assert (tmp_path / "a").read_bytes() == b"0-1-2-3-4-"
    os.close(fd)
    os.close(other)


def test_what_is_written_in_part_is_written_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.pwritev
    monkeypatch.setattr(os, "pwritev", lambda fd, parts, at, flags: whole(fd, [parts[0][:3]], at, flags))
    fd = os.open(tmp_path / "a", FLAGS)
    OneCallFiles().append(fd, b"0123456789")
    os.close(fd)
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_a_file_system_that_knows_no_such_call_is_asked_in_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []

    def refuse(*_: object) -> int:
        raise OSError(errno.EOPNOTSUPP, "not supported")

    monkeypatch.setattr(os, "pwritev", refuse)
    monkeypatch.setattr(os, "fdatasync", synced.append)
    fd = os.open(tmp_path / "a", FLAGS)
    OneCallFiles().append(fd, b"0123456789")
    os.close(fd)
    assert (tmp_path / "a").read_bytes() == b"0123456789"
    assert synced == [fd]


@pytest.mark.parametrize("ops", [SystemFiles(), OneCallFiles()])
def test_a_full_disk_is_an_error(ops: FileOps) -> None:
    fd = os.open("/dev/full", os.O_WRONLY | os.O_APPEND)
    with pytest.raises(OSError, match="No space left"):
        ops.append(fd, b"x")
    os.close(fd)
