# SPDX-License-Identifier: Apache-2.0
"""Where each key and value of a document stands, and the file's problems in file order.

A path is a tuple of keys and indexes: `("gates", "train", 0, "if")`. It does not know what the values mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ruleout.errors import Place, Problem

Path = tuple[str | int, ...]

#: A file with more problems than this is told so and shows the first ones.
MAX_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class Spot:
    """1-based (line, column) of a value and of the key that leads to it; list items and the root have no key."""

    value: tuple[int, int]
    key: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's plain value (dict, list, str, int, Decimal, bool, None) with the spot of every path in it."""

    file: str
    value: object
    spots: dict[Path, Spot]

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Return where `path` stands, or its nearest parent that is in the file. Pure.

        Args:
            path: keys and indexes from the root; need not exist.
            key: point at the key rather than at the value.
        """
        known = path
        while known not in self.spots and known:
            known = known[:-1]
        spot = self.spots.get(known, Spot((1, 1)))
        at_key = key or known != path
        line, column = spot.key if at_key and spot.key is not None else spot.value
        return Place(file=self.file, line=line, column=column, path=path_text(path))


def path_text(path: Path) -> str:
    """Return a path as text: `$.gates.train[0].if`. Pure."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def in_file_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems by place, duplicates dropped, at most `MAX_PROBLEMS` and one that says so. Pure."""
    ordered = sorted(dict.fromkeys(problems), key=lambda p: (p.where.file, p.where.line, p.where.column, p.id))
    if len(ordered) <= MAX_PROBLEMS:
        return tuple(ordered)
    rest = Problem(
        id="Y020",
        where=ordered[MAX_PROBLEMS].where,
        expected=f"at most {MAX_PROBLEMS} problems in one file",
        got=f"{len(ordered)} or more",
        hint="Mend the ones shown and check again.",
    )
    return (*ordered[:MAX_PROBLEMS], rest)
