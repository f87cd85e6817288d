# SPDX-License-Identifier: Apache-2.0
"""What came of handing in a version of a framework: refusals with their states, or what it waits for (D-15)."""

from __future__ import annotations

from datetime import datetime

from ruleout.model.change_log import ChangeLog
from ruleout.model.plain import instant_text
from ruleout.model.publication import Needs, Parts, Refusal
from ruleout.reports.page import Line, labelled, title


def publish_page(
    heading: str, result: str, refusals: tuple[Refusal, ...], needs: Needs, *, log: ChangeLog | None, width: int
) -> list[Line]:
    """Return the page of what came of it. Pure.

    Args:
        heading: the version and the one that it takes the place of.
        result: one word or two: refused, held, published.
        refusals: what forbids it.
        needs: what it waits for.
        log: its change log, told where nothing forbids it.
        width: columns.
    """
    tone = {"refused": "bad", "published": "good", "already published": "good"}.get(result, "warn")
    lines = title(heading, result.upper(), width=width, tone=tone)
    for one in refusals:
        lines += labelled(one.id, one.says, width=width, tone="bad")
        lines += labelled("  shown by", one.witness, width=width) if one.witness else []
    if not refusals:
        lines += needs_lines(needs, width=width)
        for change in () if log is None else log.changes:
            call = f"material, called by {change.called_by} on {change.called_on}"
            call = call if change.material else f"not {call}"
            told = f"{', '.join(change.clauses)}: {change.how} Why: {change.why} ({call})"
            lines += labelled(change.kind.value, told, width=width)
    return lines


def needs_lines(needs: Needs, *, width: int) -> list[Line]:
    """Return what a version waits for, as lines; none if for nothing. Pure."""
    lines: list[Line] = []
    if needs.missing:
        lines += labelled("Missing", ", ".join(needs.missing), width=width, tone="warn")
    if needs.refused:
        lines += labelled("Refused by", ", ".join(needs.refused), width=width, tone="bad")
    if needs.until is not None:
        lines += labelled("Notice", f"runs; it may be published from {needs.until} on (UTC)", width=width, tone="warn")
    if needs.last_day is not None and (needs.missing or needs.until):
        lines += labelled("In time", f"if public by {needs.last_day} (UTC)", width=width, tone="dim")
    return lines


def refusal_value(one: Refusal) -> dict[str, object]:
    """Return a refusal as a JSON value. Pure."""
    return {"id": one.id, "clauses": list(one.clauses), "says": one.says, "witness": one.witness}


def needs_value(needs: Needs) -> dict[str, object]:
    """Return what a version waits for as a JSON value. Pure."""
    return {
        "missing": list(needs.missing),
        "refused": list(needs.refused),
        "held_until": None if needs.until is None else needs.until.isoformat(),
        "last_day": None if needs.last_day is None else needs.last_day.isoformat(),
    }


def parts_value(parts: Parts) -> dict[str, str | None]:
    """Return the parts of a publication by digest, None for what there is none of, as a JSON value. Pure."""
    found = {
        "framework": parts.framework,
        "change_log": parts.change_log,
        "mapping": parts.mapping,
        "document": parts.document,
        "previous": parts.previous,
    }
    return {name: digest or None for name, digest in found.items()}


def instant_or_none(at: datetime | None) -> str | None:
    """Return an instant as text, None for none. Pure."""
    return None if at is None else instant_text(at)
