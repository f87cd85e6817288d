# SPDX-License-Identifier: Apache-2.0
"""Published determinations: what a developer printed about one model and one domain, and what it determined.

Values as somebody printed them. A number that stands as a text stays a text here: whoever compares says that it cannot
be compared, and nothing reads a number out of it. What the record's own coder computed (`crossed`, `derived`) is not
kept here at all, so nothing above can lean on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

#: A printed value: a number, a text, or nothing.
Printed = Decimal | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedBar:
    """A bar as stated: it is crossed when the figure stands in the relation `crossed_when` to `value`.

    `compound`: the stated rule joins several conditions, of which the figure is one.
    """

    kind: str
    crossed_when: str
    value: Printed
    compound: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedFigure:
    """One evaluation's printed figure with the bars stated for it, in the file's order.

    `n` and `interval` are as printed: `33`, `"42 problems, 20 attempts"`, `"±0.21"`.
    """

    name: str
    metric: str
    value: Printed
    unit: str
    n: Printed
    interval: str
    bars: tuple[StatedBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCase:
    """One model and one domain: its figures, and what was determined of the tier under test.

    Attributes:
        released: day of release; None where the record has no whole date.
        framework: the framework's name; `version` as the source states it, `in_force` as computed from dates; "" where
            the record has none.
        tier: the coded answer about the tier (`tier_under_test`), `normalized` the coded outcome; "" where absent.
        other: fields that the schema does not know, with their place in the case, kept as they stood.
    """

    id: str
    developer: str
    model: str
    released: date | None
    framework: str
    version: str
    in_force: str
    domain: str
    threshold_under_test: str
    figures: tuple[PrintedFigure, ...]
    category: str
    tier: str
    normalized: str
    precaution: bool
    statement: str
    release_decision: str
    other: tuple[tuple[str, object], ...] = ()
