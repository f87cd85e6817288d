# SPDX-License-Identifier: Apache-2.0
"""Where audit records lie, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ruleout.adapters.audit.segment_file import read_bytes, segments_in
from ruleout.app.workspace import Workspace
from ruleout.errors import NotFound
from ruleout.serving.audit import parse_segment
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
    """Return a segment as it stands. Effect: reads it. Raises LedgerError if it cannot be read."""
    data = read_bytes(folder, name)
    return Seen(segment=name, data=data, parsed=parse_segment(data, name))


def read_segments(folder: Path) -> Mapping[str, Seen]:
    """Return every segment of a folder, by name, in order. Effect: reads all. Raises LedgerError if one cannot be read."""
    return {name: read_segment(folder, name) for name in segments_in(folder)}
