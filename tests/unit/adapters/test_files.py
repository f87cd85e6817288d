# SPDX-License-Identifier: Apache-2.0
"""Reading and writing files: bounded, never over another, never half."""

import os
import stat

import pytest
from tests.failing_files import no_file

from ruleout.adapters import files
from ruleout.adapters.files import make_folder, read_bounded, read_regular, replace_file, write_new, write_whole
from ruleout.errors import NotFound, RuleoutError


def test_a_file_is_read_up_to_its_limit(tmp_path):
    """The limit itself is allowed, one byte more is not, and both numbers' unit is said."""
    file = tmp_path / "file"
    file.write_bytes(b"12345")

    assert read_bounded(file, limit_bytes=5, what="note") == b"12345"
    with pytest.raises(RuleoutError, match="a note of at most 4 bytes"):
        read_bounded(file, limit_bytes=4, what="note")


def test_a_missing_file_is_not_found(tmp_path):
    """Also where a file stands in the place of a folder."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(NotFound, match="no such note"):
        read_bounded(tmp_path / "gone", limit_bytes=9, what="note")
    with pytest.raises(RuleoutError, match="note"):
        read_bounded(tmp_path / "file" / "below", limit_bytes=9, what="note")


@pytest.mark.parametrize("kind", ["folder", "pipe", "link to a device", "link to a folder"])
def test_what_is_no_file_is_refused_at_once(tmp_path, kind):
    """A pipe without a writer would otherwise wait, a device without end would fill the memory."""
    path = no_file(kind, tmp_path / "x")

    with pytest.raises(RuleoutError, match="expected a regular note"):
        read_bounded(path, limit_bytes=1000, what="note")


@pytest.mark.parametrize("kind", ["folder", "pipe", "link to a device", "link to a folder"])
def test_of_what_is_no_file_or_too_large_nothing_is_read(tmp_path, kind):
    """The caller says what it is; a file that is not there stays an error of the system."""
    (tmp_path / "file").write_bytes(b"12345")

    assert read_regular(no_file(kind, tmp_path / "x"), limit_bytes=1000) is None
    assert read_regular(tmp_path / "file", limit_bytes=5) == b"12345"
    assert read_regular(tmp_path / "file", limit_bytes=4) is None
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "gone", limit_bytes=5)


def test_a_new_file_never_replaces_one(tmp_path):
    """Not even a link that leads nowhere."""
    file, link = tmp_path / "file", tmp_path / "link"
    write_new(file, b"first", mode=0o600)
    link.symlink_to(tmp_path / "nowhere")

    for taken in (file, link):
        with pytest.raises(RuleoutError, match="exists already"):
            write_new(taken, b"second")
    assert file.read_bytes() == b"first"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not (tmp_path / "nowhere").exists()


def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch):
    """A full disk leaves no half file, so the same command can be run again."""

    def full(descriptor, data):
        os.write(descriptor, data[:2])
        os.close(descriptor)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_write_through", full)
    with pytest.raises(RuleoutError, match="No space left"):
        write_new(tmp_path / "file", b"content")

    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_hard_links_is_told_and_nothing_is_left(tmp_path, monkeypatch):
    """Where a file cannot get its name in one step that replaces nothing, its permissions are not what is wrong."""

    def none(beside, path):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    with pytest.raises(RuleoutError, match="Operation not permitted") as refused:
        write_whole(tmp_path / "limits", b"content")

    assert "file system that has hard links" in refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_replaced_file_is_whole_or_as_it_was(tmp_path, monkeypatch):
    """The new bytes appear by a rename; a leftover of an earlier crash is no hindrance; a failure changes nothing."""
    file = tmp_path / "ring"
    file.write_bytes(b"old")
    (tmp_path / ".ring.new").write_bytes(b"left behind")
    replace_file(file, b"new")
    assert file.read_bytes() == b"new"

    def full(descriptor, data):
        os.close(descriptor)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_write_through", full)
    with pytest.raises(RuleoutError):
        replace_file(file, b"newer")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"ring": b"new"}


def test_folders_are_made_with_those_above(tmp_path):
    """A second time changes nothing; a file in the way is named."""
    make_folder(tmp_path / "a" / "b", mode=0o700)
    make_folder(tmp_path / "a" / "b")
    (tmp_path / "file").write_bytes(b"")

    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(RuleoutError, match="cannot make this folder"):
            make_folder(path)
