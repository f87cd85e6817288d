# SPDX-License-Identifier: Apache-2.0
"""Redactions as a page and as values: what is hidden from whom, why, who answers, and when it is looked at again (A-8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ruleout.ledger.redaction import CLASSES, Redaction
from ruleout.model.expiry import has_ended
from ruleout.reports.page import Line, labelled, title


def redactions_page(redactions: Iterable[Redaction], at: date, *, width: int) -> list[Line]:
    """Return the page of redactions as they stand on a day. Pure."""
    lines: list[Line] = []
    for one in redactions:
        is_overdue = has_ended(one.review_by, at)
        lines += title(
            one.id, "REVIEW OVERDUE" if is_overdue else "", width=width, tone="bad" if is_overdue else "title"
        )
        lines += labelled("  hides", f"{one.location or 'values'} of {one.entry}", width=width)
        lines += labelled("  from", ", ".join(sorted(one.audiences)), width=width)
        lines += labelled("  class", f"{one.class_.value}: {CLASSES[one.class_].says}", width=width)
        lines += labelled("  because", one.justification, width=width)
        told = "material to the conclusions" if one.material else "not material to the conclusions"
        lines += labelled("  says", f"{one.authority}: {told}; review by {one.review_by}", width=width)
    return lines or [Line("no redaction stands")]


def redaction_value(one: Redaction, at: date) -> dict[str, object]:
    """Return one redaction as a JSON value. Pure."""
    return {
        "id": one.id,
        "entry": one.entry,
        "digests": sorted(one.digests),
        "class": one.class_.value,
        "sources": list(CLASSES[one.class_].sources),
        "audiences": sorted(audience.value for audience in one.audiences),
        "authority": one.authority,
        "justification": one.justification,
        "material": one.material,
        "review_by": one.review_by,
        "overdue": has_ended(one.review_by, at),
        "location": one.location,
    }
