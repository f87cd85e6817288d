# SPDX-License-Identifier: Apache-2.0
"""The page about an export: what was written, what the format loses, what was left out. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ruleout.reports.interop.absent import hole_words
from ruleout.reports.interop.written import INDEX, Export
from ruleout.reports.page import Line, bullets, labelled

_MOST_HOLES = 12


def export_page(export: Export, *, folder: str, width: int) -> list[Line]:
    """Return the page of a finished export."""
    count = f"{len(export.files)} files, {sum(len(one.data) for one in export.files)} bytes"
    lines = [Line(f"{folder}: {export.format} of {export.origin} at {export.size} entries", "title")]
    lines += labelled("written", count, width=width)
    lines += bullets("", (f"{n} × {what}" for what, n in _kinds(export).items()), width=width)
    lines += labelled("signed", export.signed_by or "by nobody: unsigned", width=width)
    lines += labelled("for", export.audience.value, width=width)
    lines += bullets("holes", _holes(export), width=width, tone="warn")
    lines += bullets("lost", (f"{one.id}: {one.says}" for one in export.lost), width=width, tone="warn")
    lines += bullets("left out", (f"{one.what}: {one.why}" for one in export.left_out), width=width, tone="warn")
    return [*lines, *labelled("next", f"{folder}/{INDEX} lists every file with its digest", width=width, tone="dim")]


def _holes(export: Export) -> Iterator[str]:
    """What this audience does not see, entry by entry, and what to do where nobody says why."""
    shown: dict[str, None] = {}
    for hole in sorted(export.holes, key=lambda hole: (hole.entry, hole.by)):
        shown[f"{hole.entry}: {hole_words(hole)}"] = None
    told = tuple(shown)
    yield from told[:_MOST_HOLES]
    if len(told) > _MOST_HOLES:
        yield f"and {len(told) - _MOST_HOLES} more, in {INDEX}"
    if bare := export.unexplained():
        yield f"next: ruleout redact {bare[0]} '*' --class CLASS --justification WHY ..., so that a reader knows why"


def _kinds(export: Export) -> Counter[str]:
    return Counter(one.what for one in export.files)
