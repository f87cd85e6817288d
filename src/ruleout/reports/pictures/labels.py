# SPDX-License-Identifier: Apache-2.0
"""Where short labels stand beside points so that they cover as little as can be, in whole pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Places of a label's middle from its point, the preferred first.
_PLACES = ((15, 0), (-15, 0), (0, -14), (0, 14), (12, -11), (-12, -11), (12, 11), (-12, 11), (24, 0), (-24, 0))
_HALF_WIDTH, _HALF_HEIGHT, _RADIUS = 8, 7, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A point in pixels from the top left, and the ends of its interval, `top` <= `y` <= `bottom`."""

    x: int
    y: int
    top: int
    bottom: int


def labels_beside(spots: Sequence[Spot], *, within: tuple[int, int]) -> list[tuple[int, int]]:
    """Return where each point's label stands, from the point. Pure; the same points give the same places.

    Each label in turn takes the place that meets the fewest points, intervals and earlier labels.

    Args:
        within: the leftmost and rightmost pixel that a label may take.
    """
    taken: list[tuple[int, int]] = []
    placed: list[tuple[int, int]] = []
    for spot in spots:
        free = [place for place in _PLACES if within[0] <= spot.x + place[0] - _HALF_WIDTH] or list(_PLACES)
        free = [place for place in free if spot.x + place[0] + _HALF_WIDTH <= within[1]] or free
        best = min(free, key=lambda place: _met(spot.x + place[0], spot.y + place[1], spots, taken))
        placed.append(best)
        taken.append((spot.x + best[0], spot.y + best[1]))
    return placed


def _met(x: int, y: int, spots: Sequence[Spot], taken: Sequence[tuple[int, int]]) -> int:
    """How much a label with its middle there would cover; another label is the worst."""
    labels = sum(
        abs(x - other_x) < 2 * _HALF_WIDTH and abs(y - other_y) < 2 * _HALF_HEIGHT for other_x, other_y in taken
    )
    near = [spot for spot in spots if abs(x - spot.x) < _HALF_WIDTH + _RADIUS]
    points = sum(abs(y - spot.y) < _HALF_HEIGHT + _RADIUS for spot in near)
    lines = sum(
        abs(x - spot.x) < _HALF_WIDTH + 1 and spot.top - _HALF_HEIGHT < y < spot.bottom + _HALF_HEIGHT for spot in near
    )
    return 8 * labels + 4 * points + lines
