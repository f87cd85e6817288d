# SPDX-License-Identifier: Apache-2.0
"""Builders for duties: shipped regimes, acts from short texts, one invented regime."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from ruleout.accountability.duties import parse_duties, regime_of
from ruleout.adapters.zones import zone_of
from ruleout.framework import parse_framework
from ruleout.model.clock import Calendar, Limit, TimeUnit
from ruleout.model.duty import Delivery, Happening, LegalDuty, Regime, Sourcing, Term

ROOT = Path(__file__).resolve().parents[1]
JURISDICTIONS = ROOT / "jurisdictions"
LAWS = tuple(sorted(path.parent.name for path in JURISDICTIONS.glob("*/duties.yaml")))


@cache
def law(name: str) -> Regime:
    """A shipped regime."""
    path = JURISDICTIONS / name / "duties.yaml"
    return parse_duties(path.read_bytes(), file=path.name, zone_of=zone_of)


@cache
def framework_regime(*versions: str) -> Regime:
    """The regime of versions of the Responsible Scaling Policy."""
    folder = ROOT / "frameworks" / "anthropic-rsp"
    return regime_of(parse_framework((folder / f"{v}.yaml").read_bytes(), file=v) for v in versions)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def happening(text: str, index: int = 0) -> Happening:
    """`event instant thing`, the thing left out where there is none."""
    event, at, about = (*text.split(" "), "")[:3]
    return Happening(event=event, at=instant(at), about=about, entry=f"duty/{event}/{index}")


def delivery(regime: str, duty: str, text: str, index: int = 0) -> Delivery:
    """`instant thing`, the thing left out where there is none."""
    at, about = (*text.split(" "), "")[:2]
    return Delivery(regime=regime, duty=duty, at=instant(at), about=about, entry=f"duty/{duty}/{index}")


def limit(count: int, unit: TimeUnit) -> Limit:
    return Limit(count=count, unit=unit)


def duty(**changes: object) -> LegalDuty:
    """An invented duty: report within three days of what happened."""
    fields: dict[str, object] = {
        "id": "report",
        "says": "Report what happened.",
        "section": "1",
        "source": "nowhere",
        "grade": Sourcing.PRIMARY,
        "after": ("happened",),
        "term": Term.WITHIN,
        "limit": limit(3, TimeUnit.DAYS),
        "from_day": date(2026, 1, 1),
    }
    return LegalDuty(**{**fields, **changes})  # type: ignore[arg-type]


def regime(*duties: LegalDuty, zone: str = "UTC", **changes: object) -> Regime:
    """An invented law of these duties."""
    fields: dict[str, object] = {
        "id": "nowhere",
        "title": "An Act of nowhere",
        "law": "Ch. 1",
        "calendar": Calendar(name=zone, zone=UTC if zone == "UTC" else zone_of(zone)),
        "from_day": date(2026, 1, 1),
        "to_day": None,
        "events": (("happened", "It happened."), ("noticed", "It was noticed."), ("over", "It is over.")),
        "duties": duties or (duty(),),
    }
    return Regime(**{**fields, **changes})  # type: ignore[arg-type]
