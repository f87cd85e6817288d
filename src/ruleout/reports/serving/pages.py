# SPDX-License-Identifier: Apache-2.0
"""What a gateway would serve, as a page and as JSON."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from ruleout.ledger.permits import PermitVerdict
from ruleout.model.permit import Permit
from ruleout.policy.shadow import NamedShadow
from ruleout.reports.page import Line, bullets, labelled
from ruleout.serving.settings.document import GatewayDoc

_NOTE = "What is served is what a permit names and the floor and the tenant's policy let through; nothing here says that it is safe."


def standing_value(
    permits: Sequence[Permit], verdicts: Sequence[PermitVerdict], floor: str, settings: GatewayDoc
) -> dict[str, Any]:
    """Return it as JSON values. Pure."""
    return {
        "gateway": settings.gateway,
        "floor": floor,
        "served": [
            {
                "permit": permit.id,
                "model": one.model,
                "served-as": list(one.served_as),
                "last-day": str(permit.last_day),
            }
            for permit in permits
            for one in permit.terms.models
        ],
        "not-served": [
            {
                "permit": verdict.read.id if verdict.read else None,
                "state": verdict.state.value,
                "because": list(verdict.because),
            }
            for verdict in verdicts
            if verdict.serves is None
        ],
    }


def standing_page(
    permits: Sequence[Permit], verdicts: Sequence[PermitVerdict], floor: str, settings: GatewayDoc, *, width: int
) -> list[Line]:
    """Return it as lines. Pure."""
    by = f"floor {floor}, policies: {len(settings.policies)}, tenants: {len(settings.tenants)}"
    lines = labelled("gateway", f"{settings.gateway}: {by}", width=width)
    for permit in permits:
        for one in permit.terms.models:
            says = f"{', '.join(one.served_as)}, by permit {permit.id} until {permit.last_day}"
            lines += labelled("served", says, width=width, tone="good")
    for verdict in verdicts:
        if verdict.serves is None:
            name = verdict.read.id if verdict.read else "a permit that cannot be read"
            lines += labelled("not served", f"{name}: {verdict.state.value}", width=width, tone="bad")
            lines += bullets("because", verdict.because, width=width)
    return [*lines, *labelled("note", _NOTE, width=width, tone="dim")]


def policies_value(shadows: Sequence[NamedShadow], untrusted: Collection[str], *, at: datetime) -> dict[str, Any]:
    """Return how bundles in shadow stand at an instant, and which bundles are not trusted, as JSON values. Pure."""
    shown = [
        {
            "shadow": one.name,
            "tenant": one.tenant,
            "bundle": one.bundle,
            "from": str(one.days.first),
            "until": str(one.days.last),
            "state": one.state(at),
            "days-left": one.days.left(at),
            "fault": one.fault,
        }
        for one in shadows
    ]
    return {"shadows": shown, "not-trusted": sorted(untrusted)}


_TONES = {"does-not-hold": "bad", "ended": "warn"}


def policies_page(
    shadows: Sequence[NamedShadow], untrusted: Collection[str], *, at: datetime, width: int
) -> list[Line]:
    """Return the same as lines: none where there is neither. Pure."""
    lines = []
    for name in sorted(untrusted):
        says = f"{name}: Cedar decided otherwise than its compiled rules; its tenants are denied everything"
        lines += labelled("not trusted", says, width=width, tone="bad")
    for one in shadows:
        what = f"{one.name} for {one.tenant}{f', {one.bundle}' if one.bundle else ''}: {one.says(at)}"
        lines += labelled("shadow", what, width=width, tone=_TONES.get(one.state(at), ""))
    return lines
