# SPDX-License-Identifier: Apache-2.0
"""Where audit records lie, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ruleout.adapters.audit.segment_file import read_bytes, segments_in
from ruleout.app.workspace import Workspace
from ruleout.errors import LedgerError, NotFound
from ruleout.serving.audit import Fault, Parsed, Wrong, first_head, parse_segment
from ruleout.serving.audit.findings import Seen

FOLDER = "audit"


def audit_folder(workspace: Workspace, stated: Path | None) -> Path:
    """Return the folder of segments: as stated, else `audit/` of the workspace. Effect: looks at files.

    Raises:
        NotFound: there is none.
    """
    folder = stated or workspace.root / FOLDER
    if not folder.is_dir():
        hint = "Name the gateway's audit folder with --audit."
        raise NotFound(f"{folder}: expected a folder of audit segments, got none", hint=hint)
    return folder


def read_segment(folder: Path, name: str) -> Seen:
    """Return a segment as it stands. Effect: reads it. Raises NotFound if it is no plain file, LedgerError if it cannot be read."""
    data = read_bytes(folder, name)
    return Seen(segment=name, data=data, parsed=parse_segment(data, name))


def look_at(folder: Path, name: str) -> Seen:
    """Return a segment as it stands; where it cannot be read, without a record and with that as its fault. Effect: reads it."""
    try:
        return read_segment(folder, name)
    except NotFound as error:
        return _unread(name, Wrong.NO_FILE, error)
    except LedgerError as error:
        return _unread(name, Wrong.UNREADABLE, error)


def look_at_all(folder: Path) -> Mapping[str, Seen]:
    """Return every segment of a folder, by name, in order, each as `look_at` does. Effect: reads all."""
    return {name: look_at(folder, name) for name in segments_in(folder)}


def _unread(name: str, wrong: Wrong, error: Exception) -> Seen:
    fault = Fault(wrong=wrong, number=0, offset=0, says=str(error))
    return Seen(segment=name, data=b"", parsed=Parsed(records=(), fault=fault, end=0, head=first_head(name)))
