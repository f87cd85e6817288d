# SPDX-License-Identifier: Apache-2.0
"""What was measured beside what was asked for: rows, a table for people, a value for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def share_of(values: Sequence[float], share: float) -> float:
    """The value below which a share of them lies, the nearest rank above."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row. Without a bar it is told, not judged.

    Attributes:
        values: every single value, in `unit`.
        bar: what is asked for, in words; "" for nothing.
        holds: whether the bar is met.
    """

    what: str
    values: tuple[float, ...]
    unit: str = "ms"
    bar: str = ""
    holds: bool = True

    def value(self) -> dict[str, object]:
        """For programs."""
        found = {"p50": share_of(self.values, 0.5), "p99": share_of(self.values, 0.99), "max": max(self.values)}
        judged = {"bar": self.bar, "met": self.holds} if self.bar else {}
        return {
            "what": self.what, "unit": self.unit, "n": len(self.values),
            **{name: round(one, 3) for name, one in found.items()}, **judged,
        }  # fmt: skip


def under(what: str, values: Sequence[float], *, p99: float = 0, most: float = 0) -> Figure:
    """A figure in milliseconds whose p99, or whose greatest value, has to be below a bar."""
    got, limit, name = (share_of(values, 0.99), p99, "p99") if p99 else (max(values), most, "max")
    return Figure(what=what, values=tuple(values), bar=f"{name} < {limit:g} ms", holds=got < limit)


def none_of(what: str, counts: Sequence[int], unit: str) -> Figure:
    """A count that has to be 0 each time."""
    return Figure(what=what, values=tuple(counts), unit=unit, bar="0", holds=not any(counts))


def table(figures: Sequence[Figure]) -> str:
    """The rows for people."""
    wide = max(len(one.what) for one in figures)
    lines = [f"{'':{wide}} {'n':>6} {'p50':>8} {'p99':>8} {'max':>8} unit   bar"]
    for one in figures:
        p50, p99, most = share_of(one.values, 0.5), share_of(one.values, 0.99), max(one.values)
        told = f"{one.bar}: {'met' if one.holds else 'NOT MET'}" if one.bar else ""
        digits = 1 if one.unit == "ms" else 0
        columns = " ".join(f"{value:8.{digits}f}" for value in (p50, p99, most))
        lines.append(f"{one.what:{wide}} {len(one.values):>6} {columns} {one.unit:6} {told}".rstrip())
    return "\n".join(lines)
