# SPDX-License-Identifier: Apache-2.0
"""Arguments in another shape than rules expect: a text for a list or an object, an object for a text, more lists or fewer (G-4).

A tool may take `"/a"` for `["/a"]`, or `[{"path": "/a"}]` for `{"path": "/a"}`, and some readers of JSON take `Path` for `path`.
No rule has looked at what stands there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

#: The way to an argument: names of members; None for whichever item of a list.
Way = tuple[str | None, ...]
#: The names of a way, each as `folded` gives it, without the lists.
Names = tuple[str, ...]


class Shapes(NamedTuple):
    """The ways of a tool's rules. `ends` are they, by their names without case and the lists; `above` are names that lead to them."""

    ends: Mapping[Names, frozenset[Way]]
    above: frozenset[Names]

    def is_misplaced(self, way: Way, names: Names, value: object) -> bool:
        """Whether a value that holds no other stands near a rule's way and not at it: below it, above it, by other lists or in
        another case. Pure.

        Where there is nothing above a way, nothing is misplaced.
        """
        if any(names[:i] in self.ends for i in range(1, len(names))):
            return True
        others = self.ends.get(names, frozenset()) - {way}
        if holds_something(value):
            return bool(others) or names in self.above
        return any(len(other) <= len(way) for other in others)


def folded(name: str) -> str:
    """Return a name in the form in which names are compared. Pure; as long as the name takes: to be asked once for each."""
    return name.casefold()


def shapes_of(ways: Iterable[Way]) -> Shapes:
    """Return the shapes of these ways. Pure."""
    ends: dict[Names, frozenset[Way]] = {}
    for way in ways:
        names = _names_of(way)
        ends[names] = ends.get(names, frozenset()) | {way}
    return Shapes(ends, frozenset(names[:i] for names in ends for i in range(1, len(names))))


def are_near(one: Way, other: Way) -> bool:
    """Whether two ways differ, and what is at one may be meant by the other: but for lists and case, one begins with the other. Pure."""
    names, others = _names_of(one), _names_of(other)
    return one != other and names[: len(others)] == others[: len(names)]


def holds_something(value: object) -> bool:
    """Whether a value is anything but null, an empty list or an empty object. Pure."""
    return value is not None and value not in ([], {})


def _names_of(way: Way) -> Names:
    return tuple(folded(name) for name in way if name is not None)
