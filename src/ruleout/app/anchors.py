# SPDX-License-Identifier: Apache-2.0
"""Check a framework's anchors against copies of the document that the user brings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ruleout.adapters.files import MIB, read_bounded
from ruleout.adapters.pdf_text import document_readings
from ruleout.app.sources import FrameworkFile
from ruleout.errors import RuleoutError
from ruleout.framework.anchors import find_anchors
from ruleout.framework.summary import clauses_by_kind
from ruleout.model.clause import Clause

MOST_COPY_BYTES = 64 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy that was searched: its name, its digest, and whether it is the very file the encoding names."""

    name: str
    sha256: str
    is_the_named_document: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorReport:
    """What of a framework was found in the copies.

    Attributes:
        clauses: how many clauses there are.
        found: ids of clauses whose sentence is there.
        missing: ids of clauses whose sentence is not there, with their sections.
        unanchored: ids of clauses that name no sentence.
    """

    framework: str
    copies: tuple[Copy, ...]
    words: int
    clauses: int
    found: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    unanchored: tuple[str, ...]


def check_anchors(framework: FrameworkFile, documents: Sequence[Path]) -> AnchorReport:
    """Return which anchored clauses the copies hold. Effect: reads the copies.

    A sentence may stand in any of the copies: a main text and tables that were taken from another file, say.

    Raises:
        RuleoutError: a copy cannot be read, is empty of text, or too long.
    """
    clauses = _clauses(framework)
    wanted = frozenset(clause.anchor for clause in clauses if clause.anchor is not None)
    found = search_copies(documents, wanted, named=framework.framework.document.sha256)
    return AnchorReport(
        framework=str(framework.framework.id),
        copies=found.copies,
        words=found.words,
        clauses=len(clauses),
        found=tuple(c.id for c in clauses if c.anchor is not None and c.anchor not in found.missing),
        missing=tuple((c.id, c.section) for c in clauses if c.anchor in found.missing),
        unanchored=tuple(c.id for c in clauses if c.anchor is None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesSearched:
    """The copies that were searched, how many words they have, and which anchors stand in none of them."""

    copies: tuple[Copy, ...]
    words: int
    missing: frozenset[str]


def search_copies(documents: Sequence[Path], wanted: frozenset[str], *, named: str) -> CopiesSearched:
    """Return which anchors the copies do not hold. Effect: reads the copies.

    Args:
        documents: the copies.
        wanted: anchors looked for.
        named: SHA-256 of the very file that was told from.

    Raises:
        RuleoutError: a copy cannot be read, is empty of text, or too long.
    """
    copies, words, missing = [], 0, wanted
    for path in documents:
        data = read_bounded(path, limit_bytes=MOST_COPY_BYTES, what="document")
        digest = hashlib.sha256(data).hexdigest()
        copies.append(Copy(name=path.name, sha256=digest, is_the_named_document=digest == named))
        count, missing = _search(data, path.name, missing)
        words += count
    return CopiesSearched(copies=tuple(copies), words=words, missing=missing)


def _clauses(file: FrameworkFile) -> tuple[Clause, ...]:
    return tuple(clause for _, clause in clauses_by_kind(file.framework))


def _search(data: bytes, name: str, wanted: frozenset[str]) -> tuple[int, frozenset[str]]:
    """How many words a copy has, and which anchors none of its readings holds."""
    words = 0
    for reading in document_readings(data, name=name):
        try:
            search = find_anchors(reading, wanted)
        except ValueError as error:
            raise RuleoutError(f"{name}: {error}", hint="Bring the document alone.") from error
        words, wanted = max(words, search.words), search.missing
        if not wanted:
            break
    if not words:
        hint = "A scanned PDF holds pictures; bring one with text, or the text itself."
        raise RuleoutError(f"{name}: expected text, got none", hint=hint)
    return words, wanted
