# SPDX-License-Identifier: Apache-2.0
"""Permits as pages and values: what may be served and until when, why not, and what a file of one proves (G-1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from ruleout.engine.permitting import Refusal
from ruleout.ledger.permits import PermitVerdict
from ruleout.ledger.verify import Status
from ruleout.model.permit import Condition, Hook, Limit, Permit, PermitStanding, PermitState, Tenant, Tool
from ruleout.model.plain import instant_text, plain
from ruleout.reports.page import Line, bullets, labelled, title

_TONES = {PermitState.IN_FORCE: "good", PermitState.NOT_YET: "warn"}
_MARKS = {Status.PASSED: "good", Status.FAILED: "bad", Status.NOT_DONE: "warn"}


def refused_page(permit: str, refused: Iterable[Refusal], *, width: int) -> list[Line]:
    """Return why no permit was issued: every reason. Pure."""
    lines = title(f"Permit {permit}", "NOT ISSUED", width=width, tone="bad")
    for one in refused:
        lines += labelled(f"  {one.rule}", f"expected {one.expected}; got {one.got}", width=width, tone="warn")
    lines.append(Line("Nothing was recorded. Ask for what the decision allows, or decide again.", "dim"))
    return lines


def refused_value(permit: str, refused: Iterable[Refusal]) -> dict[str, Any]:
    """Return the same as a JSON value. Pure."""
    return {"permit": permit, "issued": False, "refusals": [plain(one) for one in refused]}


def permits_page(rows: Iterable[tuple[PermitStanding, Permit | None]], *, at: datetime, width: int) -> list[Line]:
    """Return permits in a few lines each: how each stands, what it serves, until when. Pure."""
    lines: list[Line] = []
    for standing, permit in rows:
        lines += _head(standing, width=width)
        if permit is not None:
            lines += labelled("  serves", _served(permit), width=width)
            lines += labelled("  under", permit.rests_on.decision, width=width)
        lines += bullets("  because", standing.because, width=width, tone="bad")
    return lines or [Line(f"no permit in the record by {instant_text(at)}")]


def standing_value(standing: PermitStanding, permit: Permit | None, *, at: datetime) -> dict[str, Any]:
    """Return one permit and how it stands as a JSON value. Pure."""
    value = None if permit is None else plain(permit)
    return {**plain(standing), "at": instant_text(at), "document": value}


def permit_page(standing: PermitStanding, permit: Permit, *, width: int) -> list[Line]:
    """Return the page of one permit: everything that may be served under it, and nothing else. Pure."""
    terms = permit.terms
    lines = [*_head(standing, width=width), *labelled("  title", permit.title, width=width)]
    lines += bullets("  because", standing.because, width=width, tone="bad")
    lines += labelled("  serves", _served(permit), width=width)
    lines += labelled("  scope", f"{terms.activity.value}: {terms.scope}", width=width)
    lines += bullets("  tenants", [_tenant(one) for one in terms.tenants], width=width)
    lines += labelled("  endpoints", ", ".join(one.value for one in terms.endpoints), width=width)
    lines += bullets("  tools", [_tool(one) for one in terms.tools] or ["none"], width=width)
    lines += bullets("  limits", [_limit(one) for one in terms.enforced_limits] or ["none"], width=width)
    lines += bullets("  safeguards", [_hook(one) for one in terms.hooks], width=width)
    lines += bullets("  conditions", [_condition(one) for one in terms.conditions], width=width)
    lines += labelled("  content", f"in the audit record: {terms.content.value}", width=width)
    lines += bullets("  exceptions", list(_exceptions(permit)), width=width, tone="warn")
    lines += bullets("  rests on", list(_rests_on(permit)), width=width)
    return lines


def checked_page(verdict: PermitVerdict, *, at: datetime, width: int) -> list[Line]:
    """Return what a permit's file proves: each step, then the state, then what was not looked at. Pure."""
    name = "this file" if verdict.read is None else verdict.read.id
    lines = title(f"Permit {name}", verdict.state.value.upper(), width=width, tone=_TONES.get(verdict.state, "bad"))
    for check in verdict.checks:
        text = f"{check.status.value}: {check.detail}"
        lines += labelled(f"  {check.name}", text, width=width, tone=_MARKS[check.status])
    if not verdict.has_failed:
        lines += bullets("  because", verdict.because, width=width, tone="bad")
    if verdict.serves is not None:
        lines += labelled("  serves", _served(verdict.serves), width=width)
    lines += labelled("  as of", _as_of(verdict, at), width=width, tone="dim")
    lines += bullets("  since", verdict.since, width=width, tone="dim")
    lines += bullets("  note", verdict.caveats, width=width, tone="dim")
    return lines


def checked_value(verdict: PermitVerdict, *, at: datetime) -> dict[str, Any]:
    """Return the same as a JSON value; the permit stands in it only where it serves. Pure."""
    return {
        "state": verdict.state.value,
        "because": list(verdict.because),
        "at": instant_text(at),
        "as_of_size": verdict.as_of_size,
        "checks": [plain(check) for check in verdict.checks],
        "since": list(verdict.since),
        "caveats": list(verdict.caveats),
        "permit": None if verdict.serves is None else plain(verdict.serves),
    }


def _head(standing: PermitStanding, *, width: int) -> list[Line]:
    tone = _TONES.get(standing.state, "bad")
    return title(f"Permit {standing.permit}", standing.state.value.upper(), width=width, tone=tone)


def _served(permit: Permit) -> str:
    models = "; ".join(f"{one.model} ({one.digest[:12]}) as {', '.join(one.served_as)}" for one in permit.terms.models)
    first = instant_text(permit.first_instant)
    return f"{models}, from {first} to the end of {permit.last_day}"


def _as_of(verdict: PermitVerdict, at: datetime) -> str:
    size = "no checkpoint" if verdict.as_of_size is None else f"a checkpoint of {verdict.as_of_size} entries"
    return f"{instant_text(at)}, by {size}"


def _tenant(one: Tenant) -> str:
    return f"{one.tenant}{f' of {one.customer}' if one.customer else ''}: {', '.join(one.tiers)}"


def _tool(one: Tool) -> str:
    limits = "".join(f", {_limit(limit)}" for limit in one.limits)
    return f"{one.tool}{', each call approved by a human' if one.human_approval else ''}{limits}"


def _limit(one: Limit) -> str:
    return f"{one.at_most} {one.kind.value}"


def _hook(one: Hook) -> str:
    return f"{one.safeguard}: hook {one.hook}" if one.hook else f"{one.safeguard}: outside the gateway: {one.outside}"


def _condition(one: Condition) -> str:
    carried = [_limit(limit) for limit in one.limits]
    carried += [f"{only.dimension.value} only {', '.join(only.names) or 'none'}" for only in one.only]
    carried += [f"hook {one.hook}"] if one.hook else []
    how = f"enforced: {'; '.join(carried)}" if one.is_enforced else f"a duty of {one.owner}"
    return f"{one.id}: {one.says} ({how})"


def _exceptions(permit: Permit) -> Iterator[str]:
    yield from (f"{one.request}, for {one.customer} only, until {one.last_day}" for one in permit.exceptions)


def _rests_on(permit: Permit) -> Iterator[str]:
    rests = permit.rests_on
    yield f"{rests.decision} ({rests.outcome.value}), entry {rests.index}, under {rests.framework}"
    yield f"inputs {rests.input_digest[:12]}, decision {rests.result_sha256[:12]}"
    if permit.earliest_end is not None:
        yield f"of all that it rests on, this ends first: {permit.earliest_end.what}, {permit.earliest_end.last_day}"
