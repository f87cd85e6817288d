# SPDX-License-Identifier: Apache-2.0
"""The budgets of a worker: one line for each tenant and model that a permit serves, and for each of its tools (G-1, G-4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ruleout.adapters.clock import boot_nanoseconds
from ruleout.adapters.limits import Page
from ruleout.model.permit import EVERYBODY, Limit, LimitKind
from ruleout.serving.grants import Grants
from ruleout.serving.limits import Budget, Budgets, Line, budget_of, lines_of

Lines = Mapping[Line, Budget]


def lines_under(grants: Grants, tiers: Mapping[str, str], tightened: Iterable[tuple[str, str, int]]) -> Lines:
    """Return what each tenant, model and tool may have under permits in force. Pure.

    Two permits for one model and tenant give the tightest of both.

    Args:
        tiers: each tenant's tier.
        tightened: limits that a kill state or a watch made tighter: kind, tenant ("" for all), at most.
    """
    limits: dict[Line, list[Limit]] = {}
    for grant in {id(one): one for some in grants.values() for one in some}.values():
        for tenant, tier in tiers.items():
            if tier in (grant.tiers.get(tenant) or grant.tiers.get(EVERYBODY) or ()):
                limits.setdefault(Line(tenant, grant.model), []).extend(grant.limits)
                for tool in grant.tools.values():
                    limits.setdefault(Line(tenant, grant.model, tool.tool), []).extend(tool.limits)
    made = {line: budget_of(some) for line, some in limits.items()}
    for kind, tenant, at_most in tightened:
        for line, budget in made.items():
            if line.is_of(tenant):
                made[line] = budget.tightened(LimitKind(kind), at_most)
    return made


def budgets_for(lines: Lines, page: Page, utc_ns: int) -> Budgets:
    """Return the budgets of lines. Effect: takes rows of the host's shared page, also such as have ended by an instant of UTC."""
    rows = page.rows_for(lines_of(lines), now_ns=boot_nanoseconds(), utc_s=utc_ns // 1_000_000_000)
    return Budgets(lines, page, rows)
