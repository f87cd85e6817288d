# SPDX-License-Identifier: Apache-2.0
"""Kinds of documents at hand: those that ship with Ruleout, and the workspace's own in place of one of the same name."""

from __future__ import annotations

from pathlib import Path

from ruleout.accountability.reporting.kind import Kind, parse_kind
from ruleout.adapters.files import read_bounded
from ruleout.app.publication.sources import COLUMNS
from ruleout.app.shipped import shipped_folder
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.app.workspace import Workspace
from ruleout.errors import NotFound, RuleoutError

FOLDER = "publications"


def kinds_at_hand(workspace: Workspace | None) -> tuple[Kind, ...]:
    """Return every kind of document, by name. Effect: reads `publications/*.yaml`.

    Raises:
        BadInput: a file has problems.
    """
    folders = (shipped_folder() / FOLDER, *(() if workspace is None else (workspace.root / FOLDER,)))
    paths = {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml"))}
    return tuple(_read(paths[name]) for name in sorted(paths))


def kind_named(name: str, workspace: Workspace | None) -> tuple[Kind, bytes]:
    """Return a kind of document and its file's bytes. Effect: reads the file.

    Raises:
        NotFound: there is none of this name; the message lists those there are.
        BadInput: its file has problems.
    """
    folders = (*(() if workspace is None else (workspace.root / FOLDER,)), shipped_folder() / FOLDER)
    paths = {path.stem: path for folder in reversed(folders) for path in sorted(folder.glob("*.yaml"))}
    if name not in paths:
        known = ", ".join(sorted(paths)) or "none"
        raise NotFound(f"no kind of document {name[:80]!r}; there are: {known}", hint="See `ruleout report kinds`.")
    data = read_bounded(paths[name], limit_bytes=MOST_DOCUMENT_BYTES, what="file of a kind")
    return _read(paths[name]), data


def _read(path: Path) -> Kind:
    data = read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="file of a kind")
    kind = parse_kind(data, file=str(path), known_sources=COLUMNS)
    if kind.id != path.stem:
        raise RuleoutError(f"{path}: expected the kind {path.stem}, got {kind.id}", hint="Name the file as the kind.")
    return kind
