# SPDX-License-Identifier: Apache-2.0
"""The problems of meaning found while a document is turned into the model: noted one by one, raised all together."""

from __future__ import annotations

from collections.abc import Iterable

from ruleout.documents.field_names import closest
from ruleout.documents.places import Document, Path, in_file_order
from ruleout.errors import BadInput, Problem


class Findings:
    """Collects problems of one document. Building goes on after each, so that one run shows them all."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems: list[Problem] = []

    def note(self, id_: str, path: Path, *, expected: str, got: str, hint: str, key: bool = False) -> None:
        """Note a problem at `path`; `key` points at its key rather than at its value."""
        where = self._document.place(path, key=key)
        self._problems.append(Problem(id=id_, where=where, expected=expected, got=got, hint=hint))

    def note_unknown(self, path: Path, *, expected: str, name: str, known: Iterable[str], id_: str = "F002") -> None:
        """Note a name that nothing defines, with the closest one that something does."""
        near = closest(name, known)
        hint = f"Did you mean {near}?" if near else "Define it, or correct the name."
        self.note(id_, path, expected=expected, got=repr(name), hint=hint)

    def line_of(self, path: Path) -> int:
        """The line on which `path` stands."""
        return self._document.place(path, key=True).line

    def raise_any(self) -> None:
        """Raise `BadInput` with every problem in file order, if there is any."""
        if self._problems:
            raise BadInput(in_file_order(self._problems), hint="Mend the file and check it again.")
