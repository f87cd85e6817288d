# SPDX-License-Identifier: Apache-2.0
"""What the evidence verbs show: pages and JSON values of what the other modules of this package return. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from ruleout.app.evidence.again import Effect
from ruleout.app.evidence.due import Due, Outlook
from ruleout.app.evidence.listing import Listed, Run, Shown
from ruleout.app.evidence.receipt import Receipt
from ruleout.app.evidence.withdraw import Reach
from ruleout.documents.counts import count_of
from ruleout.reports.evidence.list_text import evidence_block, listing_page, summary_value, used_by
from ruleout.reports.evidence.show_text import (
    measurement_lines,
    measurement_value,
    overlap_value,
    overlap_words,
    result_words,
    results_of,
)
from ruleout.reports.page import Line, bullets, labelled


def listed_page(listed: Sequence[Listed], *, origin: str, width: int) -> list[Line]:
    """Return the page of `evidence list`."""
    return listing_page((_block(one, width=width) for one in listed), origin=origin, count=len(listed))


def listed_value(one: Listed) -> dict[str, object]:
    """Return one measurement of the list as a JSON value."""
    r = one.receipt
    return {
        **summary_value(r.summary),
        "entry": r.entry,
        "received": r.received,
        "producers": sorted(r.producers),
        "owner": r.owner,
        "valid_until": r.valid_until,
        "standing": one.standing,
        "because": one.because,
        "decisions": list(r.decisions),
    }


def _block(one: Listed, *, width: int) -> list[Line]:
    r = one.receipt
    return evidence_block(r.summary, one.standing, one.because, facts=_facts(r), decisions=r.decisions, width=width)


def _facts(r: Receipt) -> list[str]:
    last_day = f"valid until {r.valid_until}" if r.valid_until else "no last day"
    return [r.received, f"by {', '.join(sorted(r.producers))}", f"owner {r.owner or 'not named'}", last_day]


def shown_page(shown: Shown, *, width: int) -> list[Line]:
    """Return the page of `evidence show`."""
    lines = _block(shown.listed, width=width) + measurement_lines(shown.measurement, width=width)
    if shown.is_picked:
        warning = f"decisions rest on some of {len(shown.runs) + 1} runs of this task and model, and not on others"
        lines += labelled("  picked", warning, width=width, tone="bad")
    lines += bullets("  other runs", (_run(run) for run in shown.runs), width=width)
    lines += bullets("  shares", (overlap_words(o) for o in shown.overlaps), width=width, tone="warn")
    told = (f"{line} ({decision})" for decision, line in shown.remarks)
    return lines + bullets("  remarks", told, width=width, tone="warn")


def _run(run: Run) -> str:
    r = run.listed.receipt
    how = f"{run.listed.standing}, evaluated {r.summary.evaluated or 'on no day'}, {used_by(r.decisions)}"
    return f"{r.summary.digest[:12]} {how}: {result_words(run.measurement)}"


def shown_value(shown: Shown) -> dict[str, object]:
    """Return one measurement with all that bears on it as a JSON value."""
    return {
        **listed_value(shown.listed),
        **measurement_value(shown.measurement),
        "picked": shown.is_picked,
        "runs": [{**listed_value(run.listed), "results": results_of(run.measurement)} for run in shown.runs],
        "overlaps": [overlap_value(overlap) for overlap in shown.overlaps],
        "remarks": [{"decision": decision, "says": line} for decision, line in shown.remarks],
    }


def due_page(outlook: Outlook, *, within: str, width: int) -> list[Line]:
    """Return the page of `evidence due`, by owner."""
    lines: list[Line] = []
    for decision, why in outlook.unread:
        lines += labelled(
            "cannot be read", f"{decision}: {why}; what it rests on is not looked at", width=width, tone="bad"
        )
    if not outlook.due:
        return [*lines, Line(f"nothing has expired or ends within {within}", "warn" if lines else "good")]
    for owner, dues in groupby(sorted(outlook.due, key=lambda d: (d.owner, d.last_day)), key=lambda d: d.owner):
        lines.append(Line(f"owner {owner or 'not named'}", "title"))
        for one in dues:
            lines += _due_lines(one, width=width)
    return lines


def _due_lines(one: Due, *, width: int) -> list[Line]:
    word, tone = ("EXPIRED", "bad") if one.has_expired else ("ends", "warn")
    head = f"  {word} {one.last_day}  {one.evidence} ({one.why}) {one.digest[:12]}"
    lines = [Line(head, tone)]
    return lines + bullets("", (_effect_words(e, one) for e in one.effects), width=width, tone=_tone(one.effects))


def _effect_words(effect: Effect, one: Due) -> str:
    if not one.has_expired:
        return f"{effect.decision}: {effect.was} now, {effect.would_be} without it"
    return f"{effect.decision}: {effect.was} when recorded, {effect.would_be} now"


def _tone(effects: Iterable[Effect]) -> str:
    return "bad" if any(effect.is_changed for effect in effects) else "dim"


def outlook_value(outlook: Outlook) -> dict[str, object]:
    """Return what ends, and what could not be looked at, as a JSON value."""
    return {
        "due": [due_value(one) for one in outlook.due],
        "unread": [{"decision": decision, "why": why} for decision, why in outlook.unread],
    }


def due_value(one: Due) -> dict[str, object]:
    """Return one piece of evidence that ends as a JSON value."""
    return {
        "evidence": one.evidence,
        "digest": one.digest,
        "owner": one.owner,
        "last_day": one.last_day,
        "why": one.why,
        "expired": one.has_expired,
        "decisions": [effect_value(effect) for effect in one.effects],
    }


def effect_value(effect: Effect) -> dict[str, object]:
    """Return what a decision said and would say as a JSON value."""
    return {
        "decision": effect.decision,
        "decided": effect.decided,
        "was": effect.was,
        "would_be": effect.would_be,
        "why": effect.why,
    }


def _counts(reach: Reach) -> str:
    pieces = count_of(len(reach.evidence), "piece of evidence", "pieces of evidence")
    return f"{pieces}, {count_of(len(reach.decisions), 'decision')}"


def reach_page(reach: Reach, *, width: int) -> list[Line]:
    """Return the page of `evidence withdraw` and `evidence lift`."""
    lines = [Line(_counts(reach), "title")]
    covered = (f"{r.summary.digest[:12]} {r.summary.task} · {r.summary.model}, {_facts(r)[0]}" for r in reach.evidence)
    lines += bullets("evidence", covered, width=width)
    for effect in reach.decisions:
        text = f"{effect.decision}: {effect.was} → {effect.would_be}" + (f" ({effect.why})" if effect.why else "")
        lines += labelled("decision", text, width=width, tone="bad" if effect.is_changed else "dim")
    if reach.opened:
        warning = (
            f"{count_of(len(reach.opened), 'decision')} would be less restrictive: look at why before relying on that"
        )
        lines += labelled("CAUTION", warning, width=width, tone="bad")
    return lines


def reach_value(reach: Reach, *, entry: str) -> dict[str, object]:
    """Return the same as a JSON value; `entry` is "" where nothing was recorded."""
    return {
        "entry": entry,
        "evidence": [{**summary_value(r.summary), "received": r.received} for r in reach.evidence],
        "decisions": [effect_value(effect) for effect in reach.decisions],
        "less_restrictive": [effect.decision for effect in reach.opened],
    }
