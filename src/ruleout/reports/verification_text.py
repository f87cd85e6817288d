# SPDX-License-Identifier: Apache-2.0
"""What verification established, as text and as JSON values; never more than was checked (L-10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ruleout.ledger import Bundle, Report, Status
from ruleout.ledger.holes import Hole, Standing
from ruleout.ledger.verify_disclosures import DigestVerdict
from ruleout.reports.page import Line, bullets, labelled, title

_TONES = {Status.PASSED: "good", Status.FAILED: "bad", Status.NOT_DONE: "dim"}


def verification_page(bundle: Bundle, report: Report, *, at: date | None = None, width: int = 80) -> list[Line]:
    """Return the page of a verification: level reached, each check, each hole, what it does not show. Pure.

    `at` is the day on which the review of a redaction may be overdue; None for no day.
    """
    word = "FAILED" if report.has_failed else report.level.value.upper()
    lines = title(
        f"{bundle.origin} · {len(bundle.entries)} entries",
        word,
        width=width,
        tone="bad" if report.has_failed else "good",
    )
    for check in report.checks:
        text = f"{check.status.value}: {check.detail}"
        lines += labelled(f"  {check.name}", text, width=width, tone=_TONES[check.status])
    lines += bullets("Absent", _absent(report, at), width=width, tone="warn")
    lines += bullets("Mind", report.caveats, width=width, tone="warn")
    return lines + bullets("Keys", (str(key) for key in bundle.vkeys), width=width, tone="dim")


def _absent(report: Report, at: date | None) -> Iterator[str]:
    """One line for each act that hides or removes something, and the first of what is absent without a reason."""
    counts: dict[str, int] = {}
    for verdict in report.digests:
        if verdict.hole is not None:
            counts[verdict.hole.by] = counts.get(verdict.hole.by, 0) + 1
    said: set[str] = set()
    for verdict in report.digests:
        hole = verdict.hole
        if hole is not None and hole.by not in said:
            said.add(hole.by)
            yield hole_line(hole, count=counts[hole.by], is_overdue=verdict.is_overdue(at))


def hole_line(hole: Hole, *, count: int = 1, is_overdue: bool | None = None) -> str:
    """Return a hole in a line: how many digests, of which entry, why, by whom, until when. Pure."""
    digests = f"{count} digest{'' if count == 1 else 's'}"
    if hole.standing is Standing.WITHHELD:
        return f"{digests} withheld, unexplained, the first of {hole.entry}: ask whoever made the copy"
    who = f" by {hole.authority}" if hole.authority else ""
    late = ", OVERDUE" if is_overdue else ""
    review = f" (review by {hole.review_by}{late})" if hole.review_by else ""
    said = f"{hole.standing.value}, {hole.class_}{who}: {hole.justification}{review}"
    return f"{hole.by}: {digests} of {hole.entry} {said}"


def verdict_value(verdict: DigestVerdict, at: date | None) -> dict[str, object]:
    """Return the verdict on one digest as a JSON value. Pure."""
    value: dict[str, object] = {
        "digest": verdict.digest,
        "entry": verdict.entry,
        "kind": "object" if verdict.is_object else "disclosure",
        "verdict": verdict.standing.value,
    }
    hole = verdict.hole
    if hole is None or hole.standing is Standing.WITHHELD:
        return value
    return value | {
        "by": hole.by,
        "class": hole.class_,
        "justification": hole.justification,
        "authority": hole.authority,
        "audiences": list(hole.audiences),
        "material": hole.material,
        "location": hole.location,
        "review_by": None if hole.review_by is None else hole.review_by.isoformat(),
        "overdue": verdict.is_overdue(at),
    }


def verification_value(bundle: Bundle, report: Report, *, at: date | None = None) -> dict[str, object]:
    """Return the same as a JSON value, with a verdict for each digest. Pure."""
    return {
        "origin": bundle.origin,
        "entries": len(bundle.entries),
        "holds": not report.has_failed,
        "level": report.level.value,
        "checks": [{"name": c.name, "status": c.status.value, "detail": c.detail} for c in report.checks],
        "caveats": list(report.caveats),
        "audience": bundle.audience,
        "digests": [verdict_value(verdict, at) for verdict in report.digests],
        "vkeys": [str(key) for key in bundle.vkeys],
    }
