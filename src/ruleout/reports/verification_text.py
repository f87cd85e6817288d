# SPDX-License-Identifier: Apache-2.0
"""What verification established, as text and as JSON values; never more than was checked (L-10)."""

from __future__ import annotations

from ruleout.ledger import Bundle, Report, Status
from ruleout.reports.page import Line, bullets, labelled, title

_TONES = {Status.PASSED: "good", Status.FAILED: "bad", Status.NOT_DONE: "dim"}


def verification_page(bundle: Bundle, report: Report, *, width: int = 80) -> list[Line]:
    """Return the page of a verification: level reached, each check, what it does not show. Pure."""
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
    lines += bullets("Mind", report.caveats, width=width, tone="warn")
    return lines + bullets("Keys", (str(key) for key in bundle.vkeys), width=width, tone="dim")


def verification_value(bundle: Bundle, report: Report) -> dict[str, object]:
    """Return the same as a JSON value. Pure."""
    return {
        "origin": bundle.origin,
        "entries": len(bundle.entries),
        "holds": not report.has_failed,
        "level": report.level.value,
        "checks": [{"name": c.name, "status": c.status.value, "detail": c.detail} for c in report.checks],
        "caveats": list(report.caveats),
        "vkeys": [str(key) for key in bundle.vkeys],
    }
