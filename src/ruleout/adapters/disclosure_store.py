# SPDX-License-Identifier: Apache-2.0
"""Where disclosures are kept: beside the log, one file for each entry, so that a value can be removed for good (L-4).

A file holds the entry's id and its disclosures in order of digest, decoys among them, as canonical JSON under a name
made of the id. A value that is removed is written over with nothing; copies that a disk or a backup keeps are the
operator's to find. The log's own files are never touched here.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from ruleout.adapters.durable_file import FileOps, SystemFiles, disk_errors, replace_files, sync_directory
from ruleout.errors import LedgerError, VerificationFailed
from ruleout.ledger.disclosure import digest_of_disclosure
from ruleout.model.canonical import canonical, parse_canonical

FORMAT = "ruleout-disclosures/1"
FOLDER = "disclosures"


def fresh_salt() -> str:
    """Return 128 random bits as 22 characters of base64url. Effect: draws randomness. Source: RFC 9901 §9.3."""
    return base64.urlsafe_b64encode(os.urandom(16)).rstrip(b"=").decode("ascii")


def put_disclosures(path: Path, texts: Mapping[str, Iterable[str]], *, ops: FileOps | None = None) -> None:
    """Keep the disclosures of entries, by id, beside the log at `path`, in place of any they had; durable on return.

    Each file is whole or not there; each directory is synced once for all of them. Raises LedgerError if the disk failed.
    """
    files = [(_file(path, entry_id), _bytes(entry_id, held)) for entry_id, held in texts.items()]
    with disk_errors(path):
        replace_files(files, ops or SystemFiles())


def get_disclosures(path: Path, entry_id: str) -> Mapping[str, str]:
    """Return what is kept of an entry's disclosures, decoys among them, by digest. Effect: reads a file.

    Raises LedgerError if the file is damaged; nothing kept is no error: values may have been erased.
    """
    try:
        data = _file(path, entry_id).read_bytes()
    except FileNotFoundError:
        return {}
    try:
        raw: Any = parse_canonical(data, max_depth=3)
        held: list[str] = {(FORMAT, entry_id): raw["disclosures"]}[raw["format"], raw["entry"]]
        return {digest_of_disclosure(text): text for text in held}
    except (VerificationFailed, KeyError, TypeError, AttributeError, UnicodeEncodeError) as error:
        hint = "Bring the file back from a copy of the workspace, as it was after the last erasure."
        raise LedgerError(f"{path}: expected the disclosures of {entry_id}, got a damaged file", hint=hint) from error


def remove_disclosures(path: Path, entry_id: str, digests: Collection[str], *, ops: FileOps | None = None) -> int:
    """Remove disclosures of an entry, value and salt; return how many there were. Durable on return.

    Not one byte of the log changes. Raises LedgerError if the disk failed or the file is damaged.
    """
    held = get_disclosures(path, entry_id)
    kept = [text for digest, text in held.items() if digest not in digests]
    if len(kept) < len(held):
        put_disclosures(path, {entry_id: kept}, ops=ops)
    return len(held) - len(kept)


def remove_leftovers(path: Path, entry_id: str) -> None:
    """Remove what a crash in the middle of a write left beside an entry's file. Raises LedgerError if the disk failed."""
    target = _file(path, entry_id)
    leftover = target.with_name(f"{target.name}.tmp")
    with disk_errors(path):
        if leftover.exists():
            leftover.unlink()
            sync_directory(leftover.parent, SystemFiles())


def _bytes(entry_id: str, texts: Iterable[str]) -> bytes:
    held = sorted(texts, key=digest_of_disclosure)
    return canonical({"format": FORMAT, "entry": entry_id, "disclosures": held})


def _file(path: Path, entry_id: str) -> Path:
    name = hashlib.sha256(entry_id.encode("utf-8")).hexdigest()
    return path / FOLDER / name[:2] / f"{name[2:]}.json"
